"""What screens and the command line show of jobs and schedules. Nothing here writes."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Max, Q

from register.conditions import missing_approvals
from register.further import further_of
from register.models import Inbox, Job, Release, Request, Schedule, Work
from register.models.work import LIVE
from register.workflow import ReleaseState, RequestState

RECENT = 30
"""Jobs that a screen shows of those that ended."""


@dataclass(frozen=True, slots=True)
class Askable:
    """Work that a data steward may ask for now."""

    kind: str
    subject: str
    title: str


def askable() -> list[Askable]:
    """What could begin now: sources with an inbox, requests that may run, releases without a parcel."""
    busy = set(Job.objects.filter(state__in=[state.value for state in LIVE]).values_list("kind", "subject"))
    return [each for each in _askable() if (each.kind, each.subject) not in busy]


def _askable() -> Iterator[Askable]:
    for inbox in Inbox.objects.select_related("source").order_by("source"):
        yield Askable(Work.RECEIVE.value, inbox.source_id, inbox.source.title)
    states = [RequestState.SCHEDULED.value, RequestState.COMPLETED.value]
    for request in Request.objects.filter(state__in=states).order_by("id"):
        if not missing_approvals(request) and not further_of(request):
            yield Askable(Work.RUN.value, request.id, request.title)
        for release in request.releases.filter(state=ReleaseState.RELEASED.value, manifest_digest=""):
            yield Askable(Work.RELEASE.value, release.id, request.title)


def live_jobs() -> list[Job]:
    """Those that run and those that wait, in the order in which they are served."""
    found = Job.objects.filter(state__in=[state.value for state in LIVE]).select_related("asker")
    return list(found.order_by("state", "pk"))


def latest_jobs() -> list[Job]:
    """Those that ended, the latest first."""
    found = Job.objects.exclude(state__in=[state.value for state in LIVE]).select_related("asker")
    return list(found.order_by("-ended_at", "-pk")[:RECENT])


def came_to_nothing(request_id: str) -> Job | None:
    """The latest work on a request, if it was refused or failed; trying a draft is none."""
    of_it = Q(subject=request_id, kind__in=[Work.RUN.value, Work.SUBMIT.value])
    releases = Release.objects.filter(request=request_id).values("id")
    parcels = Q(kind=Work.RELEASE.value) & (Q(subject=request_id) | Q(subject__in=releases))
    last = Job.objects.filter(of_it | parcels).order_by("pk").last()
    return last if last is not None and last.refusal is not None else None


def schedules() -> list[Schedule]:
    """The latest of each subject, unless somebody ended it: also one whose last day is over, or that ended with its
    series."""
    latest = Schedule.objects.values("kind", "subject").annotate(newest=Max("pk")).values("newest")
    found = Schedule.objects.filter(Q(ended_at__isnull=True) | Q(series__isnull=False), pk__in=latest)
    return list(found.select_related("maker", "series").order_by("kind", "subject"))


def schedulable() -> list[Askable]:
    """What a schedule may be made for: sources with an inbox, and requests that are not over."""
    over = [RequestState.WITHDRAWN.value, RequestState.EXPIRED.value, RequestState.REVOKED.value]
    inboxes = Inbox.objects.select_related("source").order_by("source")
    found = [Askable(Work.RECEIVE.value, each.source_id, each.source.title) for each in inboxes]
    requests = Request.objects.exclude(state__in=over).order_by("id")
    return found + [Askable(Work.RUN.value, each.id, each.title) for each in requests]
