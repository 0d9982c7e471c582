"""Cross-checks run only on an agreement in force that covers every source for every owner concerned."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pytest
from django.utils import timezone

from declare import Refusal
from register import refusals
from register.crosschecks import Footing, check_may_crosscheck, record_crosschecks
from register.declarations import Dpia
from register.models import OutboxEvent
from register.session import act_as
from tests.register.room import AGREEMENT, REQUEST, TODAY, furnish

pytestmark = pytest.mark.django_db

GROUNDS = {"residents": "Law 1", "incomes": "Law 1"}
FOOTING = Footing("quality", "covenant", Dpia.model_validate(REQUEST["dpia"]), GROUNDS)
TOGETHER = [{"residents", "incomes"}, {"residents"}]


@dataclass(frozen=True)
class Made:
    check: str
    started: datetime
    records: int
    found: int


def triples(*pairs: tuple[str, str], purpose: str = "quality") -> list[dict[str, str]]:
    return [{"source": source, "recipient": to, "purpose": purpose} for source, to in pairs]


ALL = [("residents", "city"), ("residents", "tax"), ("incomes", "city"), ("incomes", "tax")]
COVERING = AGREEMENT | {"triples": triples(*ALL)}


def dpia(**other: Any) -> Dpia:
    return Dpia.model_validate(REQUEST["dpia"] | other)


def test_an_agreement_that_covers_everything_lets_a_steward_cross_check() -> None:
    furnish(agreement=COVERING)
    check_may_crosscheck(act_as("stef"), FOOTING, TOGETHER, TODAY)


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], type[Refusal]]] = {
    "another purpose": ({"triples": triples(*ALL, purpose="insight")}, {}, refusals.NoTriple),
    "no triple for the other owner": ({"triples": triples(*ALL[:3])}, {}, refusals.NoTriple),
    "no triple back to the own owner": ({"triples": triples(*ALL[1:])}, {}, refusals.NoTriple),
    "a lapsed agreement": ({"until": "2021-12-31"}, {}, refusals.AgreementLapsed),
    "an owner who left the agreement": (
        {"parties": ["city"], "triples": triples(*(pair for pair in ALL if pair[1] == "city"))}, {}, refusals.NotAParty,
    ),
    "no ground agreed for a source": ({"grounds": AGREEMENT["grounds"][:1]}, {}, refusals.NoGround),
    "another ground than agreed": ({}, {"grounds": GROUNDS | {"incomes": "Law 2"}}, refusals.NoGround),
    "a source without a ground": ({}, {"grounds": {"residents": "Law 1"}}, refusals.NoGround),
    "an agreement nobody registered": ({}, {"agreement": "treaty"}, refusals.Unregistered),
    "no DPIA": ({}, {"dpia": None}, refusals.NoDpia),
    "a suspended DPIA": ({}, {"dpia": dpia(status="suspended")}, refusals.DpiaNotValid),
    "an expired DPIA": ({}, {"dpia": dpia(valid_until="2022-01-01")}, refusals.DpiaNotValid),
}  # fmt: skip


@pytest.mark.parametrize(("agreement", "footing", "refusal"), CASES.values(), ids=CASES)
def test_what_stops_a_cross_check(agreement: dict[str, Any], footing: dict[str, Any], refusal: type[Refusal]) -> None:
    furnish(agreement=COVERING | agreement)
    with pytest.raises(refusal) as refused:
        check_may_crosscheck(act_as("stef"), replace(FOOTING, **footing), TOGETHER, TODAY)
    assert refused.value.exit_code in (1, 2)


@pytest.mark.parametrize("who", ["ann", "owen", "lea", "dora", "rob", "adam", "aud"])
def test_only_a_data_steward_cross_checks(who: str) -> None:
    furnish(agreement=COVERING)
    with pytest.raises(refusals.NotYours, match="data_steward"):
        check_may_crosscheck(act_as(who), FOOTING, TOGETHER, TODAY)


def test_sources_that_nothing_holds_beside_each_other_need_no_triple_of_each_other() -> None:
    own = AGREEMENT | {"triples": triples(("residents", "city"), ("incomes", "tax"))}
    furnish(agreement=own)
    check_may_crosscheck(act_as("stef"), FOOTING, [{"residents"}, {"incomes"}], TODAY)


def test_a_source_nobody_declared_is_refused() -> None:
    furnish(agreement=COVERING)
    with pytest.raises(refusals.Unregistered):
        check_may_crosscheck(act_as("stef"), FOOTING, [{"phones"}], date(2026, 1, 1))


def test_the_processing_log_gets_counts_and_no_name() -> None:
    furnish(agreement=COVERING)
    record_crosschecks("a" * 64, [Made("twice", timezone.now(), 100, 4)])
    event = OutboxEvent.objects.get(name="sources cross-checked")
    assert event.log == "processing"
    assert event.fields["activity"] == "crosscheck/twice"
    assert (event.fields["records"], event.fields["found"], event.fields["plan"]) == (100, 4, "a" * 64)
    assert "stef" not in str(event.fields)
