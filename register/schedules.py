"""Work asked for again and again: schedules made and ended by stewards, and the jobs that come due."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice, pairwise
from typing import Final

from cronsim import CronSim, CronSimError
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import Event
from audit.event import timestamp
from declare import Refusal, Sentence
from register import jobs
from register.models import Job, JobState, Request, Schedule, Source, StandingDecision, Work
from register.models.work import LEAST
from register.operation import new_operation
from register.outbox import record
from register.refusals import AlreadyDecided, BadCron, BadUntil, NotSignedIn, SentOtherwise, Unregistered
from register.session import SignedIn, who_asked
from register.workflow import Role

_LOOKED_AT: Final = 200
"""Moments of a new schedule that are held against `LEAST`: more than a week of the most frequent that may be."""
_LONGEST: Final = 100
ABSENT: Final = Sentence("its time passed, and maybe later ones, while nobody served the room")
BUSY: Final = Sentence("its time passed while the one before had not ended")


def make(
    by: SignedIn, kind: Work, subject: str, cron: str, until: date | None = None, *, operation: str | None = None
) -> Schedule:
    """Ask for work at every time of `cron` (five fields, the room's own time zone), until the end of that day.

    One that the subject has gives way. An `operation` that made one before gives it again. Raises `NotYours`,
    `Unregistered`, `NoInbox`, `BadCron`, `BadUntil`, `SentOtherwise` or `AlreadyDecided`.
    """
    operation = operation or new_operation()
    if again := Schedule.objects.filter(event__operation=operation, maker=by.person).first():
        return _the_same(again, kind, subject, cron, until)
    jobs.check_is_steward(by, Sentence("making a schedule"))
    _check_subject(kind, subject)
    cron = check_cron(cron)
    if until is not None and until < timezone.localdate():
        raise BadUntil(until)
    try:
        return _make(by, kind, subject, cron, until, operation)
    except IntegrityError as error:
        raise AlreadyDecided(Sentence("the schedule of %(id)s", {"id": subject})) from error


def _the_same(again: Schedule, kind: Work, subject: str, cron: str, until: date | None) -> Schedule:
    """A page sent twice; other times would be lost without a word. Raises `SentOtherwise`."""
    if (again.kind, again.subject, again.cron, again.until) != (kind, subject, " ".join(cron.split()), until):
        raise SentOtherwise
    return again


@transaction.atomic
def _make(by: SignedIn, kind: Work, subject: str, cron: str, until: date | None, operation: str) -> Schedule:
    for earlier in Schedule.objects.select_for_update().filter(kind=kind.value, subject=subject, ended_at__isnull=True):
        _end(by, earlier)
    _note("schedule made", operation, by, kind, subject, cron=cron, **({"until": str(until)} if until else {}))
    return Schedule.objects.create(
        event_id=operation, kind=kind.value, subject=subject, maker=by.person, how=by.how, cron=cron, until=until,
        due=next_due(cron, timezone.now()),
    )  # fmt: skip


@transaction.atomic
def end(by: SignedIn, kind: Work, subject: str) -> None:
    """Nothing more comes due; what waits or runs goes on. Raises `NotYours` or `Unregistered`."""
    jobs.check_is_steward(by, Sentence("ending a schedule"))
    found = Schedule.objects.select_for_update().filter(kind=kind.value, subject=subject, ended_at__isnull=True).first()
    if found is None:
        raise Unregistered("schedule")
    _end(by, found)


def end_with(standing: StandingDecision) -> None:
    """Nothing more comes due for a series that ended, inside the caller's transaction."""
    live = Schedule.objects.filter(kind=Work.RUN.value, subject=standing.request_id, ended_at__isnull=True)
    for schedule in live.select_for_update():
        schedule.ended_at, schedule.series = timezone.now(), standing
        schedule.save(update_fields=["ended_at", "series"])
        fields = {"work": schedule.kind, "id": schedule.subject, "standing": standing.id}
        record(Event("schedule stopped", new_operation(), timestamp(), fields))


def check_cron(cron: str) -> str:
    """The expression in one form. Raises `BadCron`."""
    fields = cron[: _LONGEST + 1].split()
    try:
        if len(cron) > _LONGEST or len(fields) != 5:
            raise BadCron("this does not have the five fields minute, hour, day, month and day of the week")
        clean = " ".join(fields)
        first = list(islice(_times(clean, timezone.now()), _LOOKED_AT))
    except CronSimError as error:
        raise BadCron("one of the five fields cannot be read") from error
    if not first:
        raise BadCron("this time never comes")
    if any(after - before < LEAST for before, after in pairwise(first)):
        raise BadCron("this comes more often than every %(minutes)s minutes", minutes=LEAST.seconds // 60)
    return clean


def next_due(cron: str, after: datetime) -> datetime:
    """The first moment after `after`."""
    return next(_times(cron, after))


@transaction.atomic
def plan(now: datetime) -> list[Job]:
    """Put a job for each schedule that is due; what was made. Of the times that passed unserved only the last is."""
    made: list[Job] = []
    for schedule in Schedule.objects.select_for_update().filter(ended_at__isnull=True).select_related("maker"):
        upcoming = next_due(schedule.cron, now)
        if schedule.due <= now:
            made += _come_due(schedule, now)
        elif schedule.due == upcoming:
            continue
        schedule.due = upcoming  # also where the clock had been ahead and was set back
        schedule.save(update_fields=["due"])
    return made


def _come_due(schedule: Schedule, now: datetime) -> Iterator[Job]:
    last = next(_times(schedule.cron, now + timedelta(seconds=1), back=True))
    for due, missed in ((schedule.due, ABSENT if schedule.due < last else None), (max(schedule.due, last), None)):
        over = schedule.until is not None and timezone.localdate(due) > schedule.until
        if not over and (job := _put(schedule, due, missed, now)) is not None:
            yield job
        if not missed:
            return


def _put(schedule: Schedule, due: datetime, missed: Sentence | None, now: datetime) -> Job | None:
    """None for a time that was dealt with before the clock was set back."""
    if (known := Job.objects.filter(schedule=schedule, due=due).first()) is not None:
        return None if missed else _found_missed_too_soon(known, now)
    try:
        by = who_asked(schedule)
    except NotSignedIn as closed:
        return _missed(schedule, due, closed.said, now)
    if not missed:
        try:
            with transaction.atomic():
                return jobs.put(by, Work(schedule.kind), schedule.subject, new_operation(), schedule, due)
        except IntegrityError:
            missed = BUSY
    return _missed(schedule, due, missed, now)


def _found_missed_too_soon(job: Job, now: datetime) -> Job | None:
    """The job, waiting after all, where a clock that was ahead took its time for passed; None where it was dealt with,
    or other work on its subject waits or runs."""
    if job.state != JobState.MISSED or job.asked_at <= now:
        return None
    job.state, job.message, job.remedy, job.parts, job.ended_at = JobState.WAITING.value, "", "", {}, None
    try:
        with transaction.atomic():
            job.save(update_fields=["state", "message", "remedy", "parts", "ended_at"])
    except IntegrityError:
        return None
    return job


def _missed(schedule: Schedule, due: datetime, why: Sentence, now: datetime) -> Job:
    operation = new_operation()
    fields = {"person": schedule.maker.username, "role": Role.STEWARD.value, "how": schedule.how, "work": schedule.kind}
    record(Event("work asked", operation, timestamp(), {**fields, "id": schedule.subject, "due": timestamp(due)}))
    refusal = Refusal(why.template, remedy="See that a worker runs: `koppelkamer work`.", **why.parts)
    job = Job.objects.create(
        event_id=operation, kind=schedule.kind, subject=schedule.subject, asker=schedule.maker, how=schedule.how,
        schedule=schedule, due=due, asked_at=now, ended_at=now, state=JobState.MISSED.value, **jobs.columns_of(refusal),
    )  # fmt: skip
    jobs.note_end(job, JobState.MISSED, now)
    return job


def _times(cron: str, after: datetime, *, back: bool = False) -> Iterator[datetime]:
    """Moments in the room's time zone, where an hour may come twice or not at all."""
    return CronSim(cron, timezone.localtime(after, timezone.get_default_timezone()), reverse=back)


def _check_subject(kind: Work, subject: str) -> None:
    if kind == Work.RECEIVE:
        jobs.check_has_inbox(subject)
    elif kind != Work.RUN or not Request.objects.filter(id=subject).exists():
        raise Unregistered("request")


def kind_of(subject: str) -> Work:
    """What a schedule of that name does. Raises `Unregistered`; a source and a request of one name are told apart by
    the register, which knows the source first."""
    if Source.objects.filter(id=subject).exists():
        return Work.RECEIVE
    if Request.objects.filter(id=subject).exists():
        return Work.RUN
    raise Unregistered("source or request")


def _end(by: SignedIn, schedule: Schedule) -> None:
    schedule.ended_at = timezone.now()
    schedule.save(update_fields=["ended_at"])
    _note("schedule ended", new_operation(), by, Work(schedule.kind), schedule.subject)


def _note(name: str, operation: str, by: SignedIn, kind: Work, subject: str, **more: str) -> None:
    fields = {"person": by.person.username, "role": Role.STEWARD.value, "how": by.how, "work": kind.value}
    record(Event(name, operation, timestamp(), {**fields, "id": subject, **more}))
