"""Cross-checks: double registrations, contradictions between sources and orphaned addresses, on tokens, in counts.

What comes out is for the owners of the sources of a check. Rows never come out: that one record of a source contradicts
another source tells what that other one holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from declare import Refusal, canonical, digest
from expectations.report.pollution import pollution
from flows.books import write_logs
from flows.deliveries import latest, protected_table
from flows.keyring import Keyring
from flows.meanings import check_agreed, check_places
from flows.minimise import minimised
from flows.models import fitted_model
from flows.quality import masking_of, report
from koppelkamer.crosschecks import AnyCheck, ContradictionCheck, CrossChecks, DoublesCheck, OrphanCheck
from koppelkamer.room import Room
from linkage import FittedModel
from linkage.contradiction import contradictions
from linkage.doubles import doubles
from linkage.orphan import orphans
from pseudonymise.protected import ProtectedTable

if TYPE_CHECKING:
    from register.crosschecks import Footing
    from register.session import SignedIn


@dataclass(frozen=True, slots=True)
class Part:
    """What one check says of one source: plain JSON data, exact counts and shares, no rows."""

    source: str
    kind: str
    """doubles, contradictions or orphans."""
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """One check: of how many records or links, and how many it found."""

    check: str
    started: datetime
    records: int
    found: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What may be told of one source (`expectations.report.pollution`), and the folder of the report that tells it."""

    source: str
    told: Mapping[str, list[dict[str, Any]]]
    path: Path


def crosscheck(room: Room, keyring: Keyring, by: "SignedIn") -> tuple[Written, ...]:
    """Make the room's cross-checks on the latest deliveries; the quality report of each tells what concerns it.

    Raises before any work: as `register.crosschecks.check_may_crosscheck` and `flows.meanings`, `NotListed`,
    `NotTrained`, `NothingReceived` and `BadSignature`.
    """
    from register.crosschecks import record_crosschecks

    work = _allowed(room, keyring, by)
    done = [work.done(check) for check in room.cross_checks.checks]
    found = by_source([part for each in done for part in each.parts])
    written = tuple(_write(room, source, work.deliveries[source], facts) for source, facts in found.items())
    record_crosschecks(_plan(room.cross_checks, work), done)
    write_logs(room, keyring.signer)
    return written


def by_source(parts: Sequence[Part]) -> dict[str, dict[str, list[Mapping[str, Any]]]]:
    """Source → kind of check → facts."""
    found: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
    for part in parts:
        found.setdefault(part.source, {}).setdefault(part.kind, []).append(part.facts)
    return found


def _write(room: Room, source: str, delivery: str, found: Mapping[str, Any]) -> Written:
    folder = report(room, room.source(source), delivery, found)
    return Written(source, pollution(found, masking_of(room)) or {}, folder)


def _allowed(room: Room, keyring: Keyring, by: "SignedIn") -> "_Work":
    """What the checks work on, when nothing speaks against making them."""
    from django.utils import timezone

    from register.crosschecks import check_may_crosscheck

    declared = room.cross_checks
    together = _together(room, declared)
    check_may_crosscheck(by, _footing(declared), together.values(), timezone.localdate())
    _check_meanings(room, declared)
    models = {name: fitted_model(room, name) for name in declared.models}
    deliveries = {source: latest(source) for source in sorted(set().union(*together.values()))}
    return _Work(room, keyring, models, deliveries)


class NotListed(Refusal):
    def __init__(self, check: str, source: str) -> None:
        super().__init__(
            f"cross-check {check} reads {source}, which cross-checks.toml does not list with a ground",
            remedy="Add it under [[sources]] with the law it takes part under, or leave the check out.",
        )


def _together(room: Room, declared: CrossChecks) -> dict[str, set[str]]:
    """Check → its sources. Raises `NotListed`, and `WrongInput` for a source or model that is not declared."""
    listed = {source.id for source in declared.sources}
    found = {check.id: _sources(room, check) for check in declared.checks}
    for check, sources in found.items():
        if strange := sources - listed:
            raise NotListed(check, min(strange))
    return found


def _sources(room: Room, check: AnyCheck) -> set[str]:
    if isinstance(check, OrphanCheck):
        return {room.source(check.source).id, room.source(check.addresses).id}
    model = room.model(check.model)
    return {room.source(model.left).id, room.source(model.right).id}


def _check_meanings(room: Room, declared: CrossChecks) -> None:
    for check in declared.contradictions:
        for agreed in check.fields:
            check_agreed(room, check.id, room.model(check.model), agreed)
    for orphan in declared.orphans:
        check_places(room, orphan.id, orphan.source, orphan.addresses, orphan.field)


def _footing(declared: CrossChecks) -> "Footing":
    from register.crosschecks import Footing

    grounds = {source.id: source.ground for source in declared.sources}
    return Footing(declared.purpose, declared.agreement, declared.dpia, grounds)


def _plan(declared: CrossChecks, work: "_Work") -> str:
    """Digest of all that the checks rest on."""
    models = {name: fitted.digest for name, fitted in work.models.items()}
    return digest(canonical({"checks": declared.digest, "models": models, "deliveries": dict(work.deliveries)}))


@dataclass(frozen=True, slots=True, repr=False)
class _Work:
    room: Room
    keyring: Keyring
    models: Mapping[str, FittedModel]
    deliveries: Mapping[str, str]

    def done(self, check: AnyCheck) -> Done:
        """Tables are opened for one check at a time: two of them are in memory at most."""
        match check:
            case DoublesCheck():
                return self._doubles(check)
            case ContradictionCheck():
                return self._contradictions(check)
            case OrphanCheck():
                return self._orphans(check)

    def _doubles(self, check: DoublesCheck) -> Done:
        fitted, started = self.models[check.model], datetime.now(UTC)
        found = doubles(self._table(fitted.model.left), fitted)
        beyond = found.share - found.expected_false / max(found.records, 1)
        facts = {"check": check.id, **found.facts, **_judged(beyond, check.fails_from, check.reason)}
        parts = (Part(fitted.model.left, "doubles", facts),)
        return Done(check.id, started, found.records, found.doubled, parts)

    def _contradictions(self, check: ContradictionCheck) -> Done:
        """The same is said to both sides, each time of the other."""
        fitted, started = self.models[check.model], datetime.now(UTC)
        names = (fitted.model.left, fitted.model.right)
        found = contradictions(self._table(names[0]), self._table(names[1]), fitted, check.fields)
        common = {"check": check.id, "model": check.model, "links": found.links, "precision": found.precision}
        parts = tuple(
            Part(mine, "contradictions", {**common, "with": other, **one.facts})
            for mine, other in (names, names[::-1])
            for one in found.found
        )
        return Done(check.id, started, found.links, sum(one.differ for one in found.found), parts)

    def _orphans(self, check: OrphanCheck) -> Done:
        started, evidence = datetime.now(UTC), check.evidence or (check.field,)
        tables = (self._table(check.source), self._table(check.addresses))
        found = orphans(*tables, evidence, check.status, check.withdrawn)
        judged = _judged(found.share, check.fails_from, check.reason)
        facts = {"check": check.id, "beside": check.addresses, **found.facts, **judged}
        wrong = found.nowhere.records + found.withdrawn.records
        return Done(check.id, started, found.filled, wrong, (Part(check.source, "orphans", facts),))

    def _table(self, source: str) -> ProtectedTable:
        """As far as the purpose of the checks may use it."""
        whole = {source: protected_table(self.room, self.keyring, source, self.deliveries[source])}
        footing = self.room.cross_checks
        return minimised(self.room, self.keyring, footing.agreement, footing.purpose, whole)[source].table


def _judged(share: float, fails_from: float, reason: str) -> dict[str, Any]:
    return {"threshold": fails_from, "reason": reason, "outcome": "failed" if share >= fails_from else "met"}
