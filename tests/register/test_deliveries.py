"""Which delivery corrects or supplements which: what the database holds, whoever writes to it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from register.models import Delivery
from tests.register.forging import insert, named, update
from tests.register.room import furnish

pytestmark = pytest.mark.django_db

OCTOBER, NOVEMBER = "2026-10", "2026-11"


def delivered(number: int, period: str = OCTOBER, source: str = "residents", **more: Any) -> int:
    """A delivery written in raw SQL; its key."""
    rows = {"rows_in": 1, "rows_kept": 1, "rows_quarantined": 0, "state": "received"}
    told = {"source_id": source, "digest": f"{number:064x}", "period": period, "received_at": "2026-11-21 09:00:00"}
    insert("register_delivery", **rows, **told, **more)
    return Delivery.objects.get(digest=f"{number:064x}").pk


def itself(field: str) -> None:
    key = delivered(1)
    update("register_delivery", str(key), **{field: key})


FORGERIES: dict[str, tuple[str, Callable[[], Any]]] = {
    "corrects one of another source": (
        "delivery_corrects_one_of_its_period",
        lambda: delivered(2, source="incomes", corrects_id=delivered(1)),
    ),
    "corrects one of another period": (
        "delivery_corrects_one_of_its_period",
        lambda: delivered(2, NOVEMBER, corrects_id=delivered(1)),
    ),
    "corrects without a period": (
        "delivery_corrects_within_a_period",
        lambda: delivered(2, "", corrects_id=delivered(1, "")),
    ),
    "supplements one of another source": (
        "delivery_supplements_one_of_its_period",
        lambda: delivered(2, source="incomes", supplements_id=delivered(1)),
    ),
    "supplements one of another period": (
        "delivery_supplements_one_of_its_period",
        lambda: delivered(2, NOVEMBER, supplements_id=delivered(1)),
    ),
    "corrects and supplements": (
        "delivery_corrects_or_supplements",
        lambda: delivered(3, corrects_id=delivered(1), supplements_id=delivered(2)),
    ),
    "corrects itself": ("delivery_corrects_another", lambda: itself("corrects_id")),
    "supplements itself": ("delivery_supplements_another", lambda: itself("supplements_id")),
    "corrects nothing that is there": ("corrects_id", lambda: delivered(1, corrects_id=9)),
    "its period rewritten under a correction": (
        "delivery_period_stays",
        lambda: (
            delivered(2, corrects_id=delivered(1)),
            update("register_delivery", str(Delivery.objects.get(digest=f"{1:064x}").pk), period=NOVEMBER),
        ),
    ),
}


@pytest.mark.parametrize(("constraint", "forgery"), FORGERIES.values(), ids=FORGERIES)
def test_forgeries_are_refused(constraint: str, forgery: Callable[[], Any]) -> None:
    furnish()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        forgery()
        connection.check_constraints()
    assert named(constraint, str(refused.value))


HONEST: dict[str, Callable[[], Any]] = {
    "a correction": lambda: delivered(2, corrects_id=delivered(1)),
    "a correction of a correction": lambda: delivered(3, corrects_id=delivered(2, corrects_id=delivered(1))),
    "a supplement": lambda: delivered(2, supplements_id=delivered(1)),
    "a supplement where there are no periods": lambda: delivered(2, "", supplements_id=delivered(1, "")),
}


@pytest.mark.parametrize("row", HONEST.values(), ids=HONEST)
def test_rows_of_no_forger_are_taken(row: Callable[[], Any]) -> None:
    furnish()
    row()
    connection.check_constraints()
    assert Delivery.objects.count() > 1
