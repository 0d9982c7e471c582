"""What screens and the command line show. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.db.models import QuerySet
from django.utils import timezone

from declare import Part
from register.conditions import missing_approvals, owners_of, refused
from register.coverage import Coverage, coverage
from register.decisions import Subjects, kind_of
from register.declarations import Seen
from register.feedback import seen_by
from register.further import further_of, further_uses
from register.models import (
    Decision,
    Feedback,
    Opinion,
    Partner,
    Person,
    Release,
    Remark,
    Request,
    StandingDecision,
    StandingOpinion,
    StandingRelease,
    StandingStep,
)
from register.standing_duties import check_apart
from register.withdrawals import Unsound, unsound
from register.workflow import BY_ITSELF, LIVE_STANDING, WORK, ReleaseState, RequestState, Role, Step, Subject, steps


@dataclass(frozen=True, slots=True)
class RequestPage:
    """Everything the register knows of a request. `missing` names who still has to approve."""

    request: Request
    sources: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    """Title, owner, ground and columns of each source."""
    missing: tuple[Part, ...]
    decisions: Sequence[Decision]
    releases: Sequence[Release]
    indicators: Sequence[Seen]
    """By what the effect is seen, the nearest first."""
    remarks: Sequence[Remark]
    """The thread, the first one first."""
    asked: Sequence[tuple[Partner, Coverage]]
    """Owners who have not spoken, and what is new to them beyond what they agreed to beforehand."""


@dataclass(frozen=True, slots=True)
class ReleasePage:
    """Everything the register knows of a release. `opinion` is the latest, if any."""

    release: Release
    opinion: Opinion | None
    decisions: Sequence[Decision]
    feedback: Sequence[Feedback]
    """What recipients say came of it."""
    further: Sequence[Request]
    """Requests to use it for something else, or hand it on."""
    unsound: Sequence[Unsound] = ()
    """Its deliveries that were withdrawn or corrected since."""
    standing: Sequence[StandingDecision] = ()
    """On its request, the latest first."""


@dataclass(frozen=True, slots=True)
class StandingPage:
    """Everything the register knows of a standing decision. `opinion` is the latest, if any."""

    standing: StandingDecision
    opinion: StandingOpinion | None
    releases: Sequence[StandingRelease]
    """What it released, the first one first."""
    stopped: StandingStep | None
    decisions: Sequence[Decision]


def live_standing() -> QuerySet[StandingDecision]:
    """Standing decisions that are proposed, in force or held, whose last day is not past and request has not ended."""
    over = [state.value for state in (RequestState.WITHDRAWN, RequestState.EXPIRED, RequestState.REVOKED)]
    states = [state.value for state in LIVE_STANDING]
    live = StandingDecision.objects.filter(state__in=states, until__gte=timezone.localdate())
    return live.exclude(request__state__in=over).select_related("request").order_by("id")


def actions(person: Person, subject: Subjects) -> tuple[str, ...]:
    """The steps that `person` may decide on by role and duties, in the order of the table."""
    return tuple(action for action in open_to(person, subject) if action not in WORK)


def open_to(person: Person, subject: Subjects) -> tuple[str, ...]:
    """All steps that `person` may take, also those of the work itself."""
    roles = person.roles()
    possible = [step for step in steps(kind_of(subject), subject.state) if step.action != BY_ITSELF]
    found = [step.action for step in possible if step.role in roles and may(person, subject, step)]
    return tuple(dict.fromkeys(found))


def request_page(request_id: str) -> RequestPage | None:
    request = Request.objects.select_related("requester", "agreement").filter(id=request_id).first()
    if request is None:
        return None
    rows = request.sources.select_related("source__owner").order_by("source_id")
    return RequestPage(
        request=request,
        sources=tuple((row.source.title, row.source.owner.name, row.ground, tuple(row.columns)) for row in rows),
        missing=tuple(missing_approvals(request)),
        decisions=decisions_on("request", request.id),
        releases=list(request.releases.order_by("examined_at")),
        indicators=seen_by(request),
        remarks=list(request.remarks.select_related("person").order_by("event__number")),
        asked=_asked(request),
    )


def _asked(request: Request) -> list[tuple[Partner, Coverage]]:
    if request.state not in (RequestState.DRAFT, RequestState.SUBMITTED, RequestState.CHECKED):
        return []
    spoken = request.approvals.filter(round=request.round, kind=Role.OWNER.value).values_list("partner_id", flat=True)
    waiting = Partner.objects.filter(id__in=owners_of(request) - set(spoken)).order_by("id")
    return [(partner, coverage(request, partner.id, timezone.localdate())) for partner in waiting]


def release_page(release_id: str) -> ReleasePage | None:
    release = (
        Release.objects.select_related("request__agreement", "requester", "runner", "run").filter(id=release_id).first()
    )
    if release is None:
        return None
    opinion = release.opinions.select_related("person", "decision").order_by("decision__event__number").last()
    told = release.feedback.select_related("partner").order_by("event__number")
    faulty, further = [each for each in unsound() if each.release == release], further_uses(release)
    standing = list(StandingDecision.objects.filter(request=release.request_id).order_by("-event__number"))
    return ReleasePage(release, opinion, decisions_on("release", release.id), list(told), further, faulty, standing)


def standing_page(standing_id: str) -> StandingPage | None:
    found = StandingDecision.objects.select_related("request", "release", "proposer").filter(id=standing_id).first()
    if found is None:
        return None
    opinion = found.opinions.select_related("person", "decision").order_by("decision__event__number").last()
    releases = list(found.releases.select_related("release").order_by("step__event__number"))
    stopped = found.steps.filter(action="stop").first()
    return StandingPage(found, opinion, releases, stopped, decisions_on("standing", found.id))


def series() -> list[StandingPage]:
    """All that was ever proposed, the latest first."""
    ids = StandingDecision.objects.order_by("-event__number").values_list("id", flat=True)
    return [page for each in ids if (page := standing_page(each))]


def may_propose(person: Person, release: Release) -> bool:
    """Whether the person may propose that the series of this release goes on by itself."""
    last = release.request.releases.order_by("examined_at").last()
    stands = release.state == ReleaseState.RELEASED and release == last
    if not stands or Role.RELEASE not in person.roles() or live_standing().filter(request=release.request).exists():
        return False
    return refused(partial(check_apart, person, release.request)) is None


def decisions_on(subject: Subject, subject_id: str) -> list[Decision]:
    """All decisions on one subject, the first one first."""
    found = Decision.objects.filter(subject=subject, subject_id=subject_id).select_related(
        "person", "approval__partner", "approval__standing"
    )
    return list(found.order_by("event__number"))


def catalogue() -> list[Release]:
    """What was released and not revoked, the latest first; fit for the public."""
    found = Release.objects.filter(state=ReleaseState.RELEASED.value).select_related("request__agreement", "decision")
    return list(found.order_by("-examined_at"))


def written(today: date) -> list[Release]:
    """Releases whose parcel was written and may still be used, and those revoked since; the latest first."""
    states = [ReleaseState.RELEASED.value, ReleaseState.REVOKED.value]
    found = Release.objects.filter(state__in=states, request__retention_until__gte=today).exclude(manifest_digest="")
    return list(found.select_related("request").order_by("-examined_at"))


def recalled(today: date) -> list[tuple[Release, date | None]]:
    """Releases whose parcel was written and may no longer be used, each with the day it was revoked; None where its
    retention ended."""
    parcels = Release.objects.exclude(manifest_digest="").select_related("request").order_by("examined_at")
    ended = [(release, _revoked(release)) for release in parcels]
    return [(release, day) for release, day in ended if day or release.request.retention_until < today]


def _revoked(release: Release) -> date | None:
    if release.state != ReleaseState.REVOKED.value:
        return None
    decision = Decision.objects.filter(subject="release", subject_id=release.id, action="revoke").latest("at")
    return timezone.localdate(decision.at)


def may(person: Person, subject: Subjects, step: Step) -> bool:
    """Whether the duties let somebody with the role take the step."""
    if isinstance(subject, StandingDecision):
        return _may_on_standing(person, subject, step)
    return _may_on_release(person, subject, step) if isinstance(subject, Release) else _may_on(person, subject, step)


def _may_on_release(person: Person, release: Release, step: Step) -> bool:
    if step.action == "countersign" and not _against(release):
        return False
    if step.action == "hold" and release.manifest_digest:
        return False
    return person.pk not in (release.requester_id, release.runner_id) or step.action in ("hold", "revoke")


def _may_on_standing(person: Person, standing: StandingDecision, step: Step) -> bool:
    if standing.until < timezone.localdate():
        return False  # it stops as soon as a worker looks
    if step.role == Role.OWNER:
        return bool(owners_of(standing.request) & person.partners_as(Role.OWNER))
    if step.action in ("hold", "end"):
        return True
    if step.action == "allow" and not _favourable(person, standing):
        return False
    return refused(partial(check_apart, person, standing.request)) is None


def _favourable(person: Person, standing: StandingDecision) -> bool:
    """Whether the latest opinion is, and none is this person's."""
    opinion = standing.opinions.order_by("decision__event__number").last()
    given = standing.opinions.filter(person=person).exists()
    return opinion is not None and opinion.favourable and not given


def _may_on(person: Person, request: Request, step: Step) -> bool:
    if step.action in ("submit", "withdraw"):
        return person.pk == request.requester_id
    if step.action == "run" and further_of(request):
        return False
    if step.action in ("return", "resume") and _asked_or_ran(person, request):
        return False
    if step.role == Role.OWNER:
        return bool(owners_of(request) & person.partners_as(Role.OWNER)) and _unspoken(person, request, step)
    return step.action not in ("approve", "advise") or _unspoken(person, request, step)


def _asked_or_ran(person: Person, request: Request) -> bool:
    return person.pk == request.requester_id or request.runs.filter(runner=person).exists()


def _against(release: Release) -> bool:
    """Whether the DPO's latest opinion is against the release."""
    opinion = release.opinions.order_by("decision__event__number").last()
    return opinion is not None and not opinion.favourable


def _unspoken(person: Person, request: Request, step: Step) -> bool:
    """Whether the person is not the requester and has not approved in this round."""
    if step.action not in ("approve", "advise"):
        return True
    spoke = request.approvals.filter(round=request.round, person=person).exists()
    return not spoke and person.pk != request.requester_id and request.state != RequestState.DRAFT
