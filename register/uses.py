"""What an owner sees: what was asked of each of its sources, what came out, and what its standing consents decided."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db.models import Prefetch
from django.utils import timezone

from register.coverage import binding
from register.models import Approval, ConsentAcceptance, ConsentWithdrawal, Feedback, Release, RequestSource, Source
from register.models import StandingConsent as Consent
from register.workflow import RequestState, Role

ConsentState = Literal["open", "standing", "withdrawn", "lapsed", "ended", "replaced"]
"""Waits for an owner; decides; was withdrawn; its owner's role ended; its last day passed; no longer declared."""


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """A standing consent, how it stands, and the approvals it gave, the latest first."""

    consent: Consent
    state: ConsentState
    acceptance: ConsentAcceptance | None
    withdrawal: ConsentWithdrawal | None
    decided: Sequence[Approval]

    @property
    def step(self) -> str:
        """What an owner may do: `accept`, `withdraw` or nothing."""
        return {"open": "accept", "withdrawn": "accept", "lapsed": "accept", "standing": "withdraw"}.get(self.state, "")


@dataclass(frozen=True, slots=True)
class Use:
    """One request that names a source. `approval` is the owner's word in this round, if given."""

    asked: RequestSource
    approval: Approval | None
    releases: Sequence[Release]


@dataclass(frozen=True, slots=True)
class SourceUses:
    source: Source
    uses: Sequence[Use]


def consents_for(partners: Collection[str], today: date | None = None) -> list[ConsentPage]:
    """All standing consents of these partners; what is no longer declared only where it was ever accepted."""
    rows = Consent.objects.filter(partner__in=partners).select_related("agreement", "partner")
    bound = {one.pk for partner in partners for one in binding(partner)}
    pages = [_consent(row, bound, today or timezone.localdate()) for row in rows.order_by("purpose", "digest")]
    return [page for page in pages if page.consent.declared or page.acceptance]


def uses_of(partners: Collection[str]) -> list[SourceUses]:
    """Every source of these partners, with all requests that were ever submitted for it, by id."""
    sources = Source.objects.filter(owner__in=partners).select_related("owner").order_by("id")
    return [SourceUses(source, _uses(source)) for source in sources]


def _consent(row: Consent, bound: set[str], today: date) -> ConsentPage:
    acceptance = row.acceptances.select_related("person").order_by("number").last()
    withdrawal = ConsentWithdrawal.objects.filter(acceptance=acceptance).select_related("person").first()
    decided = Approval.objects.filter(standing__consent=row).select_related("request", "decision")
    return ConsentPage(
        consent=row,
        state=_state(row, acceptance, withdrawal, bound, today),
        acceptance=acceptance,
        withdrawal=withdrawal,
        decided=list(decided.order_by("-decision__event__number")),
    )


def _state(
    row: Consent,
    acceptance: ConsentAcceptance | None,
    withdrawal: ConsentWithdrawal | None,
    bound: set[str],
    today: date,
) -> ConsentState:
    if not row.declared:
        return "replaced"
    if row.until < today:
        return "ended"
    if acceptance is None:
        return "open"
    if withdrawal is not None:
        return "withdrawn"
    return "standing" if acceptance.pk in bound else "lapsed"


def _uses(source: Source) -> list[Use]:
    rows = RequestSource.objects.filter(source=source).exclude(request__state=RequestState.DRAFT.value)
    asked = rows.select_related("request__requester", "request__agreement").order_by("request_id")
    return [Use(row, _word(row, source), _releases(row)) for row in asked]


def _releases(row: RequestSource) -> list[Release]:
    """The latest first, each with what came of it."""
    told = Prefetch("feedback", Feedback.objects.select_related("partner").order_by("event__number"))
    return list(row.request.releases.prefetch_related(told).order_by("-examined_at"))


def _word(row: RequestSource, source: Source) -> Approval | None:
    given = row.request.approvals.filter(round=row.request.round, kind=Role.OWNER.value, partner=source.owner_id)
    return given.select_related("person", "decision").first()
