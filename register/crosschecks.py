"""Cross-checks of sources: whether they may be made, and what stands in the processing log of them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from django.db import transaction

from audit import Event
from audit.event import timestamp
from declare import Sentence
from register.conditions import check_dpia, check_in_force, check_use
from register.declarations import Dpia
from register.models import Agreement, Source
from register.operation import new_operation
from register.outbox import record
from register.refusals import NotYours, Unregistered
from register.session import SignedIn
from register.workflow import Role


@dataclass(frozen=True, slots=True)
class Footing:
    """What cross-checks rest on, as declared. `grounds`: source → law."""

    purpose: str
    agreement: str
    dpia: Dpia | None
    grounds: Mapping[str, str]


def check_may_crosscheck(by: SignedIn, footing: Footing, together: Collection[Collection[str]], today: date) -> None:
    """A data steward may hold sources beside each other; `together` are the sources of each check.

    What comes out of a check is for the owners of all its sources, so each of these is a recipient of all of them, of
    its own too. Raises `NotYours`, `NoDpia`, `DpiaNotValid`, `Unregistered`, `AgreementLapsed`, `NotAParty`,
    `NoGround` or `NoTriple`.
    """
    if Role.STEWARD not in by.person.roles():
        raise NotYours(Sentence("a cross-check"), [Role.STEWARD.value])
    check_dpia("cross-checks.toml", footing.dpia, today)
    agreement = Agreement.objects.filter(id=footing.agreement).first()
    if agreement is None:
        raise Unregistered("agreement")
    check_in_force(agreement, today)
    for names in together:
        sources = [_registered(name) for name in sorted(names)]
        owners = sorted({source.owner_id for source in sources})
        for source in sources:
            check_use(agreement, source, footing.grounds.get(source.id, ""), owners, footing.purpose)


class Made(Protocol):
    """One check that was made: when it began, of how many records or links, and how many it found."""

    @property
    def check(self) -> str: ...
    @property
    def started(self) -> datetime: ...
    @property
    def records(self) -> int: ...
    @property
    def found(self) -> int: ...


@transaction.atomic
def record_crosschecks(plan: str, made: Iterable[Made]) -> None:
    """The checks were made under the plan with this digest; counts only."""
    for each in made:
        fields: dict[str, str | int] = {
            "activity": f"crosscheck/{each.check}",
            "status": "ok",
            "started": timestamp(each.started),
            "ended": timestamp(),
            "plan": plan,
            "records": each.records,
            "found": each.found,
        }
        record(Event("sources cross-checked", new_operation(), timestamp(), fields))


def _registered(name: str) -> Source:
    source = Source.objects.filter(id=name).first()
    if source is None:
        raise Unregistered("source")
    return source
