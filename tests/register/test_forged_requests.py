"""Forgeries of requests, their sources and agreement, and of decisions: refused by the database itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from register.load import sync_room
from register.models import (
    Agreement,
    AgreementGround,
    Decision,
    Membership,
    OutboxEvent,
    Person,
    ProbeTerms,
    ProcessingAgreement,
    Request,
    SharingTriple,
    Source,
    Version,
)
from tests.register.forging import (
    Forgeries,
    by_setting,
    copied,
    decided,
    drop,
    event,
    insert,
    not_refused,
    released,
    resumed,
    submitted,
    update,
)
from tests.register.room import PARTNERS, PEOPLE, REQUEST, approved, draft, furnish, person, take
from tests.register.test_probes import agreed

pytestmark = pytest.mark.django_db


def delete_events() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM register_outboxevent")


def scheduled_without_owners() -> None:
    """Every step is decided, and told; nobody approved."""
    steps = (
        ("lea", "legal_officer", "approve", "submitted", "checked"),
        ("owen", "data_owner", "approve", "checked", "consented"),
        ("dora", "dpo", "advise", "consented", "scheduled"),
    )
    for who, role, action, before, after in steps:
        decided(who, f"op-{who}", role=role, action=action, before=before, after=after)
        Request.objects.update(state=after)


def request_on_hold() -> None:
    submitted()
    take("dora", Request.objects.get(), "hold", "because")


def registered(digest: str = "f" * 64, name: str = "insight") -> str:
    """A version of the request of which the log is told; its digest."""
    told = {"kind": "request", "id": name, "digest": digest, "account": "forger"}
    known = Version.objects.get(kind="request")
    copied(known, event_id=event("op-f", "registered", "ann", **told), digest=digest, name=name, account="forger")
    return digest


def revoked() -> None:
    take("lea", approved(), "revoke", "because")


def draft_of_it() -> None:
    furnish()
    draft()


def another_source_of_it() -> None:
    of_a_source("DELETE FROM register_requestsource")
    insert("register_requestsource", request_id="insight", source_id="incomes", ground="Law 1", columns='["name"]')


def submitted_without_a_source() -> None:
    of_a_source("DELETE FROM register_requestsource")
    decided("ann", "op-s", role="analyst", action="submit", before="draft", after="submitted")
    Request.objects.update(state="submitted", round=1)


def a_role_again() -> None:
    """The log has it that it was given; and that it ended since."""
    sync_room("demo", "Demo", True, PARTNERS, [one for one in PEOPLE if one.username != "aud"])
    insert("register_membership", person_id=person("aud").pk, role="auditor", partner_id="city")


def closed() -> None:
    furnish()
    sync_room("demo", "Demo", True, PARTNERS, [one for one in PEOPLE if one.username != "aud"])


def of_one_source() -> None:
    furnish()
    one = draft(sources=REQUEST["sources"][:1])
    take("ann", one, "submit")


def of_a_source(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} WHERE source_id = 'incomes'")


def another_source() -> None:
    insert("register_requestsource", request_id="insight", source_id="incomes", ground="Law 1", columns="[]")


FORGERIES: Forgeries = {
    "a request given another requester": (
        "request_stays_as_written",
        approved,
        lambda: update("register_request", "insight", requester_id=person("stef").pk),
    ),
    "a state nobody knows": (
        "request_state_is_known",
        submitted,
        lambda: update("register_request", "insight", state="fine"),
    ),
    "a decision without its event": ("outboxevent_is_kept", submitted, delete_events),
    "a decision that is no step": (
        "decision_is_a_step", submitted, lambda: decided("lea", "op-1", action="advise"),
    ),
    "a decision without the role": (
        "decision_by_who_has_the_role", submitted, lambda: decided("dora", "op-1", given=False),
    ),
    "a decision from a state that is not": (
        "decision_is_about_what_there_is",
        submitted,
        lambda: decided("owen", "op-1", role="data_owner", before="checked", after="checked"),
    ),
    "a decision on another plan": (
        "decision_is_about_what_there_is", submitted, lambda: decided("lea", "op-1", digest="f" * 64),
    ),
    "a decision of which the log tells something else": (
        "decision_is_what_its_event_tells",
        submitted,
        lambda: decided("lea", "op-1", told={"action": "return", "after": "returned"}),
    ),
    "a decision of which the log tells another person": (
        "decision_is_what_its_event_tells", submitted, lambda: decided("lea", "op-1", told={"person": "dora"}),
    ),
    "a decision rewritten": (
        "decision_stays_as_written", approved, lambda: Decision.objects.update(reason="another"),
    ),
    "a decision taken away": ("decision_is_kept", submitted, lambda: drop(Decision)),
    "what the log shall tell rewritten": (
        "outboxevent_stays_as_written", submitted, lambda: OutboxEvent.objects.update(fields={}),
    ),
    "what the log has, to be told again": (
        "event_is_moved_once",
        submitted,
        lambda: (
            OutboxEvent.objects.update(moved_at=timezone.now()),
            OutboxEvent.objects.update(moved_at=None),
        ),
    ),
    "scheduled without a word": (
        "request_state_was_decided", submitted, lambda: Request.objects.update(state="scheduled"),
    ),
    "scheduled by decisions without approvals": (
        "request_is_approved_by_all", submitted, scheduled_without_owners,
    ),
    "a request that begins as scheduled": (
        "request_begins_as_a_draft",
        submitted,
        lambda: copied(
            Request.objects.get(), id="other", round=0, state="scheduled", digest=registered(name="other"),
        ),
    ),
    "a plan exchanged after it was approved": (
        "request_changes_as_a_draft", approved, lambda: Request.objects.update(digest="f" * 64),
    ),
    "a DPIA that holds again": (
        "request_changes_as_a_draft", approved, lambda: Request.objects.update(dpia_valid_until="2099-01-01"),
    ),
    "held, and led back to somewhere else": (
        "request_is_held_where_it_was",
        request_on_hold,
        lambda: Request.objects.update(held_from="scheduled"),
    ),
    "resumed to somewhere else than where it was held": (
        "decision_is_about_what_there_is", request_on_hold, lambda: resumed("scheduled"),
    ),
    "held at draft while it is not held": (
        "request_is_held_where_it_was",
        approved,
        lambda: Request.objects.update(held_from="draft"),
    ),
    "held at draft, and nothing changed": (
        "request_is_held_where_it_was", request_on_hold, lambda: Request.objects.update(held_from="draft"),
    ),
    "a draft by which nothing changed": (
        "request_state_was_decided", approved, lambda: Request.objects.update(state="draft"),
    ),
    "a draft of what was called back": (
        "request_state_was_decided",
        revoked,
        lambda: Request.objects.update(state="draft", digest=registered()),
    ),
    "a draft of what nobody registered": (
        "request_changes_as_a_draft",
        approved,
        lambda: Request.objects.update(state="draft", digest="f" * 64),
    ),
    "a DPIA that begins sooner": (
        "request_changes_as_a_draft",
        draft_of_it,
        lambda: Request.objects.update(dpia_approved="2020-01-01"),
    ),
    "columns of a source exchanged": (
        "requestsource_is_written_anew",
        draft_of_it,
        lambda: of_a_source("UPDATE register_requestsource SET columns = '[\"name\"]'"),
    ),
    "a source of other columns than declared": (
        "requestsource_is_declared", draft_of_it, another_source_of_it,
    ),
    "a draft submitted without a source": (
        "request_is_submitted_with_its_sources", draft_of_it, submitted_without_a_source,
    ),
    "a request that nobody registered": (
        "request_begins_as_a_draft",
        draft_of_it,
        lambda: copied(Request.objects.get(), id="other", round=0, state="draft", held_from=""),
    ),
    "an owner exchanged": (
        "source_is_as_registered", furnish, lambda: Source.objects.filter(id="incomes").update(owner="city"),
    ),
    "a source that nobody registered": (
        "source_is_as_registered", furnish, lambda: copied(Source.objects.get(id="incomes"), id="other"),
    ),
    "a purpose that was not agreed on": (
        "triple_is_agreed", furnish, lambda: copied(SharingTriple.objects.first(), id=None, purpose="curiosity"),
    ),
    "a purpose exchanged": (
        "triple_is_agreed", furnish, lambda: SharingTriple.objects.update(purpose="curiosity"),
    ),
    "a ground that was not agreed on": (
        "ground_is_agreed", furnish, lambda: copied(AgreementGround.objects.first(), id=None, law="Law 2"),
    ),
    "clear text that was not agreed on": (
        "processing_is_agreed", furnish, lambda: copied(ProcessingAgreement.objects.get(), id=None, source="incomes"),
    ),
    "more subjects than were agreed on": (
        "probe_terms_are_agreed", agreed, lambda: ProbeTerms.objects.update(most_subjects=100_000),
    ),
    "a role that nobody told of": (
        "membership_is_told", furnish,
        lambda: insert("register_membership", person_id=person("ann").pk, role="dpo", partner_id="city"),
    ),
    "a role that ended": ("membership_is_told", furnish, a_role_again),
    "a role exchanged": (
        "membership_is_given_anew", furnish,
        lambda: Membership.objects.filter(person__username="aud").update(role="dpo"),
    ),
    "an account opened again without a word": (
        "person_account_is_opened_by_a_word", closed, lambda: Person.objects.update(is_active=True),
    ),
    "an account in another's name": (
        "person_stays_as_written", furnish, lambda: Person.objects.filter(username="ann").update(username="rob2"),
    ),
    "a source taken from what was submitted": (
        "requestsource_goes_from_a_draft", submitted, lambda: of_a_source("DELETE FROM register_requestsource"),
    ),
    "a source added to what was submitted": ("requestsource_is_declared", of_one_source, another_source),
    "an agreement that lasts longer": (
        "agreement_is_as_registered", furnish, lambda: Agreement.objects.update(until="2099-01-01"),
    ),
    "an agreement of another digest": (
        "agreement_is_as_registered", furnish, lambda: Agreement.objects.update(digest="f" * 64),
    ),
    "an earlier round called back": (
        "request_round_begins_when_submitted", submitted, lambda: Request.objects.update(round=0),
    ),
    "recipients exchanged after the release": (
        "request_stays_as_it_was_released",
        released,
        lambda: Request.objects.update(recipients=["bank"], state="draft", digest=registered()),
    ),
}  # fmt: skip


@pytest.mark.parametrize("given", by_setting(FORGERIES), ids=lambda given: given.__name__)
def test_a_forger_is_refused_by_the_rule(given: Callable[[], Any]) -> None:
    given()
    assert not_refused(FORGERIES, given) == {}


HONEST: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "a decision": (submitted, lambda: decided("lea", "op-1")),
}  # fmt: skip


@pytest.mark.parametrize(("given", "row"), HONEST.values(), ids=HONEST)
def test_the_row_of_no_forger_is_taken(given: Callable[[], Any], row: Callable[[], Any]) -> None:
    given()
    row()
    connection.check_constraints()
