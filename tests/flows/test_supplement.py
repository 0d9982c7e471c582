"""Which delivery corrected rows are added to, by what the register knows."""

from datetime import UTC, datetime

import pytest

from flows.supplement import Correction, NoSuchBase, OtherBase, Overtaken, Superseded, base_of, onto_of, require_still
from intake import Quarantine
from pseudonymise.supplement import supplemented_digest
from register.models import Delivery
from register.runs import Rows, record_delivery
from tests.intake.sources import source
from tests.register.room import furnish

pytestmark = pytest.mark.django_db

A, B, ROWS, MORE = ("a" * 64, "b" * 64, "c" * 64, "d" * 64)
SOURCE = source("a").model_copy(update={"id": "residents"})
AFTER = supplemented_digest(A, ROWS)
"""What ROWS make of A."""

Came = list[tuple[str, str, str]]
"""Digest, period, and what it supplements, in the order they came in."""

CASES: dict[str, tuple[Came, str, str | None, str | type[Exception]]] = {
    # what came in, digest of the corrected rows, their period, what they are added to
    "a delivery as it came": ([(A, "", "")], ROWS, None, A),
    "one that has rows back already": ([(A, "", ""), (AFTER, "", A)], MORE, None, AFTER),
    "the same rows again": ([(A, "", ""), (AFTER, "", A)], ROWS, None, A),
    "one of a period": ([(A, "2026-10", "")], ROWS, "2026-10", A),
    "of a period before the last": ([(A, "2026-10", ""), (B, "2026-11", "")], ROWS, "2026-10", A),
    "another period": ([(A, "2026-10", "")], ROWS, "2026-11", OtherBase),
    "no period": ([(A, "2026-10", "")], ROWS, None, OtherBase),
    "one that was corrected as a whole": ([(A, "2026-10", ""), (B, "2026-10", "")], ROWS, "2026-10", Superseded),
    "one that another replaced": ([(A, "", ""), (B, "", "")], ROWS, None, Superseded),
    "nothing that came in": ([(B, "", "")], ROWS, None, NoSuchBase),
    "what corrected rows made": ([(B, "", ""), (A, "", B)], ROWS, None, NoSuchBase),
}


@pytest.fixture(autouse=True)
def register() -> None:
    furnish()


def came(digest: str, period: str, supplements: str) -> None:
    record_delivery(
        "residents", digest, Rows(2, 1, 1), started=datetime.now(UTC), period=period, supplements=supplements
    )


def correction(rows: str = ROWS, period: str | None = None) -> Correction:
    return Correction(A, rows, period, Quarantine.empty(), lambda: iter(()))


@pytest.mark.parametrize(("deliveries", "rows", "period", "found"), CASES.values(), ids=CASES)
def test_what_corrected_rows_are_added_to(
    deliveries: Came, rows: str, period: str | None, found: str | type[Exception]
) -> None:
    for each in deliveries:
        came(*each)
    if isinstance(found, str):
        assert onto_of(base_of(SOURCE, correction(rows, period)), correction(rows, period)) == found
        return
    with pytest.raises(found):
        base_of(SOURCE, correction(rows, period))


def test_a_destroyed_delivery_gets_no_rows_back() -> None:
    came(A, "", "")
    Delivery.objects.update(state="destroyed")
    with pytest.raises(NoSuchBase):
        base_of(SOURCE, correction())


def test_of_two_at_once_the_second_is_told_to_come_again() -> None:
    """Both were added to the delivery as it came; the rows of the first would be lost."""
    came(A, "", "")
    came(AFTER, "", A)
    require_still("residents", A, A, AFTER)
    second = supplemented_digest(A, MORE)
    came(second, "", A)
    with pytest.raises(Overtaken):
        require_still("residents", A, A, second)
    require_still("residents", A, AFTER, second)


def test_the_register_names_the_base_and_no_correction() -> None:
    came(A, "2026-10", "")
    came(AFTER, "2026-10", A)
    made = Delivery.objects.get(digest=AFTER)
    assert made.supplements is not None and made.supplements.digest == A and made.corrects is None
    came(B, "2026-10", "")
    later = Delivery.objects.get(digest=B)
    assert later.corrects is not None and later.corrects.digest == A
