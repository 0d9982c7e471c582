"""Standing consents: what they cover, what they leave to be asked, and whose voice they are."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from register import refusals
from register.conditions import check_may_run, has_lapsed
from register.consents import accept, withdraw
from register.coverage import coverage
from register.declarations import Agreement
from register.load import sync_agreements
from register.models import (
    Approval,
    ConsentAcceptance,
    ConsentWithdrawal,
    Decision,
    OutboxEvent,
    Release,
    Request,
    StandingConsent,
)
from register.runs import Examined, finish_run, start_run
from register.session import act_as
from tests.register.room import (
    AGREEMENT,
    CONSENT,
    PEOPLE,
    TODAY,
    Member,
    deliveries,
    draft,
    furnish,
    person,
    plan_of,
    take,
    unguarded,
)

pytestmark = pytest.mark.django_db
TAX: dict[str, Any] = CONSENT | {"owner": "tax", "columns": {"incomes": ["area"]}}
YESTERDAY = (TODAY - timedelta(days=1)).isoformat()


def agreed(*consents: dict[str, Any], people: tuple[Member, ...] = PEOPLE, **other: Any) -> None:
    """The room with these standing consents, each accepted by its owner."""
    furnish(people, AGREEMENT | {"consents": list(consents)} | other)
    for consent in StandingConsent.objects.filter(declared=True):
        accept(act_as({"city": "owen", "tax": "tess"}[consent.partner_id]), consent)


def at_the_owners(**other: Any) -> Request:
    """A request just checked by the legal officer."""
    request = draft(**other)
    take("ann", request, "submit")
    take("lea", request, "approve")
    return request


def consents_given(request: Request) -> dict[str | None, str]:
    given = request.approvals.filter(kind="data_owner", round=request.round)
    return {each.partner_id: each.how for each in given}


HISTORIES: dict[str, tuple[tuple[dict[str, Any], ...], str, dict[str, str]]] = {
    "all agreed beforehand": ((CONSENT, TAX), "consented", {"city": "standing", "tax": "standing"}),
    "one did": ((CONSENT,), "checked", {"city": "standing"}),
    "nobody did": ((), "checked", {}),
    "another purpose": ((CONSENT | {"purpose": "other"},), "checked", {}),
}


@pytest.mark.parametrize(("consents", "state", "given"), HISTORIES.values(), ids=HISTORIES)
def test_who_agreed_beforehand_is_not_asked(
    consents: tuple[dict[str, Any], ...], state: str, given: dict[str, str]
) -> None:
    agreed(*consents)
    request = at_the_owners()
    assert (request.state, consents_given(request)) == (state, given)


NEWS: dict[str, tuple[dict[str, Any], dict[str, Any], list[tuple[str, str]]]] = {
    "nothing": ({}, {}, []),
    "a column": ({"columns": {"residents": ["age"]}}, {}, [("column", "residents.area")]),
    "a source": ({"columns": {"others": ["area"]}}, {}, [("source", "residents"), ("column", "residents.area")]),
    "a recipient": ({}, {"recipients": ["city", "tax"]}, [("recipient", "tax")]),
    "rows": (
        {},
        {"output": {"kind": "persons", "unit": "residents", "dimensions": ["residents.area"]}},
        [("rows", "")],
    ),
    "smaller cells": ({"minimum_people": 11}, {}, [("smallest cell", "10 < 11")]),
    "cells just large enough": ({"minimum_people": 10}, {}, []),
    "on its last day": ({"until": TODAY.isoformat()}, {}, []),
    "the purpose": ({"purpose": "other"}, {}, [("no consent", "")]),
}


@pytest.mark.parametrize(("consent", "asked", "new"), NEWS.values(), ids=NEWS)
def test_the_owner_is_asked_exactly_what_is_new(
    consent: dict[str, Any], asked: dict[str, Any], new: list[tuple[str, str]]
) -> None:
    triples = [*AGREEMENT["triples"], *({**each, "recipient": "tax"} for each in AGREEMENT["triples"])]
    agreed(CONSENT | consent, triples=triples)
    request = draft(**asked)
    found = coverage(request, "city", TODAY)
    assert [(each.kind, each.what) for each in found.new] == new
    assert found.covers == (not new)
    assert ("city" in consents_given(at_the_owners(**asked))) == (not new)


def test_after_its_last_day_a_consent_covers_nothing() -> None:
    agreed(CONSENT | {"until": TODAY.isoformat()})
    new = coverage(draft(), "city", TODAY + timedelta(days=1)).new
    assert [(each.kind, each.what) for each in new] == [("ended", TODAY.isoformat())]


def test_after_its_last_day_a_consent_is_not_accepted() -> None:
    with pytest.raises(refusals.ConsentOver):
        agreed(CONSENT | {"until": YESTERDAY})
    assert not ConsentAcceptance.objects.exists()


def test_the_nearest_of_several_consents_is_told() -> None:
    agreed(CONSENT | {"columns": {"residents": []}, "recipients": ["tax"]}, CONSENT | {"columns": {"residents": []}})
    assert [each.what for each in coverage(draft(), "city", TODAY).new] == ["residents.area"]


def test_a_consent_that_nobody_accepted_decides_nothing() -> None:
    furnish(agreement=AGREEMENT | {"consents": [CONSENT]})
    assert consents_given(at_the_owners()) == {}


def test_an_approval_by_consent_names_who_accepted_it_and_when() -> None:
    agreed(CONSENT)
    request = at_the_owners()
    approval = Approval.objects.get(request=request, partner="city")
    acceptance = ConsentAcceptance.objects.get()
    assert (approval.standing, approval.person, approval.decision.how) == (acceptance, person("owen"), "standing")
    written = OutboxEvent.objects.get(name="decided by standing consent").fields
    assert (written["person"], written["acceptance"], written["consent"], written["digest"]) == (
        "owen",
        acceptance.pk,
        acceptance.consent_id,
        request.digest,
    )


def test_changed_words_need_a_new_yes() -> None:
    agreed(CONSENT)
    changed = AGREEMENT | {"consents": [CONSENT | {"every_days": 7}]}
    sync_agreements([Agreement.model_validate(changed)])
    assert consents_given(at_the_owners()) == {}
    old = StandingConsent.objects.get(declared=False)
    with pytest.raises(refusals.StalePage):
        accept(act_as("owen"), old)
    sync_agreements([Agreement.model_validate(AGREEMENT | {"consents": [CONSENT]})])
    old.refresh_from_db()
    assert old.declared, "the words that were accepted hold again when they are said again"


def test_what_was_withdrawn_decides_nothing_more_and_may_be_accepted_again() -> None:
    agreed(CONSENT)
    consent = StandingConsent.objects.get()
    first = at_the_owners()
    with pytest.raises(refusals.NothingSaid):
        withdraw(act_as("owen"), consent, " ")
    withdraw(act_as("owen"), consent, "We want to look ourselves.")
    with pytest.raises(refusals.NotStanding):
        withdraw(act_as("owen"), consent, "again")
    assert consents_given(at_the_owners(id="second")) == {}
    assert consents_given(first) == {"city": "standing"}, "what it decided stands"
    accept(act_as("owen"), consent)
    assert [one.number for one in ConsentAcceptance.objects.order_by("number")] == [1, 2]


def test_only_an_owner_of_that_partner_accepts_and_withdraws_once() -> None:
    agreed(CONSENT)
    consent = StandingConsent.objects.get()
    for who in ("tess", "lea", "dora"):
        for deed in (lambda by: accept(by, consent), lambda by: withdraw(by, consent, "no")):
            with pytest.raises(refusals.NotYours):
                deed(act_as(who))
    with pytest.raises(refusals.AlreadyDecided):
        accept(act_as("owen"), consent)


def test_a_form_sent_twice_accepts_and_withdraws_once() -> None:
    furnish(agreement=AGREEMENT | {"consents": [CONSENT]})
    consent, by = StandingConsent.objects.get(), act_as("owen")
    assert accept(by, consent, operation="a" * 32) == accept(by, consent, operation="a" * 32)
    assert withdraw(by, consent, "no", operation="b" * 32) == withdraw(by, consent, "no", operation="b" * 32)
    assert (ConsentAcceptance.objects.count(), ConsentWithdrawal.objects.count()) == (1, 1)


def test_an_acceptance_ends_with_the_role_and_does_not_come_back() -> None:
    both = (*PEOPLE, Member("otto", "data_owner"))
    agreed(CONSENT, people=both)
    without = tuple(member for member in both if member.username != "owen")
    furnish(without, AGREEMENT | {"consents": [CONSENT]})
    assert consents_given(at_the_owners()) == {}
    consent = StandingConsent.objects.get()
    accept(act_as("otto"), consent)
    furnish(both, AGREEMENT | {"consents": [CONSENT]})
    withdraw(act_as("otto"), consent, "no")
    assert consents_given(at_the_owners(id="second")) == {}


def test_who_accepted_is_the_voice_that_counts() -> None:
    """The requester accepted as owner; the legal officer accepted as owner; one owner of two partners."""
    more = (Member("ann", "data_owner"), Member("lea", "data_owner", "tax"))
    furnish((*PEOPLE, *more), AGREEMENT | {"consents": [CONSENT, TAX]})
    accept(act_as("ann"), StandingConsent.objects.get(partner="city"))
    accept(act_as("lea"), StandingConsent.objects.get(partner="tax"))
    request = at_the_owners()
    assert (request.state, consents_given(request)) == ("checked", {})
    assert [each.kind for each in coverage(request, "city", TODAY).new] == ["own request"]
    assert [each.kind for each in coverage(request, "tax", TODAY).new] == ["spoke"]
    take("owen", request, "approve")
    take("tess", request, "approve")
    assert request.state == "consented"


def test_one_owner_of_two_partners_speaks_once() -> None:
    furnish((*PEOPLE, Member("owen", "data_owner", "tax")), AGREEMENT | {"consents": [CONSENT, TAX]})
    for consent in StandingConsent.objects.all():
        accept(act_as("owen"), consent)
    assert consents_given(at_the_owners()) == {"city": "standing"}


def days_ago(request: Request, days: int) -> None:
    """As if what was decided on the request was decided so long ago."""
    moment = timezone.localtime(Decision.objects.latest("at").at) - timedelta(days=days)  # by the calendar
    with unguarded():
        Decision.objects.filter(subject_id=request.id).update(at=moment)


@pytest.mark.parametrize(("days", "covered"), [(0, False), (29, False), (30, True)])
def test_a_consent_decides_on_so_many_requests_and_no_more(days: int, covered: bool) -> None:
    agreed(CONSENT)
    days_ago(at_the_owners(), days)
    assert (consents_given(at_the_owners(id="second")) == {"city": "standing"}) is covered


def test_a_request_that_comes_back_is_no_second_use() -> None:
    agreed(CONSENT)
    request = at_the_owners()
    take("tess", request, "return", "not so")
    take("ann", request, "submit")
    take("lea", request, "approve")
    assert consents_given(request) == {"city": "standing"}


def completed(outcome: str = "PASS") -> Release:
    agreed(CONSENT, TAX)
    request = at_the_owners()
    take("dora", request, "advise")
    run = start_run(act_as("stef"), request.id, plan_now(), deliveries(), today=TODAY)
    return finish_run(act_as("stef"), run, Examined(outcome, "3" * 64, "4" * 64), links=7)


def plan_now() -> Any:
    from register.declarations import Request as Declared
    from tests.register.room import REQUEST

    return plan_of(Declared.model_validate(REQUEST))


@pytest.mark.parametrize(("days", "refused"), [(0, True), (29, True), (30, False)])
def test_a_request_runs_as_often_as_its_consents_allow(days: int, refused: bool) -> None:
    release = completed()
    today = TODAY + timedelta(days=days)
    if refused:
        with pytest.raises(refusals.TooSoon, match=(TODAY + timedelta(days=30)).isoformat()):
            check_may_run(release.request_id, plan_now(), today)
    else:
        check_may_run(release.request_id, plan_now(), today)


def test_a_run_that_the_gate_refused_does_not_count() -> None:
    check_may_run(completed("FAIL").request_id, plan_now(), TODAY)


def test_what_a_consent_approved_ends_with_it() -> None:
    release = completed("FAIL")
    with unguarded():
        StandingConsent.objects.filter(partner="tax").update(until=TODAY)
    tomorrow = TODAY + timedelta(days=1)
    check_may_run(release.request_id, plan_now(), TODAY)
    assert not has_lapsed(release.request, TODAY)
    with pytest.raises(refusals.ConsentEnded):
        check_may_run(release.request_id, plan_now(), tomorrow)
    assert has_lapsed(release.request, tomorrow)


WRONG: dict[str, dict[str, Any]] = {
    "an owner who is no party": {"owner": "bank"},
    "a recipient who is no party": {"recipients": ["bank"]},
    "no sources": {"columns": {}},
    "no people": {"minimum_people": 0},
    "as often as you like": {"every_days": 0},
    "without an end": {"until": None},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_consent_that_says_too_little_is_no_declaration(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="consent"):
        Agreement.model_validate(AGREEMENT | {"consents": [CONSENT | wrong]})
