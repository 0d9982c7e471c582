"""What screens and the command line show. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from declare import Part
from register.conditions import missing_approvals, owners_of
from register.coverage import Coverage, coverage
from register.declarations import Seen
from register.feedback import seen_by
from register.further import further_of, further_uses
from register.models import Decision, Feedback, Opinion, Partner, Person, Release, Remark, Request
from register.withdrawals import Unsound, unsound
from register.workflow import WORK, ReleaseState, RequestState, Role, Step, Subject, steps


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


def actions(person: Person, subject: Request | Release) -> tuple[str, ...]:
    """The steps that `person` may decide on by role and duties, in the order of the table."""
    return tuple(action for action in open_to(person, subject) if action not in WORK)


def open_to(person: Person, subject: Request | Release) -> tuple[str, ...]:
    """All steps that `person` may take, also those of the work itself."""
    kind: Subject = "request" if isinstance(subject, Request) else "release"
    roles = person.roles()
    found = [step.action for step in steps(kind, subject.state) if step.role in roles and may(person, subject, step)]
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
    return ReleasePage(release, opinion, decisions_on("release", release.id), list(told), further, faulty)


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


def may(person: Person, subject: Request | Release, step: Step) -> bool:
    """Whether the duties let somebody with the role take the step."""
    return _may_on_release(person, subject, step) if isinstance(subject, Release) else _may_on(person, subject, step)


def _may_on_release(person: Person, release: Release, step: Step) -> bool:
    if step.action == "countersign" and not _against(release):
        return False
    if step.action == "hold" and release.manifest_digest:
        return False
    return person.pk not in (release.requester_id, release.runner_id) or step.action in ("hold", "revoke")


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
