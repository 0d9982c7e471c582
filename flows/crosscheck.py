"""Cross-checks: double registrations, contradictions between sources and orphaned addresses, on tokens, in counts.

What comes out is for the owners of the sources of a check. Rows never come out: that one record of a source contradicts
another source tells what that other one holds.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from declare import Refusal, canonical, digest, write_atomically
from expectations.report import Masking
from expectations.report.pollution import pollution
from flows.books import write_logs
from flows.deliveries import latest, protected_table
from flows.keyring import Keyring
from flows.meanings import check_agreed, check_places
from flows.models import fitted_model
from gate import verify_policy
from koppelkamer.crosschecks import AnyCheck, ContradictionCheck, CrossChecks, DoublesCheck, OrphanCheck
from koppelkamer.room import Room
from linkage import FittedModel
from linkage.contradiction import contradictions
from linkage.doubles import doubles
from linkage.orphan import orphans
from pseudonymise.protected import ProtectedTable

if TYPE_CHECKING:
    from register.session import SignedIn

POLLUTION: Final = "pollution.json"


@dataclass(frozen=True, slots=True)
class Part:
    """What one check says of one source. `facts` is plain JSON data: unmasked counts and shares, no rows."""

    check: str
    kind: str
    """doubles, contradictions or orphans."""
    source: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Done:
    parts: tuple[Part, ...]
    records: int
    found: int


@dataclass(frozen=True, slots=True)
class Written:
    """What may be told of one source (`expectations.report.pollution`), and where it was written."""

    source: str
    told: Mapping[str, list[dict[str, Any]]]
    path: Path


def crosscheck(room: Room, keyring: Keyring, by: "SignedIn") -> tuple[Written, ...]:
    """Make the room's cross-checks on the latest deliveries, and write for each source what concerns it.

    Raises as `checked`; and `BadSignature` when the policy, which says what is small, is not as it was signed.
    """
    policy = verify_policy(room.policy, room.policy_signature, room.read_public_key()).policy
    deliveries, parts = checked(room, keyring, by)
    masking = Masking(int(policy.thresholds.minimum_people.value))
    written = []
    for source, found in by_source(parts).items():
        told, path = pollution(found, masking) or {}, report_of(room, source, deliveries[source]) / POLLUTION
        write_atomically(path, canonical(told))
        written.append(Written(source, told, path))
    return tuple(written)


def report_of(room: Room, source: str, delivery: str) -> Path:
    """Folder of the report on one delivery."""
    return room.reports / "deliveries" / source / delivery[:12]


def checked(room: Room, keyring: Keyring, by: "SignedIn") -> tuple[Mapping[str, str], tuple[Part, ...]]:
    """Source → delivery that was looked at, and what each check says of it, unmasked.

    Raises before any work: as `register.crosschecks.check_may_crosscheck` and `flows.meanings`, `NotListed`,
    `NotTrained`, `NothingReceived` and `BadSignature`.
    """
    from django.utils import timezone

    from register.crosschecks import check_may_crosscheck, record_crosscheck

    declared = room.cross_checks
    together = _together(room, declared)
    check_may_crosscheck(by, _footing(declared), together.values(), timezone.localdate())
    _check_meanings(room, declared)
    work = _Work(room, keyring, {name: fitted_model(room, name) for name in declared.models}, _deliveries(together))
    plan = _plan(declared, work)
    found: list[Part] = []
    for check in declared.checks:
        started = datetime.now(UTC)
        done = work.done(check)
        record_crosscheck(check.id, plan, records=done.records, found=done.found, started=started)
        found += done.parts
    write_logs(room, keyring.signer)
    return work.deliveries, tuple(found)


def by_source(parts: tuple[Part, ...]) -> dict[str, dict[str, list[Mapping[str, Any]]]]:
    """Source → kind of check → facts."""
    found: dict[str, dict[str, list[Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for part in parts:
        found[part.source][part.kind].append({"check": part.check, **part.facts})
    return {source: dict(kinds) for source, kinds in found.items()}


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


def _footing(declared: CrossChecks) -> Any:
    from register.crosschecks import Footing

    grounds = {source.id: source.ground for source in declared.sources}
    return Footing(declared.purpose, declared.agreement, declared.dpia, grounds)


def _deliveries(together: Mapping[str, set[str]]) -> dict[str, str]:
    return {source: latest(source) for source in sorted(set().union(*together.values()))}


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

    def done(self, check: AnyCheck) -> _Done:
        """Tables are opened for one check at a time: two of them are in memory at most."""
        match check:
            case DoublesCheck():
                return self._doubles(check)
            case ContradictionCheck():
                return self._contradictions(check)
            case OrphanCheck():
                return self._orphans(check)

    def _doubles(self, check: DoublesCheck) -> _Done:
        fitted = self.models[check.model]
        found = doubles(self._table(fitted.model.left), fitted)
        beyond = found.share - found.expected_false / max(found.records, 1)
        facts = {**found.facts, **_judged(beyond, check.fails_from, check.reason)}
        return _Done((Part(check.id, "doubles", fitted.model.left, facts),), found.records, found.doubled)

    def _contradictions(self, check: ContradictionCheck) -> _Done:
        fitted = self.models[check.model]
        names = (fitted.model.left, fitted.model.right)
        left, right = (self._table(name) for name in names)
        found = contradictions(left, right, fitted, check.fields)
        common = {"model": check.model, "links": found.links, "precision": found.precision}
        parts = tuple(
            Part(check.id, "contradictions", mine, {"with": other, **common, **one.facts})
            for mine, other in (names, names[::-1])
            for one in found.found
        )
        return _Done(parts, found.links, sum(one.differ for one in found.found))

    def _orphans(self, check: OrphanCheck) -> _Done:
        evidence = check.evidence or (check.field,)
        tables = (self._table(check.source), self._table(check.addresses))
        found = orphans(*tables, evidence, check.status, check.withdrawn)
        facts = {"beside": check.addresses, **found.facts, **_judged(found.share, check.fails_from, check.reason)}
        wrong = found.nowhere.records + found.withdrawn.records
        return _Done((Part(check.id, "orphans", check.source, facts),), found.filled, wrong)

    def _table(self, source: str) -> ProtectedTable:
        return protected_table(self.room, self.keyring, source, self.deliveries[source])


def _judged(share: float, fails_from: float, reason: str) -> dict[str, Any]:
    return {"threshold": fails_from, "reason": reason, "outcome": "failed" if share >= fails_from else "met"}
