"""Standing consents (GAZO): accepted and withdrawn by owners, and applied where they cover a request."""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import Event
from audit.event import Value, timestamp
from declare import Part, Sentence, canonical, digest
from register import declarations
from register.conditions import owners_of
from register.coverage import binding, coverage
from register.free_text import check_names_nobody
from register.models import (
    Agreement,
    Approval,
    ConsentAcceptance,
    ConsentWithdrawal,
    Decision,
    Partner,
    Request,
    StandingConsent,
)
from register.operation import new_operation
from register.outbox import record
from register.refusals import AlreadyDecided, ConsentOver, NothingSaid, NotStanding, NotYours, StalePage, of_partner
from register.session import SignedIn
from register.workflow import RequestState, Role


def declare_consents(agreement: Agreement, declared: Iterable[declarations.Consent]) -> None:
    """The agreement's standing consents as declared now; what is no longer there binds no more."""
    named = {digest_of(agreement.id, consent): consent for consent in declared}
    agreement.consents.exclude(digest__in=named).update(declared=False)
    for key, consent in named.items():
        content = consent.model_dump(mode="json", exclude={"owner"})
        owner = Partner.objects.get(id=consent.owner)
        row, fresh = StandingConsent.objects.get_or_create(
            digest=key, defaults={**content, "until": consent.until, "agreement": agreement, "partner": owner}
        )
        if not fresh and not row.declared:
            row.declared = True
            row.save(update_fields=["declared"])


def digest_of(agreement: str, consent: declarations.Consent) -> str:
    """What an owner accepts: exactly this text in this agreement."""
    return digest(canonical({"agreement": agreement, **consent.model_dump(mode="json")}))


def accept(by: SignedIn, consent: StandingConsent, *, operation: str | None = None) -> ConsentAcceptance:
    """From now on the consent decides for its owner. The same operation again gives the same acceptance.

    Raises `NotYours`, `StalePage` for a text that is no longer declared, `ConsentOver` after its last day, or
    `AlreadyDecided` when it was accepted.
    """
    operation = operation or new_operation()
    if again := ConsentAcceptance.objects.filter(event__operation=operation, person=by.person, consent=consent).first():
        return again
    _only_its_owner(by, consent, Sentence("accept"))
    try:
        with transaction.atomic():
            return _accept(by, StandingConsent.objects.select_for_update().get(pk=consent.pk), operation)
    except IntegrityError as error:
        raise AlreadyDecided(_name(consent)) from error


def withdraw(by: SignedIn, consent: StandingConsent, reason: str, *, operation: str | None = None) -> ConsentWithdrawal:
    """The consent decides nothing from now on; what it decided stands. The same operation again changes nothing.

    Raises `NotYours`, `NothingSaid`, `NamesSomebody` or `NotStanding`.
    """
    operation = operation or new_operation()
    if again := ConsentWithdrawal.objects.filter(
        event__operation=operation, person=by.person, acceptance__consent=consent
    ).first():
        return again
    _only_its_owner(by, consent, "withdraw")
    if not reason.strip():
        raise NothingSaid
    check_names_nobody([reason])
    try:
        with transaction.atomic():
            return _withdraw(by, StandingConsent.objects.select_for_update().get(pk=consent.pk), reason, operation)
    except IntegrityError as error:
        raise AlreadyDecided(_name(consent)) from error


def decide_by_consent(request: Request, today: date) -> None:
    """At the owners' step: every partner whose standing consent covers the request says yes by it.

    `request` is locked, and changed; call it inside the transaction of the step that brought it there.
    """
    if request.state != RequestState.CHECKED:
        return
    spoken = request.approvals.filter(round=request.round, kind=Role.OWNER.value).values_list("partner_id", flat=True)
    waiting = owners_of(request) - set(spoken)
    # Locked, so that of two requests at once the second knows by which consent the first was approved.
    list(StandingConsent.objects.select_for_update().filter(partner__in=waiting).order_by("pk"))
    for partner in sorted(waiting):
        found = coverage(request, partner, today)
        if found.covers and found.acceptance is not None:
            waiting.remove(partner)
            _approve(request, found.acceptance, RequestState.CHECKED if waiting else RequestState.CONSENTED)


def _accept(by: SignedIn, consent: StandingConsent, operation: str) -> ConsentAcceptance:
    if not consent.declared:
        raise StalePage(_name(consent))
    if consent.until < timezone.localdate():
        raise ConsentOver(_name(consent), consent.until)
    if any(one.consent_id == consent.pk for one in binding(consent.partner_id)):
        raise AlreadyDecided(_name(consent))
    _record("consent accepted", by, consent, operation)
    return ConsentAcceptance.objects.create(
        event_id=operation,
        consent=consent,
        partner_id=consent.partner_id,
        person=by.person,
        how=by.how,
        number=consent.acceptances.count() + 1,
        at=timezone.now(),
    )


def _withdraw(by: SignedIn, consent: StandingConsent, reason: str, operation: str) -> ConsentWithdrawal:
    acceptance = consent.acceptances.order_by("number").last()
    if acceptance is None or ConsentWithdrawal.objects.filter(acceptance=acceptance).exists():
        raise NotStanding(_name(consent))
    _record("consent withdrawn", by, consent, operation, acceptance=acceptance.pk, reason=reason.strip())
    return ConsentWithdrawal.objects.create(
        event_id=operation,
        acceptance=acceptance,
        partner_id=consent.partner_id,
        person=by.person,
        reason=reason.strip(),
        at=timezone.now(),
    )


def _approve(request: Request, acceptance: ConsentAcceptance, after: RequestState) -> None:
    decision = _decision(request, acceptance, after)
    Approval.objects.create(
        decision=decision,
        request=request,
        requester=request.requester,
        person=decision.person,
        kind=decision.role,
        partner_id=acceptance.partner_id,
        round=request.round,
        digest=request.digest,
        how=decision.how,
        standing=acceptance,
    )
    request.state = after.value
    request.save(update_fields=["state"])


def _decision(request: Request, acceptance: ConsentAcceptance, after: RequestState) -> Decision:
    """The decision and its event, in the name of the person who accepted."""
    operation, role = new_operation(), Role.OWNER.value
    step = {"before": request.state, "after": after.value, "digest": request.digest}
    about = {"partner": acceptance.partner_id, "consent": acceptance.consent_id, "request": request.pk}
    fields: dict[str, Value] = {"person": acceptance.person.username, "role": role, "acceptance": acceptance.pk}
    record(Event("decided by standing consent", operation, timestamp(), {**fields, **about, **step}))
    return Decision.objects.create(
        event_id=operation,
        person=acceptance.person,
        role=role,
        how="standing",
        subject="request",
        subject_id=request.pk,
        action="approve",
        at=timezone.now(),
        **step,
    )


def _only_its_owner(by: SignedIn, consent: StandingConsent, action: Part) -> None:
    if consent.partner_id not in by.person.partners_as(Role.OWNER):
        raise NotYours(action, [of_partner(Role.OWNER, consent.partner_id)])


def _record(name: str, by: SignedIn, consent: StandingConsent, operation: str, **more: str) -> None:
    fields: dict[str, Value] = {
        "person": by.person.username,
        "role": Role.OWNER.value,
        "how": by.how,
        "partner": consent.partner_id,
        "consent": consent.digest,
    }
    record(Event(name, operation, timestamp(), fields | more))


def _name(consent: StandingConsent) -> Sentence:
    return Sentence(
        "standing consent %(id)s of %(partner)s", {"id": consent.digest[:12], "partner": consent.partner_id}
    )
