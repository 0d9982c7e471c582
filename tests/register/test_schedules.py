"""Schedules: what is a time to come again, and what comes due when a worker was away or a clock jumped."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from declare import Refusal
from register import jobs, schedules
from register.jobs import Outcome, take
from register.models import Job, JobState, OutboxEvent, Schedule, Work
from register.refusals import BadCron, BadUntil, NoInbox, NotYours, SentOtherwise, Unregistered
from register.schedules import check_cron, next_due, plan
from tests.register.room import furnish, person, signed_in

pytestmark = pytest.mark.django_db
DAILY = "0 6 * * *"


def made(cron: str = DAILY, until: date | None = None, due: datetime | None = None) -> Schedule:
    furnish()
    jobs.sync_inboxes(["residents"])
    schedule = schedules.make(signed_in("stef"), Work.RECEIVE, "residents", cron, until)
    if due:
        Schedule.objects.update(due=due)
        schedule.refresh_from_db()
    return schedule


def at(text: str) -> datetime:
    """A moment in the room's own time."""
    return timezone.make_aware(datetime.fromisoformat(text))


def planned(now: str) -> list[tuple[str, str]]:
    return [(job.state, f"{timezone.localtime(job.due):%m-%d %H:%M}") for job in plan(at(now)) if job.due]


WRONG = {
    "every second": "* * * * * *",
    "every minute": "* * * * *",
    "every ten minutes in one hour": "*/10 6 * * *",
    "never": "0 0 30 2 *",
    "no hour of a day": "0 25 * * *",
    "words": "every day at six",
    "nothing": "",
    "ten thousand signs": "0 6 * * " + "1," * 5_000 + "1",
}


@pytest.mark.parametrize("cron", WRONG.values(), ids=WRONG)
def test_what_is_no_time_is_refused(cron: str) -> None:
    with pytest.raises(BadCron):
        check_cron(cron)


def test_a_time_is_of_the_room_also_when_the_clocks_change() -> None:
    # On 29 March 2026 there is no 02:30 in Amsterdam, on 25 October there are two.
    spring, autumn = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert next_due("30 6 * * *", spring) == datetime(2026, 3, 29, 4, 30, tzinfo=UTC)
    night = next_due("30 2 * * *", autumn)
    assert next_due("30 2 * * *", night) - night >= timedelta(hours=24)


REFUSED: dict[str, tuple[str, Work, str, str, Any, type[Refusal]]] = {
    "not a steward": ("ann", Work.RECEIVE, "residents", DAILY, None, NotYours),
    "no inbox": ("stef", Work.RECEIVE, "incomes", DAILY, None, NoInbox),
    "no such request": ("stef", Work.RUN, "insight", DAILY, None, Unregistered),
    "a parcel": ("stef", Work.RELEASE, "insight", DAILY, None, Unregistered),
    "an end that is past": ("stef", Work.RECEIVE, "residents", DAILY, date(2020, 1, 1), BadUntil),
}


@pytest.mark.parametrize(("who", "kind", "subject", "cron", "until", "refusal"), REFUSED.values(), ids=REFUSED)
def test_what_may_not_be_scheduled_leaves_nothing(
    who: str, kind: Work, subject: str, cron: str, until: Any, refusal: type[Refusal]
) -> None:
    furnish()
    jobs.sync_inboxes(["residents"])
    events = OutboxEvent.objects.count()
    with pytest.raises(refusal):
        schedules.make(signed_in(who), kind, subject, cron, until)
    assert (Schedule.objects.count(), OutboxEvent.objects.count()) == (0, events)


def test_a_later_schedule_takes_the_place_of_the_earlier() -> None:
    first, second = made(), made("0 7 * * 1")
    first.refresh_from_db()
    assert first.ended_at and not second.ended_at
    schedules.end(signed_in("stef"), Work.RECEIVE, "residents")
    assert not Schedule.objects.filter(ended_at=None).exists()
    with pytest.raises(Unregistered):
        schedules.end(signed_in("stef"), Work.RECEIVE, "residents")
    names = list(
        OutboxEvent.objects.filter(name__startswith="schedule").order_by("number").values_list("name", flat=True)
    )
    assert names == ["schedule made", "schedule ended", "schedule made", "schedule ended"]


OTHERWISE: dict[str, tuple[str, date | None]] = {
    "other times": ("0 7 1 * *", None),
    "another last day": (DAILY, date(2090, 1, 1)),
}


@pytest.mark.parametrize(("cron", "until"), OTHERWISE.values(), ids=OTHERWISE)
def test_a_form_sent_again_makes_one_schedule_and_with_other_terms_none(cron: str, until: date | None) -> None:
    furnish()
    jobs.sync_inboxes(["residents"])
    subject = (signed_in("stef"), Work.RECEIVE, "residents")
    first = schedules.make(*subject, DAILY, operation="a" * 32)
    assert schedules.make(*subject, f" {DAILY}  ", operation="a" * 32) == first
    with pytest.raises(SentOtherwise) as refused:
        schedules.make(*subject, cron, until, operation="a" * 32)
    assert "anew" in refused.value.remedy
    assert list(Schedule.objects.values_list("cron", "until", "ended_at")) == [(DAILY, None, None)]


def test_what_comes_due_is_asked_for_once_in_the_name_of_who_made_it() -> None:
    made(due=at("2026-11-23T06:00"))
    assert planned("2026-11-23T05:59") == []
    assert planned("2026-11-23T06:00") == [("waiting", "11-23 06:00")]
    assert planned("2026-11-23T06:01") == []
    assert Job.objects.get().asker == person("stef")


def test_of_times_that_passed_unserved_the_last_is_served_and_the_others_are_missed() -> None:
    made(due=at("2026-11-23T06:00"))
    assert planned("2026-11-27T05:00") == [("missed", "11-23 06:00"), ("waiting", "11-26 06:00")]
    job = take("worker")
    assert job is not None and "nobody served" in Job.objects.get(state="missed").message
    assert job.late == (timezone.now() - at("2026-11-26T06:00") > timedelta(minutes=15))


def test_a_time_that_comes_while_the_one_before_runs_is_missed() -> None:
    made(due=at("2026-11-23T06:00"))
    plan(at("2026-11-23T06:00"))
    take("worker")
    assert planned("2026-11-24T06:00") == [("missed", "11-24 06:00")]


def test_after_its_last_day_nothing_comes_due() -> None:
    made(until=timezone.localdate(), due=at("2090-11-23T06:00"))
    assert planned("2090-11-23T06:01") == []


def test_a_clock_that_was_ahead_and_is_set_back_doubles_and_stops_nothing() -> None:
    made(due=at("2026-11-23T06:00"))
    assert planned("2028-01-01T12:00") == [("missed", "11-23 06:00"), ("waiting", "01-01 06:00")]
    job = take("worker")
    assert job is not None
    jobs.end(job, Outcome(JobState.DONE))
    assert planned("2026-11-23T12:00") == []  # set right again
    assert planned("2026-11-24T06:00") == [("waiting", "11-24 06:00")]
    assert planned("2026-11-23T06:00") == []  # and back


def test_a_time_that_a_clock_ran_past_is_served_once_the_clock_is_right() -> None:
    made(due=at("2026-11-23T06:00"))
    assert planned("2028-01-01T12:00") == [("missed", "11-23 06:00"), ("waiting", "01-01 06:00")]
    job = take("worker")
    assert job is not None
    jobs.end(job, Outcome(JobState.DONE))
    assert planned("2026-11-22T12:00") == []  # set right again
    assert planned("2026-11-23T06:00") == [("waiting", "11-23 06:00")]
    assert Job.objects.get(state="waiting").message == ""
    assert planned("2026-11-23T06:00") == []


def test_a_schedule_of_a_closed_account_is_missed_and_says_why() -> None:
    made(due=at("2026-11-23T06:00"))
    type(person("stef")).objects.filter(username="stef").update(is_active=False)
    assert planned("2026-11-23T06:00") == [("missed", "11-23 06:00")]
    assert "account" in Job.objects.get().message
