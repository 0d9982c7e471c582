"""Try a request before anybody is asked: what stands in its way, what it might bring. Nothing is linked or released.

Records are counted only where agreement, ground, DPIA and retention would let the request be submitted, and each time
leaves a line in the processing log: rounding hides one person in a number, and the line shows who asks many numbers.
"""

from dataclasses import asdict, dataclass
from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any

from declare import Refusal, Sentence, load
from flows.books import fitted_models, plan_of, write_logs
from flows.deliveries import latest, protected_table
from flows.keyring import Keyring
from flows.minimise import check_request, minimised
from flows.reports import read_facts
from flows.submit import require_no_circle
from gate.policy import Policy
from koppelkamer.room import Room
from release.coarsen import coarse_payload
from release.trial import Eligible, Foreseen, eligible, foreseen, kept_of, rounded

if TYPE_CHECKING:
    from register.declarations import Request
    from register.session import SignedIn


@dataclass(frozen=True, slots=True)
class Tried:
    """`in_the_way`: each reason why the request could not be submitted or run now; with one, nothing was counted."""

    in_the_way: tuple[Refusal, ...]
    minimum: int
    """Least number that is told; all others are rounded to a multiple of it."""
    sources: tuple[Eligible, ...] = ()
    link_rates: tuple[tuple[str, float | None], ...] = ()
    """Of each model the share of its left source that was linked in the last release it was used for, if any."""
    tables: tuple[Foreseen, ...] = ()
    """None of an output that is no table."""

    @property
    def facts(self) -> dict[str, Any]:
        """As plain JSON data; the counts are masked already."""
        return {
            "in the way": [{"what": each.message, "way out": each.remedy} for each in self.in_the_way],
            "least": self.minimum,
            "sources": [asdict(one) for one in self.sources],
            "link rates": dict(self.link_rates),
            "tables": [asdict(table) for table in self.tables],
        }


def dry_run(room: Room, keyring: Keyring, by: "SignedIn", declared: "Request") -> Tried:
    """What the request of `by` would meet. Raises `NotYours` for somebody else's, `WrongInput` for columns that are not
    there."""
    from django.utils import timezone

    from register.refusals import NotYours
    from register.runs import request_tried

    started = timezone.now()
    if by.person.username != declared.requester:
        raise NotYours(Sentence("try"), [Sentence("the requester")])
    minimum = round(load(room.policy, Policy).thresholds.minimum_people.value)
    if in_the_way := _in_the_way(room, declared):
        return Tried(tuple(in_the_way), minimum)
    try:
        return _counted(room, keyring, declared, minimum)
    finally:
        request_tried(declared.id, declared.digest, started)
        write_logs(room, keyring.signer)


def _in_the_way(room: Room, declared: "Request") -> list[Refusal]:
    """The register's reasons come from a submission that is taken back."""
    from django.db import transaction
    from django.utils import timezone

    from register.conditions import refused, what_stands_in_the_way
    from register.load import sync_request

    found = [
        refused(partial(room.require_address, declared)),
        refused(partial(require_no_circle, declared)),
        refused(partial(check_request, room, declared)),
        refused(partial(fitted_models, room, declared)),
        *(refused(partial(latest, source.id)) for source in declared.sources),
    ]
    with transaction.atomic():
        row = sync_request(declared, plan_of(room, declared, []))
        found += what_stands_in_the_way(row, timezone.localdate())
        transaction.set_rollback(True)
    return [refusal for refusal in found if refusal]


def _counted(room: Room, keyring: Keyring, declared: "Request", minimum: int) -> Tried:
    output = declared.output
    whole = {one.id: protected_table(room, keyring, one.id, latest(one.id)) for one in declared.sources}
    used = minimised(room, keyring, declared.agreement, declared.purpose, whole)
    payload = {name: each.table.table for name, each in used.items()}
    sources = tuple(eligible(name, table, output.filters, minimum) for name, table in payload.items())
    rates = tuple((model, _link_rate(room, model, minimum)) for model in declared.models)
    kept = {name: coarse_payload(name, kept_of(name, table, output.filters), output) for name, table in payload.items()}
    rate = prod(rate for _, rate in rates if rate is not None)
    asked = (output.told_apart or (output.dimensions,)) if output.kind == "table" else ()
    tables = tuple(foreseen(kept, output.unit, dimensions, rate, minimum) for dimensions in asked)
    return Tried((), minimum, sources, rates, tables)


def _link_rate(room: Room, model: str, minimum: int) -> float | None:
    """In the last release for which the model was used, in whole percents of rounded numbers; None where no such is."""
    from register.models import Release

    for release in Release.objects.select_related("run").order_by("-examined_at"):
        if model in release.run.plan["models"]:
            facts, left = read_facts(room, release), room.model(model).left
            links = rounded(sum(one.links for one in facts.links if one.model == model), minimum)
            rows = rounded(sum(one.rows_kept for one in facts.sources if one.source == left), minimum)
            return round(min(1.0, links / rows), 2) if links and rows else None
    return None
