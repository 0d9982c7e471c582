"""Which delivery is the newest, and what is recorded of one that corrects another."""

from datetime import UTC, datetime, timedelta

import pytest

from flows.deliveries import NothingReceived, latest, standing
from register.conditions import check_is_new
from register.models import Delivery, OutboxEvent
from register.refusals import OtherPeriod, Replayed
from register.runs import Rows, record_delivery
from tests.register.room import furnish, unguarded

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CASES: dict[str, tuple[list[str], int]] = {  # periods in the order of receipt; which is the newest
    "without periods the last": (["", "", ""], 2),
    "the newest month": (["2026-09", "2026-10"], 1),
    "a late correction of an older month": (["2026-09", "2026-10", "2026-09"], 1),
    "a correction of the newest month": (["2026-09", "2026-10", "2026-10"], 2),
    "a correction of a correction, then an older one": (["2026-10", "2026-10", "2026-10", "2026-08"], 2),
    "months after quarters": (["2026-Q3", "2026-10", "2026-Q2"], 1),
    "weeks around the new year": (["2026-W53", "2026-W01"], 0),
    "periods taken up": (["", "2026-09"], 1),
    "periods given up": (["2026-09", "2026-10", ""], 2),
}


def deliver(number: int, period: str) -> Delivery:
    found = record_delivery("residents", f"{number:064x}", Rows(10, 9, 1), started=NOON, period=period)
    found.received_at = NOON + timedelta(minutes=number)
    with unguarded():
        found.save()
    return found


@pytest.mark.parametrize(("periods", "newest"), CASES.values(), ids=CASES)
def test_the_newest(periods: list[str], newest: int) -> None:
    furnish()
    with pytest.raises(NothingReceived):
        latest("residents")
    for number, period in enumerate(periods):
        deliver(number, period)
    assert latest("residents") == f"{newest:064x}"


def test_each_corrects_the_one_before_it_of_its_period() -> None:
    furnish()
    for number, period in enumerate(["2026-09", "2026-10", "2026-09", "2026-09", ""]):
        deliver(number, period)
    corrected = [each.corrects and each.corrects.digest for each in Delivery.objects.order_by("pk")]
    assert corrected == [None, None, f"{0:064x}", f"{2:064x}", None]
    logged = OutboxEvent.objects.filter(name="delivery received").order_by("number")
    assert [event.fields.get("corrects") for event in logged] == corrected
    assert [event.fields.get("period") for event in logged] == ["2026-09", "2026-10", "2026-09", "2026-09", None]


def test_a_file_that_came_in_gets_no_other_period() -> None:
    furnish()
    deliver(0, "2026-09")
    with pytest.raises(OtherPeriod, match="2026-09, and now as that of 2026-10"):
        check_is_new("residents", f"{0:064x}", whole=False, period="2026-10")
    with pytest.raises(Replayed):
        check_is_new("residents", f"{0:064x}", whole=True, period="2026-09")


def test_a_delivery_stands_with_the_last_rows_that_supplement_it() -> None:
    furnish()
    first = deliver(0, "2026-09")
    assert standing(first) == first
    for number in (1, 2):
        supplement = Delivery(source=first.source, digest=f"{number:064x}", rows_in=10, rows_kept=10, period="2026-09")
        supplement.rows_quarantined, supplement.received_at = 0, NOON + timedelta(minutes=number)
        supplement.supplements = first
        supplement.save()
    assert standing(first) == supplement
    assert deliver(3, "2026-09").corrects == first


def test_a_file_that_came_in_without_a_period_gets_one_with_what_supplements_it() -> None:
    furnish()
    first = deliver(0, "")
    supplement = deliver(1, "")
    supplement.supplements = first
    with unguarded():
        supplement.save()
    deliver(0, "2026-09")
    assert list(Delivery.objects.values_list("period", flat=True)) == ["2026-09", "2026-09"]
    assert deliver(2, "2026-09").corrects == first
