"""Forgeries of what a row rests on, or of a row that was written: each is refused by the rule that is named."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from register import notices
from register.guards import KEPT, keep, triggers
from register.models import (
    Agreement,
    Approval,
    ConsentAcceptance,
    Decision,
    Delivery,
    Job,
    Membership,
    Notice,
    Opinion,
    OutboxEvent,
    Probe,
    Release,
    Request,
    Schedule,
    StandingConsent,
    StandingDecision,
    Version,
)
from register.runs import start_run
from register.session import act_as
from register.triggers import let_go
from tests.register.room import REQUEST, TODAY, approved, deliveries, draft, examined, furnish, person, plan, take
from tests.register.test_constraints import (
    Forgeries,
    advised,
    advised_against,
    approve,
    by_dpo,
    by_officer,
    by_setting,
    consented,
    countersign,
    decided,
    event,
    gate_refused,
    give,
    insert,
    not_refused,
    opine,
    release_it,
    released,
    restrict,
    submitted,
    tell,
)
from tests.register.test_probes import agreed, asked

pytestmark = pytest.mark.django_db
AT = "2026-11-21 09:00:00"


def copied(row: Any, **other: Any) -> None:
    """The row once more, as raw SQL would write it."""
    for field, value in other.items():
        setattr(row, field, value)
    row.save(force_insert=True)


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


def begun() -> Any:
    return start_run(act_as("stef"), approved().id, plan(), deliveries(), today=TODAY)


def released_already(**other: Any) -> None:
    run = begun()
    copied(
        Release(
            id=run.id, request=run.request, requester=run.request.requester, run=run, runner=run.runner,
            outcome="PASS", warnings=[], verdict_digest="3" * 64, output_digest="4" * 64, digest="5" * 64,
            state="examined", examined_at=timezone.now(),
        ),
        **other,
    )  # fmt: skip


def replaced() -> None:
    """An opinion in favour, and a later one against."""
    advised()
    take("dora", Release.objects.get(), "advise against", "because")


def advised_by_the_officer() -> None:
    """Whose opinion another DPO's took the place of."""
    release = examined()
    give("rob", "dpo")
    take("rob", release, "advise against", "because")
    take("dora", release, "advise")


def signed_before() -> None:
    """A countersignature, and only then the opinion against."""
    advised("advise against")
    take("ria", Release.objects.get(), "countersign", "because")
    take("dora", Release.objects.get(), "advise against", "because")


def take_back(
    partner: str = "tax", who: str = "tess", name: str = "delivery withdrawn", role: str = "data_owner"
) -> None:
    """A withdrawal of the incomes, as the program would write it but for what is forged."""
    told = {"partner": partner, "role": role, "how": "session", "reason": "wrong"}
    insert(
        "register_withdrawal", event_id=event("op-w", name, who, **told), person_id=person(who).pk, at=AT,
        delivery_id=Delivery.objects.get(source="incomes").pk, role=role, partner_id=partner, how="session",
        reason="wrong",
    )  # fmt: skip


def withdraw_for_another() -> None:
    give("tess", "data_owner", "bank")
    take_back("bank")


def tell_for_nobody() -> None:
    Membership.objects.filter(person__username="ann").delete()
    tell()


def approve_for_a_partner_without_a_source() -> None:
    give("owen", "data_owner", "bank")
    decision = decided("owen", "op-1", role="data_owner", before="checked", after="checked")
    approve("owen", "ann", "data_owner", decision, partner_id="bank")


def release_on(opinion: Opinion | None, **forged: Any) -> None:
    release_it("rob", opinion_id=opinion and opinion.pk, **forged)


def warned() -> None:
    examined("WARN")


def destroyed() -> None:
    examined()
    Delivery.objects.update(state="destroyed")


def in_a_parcel() -> None:
    released()
    Release.objects.update(manifest_digest="6" * 64)


def held() -> None:
    released()
    take("dora", Release.objects.get(), "hold", "because")


def request_on_hold() -> None:
    submitted()
    take("dora", Request.objects.get(), "hold", "because")


def registered(digest: str = "f" * 64) -> str:
    """A version of the request of which the log is told; its digest."""
    told = {"kind": "request", "id": "insight", "digest": digest, "account": "forger"}
    known = Version.objects.get(kind="request")
    copied(known, event_id=event("op-f", "registered", "ann", **told), digest=digest, account="forger")
    return digest


def revoked() -> None:
    take("lea", approved(), "revoke", "because")


def draft_of_it() -> None:
    furnish()
    draft()


def of_one_source() -> None:
    furnish()
    one = draft(sources=REQUEST["sources"][:1])
    take("ann", one, "submit")


def standing_on_hold() -> None:
    from tests.register.test_standing import in_force

    take("dora", in_force(), "hold", "because")


def resumed(to: str, subject: str = "request", held: str = "on_hold") -> None:
    """The DPO ends a hold, with its event, and says where that leads."""
    key = {"request": "insight", "release": "insight-1"}[subject]
    decided("dora", "op-h", role="dpo", action="resume", subject=subject, subject_id=key, before=held, after=to)


def of_a_source(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} WHERE source_id = 'incomes'")


def another_source() -> None:
    insert("register_requestsource", request_id="insight", source_id="incomes", ground="Law 1", columns="[]")


def with_a_job() -> None:
    furnish()
    ask()


def with_a_schedule() -> None:
    furnish()
    plan_it()


def restrict_for_another() -> None:
    give("tess", "data_owner", "city")
    restrict(partner_id="city")


def say(name: str, **told: Any) -> None:
    insert("register_remark", event_id=event("op-m", name, "ann", **told), request_id="insight",
           person_id=person("ann").pk, text="Hello.", at=AT)  # fmt: skip


def ask(who: str = "stef", name: str = "work asked", **told: Any) -> None:
    told = {"how": "session", "role": "data_steward", "work": "receive", "id": "residents"} | told
    insert(
        "register_job", event_id=event("op-j", name, who, **told), kind="receive", subject="residents",
        asker_id=person(who).pk, role="data_steward", how="session", state="waiting", attempts=0, before=0, worker="",
        asked_at=AT, result="", message="", remedy="", parts="{}",
        contents="",
    )  # fmt: skip


def plan_it(who: str = "stef", name: str = "schedule made", **told: Any) -> None:
    told = {"how": "session", "work": "run", "id": "insight", "cron": "0 5 * * *"} | told
    insert(
        "register_schedule", event_id=event("op-s", name, who, **told), kind="run", subject="insight",
        maker_id=person(who).pk, role="data_steward", how="session", cron="0 5 * * *", due=AT,
    )  # fmt: skip


def told_of() -> None:
    """A notice that is being sent."""
    submitted()
    notices.plan(["mail"])
    notices.take("worker")


def drop(model: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608


def confirm(name: str, who: str) -> None:
    """Somebody's yes to the answer of the tax office, as the program would write it but for what is forged."""
    probe = Probe.objects.get()
    told = {"how": "session", "partner": "tax", "probe": probe.pk, "about": "answer", "digest": probe.digest}
    insert(
        "register_probevoice", event_id=event("op-v", name, who, **told), probe_id=probe.pk, at=AT, about="answer",
        requester_id=probe.requester_id, person_id=person(who).pk, partner_id="tax", agreed=True, reference="",
        reason="", digest=probe.digest,
    )  # fmt: skip


def probed() -> None:
    agreed()
    asked()


def withdraw_with(name: str) -> None:
    acceptance = ConsentAcceptance.objects.get().pk
    told = {"partner": "city", "acceptance": acceptance, "reason": "because"}
    insert(
        "register_consentwithdrawal", event_id=event("op-0", name, "owen", **told), acceptance_id=acceptance,
        partner_id="city", person_id=person("owen").pk, reason="because", at=AT,
    )  # fmt: skip


FORGERIES: Forgeries = {
    "FAIL turned to PASS": (
        "release_stays_as_written",
        gate_refused,
        lambda: Release.objects.update(outcome="PASS"),
    ),
    "another verdict": (
        "release_stays_as_written", examined, lambda: Release.objects.update(verdict_digest="f" * 64),
    ),
    "warnings taken away": (
        "release_stays_as_written", warned, lambda: Release.objects.update(warnings=[]),
    ),
    "a release that begins as advised": (
        "release_begins_as_examined", furnish, lambda: released_already(state="advised"),
    ),
    "a FAIL that begins as PASS would": (
        "release_fail_stays_refused", furnish, lambda: released_already(outcome="FAIL"),
    ),
    "released, then withheld": (
        "release_state_was_decided", released, lambda: Release.objects.update(state="withheld"),
    ),
    "held, and its decision taken away": (
        "release_decision_stays",
        held,
        lambda: Release.objects.update(decision=None),
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
        lambda: copied(Request.objects.get(), id="other", round=0, state="scheduled"),
    ),
    "a plan exchanged after it was approved": (
        "request_changes_as_a_draft", approved, lambda: Request.objects.update(digest="f" * 64),
    ),
    "a DPIA that holds again": (
        "request_changes_as_a_draft", approved, lambda: Request.objects.update(dpia_valid_until="2099-01-01"),
    ),
    "a delivery that is there again": (
        "delivery_taken_back_stays_so", destroyed, lambda: Delivery.objects.update(state="received"),
    ),
    "a parcel that was not written": (
        "release_parcel_stays", in_a_parcel, lambda: Release.objects.update(manifest_digest=""),
    ),
    "held, and led back to somewhere else": (
        "request_is_held_where_it_was",
        request_on_hold,
        lambda: Request.objects.update(held_from="scheduled"),
    ),
    "a release held, and led back to somewhere else": (
        "release_is_held_where_it_was",
        held,
        lambda: Release.objects.update(held_from="advised"),
    ),
    "resumed to somewhere else than where it was held": (
        "decision_is_about_what_there_is", request_on_hold, lambda: resumed("scheduled"),
    ),
    "a release resumed to somewhere else": (
        "decision_is_about_what_there_is", held, lambda: resumed("advised", "release"),
    ),
    "held at draft while it is not held": (
        "request_is_held_where_it_was",
        approved,
        lambda: Request.objects.update(held_from="draft"),
    ),
    "held at draft, and nothing changed": (
        "request_is_held_where_it_was", request_on_hold, lambda: Request.objects.update(held_from="draft"),
    ),
    "a series held somewhere else": (
        "standing_is_held_where_it_was", standing_on_hold, lambda: StandingDecision.objects.update(held_from=""),
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
    "a source taken from what was submitted": (
        "requestsource_while_a_draft", submitted, lambda: of_a_source("DELETE FROM register_requestsource"),
    ),
    "a source added to what was submitted": ("requestsource_while_a_draft", of_one_source, another_source),
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
    "an opinion made from a hold": (
        "opinion_rests_on_its_decision",
        examined,
        lambda: opine("dora", decision=by_dpo("dora", action="hold", after="on_hold")),
    ),
    "an opinion made from a decision on the request": (
        "opinion_rests_on_its_decision",
        examined,
        lambda: opine("dora", decision=decided(
            "dora", "op-1", role="dpo", action="hold", before="completed", after="on_hold",
        )),
    ),
    "a favourable opinion made from advice against": (
        "opinion_rests_on_its_decision",
        examined,
        lambda: opine("dora", decision=by_dpo("dora", action="advise against")),
    ),
    "an opinion of the requester": ("opinion_is_nobody_elses", examined, lambda: opine("ann")),
    "an opinion of the runner": ("opinion_is_nobody_elses", examined, lambda: opine("stef")),
    "an opinion turned": ("opinion_stays_as_written", advised, lambda: Opinion.objects.update(favourable=False)),
    "countersigned by who advised": (
        "countersignature_is_nobody_elses", advised_against, lambda: countersign("dora"),
    ),
    "countersigned from another decision": (
        "countersignature_rests_on_its_decision",
        advised_against,
        lambda: countersign("ria", action="release", after="released"),
    ),
    "released by an auditor": (
        "decision_by_who_has_the_role",
        advised,
        lambda: release_it("aud", decision=by_officer("aud", given=False)),
    ),
    "released from a decision to withhold": (
        "release_rests_on_its_decision",
        advised,
        lambda: release_it("rob", decision=by_officer("rob", action="withhold", after="withheld")),
    ),
    "released on an opinion that another took the place of": (
        "release_on_the_latest_opinion",
        replaced,
        lambda: release_on(Opinion.objects.get(favourable=True), favourable=True),
    ),
    "released by who had given an opinion": (
        "release_by_who_gave_no_opinion", advised_by_the_officer, lambda: release_it("rob"),
    ),
    "countersigned before the opinion": (
        "release_on_the_latest_opinion",
        signed_before,
        lambda: release_on(
            Opinion.objects.order_by("decision__event__number").last(),
            countersignature_id=Release.objects.get().countersignatures.get().pk,
            second_id=person("ria").pk,
        ),
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
    "an answer confirmed by somebody else": (
        "probe_is_answered_by_an_owner", probed, lambda: confirm("probe answered", "owen"),
    ),
    "an answer confirmed with the event of something else": (
        "probe_is_answered_by_an_owner", probed, lambda: confirm("probe asked", "tess"),
    ),
    "a standing consent of other words": (
        "standingconsent_stays_as_written", consented, lambda: StandingConsent.objects.update(minimum_people=1),
    ),
    "withdrawn for a partner that does not own it": (
        "withdrawal_by_who_owns_the_source",
        examined,
        withdraw_for_another,
    ),
    "withdrawn by an auditor": ("withdrawal_by_who_owns_the_source", examined, lambda: take_back(who="aud")),
    "withdrawn with the event of something else": (
        "withdrawal_by_who_owns_the_source", examined, lambda: take_back(name="restricted"),
    ),
    "restricted for a partner that does not own it": (
        "restriction_by_who_owns_the_source", furnish, restrict_for_another,
    ),
    "restricted in a role that is not held": (
        "restriction_by_who_owns_the_source", furnish, lambda: restrict(role="data_steward"),
    ),
    "restricted of which the log tells another file": (
        "restriction_by_who_owns_the_source", furnish, lambda: restrict(told={"digest": "b" * 64}),
    ),
    "feedback for a partner that somebody does not speak for": (
        "feedback_is_told_by_a_recipient",
        released,
        tell_for_nobody,
    ),
    "a remark on the event of a job": (
        "remark_is_told", submitted, lambda: say("work asked", request="insight"),
    ),
    "a remark on a remark about something else": (
        "remark_is_told", submitted, lambda: say("remarked", request="other"),
    ),
    "a version that nobody loaded": (
        "version_is_what_its_event_tells", furnish,
        lambda: copied(Version.objects.first(), event_id=event("op-v", "registered", "stef", kind="room")),
    ),
    "a version that becomes another": (
        "version_stays_as_written", furnish, lambda: Version.objects.update(digest="f" * 64),
    ),
    "a stage of a run that is over": (
        "runstage_is_of_a_run_that_runs", examined,
        lambda: insert("register_runstage", run_id="insight-1", name="gate", since=AT),
    ),
    "a job by an auditor": ("job_is_told_by_who_asked", furnish, lambda: ask("aud")),
    "a job on the event of a schedule": (
        "job_is_told_by_who_asked", furnish, lambda: ask(name="schedule made"),
    ),
    "a job on the event of another job": ("job_is_told_by_who_asked", furnish, lambda: ask(id="incomes")),
    "a job for another": (
        "job_stays_as_written", with_a_job, lambda: Job.objects.update(asker=person("aud")),
    ),
    "a schedule by an auditor": ("schedule_is_told_by_a_steward", furnish, lambda: plan_it("aud")),
    "a schedule on the event of a job": (
        "schedule_is_told_by_a_steward", furnish, lambda: plan_it(name="work asked"),
    ),
    "a schedule of other times than were told": (
        "schedule_is_told_by_a_steward", furnish, lambda: plan_it(cron="0 * * * *"),
    ),
    "a schedule that gets other times": (
        "schedule_stays_as_written", with_a_schedule, lambda: Schedule.objects.update(cron="0 * * * *"),
    ),
    "a notice said sent that was not": (
        "notice_is_told_once_sent", told_of, lambda: Notice.objects.update(sent_at=timezone.now()),
    ),
    "a notice of a role that nobody knows": (
        "notice_role_is_known", told_of, lambda: Notice.objects.update(role="friend"),
    ),
    "a notice by pigeon": ("notice_channel_is_known", told_of, lambda: Notice.objects.update(channel="pigeon")),
}  # fmt: skip


@pytest.mark.parametrize("given", by_setting(FORGERIES), ids=lambda given: given.__name__)
def test_a_forger_is_refused_by_the_rule(given: Callable[[], Any]) -> None:
    given()
    assert not_refused(FORGERIES, given) == {}


HONEST: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "a decision": (submitted, lambda: decided("lea", "op-1")),
    "an opinion": (examined, lambda: opine("dora")),
    "an opinion against": (
        examined, lambda: opine("dora", decision=by_dpo("dora", action="advise against"), favourable=False),
    ),
    "a countersignature": (advised_against, lambda: countersign("ria")),
    "a release": (examined, lambda: None),
    "a withdrawal": (examined, take_back),
    "a restriction": (furnish, restrict),
    "a remark": (submitted, lambda: say("remarked", request="insight")),
    "an answer": (probed, lambda: confirm("probe answered", "tess")),
    "a job": (furnish, ask),
    "a schedule": (furnish, plan_it),
    "a notice that was sent": (
        told_of, lambda: [notices.sent(message, "worker") for message in notices.take("worker")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("given", "row"), HONEST.values(), ids=HONEST)
def test_the_row_of_no_forger_is_taken(given: Callable[[], Any], row: Callable[[], Any]) -> None:
    given()
    row()
    connection.check_constraints()


def test_every_forger_meets_a_rule_and_every_rule_a_forger() -> None:
    """But for those of keeping rows, which are one rule for many tables."""
    from tests.register.test_constraints import FORGERIES as OTHERS
    from tests.register.test_standing_forgers import FORGERIES as STANDING

    met = {rule for rule, *_ in (*FORGERIES.values(), *OTHERS.values(), *STANDING.values())}
    rules = {trigger.rule for trigger in triggers() if not trigger.rule.endswith(("_is_kept", "_stays_as_written"))}
    assert rules <= met


def test_no_name_is_cut_short() -> None:
    assert max(len(trigger.name) for trigger in triggers()) < 64


def test_the_guards_come_back_and_stay() -> None:
    let_go()
    keep()
    with connection.cursor() as cursor:
        keep()
        submitted()
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute("UPDATE register_decision SET reason = 'another'")


def test_every_table_of_rows_with_an_event_is_kept() -> None:
    """A model that comes later is not forgotten."""
    with_events = {
        model.__name__
        for model in apps.get_app_config("register").get_models()
        if any(field.related_model is OutboxEvent for field in model._meta.concrete_fields)
    }
    assert with_events <= set(KEPT)


def test_sqlite_replaces_no_row_that_is_kept() -> None:
    """REPLACE takes the row of the same key away, and no trigger is told."""
    from tests.register.test_standing import in_force

    in_force()
    tables = [apps.get_model("register", model)._meta.db_table for model in KEPT]
    found = 0
    with connection.cursor() as cursor:
        for table in tables:
            if not cursor.execute(f"SELECT count(*) FROM {table}").fetchone()[0]:  # noqa: S608
                continue
            found += 1
            for replacing in ("REPLACE", "INSERT OR REPLACE"):
                with pytest.raises(IntegrityError, match="UNIQUE constraint failed"), transaction.atomic():
                    cursor.execute(f"{replacing} INTO {table} SELECT * FROM {table}")  # noqa: S608
    assert found > 12


def test_sqlite_removes_no_row_for_one_that_changes() -> None:
    examined()
    first, second = Delivery.objects.order_by("pk")
    with connection.cursor() as cursor, pytest.raises(IntegrityError), transaction.atomic():
        cursor.execute("UPDATE OR REPLACE register_delivery SET id = %s WHERE id = %s", [first.pk, second.pk])
    assert Delivery.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_verdict_that_failed_stays_so_on_sqlite() -> None:
    release = examined("FAIL")
    columns = [field.column for field in Release._meta.concrete_fields]
    other = ", ".join({"outcome": "'PASS'", "state": "'examined'"}.get(each, each) for each in columns)
    with connection.cursor() as cursor, pytest.raises(IntegrityError):
        cursor.execute(f"REPLACE INTO register_release ({', '.join(columns)}) SELECT {other} FROM register_release")  # noqa: S608
    release.refresh_from_db()
    assert release.outcome == "FAIL"


def test_sqlite_removes_no_row_for_one_that_gets_its_rowid() -> None:
    """The hidden key of a table whose own key is text."""
    take("dora", examined(), "hold", "a complaint")
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="rowid"), transaction.atomic():
        cursor.execute(
            "UPDATE OR REPLACE register_decision SET rowid = (SELECT max(rowid) FROM register_decision)"
            " WHERE action = 'submit'"
        )
    assert Decision.objects.filter(action="hold").exists()
