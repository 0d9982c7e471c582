"""Further use of a release: its recipient asks before it uses it for another purpose or hands it on.

Such a request goes the way of any other and ends in the DPO's advice; nothing is run. It names the sources of the
releases, so that each of their owners is asked, or agreed beforehand.
"""

from declare import Sentence
from register.models import Release, Request
from register.refusals import NotFurther, NothingToRun, NotYours
from register.workflow import ReleaseState, RequestState


def further_of(request: Request) -> list[str]:
    """Ids of the releases that the request wants to use further; none for a request that is run."""
    return list(request.declaration.get("further", []))


def check_further(request: Request) -> None:
    """Raises `NotYours` for who did not receive a release, `NotFurther` for what cannot be asked of it."""
    for name in further_of(request):
        release = Release.objects.select_related("request").filter(id=name).first()
        if release is None or release.state != ReleaseState.RELEASED:
            raise NotFurther(
                "further use of %(release)s cannot be asked: it was not released, or was revoked", release=name
            )
        _received(request, release)
        _names_all_sources(request, release)
        _is_new(request, release)


def check_runs(request: Request) -> None:
    """Raises `NothingToRun` for a request for further use."""
    if further_of(request):
        raise NothingToRun(request.id)


def further_uses(release: Release) -> list[Request]:
    """Requests to use the release further, by id; one that is `scheduled` was permitted."""
    asked = Request.objects.exclude(state=RequestState.DRAFT.value).order_by("id")
    return [request for request in asked if release.id in further_of(request)]


def _received(request: Request, release: Release) -> None:
    if not request.requester.memberships.filter(partner__in=release.request.recipients).exists():
        raise NotYours(Sentence("further use"), release.request.recipients)


def _names_all_sources(request: Request, release: Release) -> None:
    asked = {used.source_id: set(used.columns) for used in request.sources.all()}
    for used in release.request.sources.order_by("source_id"):
        if used.source_id not in asked or set(used.columns) - asked[used.source_id]:
            raise NotFurther(
                "further use of %(release)s cannot be asked: it rests on more of %(source)s than the request names",
                release=release.id,
                source=used.source_id,
            )


def _is_new(request: Request, release: Release) -> None:
    was = release.request
    if request.purpose == was.purpose and set(request.recipients) <= set(was.recipients):
        raise NotFurther("further use of %(release)s need not be asked: it may be used so already", release=release.id)
