"""A masked number cannot be worked out from what else a report tells."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.report import Masking, tell
from expectations.report.compared import difference
from expectations.report.masking import Told
from tests.expectations.facts import LOOSE, PLACE, REQUIRED, Delivery, declared
from tests.expectations.reader import PLACES, Reader

SOURCE = declared()
OF_A_LIMIT = "unlike note"
"""The report also says whether one in ten or fewer are wrong."""


def rows(most: int) -> st.SearchStrategy[frozenset[int]]:
    """A few, or many next to each other."""
    run = st.builds(
        lambda first, size: frozenset(range(first, min(first + size, most + 1))),
        st.integers(1, most), st.integers(0, most),
    )  # fmt: skip
    return st.one_of(st.frozensets(st.integers(1, most), max_size=12), run)


@st.composite
def deliveries(draw: st.DrawFn) -> Delivery:
    most = draw(st.sampled_from([12, 40, 90, 300, 3000]))
    some = rows(most)
    return Delivery(
        most, short=draw(some), long=draw(some),
        missing={name: draw(some) for name in (REQUIRED, LOOSE, PLACE)},
        shape=draw(some), issued=draw(some), unlike={name: draw(some) for name in (REQUIRED, LOOSE)},
    )  # fmt: skip


def counts(facts: dict[str, Any]) -> dict[str, int]:
    """By the reader's names."""
    checks = {PLACES[each["column"], each["rule"]]: each["unexpected"] for each in facts["checks"]}
    apart = {PLACES[each["column"], each["rule"]]: each["count"] for each in facts["quarantine"]}
    totals = {"kept": facts["rows"]["kept"], "apart": facts["rows"]["set_apart"], "emptied": facts["emptied"]}
    return checks | apart | totals


@settings(max_examples=40, deadline=None)
@given(deliveries(), st.sampled_from([3, 5, 10]))
def test_a_reader_is_left_with_several_possibilities(delivery: Delivery, minimum: int) -> None:
    facts = delivery.facts()
    reader = Reader(tell(facts, SOURCE, Masking(minimum)))
    for name, count in counts(facts).items():
        if 0 < count < minimum:
            least, most = reader.of(name)
            assert least <= count <= most
            assert most - least + 1 >= (2 if name == OF_A_LIMIT else (minimum + 1) // 2)


class OnlyTheSmall(Masking):
    """Hides small counts and tells all others as they are."""

    def part(self, count: int, whole: Told | None = None) -> Told:
        return super().part(count, whole) if 0 < count < self.minimum else Told(count, count)

    def judged(self, count: int, whole: Told | None = None) -> Told:
        return self.part(count, whole)

    def coarse(self, lacking: int, rows: int) -> Told:
        return Told(lacking, lacking)

    def total(self, groups: Any, count: int, whole: Told | None = None) -> Told:
        return Told(count, count)


FOUND_OUT = {  # where a small count follows from others when these are told exactly
    "rows in less those kept": (Delivery(200, missing={REQUIRED: frozenset({7, 8, 9})}), "required"),
    "set apart less another reason": (Delivery(200, short=frozenset(range(1, 21)), long=frozenset({30})), "many"),
    "share of the cells judged": (
        Delivery(200, missing={LOOSE: frozenset({4, 5})}, unlike={LOOSE: frozenset(range(10, 60))}), "missing note",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("delivery", "name"), FOUND_OUT.values(), ids=FOUND_OUT)
def test_the_reader_can_tell_what_naive_masking_leaves_open(delivery: Delivery, name: str) -> None:
    least, most = Reader(tell(delivery.facts(), SOURCE, OnlyTheSmall(10))).of(name)
    assert least == most
    least, most = Reader(tell(delivery.facts(), SOURCE, Masking(10))).of(name)
    assert most - least + 1 >= 5


def test_deliveries_that_differ_in_small_counts_only_are_told_alike() -> None:
    def told(few: int) -> dict[str, Any]:
        wrong = frozenset(range(1, few + 1))
        facts = Delivery(
            500, short=wrong, shape=frozenset(range(50, 50 + few)), unlike={REQUIRED: frozenset(range(100, 100 + few))}
        )
        return tell(facts.facts(), SOURCE, Masking(10))

    assert told(1) == told(9) != told(10)


def test_the_share_of_a_small_count_is_told_as_an_upper_bound() -> None:
    (finding,) = tell(Delivery(500, shape=frozenset({1, 2, 3})).facts(), SOURCE, Masking(10))["findings"]
    assert finding["count"] == {"at_least": 1, "at_most": 9}
    assert finding["share"] == [1 / 500, 9 / 451], "of 451 to 500 filled cells"


def test_rows_added_and_gone_do_not_follow_from_the_rows_of_two_files() -> None:
    masking = Masking(10)
    for before, added, gone in product(range(995, 1016), range(25), range(25)):
        after = before + added - gone
        earlier = masking.beside(before, after)
        counts = {"added": added, "gone": gone, "changed": 0, "unmatched": {}, "columns": {}}
        told = difference(counts, masking)
        assert told is not None
        least = max(told["added"]["at_least"], after - earlier.at_most + told["gone"]["at_least"])
        most = min(told["added"]["at_most"], after - earlier.at_least + told["gone"]["at_most"])
        assert least <= added <= most
        assert added >= 10 or most - least + 1 >= 5
