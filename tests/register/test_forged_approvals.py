"""Forgeries of approvals and of standing consents: refused by the database itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from register.consents import accept
from register.declarations import Agreement
from register.load import sync_agreements
from register.models import Approval, ConsentAcceptance, Request, StandingConsent
from register.session import act_as
from tests.register.forging import (
    Forgeries,
    by_setting,
    copied,
    decided,
    drop,
    event,
    give,
    insert,
    not_refused,
    submitted,
)
from tests.register.room import AGREEMENT, CONSENT, approved, draft, furnish, person, take

pytestmark = pytest.mark.django_db

AT = "2026-11-21 09:00:00"


def by_consent(who: str, operation: str = "op-0") -> str:
    """A forged decision by standing consent."""
    return decided(who, operation, how="standing", role="data_owner", before="checked", after="checked")


def approve_by_consent(who: str, partner: str, **forged: Any) -> None:
    """As the program would write it of the consent that owen accepted for the city, but for what is forged."""
    decision = forged.pop("decision", None) or by_consent(who)
    acceptance = ConsentAcceptance.objects.get().pk
    give(who, "data_owner", partner)
    more = {"partner_id": partner, "how": "standing", "standing_id": acceptance}
    approve(who, "ann", forged.pop("kind", "data_owner"), decision, **more | forged)


def no_longer_declared() -> None:
    consented()
    sync_agreements([Agreement.model_validate(AGREEMENT)])


def consented() -> None:
    """A request at its owners, and the city's standing consent, accepted since."""
    furnish(agreement=AGREEMENT | {"consents": [CONSENT]})
    take("ann", draft(), "submit")
    take("lea", Request.objects.get(), "approve")
    accept(act_as("owen"), StandingConsent.objects.get())


def accept_as(who: str, partner: str, **forged: Any) -> None:
    consent, how = StandingConsent.objects.get().pk, forged.get("how", "session")
    values = {
        "event_id": event(f"op-{who}", "consent accepted", who, partner=partner, consent=consent, how=how),
        "consent_id": consent,
        "partner_id": partner,
        "person_id": person(who).pk,
        "how": "session",
        "number": 2,
        "at": "2026-11-21 09:00:00",
    }
    insert("register_consentacceptance", **values | forged)


def withdraw_as(who: str, partner: str, reason: str) -> None:
    acceptance = ConsentAcceptance.objects.get().pk
    insert(
        "register_consentwithdrawal",
        event_id=event("op-0", "consent withdrawn", who, partner=partner, acceptance=acceptance, reason=reason),
        acceptance_id=acceptance,
        partner_id=partner,
        person_id=person(who).pk,
        reason=reason,
        at="2026-11-21 09:00:00",
    )


def approve(who: str, requester: str, kind: str = "legal_officer", decision: str | None = None, **more: Any) -> None:
    values = {
        "decision_id": decision or decided(who, f"op-{who}"),
        "request_id": "insight",
        "requester_id": person(requester).pk,
        "person_id": person(who).pk,
        "kind": kind,
        "partner_id": None,
        "round": 1,
        "digest": Request.objects.get().digest,
        "how": "session",
    }
    insert("register_approval", **values | more)


def approve_for_a_partner_without_a_source() -> None:
    give("owen", "data_owner", "bank")
    decision = decided("owen", "op-1", role="data_owner", before="checked", after="checked")
    approve("owen", "ann", "data_owner", decision, partner_id="bank")


def withdraw_with(name: str) -> None:
    acceptance = ConsentAcceptance.objects.get().pk
    told = {"partner": "city", "acceptance": acceptance, "reason": "because"}
    insert(
        "register_consentwithdrawal", event_id=event("op-0", name, "owen", **told), acceptance_id=acceptance,
        partner_id="city", person_id=person("owen").pk, reason="because", at=AT,
    )  # fmt: skip


FORGERIES: Forgeries = {
    "the requester approves": ("approval_not_by_the_requester", submitted, lambda: approve("ann", "ann")),
    "the requester approves behind another's name": (
        "approval_requester_is_the_requests",
        submitted,
        lambda: approve("ann", "stef"),
    ),
    "an approval without a decision": (
        "approval_rests_on_its_decision",
        submitted,
        lambda: approve("lea", "ann", decision="nothing"),
    ),
    "an approval on somebody else's decision": (
        "approval_rests_on_its_decision",
        submitted,
        lambda: approve("lea", "ann", decision=decided("dora", "op-1")),
    ),
    "legal officer and DPO in one person": (
        "approval_one_voice",
        submitted,
        lambda: (approve("lea", "ann"), approve("lea", "ann", "dpo", decided("lea", "op-2"))),
    ),
    "an owner who speaks for nobody": (
        "approval_owner_speaks_for_a_partner",
        submitted,
        lambda: approve("owen", "ann", "data_owner"),
    ),
    "an approval of a kind nobody knows": (
        "approval_owner_speaks_for_a_partner",
        submitted,
        lambda: approve("lea", "ann", "friend"),
    ),
    "an approval moved to the requester": (
        "approval_not_by_the_requester",
        approved,
        lambda: Approval.objects.filter(kind="dpo").update(person=person("ann")),
    ),
    "by the consent of another partner": (
        "approval_by_who_accepted_the_consent",
        consented,
        lambda: approve_by_consent("owen", "tax"),
    ),
    "by a consent that somebody else accepted": (
        "approval_by_who_accepted_the_consent",
        consented,
        lambda: approve_by_consent("tess", "city"),
    ),
    "by a consent that nobody accepted": (
        "standing_id",
        consented,
        lambda: approve_by_consent("owen", "city", standing_id="nothing"),
    ),
    "by a standing consent without naming it": (
        "approval_names_its_standing_consent",
        consented,
        lambda: approve_by_consent("owen", "city", standing_id=None),
    ),
    "a session's approval that names a consent": (
        "approval_names_its_standing_consent",
        consented,
        lambda: approve_by_consent(
            "owen",
            "city",
            decision=decided("owen", "op-1", role="data_owner", before="checked", after="checked"),
            how="session",
        ),
    ),
    "a decision by consent, passed off as a session's": (
        "approval_person_decided",
        consented,
        lambda: approve_by_consent("owen", "city", how="session", standing_id=None),
    ),
    "a legal officer's approval by standing consent": (
        "approval_names_its_standing_consent",
        consented,
        lambda: approve_by_consent("owen", "city", kind="legal_officer", partner_id=None),
    ),
    "another step by standing consent": (
        "decision_how_is_known",
        consented,
        lambda: decided("owen", "op-1", how="standing", role="dpo", action="advise"),
    ),
    "the requester by a consent": (
        "approval_not_by_the_requester",
        consented,
        lambda: approve_by_consent("ann", "city"),
    ),
    "accepted for another partner": (
        "acceptance_by_the_partner_it_binds",
        consented,
        lambda: accept_as("tess", "tax"),
    ),
    "accepted twice at a time": (
        "acceptance_once_at_a_time",
        consented,
        lambda: accept_as("owen", "city", number=1),
    ),
    "accepted by a standing consent": (
        "acceptance_how_is_known",
        consented,
        lambda: accept_as("owen", "city", how="standing"),
    ),
    "withdrawn without a reason": ("withdrawal_has_a_reason", consented, lambda: withdraw_as("owen", "city", "")),
    "withdrawn for another partner": (
        "withdrawal_by_the_partner_it_binds",
        consented,
        lambda: withdraw_as("tess", "tax", "because"),
    ),
    "an approval moved to another plan": (
        "approval_stays_as_written", approved, lambda: Approval.objects.update(digest="f" * 64),
    ),
    "an approval taken away": ("approval_is_kept", approved, lambda: drop(Approval)),
    "an approval for a partner without a source": (
        "approval_for_an_owner_of_its_sources",
        consented,
        approve_for_a_partner_without_a_source,
    ),
    "an approval of an earlier round": (
        "approval_is_of_this_round", submitted, lambda: approve("lea", "ann", round=0),
    ),
    "an approval made from a return": (
        "approval_rests_on_its_decision",
        submitted,
        lambda: approve("lea", "ann", decision=decided("lea", "op-1", action="return", after="returned")),
    ),
    "accepted with the event of something else": (
        "acceptance_is_told_by_an_owner",
        consented,
        lambda: insert(
            "register_consentacceptance", event_id=event("op-1", "remarked", "owen"), number=2, how="session", at=AT,
            consent_id=StandingConsent.objects.get().pk, partner_id="city", person_id=person("owen").pk,
        ),
    ),
    "a consent ended with the event of something else": (
        "consent_ended_by_an_owner", consented, lambda: withdraw_with("consent accepted"),
    ),
    "a standing consent that was never agreed on": (
        "consent_is_agreed", consented,
        lambda: copied(StandingConsent.objects.get(), digest="f" * 64, minimum_people=1),
    ),
    "a standing consent that is declared no more": (
        "consent_is_agreed", no_longer_declared, lambda: StandingConsent.objects.update(declared=True),
    ),
    "a standing consent of other words": (
        "standingconsent_stays_as_written", consented, lambda: StandingConsent.objects.update(minimum_people=1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("given", by_setting(FORGERIES), ids=lambda given: given.__name__)
def test_a_forger_is_refused_by_the_rule(given: Callable[[], Any]) -> None:
    given()
    assert not_refused(FORGERIES, given) == {}


HONEST: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "an approval": (submitted, lambda: approve("lea", "ann")),
    "an approval by standing consent": (consented, lambda: approve_by_consent("owen", "city")),
    "an acceptance": (consented, lambda: accept_as("owen", "city")),
    "an end of a consent": (consented, lambda: withdraw_as("owen", "city", "because")),
}  # fmt: skip


@pytest.mark.parametrize(("given", "row"), HONEST.values(), ids=HONEST)
def test_the_row_of_no_forger_is_taken(given: Callable[[], Any], row: Callable[[], Any]) -> None:
    given()
    row()
    connection.check_constraints()
