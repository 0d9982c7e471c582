"""Decisions: who may take which step on what, once, on what they read, and written whole or not at all."""

from typing import Any

import pytest
from django.db.models import Model

from declare import Refusal
from register import load, refusals
from register.models import Approval, Decision, OutboxEvent, ReleaseDecision, Request
from register.notes import policy_signed
from register.queries import actions
from register.runs import start_run
from register.session import SignedIn, act_as
from register.withdrawals import withdraw
from register.workflow import Role
from tests.register.room import (
    ANSWERS,
    MORE,
    PARTNERS,
    PEOPLE,
    TODAY,
    Member,
    approved,
    counts,
    deliveries,
    draft,
    examined,
    furnish,
    person,
    plan,
    signed_in,
    take,
    unguarded,
)

pytestmark = pytest.mark.django_db


def test_who_ran_it_never_releases_it() -> None:
    release = examined()
    furnish((*PEOPLE, Member("stef", "release_officer"), Member("stef", "dpo")))
    with pytest.raises(refusals.DutiesKeptApart):
        take("stef", release, "advise")
    take("dora", release, "advise")
    with pytest.raises(refusals.DutiesKeptApart):
        take("stef", release, "release", "because")


SETTLED_BY_OTHERS: dict[str, tuple[str, str, str]] = {
    "as legal officer": ("submitted", "legal_officer", "return"),
    "as owner": ("checked", "data_owner", "return"),
    "as DPO": ("consented", "dpo", "return"),
    "as DPO, lifting a hold": ("on_hold", "dpo", "resume"),
}


@pytest.mark.parametrize("who", ["ann", "stef"])
@pytest.mark.parametrize(("state", "role", "action"), SETTLED_BY_OTHERS.values(), ids=SETTLED_BY_OTHERS)
def test_who_asked_or_ran_it_does_not_settle_the_request(who: str, state: str, role: str, action: str) -> None:
    request = examined().request
    furnish((*PEOPLE, Member(who, role), Member("sam", role)))
    with unguarded():
        Request.objects.update(state=state, held_from="completed")
    request.refresh_from_db()
    assert action not in actions(person(who), request)
    with pytest.raises(refusals.DutiesKeptApart):
        take(who, request, action, "because")
    assert action in actions(person("sam"), request)
    take("sam", request, action, "because")


@pytest.mark.parametrize("who", ["ann", "stef"])
def test_who_asked_or_ran_it_neither_withholds_nor_resumes_a_release_but_may_hold_it(who: str) -> None:
    release = examined()
    furnish((*PEOPLE, Member(who, "release_officer"), Member(who, "dpo")))
    with pytest.raises(refusals.DutiesKeptApart):
        take(who, release, "withhold", "because")
    take(who, release, "hold", "because")
    with pytest.raises(refusals.DutiesKeptApart):
        take(who, release, "resume", "because")
    assert "resume" not in actions(person(who), release)
    take("dora", release, "resume", "because")


def test_who_approved_may_run_and_who_approved_may_decide_on_what_another_ran() -> None:
    release = examined()
    furnish((*PEOPLE, Member("lea", "release_officer")))
    take("dora", release, "advise")
    take("lea", release, "release", "because")
    furnish((*PEOPLE, Member("lea", "data_steward")))
    assert start_run(act_as("lea"), "insight", plan(), deliveries(), today=TODAY).runner == person("lea")


def test_each_warning_is_answered_four_times() -> None:
    release = examined("WARN")
    take("dora", release, "advise")
    for answers in ({}, {"B04": {"legitimate": "yes"}}, {"B04": dict.fromkeys(ANSWERS["B04"], " ")}):
        with pytest.raises(refusals.AnswersMissing, match="B04"):
            take("rob", release, "release", "because", answers=answers)
    take("rob", release, "release", "because", answers=ANSWERS)
    assert ReleaseDecision.objects.get(release=release).answers == ANSWERS


def test_a_release_waits_for_its_request() -> None:
    release = examined()
    take("dora", release, "advise")
    take("dora", release.request, "hold", "a question")
    with pytest.raises(refusals.StepNotAllowed):
        take("rob", release, "release", "because")


def test_a_stale_page_decides_nothing() -> None:
    furnish()
    request = draft()
    with pytest.raises(refusals.StalePage):
        take("ann", request, "submit", seen="0" * 64)
    assert request.state == "draft"


def test_a_replayed_form_decides_once() -> None:
    furnish()
    request = draft()
    take("ann", request, "submit", operation="form-1")
    take("ann", request, "submit", operation="form-1")
    assert Decision.objects.count() == 1


@pytest.mark.parametrize(("action", "reason"), [("withdraw", ""), ("submit", "on second thoughts")])
def test_a_page_that_was_sent_and_changed_decides_nothing_in_silence(action: str, reason: str) -> None:
    furnish()
    request = draft()
    take("ann", request, "submit", operation="form-1")
    with pytest.raises(refusals.AlreadyDecided):
        take("ann", request, action, reason, operation="form-1")
    assert Decision.objects.count() == 1


def test_another_persons_operation_is_not_taken_over() -> None:
    furnish()
    request = draft()
    take("ann", request, "submit", operation="form-1")
    with pytest.raises(Refusal):
        take("lea", request, "approve", operation="form-1")
    request.refresh_from_db()
    assert request.state == "submitted"


@pytest.mark.parametrize("action", ["run", "finish", "stop"])
def test_work_is_not_decided_apart_from_doing_it(action: str) -> None:
    request = approved()
    with pytest.raises(refusals.StepNotAllowed, match=f"“{action}” is no step"):
        take("stef", request, action)


def test_a_refusal_lists_what_people_may_decide_and_no_work() -> None:
    request = approved()
    with pytest.raises(refusals.StepNotAllowed) as refused:
        take("lea", request, "approve")
    assert "hold (dpo)" in str(refused.value.remedy)
    assert "run (" not in str(refused.value.remedy)
    with unguarded():
        Request.objects.update(state="running")
    with pytest.raises(refusals.StepNotAllowed) as refused:
        take("lea", request, "approve")
    assert refused.value.remedy == "Possible: wait until the run has ended."


def test_reasons_are_asked_for() -> None:
    furnish()
    request = draft()
    take("ann", request, "submit")
    with pytest.raises(refusals.NothingSaid):
        take("dora", request, "hold", "  ")


def test_a_changed_request_is_a_draft_again_and_a_hold_outlives_the_change() -> None:
    approved()
    assert draft(title="Another").state == "draft"
    request = draft(title="A third")
    take("ann", request, "submit")
    take("dora", request, "hold", "a question")
    assert draft(title="A fourth").state == "on_hold"


def test_the_requester_of_a_request_does_not_change() -> None:
    approved()
    furnish((*PEOPLE, *MORE))
    with pytest.raises(refusals.DutiesKeptApart):
        draft(requester="zoe")


@pytest.mark.parametrize("kind", [OutboxEvent, Decision, Approval, Request])
def test_state_decision_approval_and_event_are_written_together_or_not_at_all(
    kind: type[Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk goes away just after one of the four rows was written."""
    furnish()
    request = draft()
    take("ann", request, "submit")
    before, whole = counts(), kind.save

    def written_and_gone(row: Model, **options: Any) -> None:
        whole(row, **options)
        raise OSError("the disk is gone")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="the disk is gone"):
        patch.setattr(kind, "save", written_and_gone)
        take("lea", request, "approve")
    request.refresh_from_db()
    assert (request.state, counts()) == ("submitted", before)


def test_a_signed_in_person_cannot_be_made_up() -> None:
    furnish()
    with pytest.raises(TypeError):
        SignedIn(act_as("ann").person, "session")


def test_what_left_keeps_the_title_recipients_and_retention_that_were_approved() -> None:
    """Otherwise the requester alone could rewrite whom it went to, and for how long."""
    release = examined()
    take("dora", release, "advise")
    take("rob", release, "release", "fine")
    for changed in ({"title": "Another"}, {"recipients": ["tax"]}, {"retention_until": "2099-01-01"}):
        with pytest.raises(refusals.StepNotAllowed, match="change"):
            draft(**changed)
    release.request.refresh_from_db()
    assert (release.request.title, release.request.recipients) == ("Insight", ["city"])


def test_a_release_of_an_earlier_plan_is_neither_advised_on_nor_released() -> None:
    release = examined()
    request = draft(title="Something else")
    take("ann", request, "submit")
    for who in ("lea", "owen", "tess"):
        take(who, request, "approve")
    take("dora", request, "advise")
    with pytest.raises(refusals.ChangedSinceApproval):
        take("dora", release, "advise")


def test_a_release_examined_under_an_earlier_policy_is_neither_advised_on_nor_released() -> None:
    release = examined()
    take("dora", release, "advise")
    policy_signed("9" * 64, "0a1b2c")
    for who, action, reason in (("dora", "advise", ""), ("rob", "release", "fine")):
        with pytest.raises(refusals.PolicyChangedSince):
            take(who, release, action, reason)


@pytest.mark.parametrize("first", ["advise", "advise against"])
def test_whoever_gave_an_opinion_decides_nothing_after_another_spoke(first: str) -> None:
    release = examined()
    load.sync_room("demo", "Demo", True, PARTNERS, (*PEOPLE, Member("rob", Role.DPO)))
    take("rob", release, first, "as I see it")
    take("dora", release, first, "as I see it")
    action = "release" if first == "advise" else "countersign"
    with pytest.raises(refusals.DutiesKeptApart):
        take("rob", release, action, "after all")


def test_what_rests_on_a_withdrawn_delivery_is_not_released() -> None:
    release = examined()
    take("dora", release, "advise")
    withdraw(signed_in("owen"), "residents", release.run.deliveries["residents"], "It was another file.")
    with pytest.raises(refusals.WithdrawnSince):
        take("rob", release, "release", "fine")
