"""Dice of encodings, against integers of Python."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.filters import Filters, dice
from pseudonymise.protected import bits

WORD = st.integers(0, 2**64 - 1) | st.sampled_from([0, 1, 2**63, 2**64 - 1])
FILTERS = st.lists(st.none() | st.lists(WORD, min_size=8, max_size=8), min_size=1, max_size=5)

Filter = list[int] | None


def twin(one: Filter, two: Filter) -> float | None:
    """Slow and readable; None where a value is missing."""
    if one is None or two is None or not (any(one) and any(two)):
        return None
    common = sum((a & b).bit_count() for a, b in zip(one, two, strict=True))
    return 2 * common / sum(word.bit_count() for word in one + two)


def filters(values: list[Filter]) -> Filters:
    rows = [value or [None] * 8 for value in values]
    return Filters.of(pl.DataFrame(rows, schema=dict.fromkeys(bits("f"), pl.UInt64), orient="row"))


def measured(left: list[Filter], right: list[Filter], pairs: list[tuple[int, int]]) -> list[float | None]:
    one, two = (np.array(rows, dtype=np.uint32) for rows in ([a for a, _ in pairs], [b for _, b in pairs]))
    return [None if math.isnan(each) else each for each in dice(filters(left), filters(right), one, two)]


@settings(deadline=None)
@given(FILTERS, FILTERS, st.data())
def test_twin(left: list[Filter], right: list[Filter], data: st.DataObject) -> None:
    rows = st.tuples(st.integers(0, len(left) - 1), st.integers(0, len(right) - 1))
    pairs = data.draw(st.lists(rows, max_size=20))
    assert measured(left, right, pairs) == [twin(left[a], right[b]) for a, b in pairs]


FULL, HALF, OTHER = [2**64 - 1] * 8, [2**64 - 1] * 4 + [0] * 4, [0] * 4 + [2**64 - 1] * 4

CASES = {
    "the same": (HALF, HALF, 1.0),
    "every bit": (FULL, FULL, 1.0),
    "nothing in common": (HALF, OTHER, 0.0),
    "the one inside the other": (HALF, FULL, 2 / 3),
    "missing on the left": (None, HALF, None),
    "missing on both sides": (None, None, None),
    "without a bit": ([0] * 8, HALF, None),
}


@pytest.mark.parametrize(("one", "two", "expected"), CASES.values(), ids=CASES)
def test_named_pairs(one: Filter, two: Filter, expected: float | None) -> None:
    assert measured([one], [two], [(0, 0)]) == [expected]
