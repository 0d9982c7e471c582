"""What waits for whom, and what of it was said. Made from what the register holds, so that none is lost or doubled."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils import timezone

from audit import Event
from audit.event import timestamp
from register.decisions import kind_of
from register.models import Decision, Job, JobState, Notice, Schedule, StandingRelease, StandingStep
from register.operation import new_operation
from register.outbox import record
from register.waiting import Awaited, all_awaited, answers_awaited
from register.workflow import ReleaseState, RequestState, Role

_KNOWN: Final = frozenset({RequestState.DRAFT, RequestState.ON_HOLD})
"""Of a draft and of a hold those know who made it."""
_BAD: Final = (JobState.REFUSED.value, JobState.FAILED.value, JobState.MISSED.value)


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one role. `id` stays the same when it has to be sent again."""

    channel: str
    role: str
    id: str


def waiting() -> set[tuple[str, str]]:
    """Role and topic of all that waits; a topic is new whenever its subject came into its state anew."""
    found = {(role, topic) for each in all_awaited() for role, topic in _of_subject(each)}
    answers = {(Role.OWNER.value, f"probe {probe.id} {partner}") for probe, partner in answers_awaited()}
    return found | answers | set(_of_jobs()) | set(_of_series())


def _of_series() -> Iterator[tuple[str, str]]:
    """What a standing decision released, and that one was stopped, wait to be seen by those who decided it; a schedule
    that ended with a series, by a steward."""
    by_itself = StandingRelease.objects.filter(release__state=ReleaseState.RELEASED.value)
    stopped = StandingStep.objects.filter(action="stop")
    topics = [f"released {release}" for release in by_itself.values_list("release", flat=True)]
    topics += [f"stopped {standing}" for standing in stopped.values_list("standing", flat=True)]
    for topic in topics:
        yield Role.DPO.value, topic
        yield Role.RELEASE.value, topic
    for schedule in Schedule.objects.filter(series__isnull=False):
        yield Role.STEWARD.value, f"schedule {schedule.pk}"


def _of_subject(waits: Awaited) -> Iterator[tuple[str, str]]:
    subject, kind = waits.subject, kind_of(waits.subject)
    if subject.state in _KNOWN:
        return
    taken = Decision.objects.filter(subject=kind, subject_id=subject.pk, after=subject.state)
    last = taken.exclude(before=subject.state).order_by("event__number").last()
    for role in waits.roles:
        yield role.value, f"{kind} {subject.pk} {last.pk if last else ''}"


def _of_jobs() -> Iterator[tuple[str, str]]:
    """Work that came to nothing waits for a steward, or for the analyst who asked about a draft."""
    for job in Job.objects.filter(state__in=_BAD):
        yield job.role, f"job {job.pk}"


@transaction.atomic
def plan(channels: Collection[str]) -> None:
    """A row for all that waits; what waits no more and was not said yet goes."""
    now = waiting()
    known = {(row.channel, row.role, row.topic): row for row in Notice.objects.all()}
    wanted = {(channel, role, topic) for channel in channels for role, topic in now}
    new = [Notice(channel=channel, role=role, topic=topic) for channel, role, topic in sorted(wanted - known.keys())]
    Notice.objects.bulk_create(new, ignore_conflicts=True)
    gone = [row.pk for key, row in known.items() if key not in wanted and row.sent_at is None and not row.message]
    Notice.objects.filter(pk__in=gone, sent_at=None, message="").delete()


def workers() -> set[str]:
    """Names of the processes that send something now, or were killed doing it."""
    return set(Notice.objects.filter(sent_at=None).exclude(worker="").values_list("worker", flat=True))


def give_back(worker: str) -> None:
    """What a worker that is no more did not end waits for another."""
    Notice.objects.filter(sent_at=None, worker=worker).update(worker="")


def take(worker: str) -> list[Message]:
    """What is to be sent, from now on by this worker; nobody else gets it."""
    free = Notice.objects.filter(sent_at=None, worker="")
    for channel, role in set(free.filter(message="").values_list("channel", "role")):
        free.filter(channel=channel, role=role, message="").update(message=new_operation())
    for message in set(free.exclude(message="").values_list("message", flat=True)):
        free.filter(message=message).update(worker=worker)
    mine = Notice.objects.filter(sent_at=None, worker=worker).values_list("channel", "role", "message")
    return sorted({Message(*row) for row in mine}, key=lambda each: (each.channel, each.role, each.id))


@transaction.atomic
def sent(message: Message, worker: str) -> None:
    """It was accepted."""
    now = timezone.now()
    mine = Notice.objects.select_for_update().filter(message=message.id, worker=worker, sent_at=None)
    if list(mine):
        times = {"activity": f"notice/{message.role}", "status": "ok", "started": timestamp(now), "ended": timestamp()}
        record(Event("notice sent", message.id, timestamp(), {**times, "channel": message.channel}))
        mine.update(sent_at=now)
