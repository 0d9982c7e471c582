"""Forgeries of deliveries, restrictions, jobs and what else was written: refused by the database itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from register import notices
from register.models import Delivery, Job, Notice, Probe, Run, Schedule, Version
from tests.register.forging import Forgeries, by_setting, copied, event, give, insert, not_refused, submitted
from tests.register.room import examined, furnish, person
from tests.register.test_probes import agreed, asked

pytestmark = pytest.mark.django_db

AT = "2026-11-21 09:00:00"


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


def destroyed() -> None:
    examined()
    Delivery.objects.update(state="destroyed")


def with_a_job() -> None:
    furnish()
    ask()


def with_a_schedule() -> None:
    furnish()
    plan_it()


def with_an_ended_schedule() -> None:
    with_a_schedule()
    Schedule.objects.update(ended_at=timezone.now())


def of_a_period() -> None:
    examined()
    Delivery.objects.update(period="2026")


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


FORGERIES: Forgeries = {
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
    "a delivery that is there again": (
        "delivery_taken_back_stays_so", destroyed, lambda: Delivery.objects.update(state="received"),
    ),
    "an answer confirmed by somebody else": (
        "probe_is_answered_by_an_owner", probed, lambda: confirm("probe answered", "owen"),
    ),
    "an answer confirmed with the event of something else": (
        "probe_is_answered_by_an_owner", probed, lambda: confirm("probe asked", "tess"),
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
    "a remark on the event of a job": (
        "remark_is_told", submitted, lambda: say("work asked", request="insight"),
    ),
    "a remark on a remark about something else": (
        "remark_is_told", submitted, lambda: say("remarked", request="other"),
    ),
    "a run that goes on after its end": (
        "run_ends_once", examined, lambda: Run.objects.update(state="running"),
    ),
    "a schedule that goes on after its end": (
        "schedule_ends_once", with_an_ended_schedule, lambda: Schedule.objects.update(ended_at=None),
    ),
    "a delivery of another period": (
        "delivery_period_stays", of_a_period, lambda: Delivery.objects.update(period="2025"),
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
