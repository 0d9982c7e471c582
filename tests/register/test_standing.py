"""Series that go on by themselves: who may decide so, what leaves by it, and what stops it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from register import jobs, load, notices, refusals, schedules, work
from register.conditions import check_may_write
from register.declarations import Request as RequestDeclared
from register.models import Job, JobState, Membership, OutboxEvent, Release, StandingDecision, StandingRelease, Work
from register.queries import actions, may_propose
from register.runs import Examined, Rows, finish_run, record_delivery, record_parcel, start_run
from register.session import act_as
from register.standing import Terms, propose
from register.standing_steps import stop_past
from register.withdrawals import withdraw
from register.work import askable
from tests.register.room import (
    ANSWERS,
    PARTNERS,
    PEOPLE,
    REQUEST,
    TODAY,
    Member,
    deliveries,
    examined,
    person,
    plan,
    take,
    unguarded,
)

pytestmark = pytest.mark.django_db

UNTIL = TODAY + timedelta(days=400)
TERMS = Terms(("incomes",), 1, UNTIL, "every month the same")


def released(outcome: str = "PASS") -> Release:
    release: Release = examined(outcome)
    take("dora", release, "advise")
    take("rob", release, "release", "fine", answers=ANSWERS)
    back_in_time(release)
    return release


def back_in_time(release: Release, days: int = 7) -> None:
    """As if it had been run that long ago."""
    with unguarded():
        Release.objects.filter(pk=release.pk).update(examined_at=timezone.now() - timedelta(days=days))


def proposed(**other: Any) -> StandingDecision:
    release = released()
    terms = {"sources": TERMS.sources, "every_days": TERMS.every_days, "until": UNTIL, "reason": TERMS.reason}
    return propose(act_as("rob"), release, Terms(**terms | other), seen=release.digest)


def in_force(**other: Any) -> StandingDecision:
    standing = proposed(**other)
    take("dora", standing, "advise")
    take("rob", standing, "allow", "as advised")
    return standing


def again(outcome: str = "PASS", who: str = "stef", vary: str = "incomes", today: date = TODAY) -> Release:
    """Another run, of a new delivery of one source."""
    contents = deliveries()
    if vary:
        digest = f"{Release.objects.count() + 100:064x}"
        record_delivery(vary, digest, Rows(10, 9, 1), started=timezone.now())
        contents[vary] = digest
    run = start_run(act_as(who), "insight", plan(), contents, today=TODAY)
    warnings = ("B04",) if outcome in ("WARN", "NOT ASSESSABLE") else ()
    now = timezone.now() + (today - TODAY)
    release = finish_run(act_as(who), run, Examined(outcome, "3" * 64, "4" * 64, warnings), links=7, now=now)
    release.refresh_from_db()
    return release


def state() -> str:
    return StandingDecision.objects.get().state


def test_what_passes_is_released_by_it_in_the_name_of_who_decided() -> None:
    standing = in_force()
    release = again()
    assert release.state == "released" and release.decision is not None
    found = release.decision
    assert (found.officer.username, found.adviser.username, found.opinion) == ("rob", "dora", None)
    assert found.standing is not None and found.standing.standing == standing and found.decision.how == "standing"
    told = OutboxEvent.objects.get(name="released by standing decision").fields
    assert (told["person"], told["standing"], told["id"]) == ("rob", standing.id, release.id)
    (job,) = Job.objects.all()
    assert (job.kind, job.subject, job.asker.username, job.state) == ("release", release.id, "stef", "waiting")


STOPS: dict[str, tuple[dict[str, Any], str]] = {
    "a warning": ({"outcome": "WARN"}, "WARN"),
    "what could not be assessed": ({"outcome": "NOT ASSESSABLE"}, "NOT ASSESSABLE"),
    "what the gate refuses": ({"outcome": "FAIL"}, "FAIL"),
    "another delivery of a source it does not name": ({"vary": "residents"}, "delivery"),
}


@pytest.mark.parametrize(("run", "why"), STOPS.values(), ids=STOPS)
@pytest.mark.parametrize("given", [proposed, in_force])
def test_it_stops_for_good(given: Callable[[], StandingDecision], run: dict[str, Any], why: str) -> None:
    given()
    release = again(**run)
    assert (release.state, state()) == ("refused" if why == "FAIL" else "examined", "stopped")
    assert OutboxEvent.objects.get(name="standing decision stopped").fields["why"] == why
    assert again().state == "examined"
    assert not StandingRelease.objects.exists()


WAITS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "too soon": ({"every_days": 8}, {}),
    "run by the officer": ({}, {"who": "rob"}),
    "run by the DPO": ({}, {"who": "dora"}),
}


@pytest.mark.parametrize(("terms", "run"), WAITS.values(), ids=WAITS)
def test_it_waits_for_people_and_the_series_stands(terms: dict[str, Any], run: dict[str, Any]) -> None:
    in_force(**terms)
    if "who" in run:
        load.sync_room("demo", "Demo", True, PARTNERS, (*PEOPLE, Member(run["who"], "data_steward")))
    assert (again(**run).state, state()) == ("examined", "in_force")


REFUSED: dict[str, tuple[str, dict[str, Any], type[Exception]]] = {
    "by an analyst": ("ann", {}, refusals.NotYours),
    "by the DPO": ("dora", {}, refusals.NotYours),
    "by a steward": ("stef", {}, refusals.NotYours),
    "without a reason": ("rob", {"reason": " "}, refusals.NothingSaid),
    "naming somebody": ("rob", {"reason": "for jan@example.nl"}, refusals.NamesSomebody),
    "a source it does not use": ("rob", {"sources": ("cars",)}, refusals.TermsNotPossible),
    "no source": ("rob", {"sources": ()}, refusals.TermsNotPossible),
    "longer than the DPIA holds": ("rob", {"until": date(2088, 1, 2)}, refusals.TermsNotPossible),
    "until yesterday": ("rob", {"until": TODAY - timedelta(days=1)}, refusals.TermsNotPossible),
    "all the time": ("rob", {"every_days": 0}, refusals.TermsNotPossible),
    "on a page that is out of date": ("rob", {"seen": "0" * 64}, refusals.StalePage),
}


@pytest.mark.parametrize(("who", "terms", "refusal"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_proposed_writes_nothing(who: str, terms: dict[str, Any], refusal: type[Exception]) -> None:
    release = released()
    seen = terms.get("seen", release.digest)
    events = OutboxEvent.objects.count()
    with pytest.raises(refusal):
        propose(act_as(who), release, replace(TERMS, **{k: v for k, v in terms.items() if k != "seen"}), seen=seen)
    assert (StandingDecision.objects.count(), OutboxEvent.objects.count()) == (0, events)


def test_people_decided_on_the_latest_release_and_nothing_else() -> None:
    first = released()
    later = again()
    for release in (first, later):
        with pytest.raises(refusals.StepNotAllowed):
            propose(act_as("rob"), release, TERMS, seen=release.digest)


DUTIES: dict[str, tuple[list[tuple[str, str]], tuple[str, str], type[Exception]]] = {
    "without an opinion": ([], ("rob", "allow"), refusals.StepNotAllowed),
    "against the opinion": ([("dora", "advise against")], ("rob", "allow"), refusals.OpinionMissing),
    "by the DPO": ([("dora", "advise")], ("dora", "allow"), refusals.NotYours),
    "by another partner's owner": ([], ("zoe", "end"), refusals.NotYours),
    "held by an officer": ([("dora", "advise"), ("rob", "allow")], ("rob", "hold"), refusals.NotYours),
    "stopped by a person": ([("dora", "advise"), ("rob", "allow")], ("stef", "stop"), refusals.StepNotAllowed),
}


@pytest.mark.parametrize(("before", "last", "refusal"), DUTIES.values(), ids=DUTIES)
def test_who_may_not(before: list[tuple[str, str]], last: tuple[str, str], refusal: type[Exception]) -> None:
    standing = proposed()
    load.sync_room("demo", "Demo", True, PARTNERS, (*PEOPLE, Member("zoe", "data_owner", "bank")))
    for who, action in before:
        take(who, standing, action, "because")
    events = OutboxEvent.objects.count()
    with pytest.raises(refusal):
        take(*last[:1], standing, last[1], "because")
    assert OutboxEvent.objects.count() == events


PARTS: dict[str, tuple[str, str, str]] = {
    "the requester gives no opinion": ("ann", "dpo", "advise"),
    "who ran it gives no opinion": ("stef", "dpo", "advise"),
    "whose schedule runs it gives no opinion": ("sam", "dpo", "advise"),
    "the requester does not decide": ("ann", "release_officer", "allow"),
    "who ran it does not decide": ("stef", "release_officer", "allow"),
    "whose schedule runs it does not decide": ("sam", "release_officer", "allow"),
    "the DPO does not decide in another role": ("dora", "release_officer", "allow"),
}


@pytest.mark.parametrize(("who", "role", "action"), PARTS.values(), ids=PARTS)
def test_nobody_who_has_a_part_in_it_decides(who: str, role: str, action: str) -> None:
    standing = proposed()
    people = (*PEOPLE, Member("sam", "data_steward"), Member(who, role))
    load.sync_room("demo", "Demo", True, PARTNERS, people)
    schedules.make(act_as("sam"), Work.RUN, "insight", "0 6 * * *")
    if action == "allow":
        take("dora", standing, "advise")
    with pytest.raises(refusals.DutiesKeptApart):
        take(who, standing, action, "because")
    assert action not in actions(person(who), standing)


def test_a_hold_leaves_it_to_people_and_an_end_is_for_good() -> None:
    standing = in_force()
    take("dora", standing, "hold", "a complaint")
    assert again().state == "examined"
    take("dora", standing, "resume", "settled")
    later = again()
    assert later.state == "released"
    back_in_time(later)
    take("tess", standing, "end", "we look at it anew")
    assert (again().state, state()) == ("examined", "ended")


def test_an_officer_whose_role_ended_releases_nothing_more() -> None:
    in_force()
    Membership.objects.filter(person__username="rob").delete()
    assert (again().state, state()) == ("examined", "in_force")


def test_what_was_withdrawn_or_is_held_leaves_nothing_by_itself() -> None:
    in_force()
    contents = deliveries()
    run = start_run(act_as("stef"), "insight", plan(), contents, today=TODAY)
    withdraw(act_as("tess"), "incomes", contents["incomes"], "wrong year")
    release = finish_run(act_as("stef"), run, Examined("PASS", "3" * 64, "4" * 64), links=7)
    assert (release.state, state()) == ("examined", "in_force")


def test_another_plan_stops_it() -> None:
    in_force()
    declared = RequestDeclared.model_validate(REQUEST)
    load.sync_request(declared, plan(policy="q" * 64))
    assert state() == "stopped"
    assert OutboxEvent.objects.get(name="standing decision stopped").fields["why"] == "plan"


def test_a_run_that_is_told_twice_releases_once() -> None:
    in_force()
    release = again()
    once = finish_run(act_as("stef"), release.run, Examined("PASS", "3" * 64, "4" * 64), links=7)
    assert once == release
    assert (StandingRelease.objects.count(), Job.objects.count()) == (1, 1)


def test_a_release_that_is_called_back_stops_the_series_it_belongs_to() -> None:
    standing = in_force()
    take("tess", standing.release, "revoke", "the figures are wrong")
    assert (again().state, state()) == ("examined", "stopped")
    assert OutboxEvent.objects.get(name="standing decision stopped").fields["why"] == "revoked"


def test_a_request_that_ends_ends_its_series() -> None:
    standing = in_force()
    take("lea", standing.request, "revoke", "no ground")
    assert state() == "stopped"
    assert OutboxEvent.objects.get(name="standing decision stopped").fields["why"] == "ended"


HELD_BACK: dict[str, Callable[[Release], object]] = {
    "held": lambda release: take("dora", release, "hold", "a complaint"),
    "of a delivery withdrawn": lambda release: withdraw(
        act_as("tess"), "incomes", release.run.deliveries["incomes"], "wrong year"
    ),
}


@pytest.mark.parametrize("happens", HELD_BACK.values(), ids=HELD_BACK)
@pytest.mark.parametrize("advised", [False, True])
def test_nobody_lets_a_series_go_on_from_a_release_that_may_not_leave(
    happens: Callable[[Release], object], *, advised: bool
) -> None:
    standing = proposed()
    if advised:
        take("dora", standing, "advise")
    happens(standing.release)
    with pytest.raises((refusals.StepNotAllowed, refusals.WithdrawnSince)):
        take(*(("rob", standing, "allow") if advised else ("dora", standing, "advise")), "because")


def test_a_release_on_hold_lets_the_next_ones_wait() -> None:
    take("dora", in_force().release, "hold", "a complaint")
    assert (again().state, state()) == ("examined", "in_force")


def test_what_somebody_runs_who_had_a_say_waits() -> None:
    release = released()
    load.sync_room("demo", "Demo", True, PARTNERS, (*PEOPLE, Member("dirk", "dpo")))
    standing = propose(act_as("ria"), release, TERMS, seen=release.digest)
    for who, action in (("dirk", "advise against"), ("dora", "advise"), ("rob", "allow")):
        take(who, standing, action, "because")
    stewards = [Member(who, "data_steward") for who in ("ria", "dirk")]
    load.sync_room("demo", "Demo", True, PARTNERS, (*PEOPLE, Member("dirk", "dpo"), *stewards))
    assert [again(who=who).state for who in ("ria", "dirk", "stef")] == ["examined", "examined", "released"]


def test_a_proposal_sent_twice_is_one_and_with_other_terms_none() -> None:
    release = released()
    ways = {"seen": release.digest, "operation": "a" * 32}
    once = propose(act_as("rob"), release, TERMS, **ways)
    assert propose(act_as("rob"), release, TERMS, **ways) == once
    with pytest.raises(refusals.AlreadyDecided):
        propose(act_as("rob"), release, replace(TERMS, until=TODAY), **ways)


def test_a_series_that_is_there_has_to_end_before_another_begins() -> None:
    standing = proposed()
    with pytest.raises(refusals.StepNotAllowed, match="proposed") as refused:
        propose(act_as("rob"), standing.release, TERMS, seen=standing.release.digest)
    assert "end it first" in refused.value.remedy
    take("rob", standing, "end", "anew")
    assert propose(act_as("rob"), standing.release, TERMS, seen=standing.release.digest).state == "proposed"


def test_those_who_decided_are_told_of_releases_and_of_a_stop() -> None:
    standing = in_force()
    by_itself = again()
    back_in_time(by_itself)
    again("WARN")
    told = {(role, topic) for role in ("dpo", "release_officer")
            for topic in (f"released {by_itself.id}", f"stopped {standing.id}")}  # fmt: skip
    assert told <= notices.waiting()


def served(job: Job, state: JobState = JobState.DONE) -> None:
    jobs.end(job, jobs.Outcome(state, refusal=None if state == JobState.DONE else refusals.NothingSaid()))


def parcels() -> list[tuple[str, str]]:
    return list(Job.objects.filter(kind="release").order_by("pk").values_list("subject", "state"))


def test_the_parcel_of_each_release_is_asked_for_also_while_another_is_written() -> None:
    in_force()
    first = again()
    assert jobs.take("one") is not None
    back_in_time(first)
    second = again()
    assert parcels() == [(first.id, "running"), (second.id, "waiting")]
    other = jobs.take("another")
    assert other is not None and other.subject == second.id
    with pytest.raises(refusals.AlreadyAsked):
        jobs.ask(act_as("stef"), Work.RELEASE, "insight")


def test_a_parcel_that_a_later_run_overtook_is_written_all_the_same() -> None:
    in_force()
    first = again()
    again("WARN")
    check_may_write(first)
    assert (Work.RELEASE, first.id) not in [(one.kind, one.subject) for one in askable()]  # it waits
    job = jobs.take("one")
    assert job is not None
    served(job, JobState.REFUSED)
    assert (Work.RELEASE, first.id) in [(one.kind, one.subject) for one in askable()]


HOLDS: dict[str, tuple[str, str]] = {"a hold": ("dora", "hold"), "an end": ("tess", "end")}


@pytest.mark.parametrize(("who", "action"), HOLDS.values(), ids=HOLDS)
def test_what_people_stop_keeps_the_parcel_that_was_not_written(who: str, action: str) -> None:
    standing = in_force()
    release = again()
    take(who, standing, action, "a complaint")
    with pytest.raises(refusals.StepNotAllowed, match="standing decision insight-s1 is") as refused:
        record_parcel(release, "5" * 64, started=timezone.now())
    assert ("resume" in refused.value.remedy) == (action == "hold") and "run it again" in refused.value.remedy
    release.refresh_from_db()
    assert release.manifest_digest == ""


def test_a_release_called_back_keeps_the_parcel_of_the_next_one() -> None:
    standing = in_force()
    release = again()
    take("tess", standing.release, "revoke", "the figures are wrong")
    with pytest.raises(refusals.StepNotAllowed, match="stopped"):
        check_may_write(release)


def test_what_goes_on_after_a_hold_asks_for_the_parcels_that_were_held() -> None:
    standing = in_force()
    written = again()
    record_parcel(written, "5" * 64, started=timezone.now())
    back_in_time(written)
    held = again()
    take("dora", standing, "hold", "a complaint")
    for _ in range(2):
        job = jobs.take("one")
        assert job is not None
        served(job, JobState.REFUSED)
    take("dora", standing, "resume", "settled")
    assert parcels() == [(written.id, "refused"), (held.id, "refused"), (held.id, "waiting")]
    record_parcel(held, "6" * 64, started=timezone.now())


def test_after_a_hold_nothing_is_asked_in_the_name_of_who_may_not() -> None:
    standing = in_force()
    again()
    take("dora", standing, "hold", "a complaint")
    job = jobs.take("one")
    assert job is not None
    served(job, JobState.REFUSED)
    Membership.objects.filter(person__username="stef").delete()
    take("dora", standing, "resume", "settled")
    assert [state for _, state in parcels()] == ["refused"]


PAST = TODAY + timedelta(days=1)
LOOKS: dict[str, Callable[[], object]] = {
    "a round of the worker": lambda: stop_past(PAST),
    "a run that ends": lambda: again(today=PAST),
}


@pytest.mark.parametrize("given", [proposed, in_force])
@pytest.mark.parametrize("looks", LOOKS.values(), ids=LOOKS)
def test_past_its_last_day_it_ends_by_itself_and_those_who_decided_are_told(
    looks: Callable[[], object], given: Callable[..., StandingDecision]
) -> None:
    standing = given(until=TODAY)
    assert stop_past(TODAY) == []
    looks()
    assert state() == "stopped" and not StandingRelease.objects.exists()
    assert OutboxEvent.objects.get(name="standing decision stopped").fields["why"] == "over"
    assert {("dpo", f"stopped {standing.id}"), ("release_officer", f"stopped {standing.id}")} <= notices.waiting()
    assert stop_past(PAST) == []


@pytest.fixture
def tomorrow(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def comes() -> None:
        now = timezone.now() + timedelta(days=1)
        monkeypatch.setattr(timezone, "now", lambda: now)

    return comes


def test_past_its_last_day_another_can_be_proposed_and_nothing_else_decided(tomorrow: Callable[[], None]) -> None:
    standing = proposed(until=TODAY)
    tomorrow()
    assert actions(person("dora"), standing) == () and may_propose(person("rob"), standing.release)
    with pytest.raises(refusals.StepNotAllowed, match="past its last day"):
        take("dora", standing, "advise")
    assert propose(act_as("rob"), standing.release, TERMS, seen=standing.release.digest).id == "insight-s2"
    assert list(StandingDecision.objects.order_by("id").values_list("state", flat=True)) == ["stopped", "proposed"]


ENDS: dict[str, Callable[[StandingDecision], object]] = {
    "stopped by a warning": lambda _: again("WARN"),
    "past its last day": lambda _: stop_past(TODAY + timedelta(days=1)),
    "ended by people": lambda standing: take("tess", standing, "end", "anew"),
}


@pytest.mark.parametrize("ends", ENDS.values(), ids=ENDS)
def test_a_schedule_ends_with_the_series_that_it_ran(ends: Callable[[StandingDecision], object]) -> None:
    standing = in_force(until=TODAY)
    made = schedules.make(act_as("stef"), Work.RUN, "insight", "0 6 * * *")
    ends(standing)
    (told,) = work.schedules()
    assert told == made and told.series == standing and told.ended_at is not None
    assert schedules.plan(timezone.now() + timedelta(days=2)) == []
    assert OutboxEvent.objects.get(name="schedule stopped").fields["standing"] == standing.id
    assert ("data_steward", f"schedule {made.pk}") in notices.waiting()
    anew = schedules.make(act_as("stef"), Work.RUN, "insight", "0 7 * * *")
    assert work.schedules() == [anew]


def test_a_schedule_goes_on_when_a_proposal_comes_to_nothing() -> None:
    standing = proposed()
    schedules.make(act_as("stef"), Work.RUN, "insight", "0 6 * * *")
    take("rob", standing, "end", "another idea")
    assert [one.ended_at for one in work.schedules()] == [None]
