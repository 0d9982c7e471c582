"""Forgeries in raw SQL: what the program refuses, the database refuses too, by the constraint that is named."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from audit.event import timestamp
from register.consents import accept
from register.models import (
    Approval,
    ConsentAcceptance,
    Membership,
    OutboxEvent,
    Release,
    Request,
    StandingConsent,
    StandingDecision,
)
from register.runs import Examined, finish_run, start_run
from register.session import act_as
from tests.register.room import (
    AGREEMENT,
    ANSWERS,
    CONSENT,
    TODAY,
    approved,
    deliveries,
    draft,
    examined,
    furnish,
    person,
    plan,
    take,
    unguarded,
)

pytestmark = pytest.mark.django_db


def insert(table: str, **values: Any) -> None:
    columns = ", ".join(f'"{name}"' for name in values)
    places = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", list(values.values()))  # noqa: S608


def update(table: str, key: str, **values: Any) -> None:
    columns = ", ".join(f'"{name}" = %s' for name in values)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {columns} WHERE id = %s", [*values.values(), key])  # noqa: S608


def delete_events() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM register_outboxevent")


def event(operation: str, name: str, who: str, **fields: Any) -> str:
    told = json.dumps({"person": who} | {field.rstrip("_"): value for field, value in fields.items()})
    insert("register_outboxevent", operation=operation, log="audit", name=name, at=timestamp(), fields=told)
    return operation


def give(who: str, role: str, partner: str = "city") -> None:
    """The forger has seen to it that the role is there."""
    Membership.objects.get_or_create(person=person(who), role=role, partner_id=partner)


def decided(who: str, operation: str, **forged: Any) -> str:
    """A forged decision by `who`, complete with its event, which tells what was `told` or else the same."""
    told = forged.pop("told", {})
    values = {
        "role": "legal_officer",
        "how": "session",
        "subject": "request",
        "subject_id": "insight",
        "action": "approve",
        "before": "submitted",
        "after": "checked",
    } | forged
    kind: Any = {"request": Request, "standing": StandingDecision}.get(values["subject"], Release)
    known = kind.objects.filter(pk=values["subject_id"]).first()
    values = {"digest": known.digest if known else "0" * 64} | values
    if values.pop("given", True):
        give(who, values["role"])
    standing = values["how"] == "standing"
    fields = {"role", "digest", "before", "after"} | (set() if standing else {"how", "subject", "action"})
    says = {field: values[field] for field in fields} | {"request" if standing else "id": values["subject_id"]}
    event(operation, "decided by standing consent" if standing else "decided", who, **says | told)
    more = {"event_id": operation, "person_id": person(who).pk, "reason": "", "at": "2026-11-21 09:00:00"}
    insert("register_decision", **more | values)
    return operation


def by_consent(who: str, operation: str = "op-0") -> str:
    """A forged decision by standing consent."""
    return decided(who, operation, how="standing", role="data_owner", before="checked", after="checked")


def by_officer(who: str, **forged: Any) -> str:
    """A forged decision to release."""
    release = {"subject": "release", "subject_id": "insight-1", "before": "advised", "after": "released"}
    return decided(who, f"op-{who}", **release | {"role": "release_officer", "action": "release"} | forged)


def by_dpo(who: str, **forged: Any) -> str:
    """A forged opinion's decision."""
    return by_officer(who, **{"role": "dpo", "action": "advise", "before": "examined", "after": "advised"} | forged)


def approve_by_consent(who: str, partner: str, **forged: Any) -> None:
    """As the program would write it of the consent that owen accepted for the city, but for what is forged."""
    decision = forged.pop("decision", None) or by_consent(who)
    acceptance = ConsentAcceptance.objects.get().pk
    give(who, "data_owner", partner)
    more = {"partner_id": partner, "how": "standing", "standing_id": acceptance}
    approve(who, "ann", forged.pop("kind", "data_owner"), decision, **more | forged)


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


def release_it(officer: str, **forged: Any) -> None:
    """A release decision as the program would write it, but for what is `forged`."""
    release = Release.objects.get()
    opinion = release.opinions.order_by("decision__event__number").last()
    values = {
        "decision_id": forged.pop("decision", None) or by_officer(officer),
        "release_id": release.id,
        "officer_id": person(officer).pk,
        "requester_id": release.requester_id,
        "runner_id": release.runner_id,
        "outcome": release.outcome,
        "digest": release.digest,
        "opinion_id": opinion and opinion.pk,
        "adviser_id": person("dora").pk,
        "favourable": opinion.favourable if opinion else True,
        "countersignature_id": None,
        "second_id": None,
        "reason": "because",
        "answers": json.dumps(ANSWERS),
    }
    insert("register_releasedecision", **values | forged)


def restrict(**forged: Any) -> None:
    """A restriction as the program would write it, but for what is `forged`."""
    other = forged.pop("told", {})
    values = {
        "source_id": "incomes",
        "digest": "a" * 64,
        "key": "0" * 16,
        "lifts": False,
        "at_least": 0,
        "until": None,
        "person_id": person("tess").pk,
        "role": "data_owner",
        "partner_id": "tax",
        "how": "session",
        "reason": "asked",
        "at": "2026-11-21 09:00:00",
    } | forged
    told = {field: values[field] for field in ("digest", "role", "how", "reason")}
    told |= {"partner": values["partner_id"], "source": values["source_id"]}
    event("op-r", "restriction lifted" if values["lifts"] else "restricted", "tess", **told | other)
    insert("register_restriction", **{"event_id": "op-r"} | values)


def submitted() -> None:
    furnish()
    take("ann", draft(), "submit")


def advised(action: str = "advise") -> None:
    take("dora", examined(), action, "because")


def failed() -> None:
    """A refused release with an opinion that the program would not have taken."""
    examined("FAIL")
    with unguarded():
        opine("dora")
        by_officer("rob")


def opine(who: str, **forged: Any) -> None:
    """An opinion as the program would write it, but for what is `forged`."""
    values = {
        "decision_id": forged.pop("decision", None) or by_dpo(who),
        "release_id": "insight-1",
        "person_id": person(who).pk,
        "favourable": True,
        "digest": Release.objects.get().digest,
    }
    insert("register_opinion", **values | forged)


def countersign(who: str, **forged: Any) -> None:
    """A countersignature as the program would write it, but for what is `forged`."""
    values = {
        "decision_id": by_officer(who, **{"action": "countersign", "after": "advised"} | forged),
        "release_id": "insight-1",
        "person_id": person(who).pk,
        "digest": Release.objects.get().digest,
    }
    insert("register_countersignature", **values)


def countersigned() -> None:
    advised("advise against")
    take("ria", Release.objects.get(), "countersign", "because")


def released() -> None:
    advised()
    take("rob", Release.objects.get(), "release", "because", answers=ANSWERS)


def later_release() -> str:
    """Of the same request, examined and not decided on."""
    run = start_run(act_as("stef"), "insight", plan(), deliveries(), today=TODAY)
    return finish_run(act_as("stef"), run, Examined("PASS", "5" * 64, "6" * 64), links=7).id


def tell(**forged: Any) -> None:
    told = {"partner": "city", "release": forged.get("release_id", "insight-1"), "digest": "0" * 64}
    values = {
        "event_id": event("op-0", "feedback recorded", "ann", **told),
        "release_id": "insight-1",
        "released_id": Release.objects.get(id="insight-1").decision_id,
        "partner_id": "city",
        "person_id": person("ann").pk,
        "indicator": "",
        "text": "good",
        "digest": "0" * 64,
        "at": "2026-11-21 09:00:00",
    }
    insert("register_feedback", **values | forged)


def signature() -> str:
    return str(Release.objects.get().countersignatures.get().pk)


def advised_against() -> None:
    advised("advise against")


def gate_refused() -> None:
    examined("FAIL")


Forgeries = dict[str, tuple[str, Callable[[], Any], Callable[[], Any]]]
"""Name → constraint that refuses it, what is given before, and the forgery."""
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
    "a request given another requester": (
        "approval_requester_is_the_requests",
        approved,
        lambda: update("register_request", "insight", requester_id=person("stef").pk),
    ),
    "a state nobody knows": (
        "request_state_is_known",
        submitted,
        lambda: update("register_request", "insight", state="fine"),
    ),
    "a decision without its event": ("outboxevent_is_kept", submitted, delete_events),
    "released without a decision": (
        "release_needs_a_decision",
        advised,
        lambda: update("register_release", Release.objects.get().id, state="released"),
    ),
    "released by the runner": ("release_officer_is_nobody_else", advised, lambda: release_it("stef")),
    "released by the runner behind another's name": (
        "release_decision_as_examined",
        advised,
        lambda: release_it("stef", runner_id=person("rob").pk),
    ),
    "released by the requester": ("release_officer_is_nobody_else", advised, lambda: release_it("ann")),
    "released by the DPO": ("release_officer_is_nobody_else", advised, lambda: release_it("dora")),
    "released without an opinion": (
        "release_on_an_opinion_or_by_itself",
        advised,
        lambda: release_it("rob", opinion_id=None),
    ),
    "released on an opinion that was not given": (
        "opinion_id",
        advised,
        lambda: release_it("rob", opinion_id="nothing"),
    ),
    "released after FAIL": ("release_never_after_fail", failed, lambda: release_it("rob", decision="op-rob")),
    "FAIL called PASS in the decision": (
        "release_decision_as_examined",
        failed,
        lambda: release_it("rob", decision="op-rob", outcome="PASS"),
    ),
    "FAIL moved on": (
        "release_fail_stays_refused",
        gate_refused,
        lambda: update("register_release", Release.objects.get().id, state="examined"),
    ),
    "an opinion against, called favourable": (
        "release_decision_has_an_opinion",
        advised_against,
        lambda: release_it("rob", favourable=True),
    ),
    "against the opinion, alone": (
        "release_against_advice_takes_two",
        advised_against,
        lambda: release_it("rob"),
    ),
    "against the opinion, the officer twice": (
        "release_against_advice_takes_two",
        countersigned,
        lambda: release_it("ria", countersignature_id=signature(), second_id=person("ria").pk),
    ),
    "against the opinion, in another's name": (
        "release_decision_second_signed",
        countersigned,
        lambda: release_it("rob", countersignature_id=signature(), second_id=person("aud").pk),
    ),
    "against the opinion, without reasons": (
        "release_against_advice_takes_two",
        countersigned,
        lambda: release_it("rob", countersignature_id=signature(), second_id=person("ria").pk, reason=""),
    ),
    "another output than was decided on": (
        "release_rests_on_its_decision",
        advised,
        lambda: release_it("rob", digest="f" * 64),
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
    "a restriction by an analyst": ("restriction_by_steward_or_owner", furnish, lambda: restrict(role="analyst")),
    "a restriction without a reason": ("restriction_has_a_reason", furnish, lambda: restrict(reason="")),
    "a restriction that nobody signed in for": ("restriction_how_is_known", furnish, lambda: restrict(how="mail")),
    "a restriction without its event": (
        "restriction_by_who_owns_the_source",
        furnish,
        lambda: restrict(event_id="nothing"),
    ),
    "a lifted restriction that ends": (
        "restriction_that_lifts_has_no_end",
        furnish,
        lambda: restrict(lifts=True, until="2030-01-01"),
    ),
    "feedback without a word": ("feedback_says_something", released, lambda: tell(text="")),
    "feedback on what was never released": (
        "feedback_on_what_was_released",
        released,
        lambda: tell(release_id=later_release()),
    ),
    "rows that do not add up": (
        "delivery_rows_add_up",
        examined,
        lambda: insert(
            "register_delivery",
            source_id="incomes",
            digest="e" * 64,
            rows_in=10,
            rows_kept=9,
            rows_quarantined=0,
            received_at="2026-11-21 09:00:00",
            state="received",
            period="",
        ),
    ),
}


def by_setting(forgeries: Forgeries) -> list[Callable[[], Any]]:
    """What is given before, each once."""
    return list({given: None for _, given, _ in forgeries.values()})


def not_refused(forgeries: Forgeries, given: Callable[[], Any]) -> dict[str, str]:
    """Of the forgeries after `given`, those that the constraint they name did not refuse, with what was said."""
    found = {}
    for name, (constraint, before, forgery) in forgeries.items():
        said = refusal_of(forgery) if before is given else constraint
        if not named(constraint, said):
            found[name] = said
    return found


def refusal_of(forgery: Callable[[], Any]) -> str:
    """What the database says of it; nothing of it stays."""
    try:
        with transaction.atomic():
            forgery()
            connection.check_constraints()
            transaction.set_rollback(True)
    except IntegrityError as refused:
        return str(refused)
    return "taken"


@pytest.mark.parametrize("given", by_setting(FORGERIES), ids=lambda given: given.__name__)
def test_forgeries_are_refused(given: Callable[[], Any]) -> None:
    given()
    before = list(Request.objects.values_list("state")), list(Release.objects.values_list("state"))
    assert not_refused(FORGERIES, given) == {}
    assert before == (list(Request.objects.values_list("state")), list(Release.objects.values_list("state")))


def named(constraint: str, message: str) -> bool:
    """Whether the message names the constraint; SQLite does not name keys."""
    nameless = connection.vendor == "sqlite" and ("foreign key" in message.lower() or "UNIQUE" in message)
    return constraint in message or nameless


HONEST: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "an approval": (submitted, lambda: approve("lea", "ann")),
    "an approval by standing consent": (consented, lambda: approve_by_consent("owen", "city")),
    "an acceptance": (consented, lambda: accept_as("owen", "city")),
    "a withdrawal": (consented, lambda: withdraw_as("owen", "city", "because")),
    "feedback": (released, tell),
    "a release": (advised, lambda: release_it("rob")),
    "a release by two": (
        countersigned,
        lambda: release_it("rob", countersignature_id=signature(), second_id=person("ria").pk),
    ),
}


@pytest.mark.parametrize(("given", "row"), HONEST.values(), ids=HONEST)
def test_the_same_rows_without_the_forgery_are_taken(given: Callable[[], Any], row: Callable[[], Any]) -> None:
    given()
    row()
    connection.check_constraints()
    assert OutboxEvent.objects.filter(operation__startswith="op-").count() == 1
