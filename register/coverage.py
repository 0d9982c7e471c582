"""What a request asks of an owner beyond what that owner agreed to beforehand. Nothing here writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from django.utils import timezone

from register.models import Approval, ConsentAcceptance, ConsentWithdrawal, Request, StandingConsent
from register.refusals import ConsentEnded, TooSoon
from register.workflow import ReleaseState, Role

NewKind = Literal[
    "no consent",
    "source",
    "column",
    "recipient",
    "rows",
    "smallest cell",
    "further use",
    "too soon",
    "ended",
    "own request",
    "spoke",
]


@dataclass(frozen=True, slots=True)
class New:
    """One thing that no standing consent of the owner covers; `what` names it."""

    kind: NewKind
    what: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the nearest standing consent of a partner reaches: it covers the request when nothing is `new`."""

    acceptance: ConsentAcceptance | None
    new: tuple[New, ...]

    @property
    def covers(self) -> bool:
        return self.acceptance is not None and not self.new


def binding(partner: str | None = None) -> list[ConsentAcceptance]:
    """Acceptances that bind: of a text that is still declared, the last one of it, not withdrawn, by somebody who still
    is that partner's owner."""
    found = ConsentAcceptance.objects.filter(consent__declared=True).select_related("consent", "person", "partner")
    found = found if partner is None else found.filter(partner=partner)
    last = {one.consent_id: one for one in found.order_by("number")}
    return [one for one in last.values() if _binds(one)]


def _binds(acceptance: ConsentAcceptance) -> bool:
    withdrawn = ConsentWithdrawal.objects.filter(acceptance=acceptance).exists()
    return not withdrawn and acceptance.partner_id in acceptance.person.partners_as(Role.OWNER)


def coverage(request: Request, partner: str, today: date) -> Coverage:
    """Of the partner's standing consents for this purpose, the one to which the least is new."""
    fitting = [
        one
        for one in binding(partner)
        if (one.consent.agreement_id, one.consent.purpose) == (request.agreement_id, request.purpose)
    ]
    found = [Coverage(one, tuple(_new(request, one, today))) for one in fitting]
    return min(found, key=lambda each: len(each.new), default=Coverage(None, (New("no consent"),)))


def next_use(request: Request, consent: StandingConsent) -> date | None:
    """The first day on which the consent may decide on `request`; None when it decided on no other one yet."""
    others = Approval.objects.filter(standing__consent=consent).exclude(request=request)
    last = others.order_by("decision__at").last()
    return None if last is None else timezone.localdate(last.decision.at) + timedelta(days=consent.every_days)


def check_consents_last(request: Request, today: date) -> None:
    """Every standing consent that speaks for the request is still in force. Raises `ConsentEnded`."""
    for consent in consents_of(request):
        if consent.until < today:
            raise ConsentEnded(request.id, consent.partner_id, consent.until)


def check_often_enough(request: Request, today: date) -> None:
    """The last release of the request is as long ago as the standing consents for it ask. Raises `TooSoon`."""
    kept = request.releases.exclude(state__in=[ReleaseState.REFUSED.value, ReleaseState.WITHHELD.value])
    last = kept.order_by("examined_at").last()
    if last is None:
        return
    for consent in consents_of(request):
        first = timezone.localdate(last.examined_at) + timedelta(days=consent.every_days)
        if today < first:
            raise TooSoon(request.id, consent.partner_id, first)


def consents_of(request: Request) -> list[StandingConsent]:
    """Standing consents by which the request was approved in this round."""
    given = request.approvals.filter(round=request.round, standing__isnull=False).order_by("partner_id")
    return [approval.standing.consent for approval in given if approval.standing]


def _new(request: Request, acceptance: ConsentAcceptance, today: date) -> Iterator[New]:
    consent = acceptance.consent
    yield from _beyond_the_columns(request, consent)
    yield from (New("recipient", name) for name in request.recipients if name not in consent.recipients)
    if request.declaration["output"]["kind"] != "table":
        yield New("rows")
    elif request.plan.get("minimum_people", 0) < consent.minimum_people:
        yield New("smallest cell", f"{request.plan.get('minimum_people', 0)} < {consent.minimum_people}")
    if request.declaration.get("further") and not consent.further:
        yield New("further use")
    if (first := next_use(request, consent)) is not None and today < first:
        yield New("too soon", first.isoformat())
    if consent.until < today:
        yield New("ended", consent.until.isoformat())
    yield from _duties_kept_apart(request, acceptance)


def _beyond_the_columns(request: Request, consent: StandingConsent) -> Iterator[New]:
    for used in request.sources.filter(source__owner=consent.partner_id).order_by("source_id"):
        if used.source_id not in consent.columns:
            yield New("source", used.source_id)
        allowed = consent.columns.get(used.source_id, [])
        yield from (New("column", f"{used.source_id}.{name}") for name in used.columns if name not in allowed)


def _duties_kept_apart(request: Request, acceptance: ConsentAcceptance) -> Iterator[New]:
    """Who accepted is who speaks: never about their own request, and once in a round."""
    if acceptance.person_id == request.requester_id:
        yield New("own request", acceptance.person.name)
    if request.approvals.filter(round=request.round, person=acceptance.person_id).exists():
        yield New("spoke", acceptance.person.name)
