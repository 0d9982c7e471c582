"""What waits for whom: the one answer that the home page, notices and indicators give."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from django.utils import timezone

from register.decisions import Subjects, kind_of
from register.further import further_of
from register.models import Person, Probe, Release, Request
from register.probes import partners_of
from register.queries import live_standing, may, open_to
from register.withdrawals import unsound
from register.workflow import ReleaseState, RequestState, Role, Step, Subject, awaited, steps


@dataclass(frozen=True, slots=True)
class Awaited:
    """A request, release or standing decision, and the steps of which one is waited for."""

    subject: Subjects
    steps: tuple[Step, ...]

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(step.role for step in self.steps)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for a person, and all steps they may take; none where it waits for somebody else."""

    subject: Subject
    id: str
    title: str
    state: str
    actions: tuple[str, ...]


def all_awaited() -> list[Awaited]:
    """Requests first, by id. A permitted further use is not run and waits for nobody; what rests on a withdrawn
    delivery waits for whoever may revoke it."""
    found = [Awaited(one, _of_request(one)) for one in Request.objects.order_by("id")]
    faulty = {each.release.id for each in unsound() if each.why == "withdrawn"}
    for release in Release.objects.select_related("request").order_by("id"):
        called_back = _revoking(release) if release.id in faulty else ()
        found.append(Awaited(release, (*awaited("release", release.state), *called_back)))
    found += [Awaited(one, awaited("standing", one.state)) for one in live_standing()]
    return [each for each in found if each.steps]


def _of_request(request: Request) -> tuple[Step, ...]:
    found = awaited("request", request.state)
    return () if request.state == RequestState.SCHEDULED and further_of(request) else found


def _revoking(release: Release) -> tuple[Step, ...]:
    return tuple(step for step in steps("release", release.state) if step.action == "revoke")


def answers_awaited() -> list[tuple[Probe, str]]:
    """Probes that are not over, with each partner whose answer nobody spoke about yet."""
    found = []
    for probe in Probe.objects.filter(until__gte=timezone.localdate()).order_by("id"):
        spoken = set(probe.voices.filter(about="answer").values_list("partner_id", flat=True))
        found += [(probe, partner) for partner in sorted(partners_of(probe) - spoken)]
    return found


def pending(person: Person) -> list[Waiting]:
    """What waits for `person` by role and duties, requests first."""
    roles = person.roles()
    return [
        _of(each.subject, open_to(person, each.subject))
        for each in all_awaited()
        if any(step.role in roles and may(person, each.subject, step) for step in each.steps)
    ]


def answers_pending(person: Person) -> list[tuple[Probe, str]]:
    """Probes whose answer waits for `person`, with the partner; nobody speaks on what they ask themselves."""
    own = person.partners_as(Role.OWNER)
    return [(probe, partner) for probe, partner in answers_awaited() if partner in own and probe.requester != person]


def underway() -> list[Waiting]:
    """Requests, releases and standing decisions that have not ended, whoever they wait for."""
    over = (RequestState.WITHDRAWN, RequestState.EXPIRED, RequestState.REVOKED)
    done = (ReleaseState.RELEASED, ReleaseState.WITHHELD, ReleaseState.REFUSED, ReleaseState.REVOKED)
    left: Iterable[Subjects] = chain(
        Request.objects.exclude(state__in=over),
        Release.objects.exclude(state__in=done).select_related("request"),
        live_standing(),
    )
    return sorted((_of(one, ()) for one in left), key=lambda one: (one.id, one.subject))


def _of(subject: Subjects, actions: tuple[str, ...]) -> Waiting:
    title = subject.title if isinstance(subject, Request) else subject.request.title
    return Waiting(kind_of(subject), subject.pk, title, subject.state, actions)
