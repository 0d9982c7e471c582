"""How the work goes: how long each step takes, what waits, what was refused and why, and what came of it.

All are counts of decisions, requests and releases; nothing here counts persons concerned.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from statistics import median

from django.utils import timezone

from register.decisions import Subjects, kind_of
from register.feedback import seen_by
from register.models import Decision, Job, JobState, Release
from register.waiting import all_awaited, answers_awaited
from register.workflow import BY_ITSELF, ReleaseState, RequestState, Role, StandingState, Subject

REFUSALS = ("return", "withhold", "advise against", "hold", "revoke")
"""Steps by which people refuse; each has written reasons."""


@dataclass(frozen=True, slots=True)
class LeadTime:
    """How long requests or releases stood in one state: times that one left it, the middle and the longest, in days."""

    subject: Subject
    state: str
    times: int
    median: float
    longest: float


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for a role now: how many, and since when the oldest."""

    role: str
    waiting: int
    since: date | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody's no, with the reasons given."""

    at: date
    subject: Subject
    id: str
    action: str
    role: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outstanding:
    """An indicator whose years are over and of which the recipient has told nothing."""

    release: str
    indicator: str
    since: date


def lead_times() -> list[LeadTime]:
    """Per state in the order of the workflow, over all that ever left it. Being on hold counts as a state."""
    found: dict[tuple[Subject, str], list[float]] = {}
    for subject, state, days in _stays():
        found.setdefault((subject, state), []).append(days)
    order: list[tuple[Subject, str]] = [("request", state.value) for state in RequestState]
    order += [("release", state.value) for state in ReleaseState]
    order += [("standing", state.value) for state in StandingState]
    return [
        LeadTime(*key, len(found[key]), round(median(found[key]), 1), round(max(found[key]), 1))
        for key in order
        if key in found
    ]


def queues() -> list[Queue]:
    """What waits for each role."""
    waiting: dict[str, list[datetime | None]] = {}
    for each in all_awaited():
        for role in each.roles:
            waiting.setdefault(role, []).append(_since(each.subject))
    for probe, _ in answers_awaited():
        waiting.setdefault(Role.OWNER, []).append(probe.asked_at)
    return [Queue(role, len(times), _oldest(times)) for role, times in sorted(waiting.items())]


def releases_by_state() -> dict[str, int]:
    return dict(Counter(Release.objects.order_by("state").values_list("state", flat=True)))


def refused_by_people() -> list[Refused]:
    """The latest first."""
    found = Decision.objects.filter(action__in=REFUSALS).order_by("-event__number")
    return [
        Refused(timezone.localdate(each.at), _kind(each.subject), each.subject_id, each.action, each.role, each.reason)
        for each in found
    ]


def refused_work() -> dict[str, int]:
    """What the room itself refused when it was asked to work, by what it said: templates, whatever it was about."""
    return dict(Counter(Job.objects.filter(state=JobState.REFUSED.value).values_list("message", flat=True)))


def releases_told() -> tuple[int, int]:
    """Releases of which somebody told what came of them, and all that left."""
    left = Release.objects.filter(decision__isnull=False)
    return left.filter(feedback__isnull=False).distinct().count(), left.count()


def outstanding(today: date) -> list[Outstanding]:
    """Indicators whose two, five or ten years since the release are over, and that nobody told of."""
    left = Release.objects.filter(state=ReleaseState.RELEASED.value).select_related("request", "decision__decision")
    return [each for release in left.order_by("id") for each in _outstanding(release, today)]


def _outstanding(release: Release, today: date) -> Iterator[Outstanding]:
    assert release.decision is not None  # noqa: S101 # a constraint of the database
    told = set(release.feedback.values_list("indicator", flat=True))
    day = timezone.localdate(release.decision.decision.at)
    for indicator, years in seen_by(release.request):
        due = _years_after(day, years) if years else None
        if due is not None and due <= today and indicator not in told:
            yield Outstanding(release.id, indicator, due)


def _years_after(day: date, years: int) -> date:
    """The same day, or the first of March after the 29th of February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _stays() -> Iterator[tuple[Subject, str, float]]:
    """State and days of each stay that ended. A request begins with its first submission, a release when examined."""
    examined = dict(Release.objects.values_list("id", "examined_at"))
    rows = Decision.objects.order_by("subject", "subject_id", "event__number")
    for (subject, name), taken in groupby(rows, key=lambda row: (row.subject, row.subject_id)):
        state, entered = ReleaseState.EXAMINED.value, examined.get(name)  # None of a request
        for decision in taken:
            if decision.before == decision.after:
                continue
            # A declaration that changed makes a request a draft again, at a moment that no decision tells.
            # What was released by itself waited for nobody.
            if entered is not None and decision.before == state and decision.action != BY_ITSELF:
                yield _kind(subject), state, (decision.at - entered) / timedelta(days=1)
            state, entered = decision.after, decision.at


def _since(subject: Subjects) -> datetime | None:
    """When something was last decided about it, or it was examined."""
    found = Decision.objects.filter(subject=kind_of(subject), subject_id=subject.pk).order_by("event__number").last()
    if found is None:
        return subject.examined_at if isinstance(subject, Release) else None
    return found.at


def _oldest(times: Sequence[datetime | None]) -> date | None:
    known = [time for time in times if time is not None]
    return timezone.localdate(min(known)) if known else None


def _kind(subject: str) -> Subject:
    known: dict[str, Subject] = {"request": "request", "standing": "standing"}
    return known.get(subject, "release")
