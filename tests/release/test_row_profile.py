"""What a report tells of rows: shares of persons, masked as a table would be, and nobody's own value."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from release.extract import PSEUDONYM
from release.profile import ColumnProfile
from release.row_profile import RARE, row_profile
from tests.gate.policies import signed

POLICY = signed().policy
LEAST = 10


def profile_of(values: list[Any], persons: list[str] | None = None, **earlier: list[Any]) -> ColumnProfile:
    columns = {} if persons is None else {PSEUDONYM: persons}
    before = pl.DataFrame(earlier) if earlier else None
    (found,) = row_profile(pl.DataFrame({**columns, "column": values}), POLICY, before)
    return found


def shares(found: ColumnProfile) -> dict[str, float | None]:
    return {one.label: one.share for one in found.slices}


CASES: dict[str, tuple[list[Any], dict[str, float | None]]] = {
    "values that enough persons have": (["a"] * 30 + ["b"] * 20, {"a": 0.6, "b": 0.4}),
    "rare values are one": (["a"] * 30 + ["x"] * 9 + ["y"] * 8 + ["z"] * 3, {"a": 0.6, RARE: 0.4}),
    "one rare value hides another": (["a"] * 30 + ["b"] * 15 + ["x"] * 5, {"a": 0.6, "b": None, RARE: None}),
    "nobody can be told apart": (["a"] * 5, {RARE: None}),
    "a value that looks like a total": (["*"] * 40, {"(*)": 1.0}),
    "numbers in classes": ([1] * 20 + [3] * 15 + [40] * 15, {"1 – < 2": 0.4, "2 – < 5": 0.3, "20 – < 50": 0.3}),
    "below zero": ([-3.5] * 20 + [0.0] * 20, {"< 0": 0.5, "0 – < 1": 0.5}),
}  # fmt: skip


@pytest.mark.parametrize(("values", "told"), CASES.values(), ids=CASES)
def test_how_values_are_spread(values: list[Any], told: dict[str, float | None]) -> None:
    assert shares(profile_of(values)) == told


def test_persons_are_counted_and_not_rows() -> None:
    """Nine people of twelve rows each are too few."""
    persons = [f"p{at % 9}" for at in range(108)] + [f"q{at}" for at in range(20)] + [f"r{at}" for at in range(30)]
    found = profile_of(["a"] * 108 + ["b"] * 20 + ["c"] * 30, persons)
    assert "a" not in shares(found)
    assert None in shares(found).values()


@pytest.mark.parametrize(("missing", "complete"), [(0, 1.0), (20, 0.8), (3, None)])
def test_how_many_have_a_value(missing: int, complete: float | None) -> None:
    found = profile_of([None] * missing + ["a"] * (100 - missing))
    assert found.complete == (None if complete is None else pytest.approx(complete))
    assert found.kind == "text"


@pytest.mark.parametrize(("far", "told"), [(0, None), (4, None), (25, 0.2)])
def test_outliers_are_a_share_and_no_values(far: int, told: float | None) -> None:
    found = profile_of([at % 7 + 4 for at in range(100)] + [777_777_777] * far)
    assert (found.kind, found.far, found.outliers) == ("number", told, ())
    assert "777" not in repr(found)


def test_drift_is_of_what_both_show() -> None:
    found = profile_of(["a"] * 60 + ["b"] * 40, column=["a"] * 50 + ["b"] * 50)
    assert found.drift == pytest.approx(0.1)
    assert profile_of(["a"] * 60, other=["a"]).drift is None


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=6))
def test_no_share_tells_of_too_few(sizes: list[int]) -> None:
    """Neither by itself nor as what is left of the whole."""
    values = [f"v{at}" for at, size in enumerate(sizes) for _ in range(size)]
    if not values:
        return
    told = shares(profile_of(values))
    counts = [round(share * len(values)) for share in told.values() if share is not None]
    hidden = len(values) - sum(counts)
    assert all(count >= LEAST for count in counts)
    assert not 0 < hidden < LEAST or not counts
    assert set(told) <= {RARE, *values}
