"""Every line that may ever stand in a log: its number, its fields and the form of each field.

Two logs. The audit log says who decided what. The processing log says what was done under which processing activity and
names no user, as the Dutch *Logboek Dataverwerkingen* asks; its `decision` is the operation of the decision, in the
audit log, by which it was done.
A number is never used again for something else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from declare import Fault

LogName = Literal["audit", "processing"]
Value = str | int

_ID: Final = r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}"
_DIGEST: Final = r"[0-9a-f]{64}"
_WORD: Final = r"[a-z][a-z _-]{0,39}"
_TIME: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"

FORMS: Final[dict[str, str]] = {
    "person": _ID, "role": _WORD, "how": r"session|demo", "partner": _ID,
    "subject": r"request|release|standing", "id": _ID, "action": _WORD, "before": _WORD, "after": _WORD,
    "reason": r"[\s\S]{0,4000}", "answers": _DIGEST, "digest": _DIGEST,
    "kind": _WORD, "key": _ID, "version": r"\d{1,9}", "step": r"password|code|provider",
    "decision": _ID,
    "activity": _ID, "status": r"ok|refused|failed", "started": _TIME, "ended": _TIME,
    "source": _ID, "delivery": _DIGEST, "request": _ID, "run": _ID, "release": _ID,
    "rows in": r"\d{1,12}", "rows kept": r"\d{1,12}", "rows quarantined": r"\d{1,12}", "links": r"\d{1,15}",
    "records": r"\d{1,15}", "found": r"\d{1,15}",
    "plan": _DIGEST, "verdict": _DIGEST, "output": _DIGEST, "manifest": _DIGEST,
    "period": r"\d{4}(-[A-Z0-9-]{2,5})?", "suite": _DIGEST, "corrects": _DIGEST, "supplements": _DIGEST,
    "consent": _DIGEST, "acceptance": _ID, "replaces": _DIGEST, "account": _ID,
    "standing": _ID, "grant": _ID, "why": r"WARN|FAIL|NOT ASSESSABLE|plan|delivery|revoked|ended|over",
    "probe": _ID, "about": r"answer|case", "agreed": r"yes|no", "reference": r"[\s\S]{1,200}",
    "outcome": r"PASS|WARN|FAIL|NOT ASSESSABLE",
    "work": r"receive|run|release|try|submit", "cron": r"[0-9A-Za-z*/,#?L -]{9,100}",
    "until": r"\d{4}-\d\d-\d\d", "due": _TIME,
    "state": r"done|refused|failed|missed", "channel": r"mail|webhook",
}  # fmt: skip
"""The form of each field as a regular expression; a value that does not match whole is not written."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One declared event. `optional` fields may be absent; all others must be there."""

    number: int
    log: LogName
    name: str
    fields: tuple[str, ...]
    optional: tuple[str, ...] = ()


_PROCESSING: Final = ("activity", "status", "started", "ended")

KINDS: Final[dict[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind(101, "audit", "decided",
             ("person", "role", "how", "subject", "id", "action", "before", "after", "digest"),
             ("partner", "reason", "answers")),
        Kind(102, "audit", "registered", ("kind", "id", "digest"), ("replaces", "account")),
        Kind(103, "audit", "signed in", ("person", "how")),
        Kind(104, "audit", "key changed", ("action", "key", "version"), ("partner", "digest", "reason")),
        Kind(105, "audit", "role given", ("person", "role", "partner")),
        Kind(106, "audit", "role ended", ("person", "role", "partner")),
        Kind(107, "audit", "password set", ("person",)),
        Kind(108, "audit", "policy signed", ("digest", "key")),
        Kind(109, "audit", "key store refused", ("key",)),
        Kind(110, "audit", "changes accepted", ("person", "role", "how", "source", "delivery", "reason")),
        Kind(111, "audit", "consent accepted", ("person", "role", "how", "partner", "consent")),
        Kind(112, "audit", "consent withdrawn",
             ("person", "role", "how", "partner", "consent", "acceptance", "reason")),
        Kind(113, "audit", "decided by standing consent",
             ("person", "role", "partner", "consent", "acceptance", "request", "before", "after", "digest")),
        Kind(114, "audit", "feedback recorded", ("person", "how", "partner", "release", "digest")),
        Kind(117, "audit", "restricted",
             ("person", "role", "how", "partner", "source", "digest", "reason"), ("until",)),
        Kind(118, "audit", "restriction lifted", ("person", "role", "how", "partner", "source", "digest", "reason")),
        Kind(119, "audit", "delivery withdrawn",
             ("person", "role", "how", "partner", "source", "delivery", "reason")),
        Kind(121, "audit", "sign-in refused", ("step",), ("person",)),
        Kind(122, "audit", "second factor changed", ("person", "kind", "action")),
        Kind(123, "audit", "invited", ("person",)),
        Kind(124, "audit", "account changed", ("person", "action")),
        Kind(125, "audit", "head exported", ("person", "kind", "digest")),
        Kind(126, "audit", "work asked", ("person", "role", "how", "work", "id"), ("due",)),
        Kind(127, "audit", "schedule made", ("person", "role", "how", "work", "id", "cron"), ("until",)),
        Kind(128, "audit", "schedule ended", ("person", "role", "how", "work", "id")),
        Kind(131, "audit", "probe asked", ("person", "how", "probe", "found", "digest")),
        Kind(132, "audit", "probe answered", ("person", "how", "partner", "probe", "about", "agreed", "digest"),
             ("reason", "reference")),
        Kind(133, "audit", "remarked", ("person", "how", "request", "digest")),
        Kind(134, "audit", "standing decision proposed",
             ("person", "role", "how", "standing", "request", "release", "plan", "until", "digest", "reason")),
        Kind(135, "audit", "standing decision stopped", ("standing", "request", "why"), ("release",)),
        Kind(136, "audit", "released by standing decision",
             ("person", "role", "standing", "grant", "subject", "id", "action", "before", "after", "outcome", "plan",
              "digest")),
        Kind(137, "audit", "schedule stopped", ("work", "id", "standing")),
        Kind(201, "processing", "delivery received",
             (*_PROCESSING, "source", "delivery", "rows in", "rows kept", "rows quarantined"),
             ("period", "suite", "corrects", "supplements")),
        Kind(202, "processing", "run started", (*_PROCESSING, "request", "run", "plan"), ("decision",)),
        Kind(203, "processing", "run ended", (*_PROCESSING, "request", "run"), ("links", "decision")),
        Kind(204, "processing", "draft examined",
             (*_PROCESSING, "request", "run", "release", "outcome", "verdict", "output"), ("decision",)),
        Kind(205, "processing", "parcel written", (*_PROCESSING, "release", "manifest"), ("decision",)),
        Kind(209, "processing", "sources cross-checked", (*_PROCESSING, "plan", "records", "found")),
        Kind(213, "processing", "work ended", (*_PROCESSING, "work", "id", "state")),
        Kind(214, "processing", "notice sent", (*_PROCESSING, "channel")),
        Kind(217, "processing", "request tried", (*_PROCESSING, "request", "digest")),
        Kind(218, "processing", "probe linked", (*_PROCESSING, "probe", "records", "found", "output")),
        Kind(219, "processing", "probe read", (*_PROCESSING, "probe", "output")),
    )
}  # fmt: skip


class UndeclaredEvent(Fault):
    """A line that is not on the list is not written. Names the field, never its value."""

    def __init__(self, why: str) -> None:
        super().__init__(why, remedy="Declare the event in audit/event.py or leave the field out.")


@dataclass(frozen=True, slots=True)
class Event:
    """One declared happening. `operation` names it once and for all; `at` is UTC, whole seconds.

    Raises `UndeclaredEvent` when a field is unknown, missing or not of its form.
    """

    name: str
    operation: str
    at: str
    fields: Mapping[str, Value]

    def __post_init__(self) -> None:
        if self.name not in KINDS:
            raise UndeclaredEvent("an event of this name is not declared")
        if not _matches(_ID, self.operation) or not _matches(_TIME, self.at):
            raise UndeclaredEvent(f"{self.name}: operation or time is not of its form")
        self._check_fields()

    def _check_fields(self) -> None:
        kind = self.kind
        if unknown := self.fields.keys() - {*kind.fields, *kind.optional}:
            raise UndeclaredEvent(f"{self.name}: field {min(unknown)} may not be written")
        if missing := set(kind.fields) - self.fields.keys():
            raise UndeclaredEvent(f"{self.name}: field {min(missing)} is missing")
        for name, value in self.fields.items():
            if not isinstance(value, (str, int)) or not _matches(FORMS[name], str(value)):
                raise UndeclaredEvent(f"{self.name}: field {name} is not of its form")

    @property
    def kind(self) -> Kind:
        return KINDS[self.name]


def timestamp(moment: datetime | None = None) -> str:
    """UTC in whole seconds, as in RFC 3339; now when no moment is given."""
    return (moment or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _matches(form: str, value: str) -> bool:
    return re.fullmatch(form, value) is not None
