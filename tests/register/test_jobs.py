"""Work asked for: who may, what two workers get, and what a killed one leaves."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from declare import Fault, Refusal
from register import jobs
from register.jobs import ATTEMPTS, Outcome, ask, end, give_back, take
from register.models import Job, JobState, Membership, OutboxEvent, Work
from register.refusals import (
    AlreadyAsked,
    NoInbox,
    NotApproved,
    NotSignedIn,
    NotYours,
    SentOtherwise,
    StepNotAllowed,
    Unregistered,
)
from register.runs import Rows, record_delivery
from register.session import who_asked
from tests.register.forging import insert, named, update
from tests.register.room import approved, draft, examined, furnish, person, signed_in
from tests.register.room import take as decide_as

pytestmark = pytest.mark.django_db


def inbox() -> None:
    furnish()
    jobs.sync_inboxes(["residents"])


def asked(who: str = "stef") -> Job:
    inbox()
    return ask(signed_in(who), Work.RECEIVE, "residents")


REFUSED: dict[str, tuple[Callable[[], Any], str, Work, str, type[Refusal]]] = {
    "not a steward": (inbox, "ann", Work.RECEIVE, "residents", NotYours),
    "no inbox": (inbox, "stef", Work.RECEIVE, "incomes", NoInbox),
    "no such source": (inbox, "stef", Work.RECEIVE, "nowhere", Unregistered),
    "no such request": (inbox, "stef", Work.RUN, "nothing", Unregistered),
    "not approved": (lambda: (furnish(), draft()), "stef", Work.RUN, "insight", NotApproved),
    "on hold": (lambda: decide_as("dora", approved(), "hold", "wait"), "stef", Work.RUN, "insight", StepNotAllowed),
    "not run": (approved, "stef", Work.RELEASE, "insight", StepNotAllowed),
    "not released": (examined, "stef", Work.RELEASE, "insight", StepNotAllowed),
}


@pytest.mark.parametrize(("furnished", "who", "kind", "subject", "refusal"), REFUSED.values(), ids=REFUSED)
def test_what_may_not_be_asked_leaves_nothing(
    furnished: Callable[[], Any], who: str, kind: Work, subject: str, refusal: type[Refusal]
) -> None:
    furnished()
    events = OutboxEvent.objects.count()
    with pytest.raises(refusal):
        ask(signed_in(who), kind, subject)
    assert (Job.objects.count(), OutboxEvent.objects.count()) == (0, events)


def test_the_same_work_is_asked_for_once_at_a_time() -> None:
    job = asked()
    with pytest.raises(AlreadyAsked):
        ask(signed_in("stef"), Work.RECEIVE, "residents")
    end_of(job)
    assert ask(signed_in("stef"), Work.RECEIVE, "residents").pk != job.pk


def test_a_form_that_is_sent_twice_asks_once() -> None:
    inbox()
    first, again = (ask(signed_in("stef"), Work.RECEIVE, "residents", operation="0" * 32) for _ in range(2))
    assert first == again
    assert OutboxEvent.objects.get(operation="0" * 32).fields == {
        "person": "stef", "role": "data_steward", "how": "demo", "work": "receive", "id": "residents",
    }  # fmt: skip


def test_a_form_sent_again_for_other_work_asks_nothing() -> None:
    inbox()
    first = ask(signed_in("stef"), Work.RECEIVE, "residents", operation="0" * 32)
    with pytest.raises(SentOtherwise):
        ask(signed_in("stef"), Work.RUN, "insight", operation="0" * 32)
    assert list(Job.objects.all()) == [first]


def test_no_two_workers_get_the_same_job() -> None:
    job = asked()
    mine, theirs = take("one"), take("two")
    assert mine == job and theirs is None
    assert (mine.worker, mine.attempts) == ("one", 1)


def end_of(job: Job, outcome: Outcome | None = None) -> None:
    taken = take("one")
    assert taken == job
    end(taken, outcome or Outcome(JobState.DONE, result="x"))


def test_a_job_of_a_worker_that_is_gone_waits_again_and_its_late_end_counts_no_more() -> None:
    job = asked()
    late = take("one")
    assert late is not None and give_back(late)
    again = take("two")
    end(late, Outcome(JobState.FAILED, refusal=Fault("late", remedy="Wait.")))
    job.refresh_from_db()
    assert again == job and (job.state, job.worker, job.attempts) == ("running", "two", 2)
    assert ATTEMPTS == 2 and not give_back(again)
    assert not OutboxEvent.objects.filter(name="work ended").exists()


def test_what_a_killed_worker_had_finished_shows() -> None:
    asked()
    job = take("one")
    assert job is not None
    record_delivery("residents", "a" * 64, Rows(1, 1, 0), started=job.asked_at)
    assert jobs.how_far(job) > job.before
    give_back(job)
    again = take("two")
    assert again is not None and again.before == job.before


def test_an_end_stands_in_the_processing_log_without_a_name() -> None:
    end_of(asked(), Outcome(JobState.REFUSED, refusal=Refusal("No.", remedy="Ask.")))
    (event,) = OutboxEvent.objects.filter(name="work ended")
    said = {name: event.fields[name] for name in ("activity", "status", "work", "id", "state")}
    assert said == {
        "activity": "receive/residents", "status": "refused", "work": "receive", "id": "residents", "state": "refused"
    }  # fmt: skip
    assert "stef" not in str(event.fields)


def test_work_is_done_in_the_name_of_who_asked_as_long_as_the_account_is_open() -> None:
    job = asked()
    assert who_asked(job).person == person("stef")
    Membership.objects.filter(person__username="stef").delete()
    with pytest.raises(NotYours):
        jobs.check_may_ask(who_asked(job), Work.RECEIVE, "residents")
    stef = person("stef")
    stef.is_active = False
    stef.save()
    with pytest.raises(NotSignedIn):
        who_asked(Job.objects.get())


def forged(**other: Any) -> None:
    insert("register_outboxevent", operation="op", log="audit", name="work asked", at="2026-11-21T09:00:00Z",
           fields="{}")  # fmt: skip
    values = {"event_id": "op", "kind": "receive", "subject": "residents", "asker_id": person("stef").pk,
              "role": "data_steward", "how": "session", "state": "waiting", "attempts": 0, "before": 0, "worker": "",
              "asked_at": "2026-11-21 09:00:00", "result": "", "message": "", "remedy": "", "parts": "{}",
              "contents": ""}  # fmt: skip
    insert("register_job", **values | other)


FORGERIES: dict[str, tuple[str, Callable[[], Any]]] = {
    "by somebody who is no steward": ("job_is_asked_by_its_role", lambda: forged(role="analyst")),
    "of a draft, by a steward": ("job_is_asked_by_its_role", lambda: forged(kind="submit", contents="a" * 64)),
    "of no draft in particular": ("job_is_asked_by_its_role", lambda: forged(kind="submit", role="analyst")),
    "without an event": ("job_is_told_by_who_asked", lambda: forged(event_id="none")),
    "twice at a time": ("job_one_at_a_time", lambda: (asked(), forged())),
    "running for nobody": ("job_that_runs_has_a_worker", lambda: forged(state="running")),
    "failed without a word": ("job_that_ended_badly_says_why", lambda: forged(state="failed")),
    "of another kind": ("job_kind_is_known", lambda: forged(kind="publish")),
    "due without a schedule": ("job_is_due_by_a_schedule", lambda: forged(due="2026-11-21 09:00:00")),
    "in a state of its own": ("job_state_is_known", lambda: update("register_job", str(asked().pk), state="forgotten")),
}


@pytest.mark.parametrize(("constraint", "forge"), FORGERIES.values(), ids=FORGERIES)
def test_the_database_refuses_a_forger_of_jobs(constraint: str, forge: Callable[[], Any]) -> None:
    furnish()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        forge()
        connection.check_constraints()
    assert named(constraint, str(refused.value))
