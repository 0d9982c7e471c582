"""A delivery beside the one it corrects and the one before it, as far as a room sees them: counts, no values."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

import polars as pl

from declare import Fault, Refusal
from flows.deliveries import INTAKE, UnderAnotherKey, context_of, folder_of, last_day, newest, require_in_use, standing
from flows.keyring import Keyring
from flows.visible import compared, form, measured, visible
from intake.changes import Change, SuddenChange, changes, failed
from intake.difference import Difference, of_frames
from intake.source import Source
from intake.spool import Spool
from koppelkamer.room import Room
from pseudonymise.store import stored_parts

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from register.models import Delivery

Why = Literal[
    "no-thresholds", "nothing-earlier", "no-key", "key-not-kept", "destroyed", "other-key", "other-declaration",
    "unreadable",
]  # fmt: skip

WHY: Final[dict[Why, str]] = {
    "no-thresholds": "the source declares no thresholds",
    "nothing-earlier": "there is no earlier delivery",
    "no-key": "the source declares no key, the columns that name a row",
    "key-not-kept": "a column of the key stays at the supplier, or shares a linkage field with others",
    "destroyed": "the earlier delivery was destroyed when its time was over",
    "other-key": "the earlier delivery is stored under another version of the room's key",
    "other-declaration": "the earlier delivery has other columns, or came in before such comparisons were made",
    "unreadable": "the earlier delivery cannot be read",
}  # fmt: skip
"""Why there is nothing to tell."""
FORM: Final = "form"
"""In intake.json: `flows.visible.form` of the declaration that a delivery was made by."""
_NO_MATTER: Final = ("no-thresholds", "nothing-earlier")


@dataclass(frozen=True, slots=True)
class Compared:
    """What comparing brought. `corrects` and `against` are digests of the deliveries compared with."""

    corrects: str | None = None
    difference: Difference | None = None
    difference_why: Why | None = None
    against: str | None = None
    changes: tuple[Change, ...] = ()
    changes_why: Why | None = "no-thresholds"

    @property
    def facts(self) -> dict[str, Any]:
        """Plain JSON data: `corrects`, `difference` (or None and `difference_why`), `changes` (or None and
        `changes_why`) and `changes_against`."""
        return {
            "corrects": self.corrects,
            "difference": self.difference and self.difference.facts,
            "difference_why": self.difference_why,
            "changes": None if self.changes_why else [each.facts for each in self.changes],
            "changes_why": self.changes_why,
            "changes_against": self.against,
        }

    @property
    def of_supplement(self) -> "Compared":
        """The same of a delivery that only got rows back: it corrects no other as a whole."""
        return replace(self, corrects=None, difference=None, difference_why=None)

    def stops(self, source: Source) -> Refusal | None:
        """Why `source` would not take the delivery, if so; not being able to tell is no yes."""
        if source.changes is None or source.changes.severity != "stop":
            return None
        if sudden := failed(self.changes):
            return SuddenChange(source.id, sudden)
        if self.changes_why in (None, *_NO_MATTER):
            return None
        return NotJudged(source.id, WHY[self.changes_why])


class NotJudged(Refusal):
    def __init__(self, source: str, why: str) -> None:
        super().__init__(
            f"whether this delivery of {source} changed suddenly cannot be told: {why}; nothing was kept",
            remedy="A data steward who looked at it receives it with --accept-changes --reason TEXT.",
        )


@dataclass(frozen=True, slots=True)
class Fresh:
    """A delivery that is written to `folder`, and will be in its own place when nothing stops it."""

    delivery: str
    period: str | None
    folder: Path


def compare(room: Room, keyring: Keyring, source: Source, fresh: Fresh, spool: Spool) -> Compared:
    """Hold `fresh` beside what came in before it. What cannot be compared raises nothing: `Compared` says why."""
    before = list(takewhile(lambda each: each.digest != fresh.delivery, _whole(source.id)))
    corrects, last = _corrected(before, fresh.period), _last(before, fresh.period)
    beside = _Beside(room, keyring, source, fresh, spool)
    difference, difference_why = _told(lambda: beside.difference(corrects)) if corrects else (None, None)
    sudden, changes_why = _told(lambda: beside.changes(last))
    return Compared(
        corrects.digest if corrects else None, difference, difference_why,
        last.digest if last and not changes_why else None, sudden or (), changes_why,
    )  # fmt: skip


class _NotComparable(Exception):
    def __init__(self, why: Why) -> None:
        self.why: Why = why


T = TypeVar("T")


def _told(work: Callable[[], T]) -> tuple[T | None, Why | None]:
    try:
        return work(), None
    except _NotComparable as reason:
        return None, reason.why


def _whole(source: str) -> "QuerySet[Delivery]":
    """All deliveries but supplements, in the order they came in."""
    from register.models import Delivery

    return Delivery.objects.filter(source=source, supplements=None).order_by("received_at", "pk")


def _corrected(before: Sequence["Delivery"], period: str | None) -> "Delivery | None":
    """The last one of the same period."""
    of_period = [each for each in before if period and each.period == period]
    return of_period[-1] if of_period else None


def _last(before: Sequence["Delivery"], period: str | None) -> "Delivery | None":
    """That of the period before; without periods the one that came in last."""
    if period is None:
        return before[-1] if before else None
    earlier = [each for each in before if last_day(each.period) < last_day(period)]
    return newest(earlier) if earlier else None


@dataclass(frozen=True)
class _Beside:
    """One delivery that is held beside others. Each is read only when it comes to that."""

    room: Room
    keyring: Keyring
    source: Source
    fresh: Fresh
    spool: Spool

    def difference(self, corrected: "Delivery") -> Difference:
        columns = compared(self.source)
        if not self.source.key:
            raise _NotComparable("no-key")
        if not set(self.source.key) <= set(columns):
            raise _NotComparable("key-not-kept")
        return of_frames(self._stored(corrected), self._now, self.source.key, columns)

    def changes(self, last: "Delivery | None") -> tuple[Change, ...]:
        if self.source.changes is None:
            raise _NotComparable("no-thresholds")
        if last is None:
            raise _NotComparable("nothing-earlier")
        return changes(self._stored(last), self._now, measured(self.source), self.source.changes)

    @cached_property
    def _now(self) -> pl.LazyFrame:
        return self._visible(self.fresh.folder, folder_of(self.room, self.source.id, self.fresh.delivery))

    def _stored(self, delivery: "Delivery") -> pl.LazyFrame:
        if delivery.state == "destroyed":
            raise _NotComparable("destroyed")
        folder = folder_of(self.room, self.source.id, standing(delivery).digest)
        try:
            require_in_use(folder, self.source.id, self.keyring.room_keys)
            if _form_of(folder) != form(self.source):
                raise _NotComparable("other-declaration")
            return self._visible(folder, folder)
        except UnderAnotherKey:
            raise _NotComparable("other-key") from None
        except Fault:  # a full disk says nothing of the earlier delivery
            raise
        except Refusal:
            raise _NotComparable("unreadable") from None

    def _visible(self, folder: Path, place: Path) -> pl.LazyFrame:
        """Of a delivery in `folder` that was encrypted for `place`."""
        pieces = stored_parts(self.keyring.room_keys, folder, context_of(self.room, place))
        return visible(pieces, self.source, self.spool)


def _form_of(folder: Path) -> str | None:
    """As intake wrote it down; None for a delivery that came in before it did."""
    try:
        found: str | None = json.loads((folder / INTAKE).read_bytes()).get(FORM)
    except (OSError, ValueError):
        raise _NotComparable("unreadable") from None
    return found
