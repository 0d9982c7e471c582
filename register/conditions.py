"""What must hold on a day before anything is received, submitted or run. Each function returns nothing or refuses."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from typing import Literal

from django.db.models import QuerySet
from django.utils import timezone

from declare import Part, Refusal, Sentence
from register.cases import check_case
from register.coverage import check_consents_last, check_often_enough, consents_of
from register.declarations import Dpia
from register.further import check_further, check_runs
from register.models import Agreement, Approval, Delivery, OutboxEvent, Release, Request, Source, StandingRelease
from register.plan import Plan, differences
from register.refusals import (
    AgreementLapsed,
    ChangedSinceApproval,
    ClearDelivery,
    DpiaNotValid,
    NoDpia,
    NoEffect,
    NoGround,
    NotAParty,
    NotApproved,
    NothingSaid,
    NoTriple,
    NotYours,
    OtherPeriod,
    PolicyChangedSince,
    Replayed,
    RetentionOver,
    StepNotAllowed,
    Unregistered,
    WithdrawnSince,
    named,
    of_partner,
)
from register.session import SignedIn
from register.workflow import ReleaseState, RequestState, Role, steps, way, ways_on


def check_may_receive(source_id: str, form: Literal["sealed", "clear"], today: date) -> None:
    """Raises `Unregistered`, `NotAParty`, `AgreementLapsed`, `NoGround` or `ClearDelivery`."""
    source = Source.objects.filter(id=source_id).select_related("owner").first()
    if source is None:
        raise Unregistered("source")
    agreement = _agreement_for(source, today)
    if not agreement.grounds.filter(source=source.id).exists():
        raise NoGround(source.id, agreement.id)
    if form == "clear" and not _in_force(today).filter(processing__source=source.id).exists():
        raise ClearDelivery(source.id)


def check_may_accept(by: SignedIn, reason: str) -> None:
    """Whether `by` may take a delivery that changed suddenly. Raises `NotYours` or `NothingSaid`."""
    if Role.STEWARD not in by.person.roles():
        raise NotYours(Sentence("accepting sudden changes"), [Role.STEWARD.value])
    if not reason.strip():
        raise NothingSaid


def check_is_new(source_id: str, contents: str, *, whole: bool, period: str = "") -> None:
    """Raises `Replayed` for a delivery that came in before, `OtherPeriod` when it did so about another period.

    It may come again when it is not `whole` in the store: damaged, or made by an earlier declaration of its source.
    """
    earlier = Delivery.objects.filter(source=source_id, digest=contents).first()
    if earlier is not None and period and earlier.period not in ("", period):
        raise OtherPeriod(source_id, earlier.period, period)
    if earlier is not None and (whole or earlier.state == "destroyed"):
        received = timezone.localdate(earlier.received_at)
        raise Replayed(source_id, received, destroyed=earlier.state == "destroyed")


def check_may_submit(request: Request, today: date) -> None:
    """What a request must have before people look at it: DPIA, agreement, and ground and triple for every source.

    Raises `NoDpia`, `DpiaNotValid`, `AgreementLapsed`, `RetentionOver`, `NoCase`, `NotAParty`, `NoGround`,
    `NoTriple`, `NotFurther` or `NotYours`.
    """
    for demand in _demands(request, today):
        demand()


def check_submission(request: Request, today: date) -> None:
    """All of `check_may_submit`, and what is asked once. Raises, besides, `NoEffect`."""
    for demand in _demands_once(request, today):
        demand()


def what_stands_in_the_way(request: Request, today: date) -> list[Refusal]:
    """Every reason why the request could not be submitted, not the first one alone."""
    return [refusal for demand in _demands_once(request, today) if (refusal := refused(demand))]


def refused(demand: Callable[[], object]) -> Refusal | None:
    """What `demand` raises, if it refuses."""
    try:
        demand()
    except Refusal as refusal:
        return refusal
    return None


def _demands(request: Request, today: date) -> Iterator[Callable[[], None]]:
    """What `check_may_submit` asks, one by one."""
    yield partial(check_dpia, named("request", request.id), _dpia_of(request), today)
    agreement = request.agreement
    yield partial(check_in_force, agreement, today)
    yield partial(check_retention, request, today)
    yield partial(check_case, request)
    yield partial(check_further, request)
    for used in request.sources.select_related("source__owner").order_by("source_id"):
        yield partial(check_use, agreement, used.source, used.ground, request.recipients, request.purpose)


def _demands_once(request: Request, today: date) -> Iterator[Callable[[], None]]:
    """What `check_submission` asks, one by one."""
    yield from _demands(request, today)
    yield partial(check_effect, request)


def check_effect(request: Request) -> None:
    """Somebody said by what the effect will be seen. Raises `NoEffect`."""
    if not request.declaration["effect"]["indicators"]:
        raise NoEffect(request.id)


def check_retention(request: Request, today: date) -> None:
    """Raises `RetentionOver`."""
    if request.retention_until < today:
        raise RetentionOver(request.id, request.retention_until)


def check_may_run(request_id: str, plan: Plan, today: date) -> None:
    """All of `check_may_submit`, and everybody's approval of exactly this plan.

    Raises, besides, `Unregistered`, `StepNotAllowed`, `NotApproved`, `ChangedSinceApproval`, `ConsentEnded`,
    `TooSoon` or `NothingToRun`.
    """
    request = Request.objects.select_related("agreement").filter(id=request_id).first()
    if request is None:
        raise Unregistered("request")
    check_may_submit(request, today)
    possible = steps("request", request.state)
    if missing := missing_approvals(request):
        raise NotApproved(request.id, missing)
    check_runs(request)
    if not any(step.action == "run" for step in possible):
        raise StepNotAllowed(named("request", request.id), request.state, "run", ways_on(possible))
    if plan.digest != request.digest:
        raise ChangedSinceApproval(request.id, differences(request.plan, plan.content))
    check_consents_last(request, today)
    check_often_enough(request, today)


def check_stands(request: Request, today: date, action: Part) -> None:
    """What was approved still holds, so that `action` may let something leave: not held, ended or lapsed meanwhile.

    Raises `StepNotAllowed` or `ConsentEnded`, or as `check_may_submit`.
    """
    if request.state not in (RequestState.SCHEDULED, RequestState.RUNNING, RequestState.COMPLETED):
        raise StepNotAllowed(named("request", request.id), request.state, action, ["settle the request first"])
    check_may_submit(request, today)
    check_consents_last(request, today)


def check_as_run(release: Release) -> None:
    """People decide on what was run under the plan that was approved, and not under a later one, and under the policy
    that was signed last. Raises `ChangedSinceApproval` or `PolicyChangedSince`."""
    request = release.request
    if release.run.digest != request.digest:
        raise ChangedSinceApproval(request.id, differences(release.run.plan, request.plan))
    signed = OutboxEvent.objects.filter(name="policy signed").order_by("number").last()
    if signed is not None and signed.fields["digest"] != release.run.plan["policy"]:
        raise PolicyChangedSince(release.id)


def check_inputs_stand(release: Release) -> None:
    """Raises `WithdrawnSince` where a delivery that it rests on is used no more."""
    for source, contents in release.run.deliveries.items():
        if Delivery.objects.filter(source=source, digest=contents, state="withdrawn").exists():
            raise WithdrawnSince(release.id, source)


def check_may_write(release: Release) -> None:
    """A parcel may be written: people released it, and both release and request stand today.

    Raises `StepNotAllowed` when either, or the series, is held or was called back, `WithdrawnSince` when one of its
    deliveries was, and as `check_as_run`, and `check_may_submit` when DPIA, agreement or retention have ended since.
    """
    release.refresh_from_db()
    if release.state != ReleaseState.RELEASED:
        raise StepNotAllowed(
            named("release", release.id), release.state, Sentence("writing the parcel"), ["decide first"]
        )
    check_inputs_stand(release)
    check_as_run(release)
    _check_series(release)
    check_stands(release.request, timezone.localdate(), Sentence("writing the parcel"))


def _check_series(release: Release) -> None:
    """What a series released leaves neither while that is held, nor after people ended it or called back what it
    released. Raises `StepNotAllowed`."""
    by_itself = StandingRelease.objects.select_related("standing").filter(release=release).first()
    if by_itself is None:
        return
    standing, last = by_itself.standing, by_itself.standing.steps.get(next__isnull=True)
    if last.action in ("hold", "end") or last.why == "revoked":
        again = [Sentence("run it again and decide on that release")]
        ways = [way("resume", Role.DPO.value), *again] if last.action == "hold" else again
        raise StepNotAllowed(
            named("standing decision", standing.id), standing.state, Sentence("writing the parcel"), ways
        )


def missing_approvals(request: Request) -> list[Part]:
    """Who has not yet approved the request as it is now, in this round: roles, and a data owner of each partner."""
    given = Approval.objects.filter(request=request, round=request.round, digest=request.digest)
    kinds = set(given.values_list("kind", flat=True))
    owners = set(given.filter(kind=Role.OWNER.value).values_list("partner_id", flat=True))
    missing = [of_partner(Role.OWNER, owner) for owner in sorted(owners_of(request) - owners)]
    legal = [] if Role.LEGAL in kinds else [Role.LEGAL.value]
    return [*legal, *missing, *([] if Role.DPO in kinds else [Role.DPO.value])]


def owners_of(request: Request) -> set[str]:
    """Ids of the partners whose sources the request uses."""
    return set(request.sources.values_list("source__owner_id", flat=True))


def has_lapsed(request: Request, today: date) -> bool:
    """Whether DPIA, agreement, retention or a standing consent has ended: the request may be marked expired."""
    return last_day(request) < today and request.state != RequestState.EXPIRED


def last_day(request: Request) -> date:
    """On which DPIA, agreement, retention and standing consents all still hold."""
    ends = [request.agreement.until, request.retention_until, *(consent.until for consent in consents_of(request))]
    return min([*ends, request.dpia_valid_until] if request.dpia_valid_until else ends)


def check_dpia(subject: Part, dpia: Dpia | None, today: date) -> None:
    """Raises `NoDpia` or `DpiaNotValid`."""
    if dpia is None:
        raise NoDpia(subject)
    if dpia.status != "approved":
        raise DpiaNotValid("DPIA %(dpia)s is suspended", dpia=dpia.id)
    if dpia.valid_until < today:
        raise DpiaNotValid("DPIA %(dpia)s ended on %(until)s", dpia=dpia.id, until=dpia.valid_until)
    if dpia.approved > today:
        raise DpiaNotValid("DPIA %(dpia)s is approved only from %(first)s", dpia=dpia.id, first=dpia.approved)


def check_in_force(agreement: Agreement, today: date) -> None:
    """Raises `AgreementLapsed`."""
    if not agreement.starts <= today <= agreement.until:
        raise AgreementLapsed(agreement.id, agreement.starts, agreement.until)


def check_use(agreement: Agreement, source: Source, ground: str, recipients: Iterable[str], purpose: str) -> None:
    """A source may go to all recipients for a purpose. Raises `NotAParty`, `NoGround` or `NoTriple`."""
    check_party(agreement, source)
    if not agreement.grounds.filter(source=source.id, law=ground).exists():
        raise NoGround(source.id, agreement.id)
    for recipient in recipients:
        if not agreement.triples.filter(source=source.id, recipient=recipient, purpose=purpose).exists():
            raise NoTriple(agreement.id, source.id, recipient, purpose)


def check_party(agreement: Agreement, source: Source) -> None:
    """Raises `NotAParty`."""
    if not agreement.parties.filter(id=source.owner_id).exists():
        raise NotAParty(source.id, source.owner_id)


def _dpia_of(request: Request) -> Dpia | None:
    """As the register has it."""
    if request.dpia is None or request.dpia_approved is None or request.dpia_valid_until is None:
        return None
    content = {
        "id": request.dpia,
        "approved": request.dpia_approved,
        "valid_until": request.dpia_valid_until,
        "status": request.dpia_status,
    }
    return Dpia.model_validate(content)


def _agreement_for(source: Source, today: date) -> Agreement:
    """An agreement in force whose triples name the source and to which its owner is a party."""
    covering = (
        Agreement.objects.filter(triples__source=source.id, parties=source.owner_id).distinct().order_by("-until")
    )
    last = covering.first()
    if last is None:
        raise NotAParty(source.id, source.owner_id)
    agreement = covering.filter(starts__lte=today, until__gte=today).first()
    if agreement is None:
        raise AgreementLapsed(last.id, last.starts, last.until)
    return agreement


def _in_force(today: date) -> QuerySet[Agreement]:
    return Agreement.objects.filter(starts__lte=today, until__gte=today)
