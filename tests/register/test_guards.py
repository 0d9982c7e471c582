"""The rules of the database: each meets a forger, they come back when they were away, SQLite replaces no row."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from register.guards import KEPT, keep, triggers
from register.models import Decision, Delivery, OutboxEvent, Release
from register.triggers import let_go
from tests.register.forging import insert, submitted
from tests.register.room import examined, furnish, person, take

pytestmark = pytest.mark.django_db
FORGED = '{"person": "ann", "role": "dpo", "partner": "city"}'


def test_every_forger_meets_a_rule_and_every_rule_a_forger() -> None:
    """But for those of keeping rows, which are one rule for many tables."""
    from tests.register import (
        test_forged_approvals,
        test_forged_releases,
        test_forged_requests,
        test_forged_work,
        test_standing_forgers,
    )

    forged = (
        test_forged_approvals, test_forged_releases, test_forged_requests, test_forged_work, test_standing_forgers,
    )  # fmt: skip
    met = {rule for module in forged for rule, *_ in module.FORGERIES.values()}
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


def test_a_forger_brings_no_table_of_events_along() -> None:
    """A temporary table is read before another of the same name, and not by a rule."""
    furnish()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE register_outboxevent AS SELECT * FROM register_outboxevent")
        cursor.execute("UPDATE register_outboxevent SET name = 'role given', fields = %s", [FORGED])
        with pytest.raises(IntegrityError, match="membership_is_told"), transaction.atomic():
            insert("register_membership", person_id=person("ann").pk, role="dpo", partner_id="city")
        cursor.execute("DROP TABLE register_outboxevent")
    assert OutboxEvent.objects.exists()
