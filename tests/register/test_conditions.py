"""What must hold on the day: lapsed agreements, missing DPIAs, sources nobody may use."""

from datetime import date
from typing import Any

import pytest

from declare import Refusal
from register import refusals
from register.conditions import check_may_receive, check_may_run, check_may_submit, has_lapsed
from register.models import Agreement, Partner, Request
from register.models import Source as SourceRow
from register.runs import start_run
from register.session import act_as
from register.workflow import Role
from tests.register.room import (
    AGREEMENT,
    PEOPLE,
    REQUEST,
    TODAY,
    Member,
    approved,
    deliveries,
    draft,
    furnish,
    plan,
    take,
    unguarded,
)

pytestmark = pytest.mark.django_db

RECEIVING: dict[str, tuple[dict[str, Any], str, str, type[Refusal] | None]] = {
    "sealed": ({}, "incomes", "sealed", None),
    "clear under a processing agreement": ({}, "residents", "clear", None),
    "clear without one": ({}, "incomes", "clear", refusals.ClearDelivery),
    "a source nobody declared": ({}, "phones", "sealed", refusals.Unregistered),
    "a lapsed agreement": ({"until": "2021-12-31"}, "incomes", "sealed", refusals.AgreementLapsed),
    "an agreement that has not begun": ({"from": "2080-01-01"}, "incomes", "sealed", refusals.AgreementLapsed),
    "an owner who is no party": ({"parties": ["city"]}, "incomes", "sealed", refusals.NotAParty),
    "no ground": ({"grounds": AGREEMENT["grounds"][:1]}, "incomes", "sealed", refusals.NoGround),
}


@pytest.mark.parametrize(("agreement", "source", "form", "refusal"), RECEIVING.values(), ids=RECEIVING)
def test_receiving(agreement: dict[str, Any], source: str, form: Any, refusal: type[Refusal] | None) -> None:
    furnish(agreement=AGREEMENT | agreement)
    if refusal is None:
        check_may_receive(source, form, TODAY)
    else:
        with pytest.raises(refusal) as refused:
            check_may_receive(source, form, TODAY)
        assert refused.value.exit_code in (1, 2)


def dpia(**other: Any) -> dict[str, Any]:
    return {"dpia": REQUEST["dpia"] | other}


SUBMITTING: dict[str, tuple[dict[str, Any], dict[str, Any], type[Refusal]]] = {
    "no DPIA": ({}, {"dpia": None}, refusals.NoDpia),
    "an expired DPIA": ({}, dpia(valid_until="2022-01-01"), refusals.DpiaNotValid),
    "a suspended DPIA": ({}, dpia(status="suspended"), refusals.DpiaNotValid),
    "a DPIA of the future": ({}, dpia(approved="2085-01-01"), refusals.DpiaNotValid),
    "retention is over": ({}, {"retention_until": "2022-01-01"}, refusals.RetentionOver),
    "a lapsed agreement": ({"until": "2021-12-31"}, {}, refusals.AgreementLapsed),
    "an owner who is no party": ({"parties": ["city"]}, {}, refusals.NotAParty),
    "no triple for the purpose": ({}, {"purpose": "curiosity"}, refusals.NoTriple),
    "no triple for the recipient": ({}, {"recipients": ["city", "bank"]}, refusals.NoTriple),
    "another ground than agreed": (
        {},
        {"sources": [source | {"ground": "Law 2"} for source in REQUEST["sources"]]},
        refusals.NoGround,
    ),
}


@pytest.mark.parametrize(("agreement", "request_", "refusal"), SUBMITTING.values(), ids=SUBMITTING)
def test_submitting(agreement: dict[str, Any], request_: dict[str, Any], refusal: type[Refusal]) -> None:
    furnish(agreement=AGREEMENT | agreement)
    request = draft(**request_)
    with pytest.raises(refusal):
        take("ann", request, "submit")
    assert (request.state, request.round) == ("draft", 0)


def test_an_approved_request_may_run() -> None:
    request = approved()
    check_may_run(request.id, plan(), TODAY)


CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "policy": ({"policy": "q" * 64}, "policy"),
    "model": ({"models": {"m": "5" * 64}}, "model m"),
    "source declaration": ({"sources": {"residents": "1" * 64, "incomes": "6" * 64}}, "source incomes"),
    "code": ({"code": "0.2.0"}, "code"),
    "agreement": ({"agreement": "7" * 64}, "agreement"),
}


@pytest.mark.parametrize(("change", "named"), CHANGES.values(), ids=CHANGES)
def test_approvals_bind_what_was_approved(change: dict[str, Any], named: str) -> None:
    request = approved()
    with pytest.raises(refusals.ChangedSinceApproval, match=f": {named} changed"):
        check_may_run(request.id, plan(**change), TODAY)


def test_approvals_end_with_the_dpia() -> None:
    request = approved()
    with pytest.raises(refusals.DpiaNotValid):
        check_may_run(request.id, plan(), date(2088, 1, 2))
    assert has_lapsed(request, date(2088, 1, 2))
    assert not has_lapsed(request, date(2088, 1, 1))


def test_approvals_end_with_the_agreement() -> None:
    request = approved()
    with unguarded():
        Agreement.objects.update(until="2023-01-01")
    with pytest.raises(refusals.AgreementLapsed):
        start_run(act_as("stef"), request.id, plan(), {}, today=TODAY)
    request.refresh_from_db()
    assert request.state == "scheduled"


def test_a_state_forged_without_approvals_does_not_run() -> None:
    furnish()
    request = draft()
    with unguarded():
        Request.objects.filter(id=request.id).update(state="scheduled")
    with pytest.raises(refusals.NotApproved, match="legal_officer, data_owner of city, data_owner of tax, dpo"):
        check_may_run(request.id, plan(), TODAY)


def test_a_source_that_changed_hands_is_refused() -> None:
    request = approved()
    with unguarded():
        SourceRow.objects.filter(id="incomes").update(owner=Partner.objects.get(id="bank"))
    request.refresh_from_db()
    with pytest.raises(refusals.NotAParty):
        check_may_submit(request, TODAY)


def test_a_delivery_that_did_not_come_in_is_not_run() -> None:
    request = approved()
    with pytest.raises(refusals.Unregistered):
        start_run(act_as("stef"), request.id, plan(), deliveries() | {"incomes": "9" * 64}, today=TODAY)
    with pytest.raises(refusals.Unregistered):
        check_may_run("nothing", plan(), TODAY)


def test_a_role_that_is_no_longer_declared_ends() -> None:
    request = approved()
    furnish((*(member for member in PEOPLE if member.username != "stef"), Member("stef", Role.AUDITOR)))
    with pytest.raises(refusals.NotYours):
        start_run(act_as("stef"), request.id, plan(), deliveries(), today=TODAY)
