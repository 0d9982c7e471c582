"""Metric by metric: the Polars engine answers what the pandas engine answers."""

import warnings
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.expectations.asked import GROUPS, column_map, column_pairs_and_lists, conditioned, spread
from tests.expectations.engines import KEY, answers, rows_left_alone

SCHEMA = {
    "word": pl.String,
    "number": pl.Int64,
    "amount": pl.Float64,
    "other": pl.Int64,
    "truth": pl.Boolean,
    "day": pl.Date,
    "date": pl.String,
    "json": pl.String,
    "object": pl.String,
}
ROWS: list[tuple[Any, ...]] = [
    ("aap", 1, 1.5, 1, True, date(2020, 1, 1), "2020-02-29", '{"a": 3}', '{"a": 3}'),
    ("noot", 2, -2.5, 1, False, date(2021, 1, 1), "2021-02-29", '{"a": 1}', '{"a": 1}'),
    ("aap", None, 0.0, 3, True, None, "31-12-1999", "null", "[]"),
    (None, 2, None, None, None, date(2022, 6, 1), None, None, None),
    ("mies é", 5, 1.5, 5, True, date(2020, 1, 1), "3 March 2020", "{a: 3}", '{"a": "3"}'),
    (None, None, None, None, None, None, "990101", "NaN", None),
    ("", 7, float("nan"), 0, False, date(1999, 12, 31), "23:59:59.5", '["\\u00e9"', '{"a": 2.0}'),
]
FRAMES = {
    "all kinds of rows": ROWS,
    "one row": ROWS[:1],
    "only nulls": [(None,) * len(SCHEMA)] * 3,
    "no rows": [],
}


def frame(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").with_row_index(KEY)


UNSORTED = ("partial_unexpected_list", "unexpected_list", "partial_missing_list")
LEFT_OUT = ("unexpected_index_query", "partial_unexpected_counts")
"""Queries are in the language of the engine; counts of values are made from the list, where pandas counts each NaN."""


def comparable(answer: dict[str, Any]) -> dict[str, Any]:
    """What must be equal; sets have no order."""
    kept = {key: value for key, value in answer.items() if key not in LEFT_OUT}
    return kept | {key: sorted(kept[key], key=str) for key in UNSORTED if key in kept}


def assert_parity(rows: list[tuple[Any, ...]], wanted: list[Any], **form: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas warns of means of nothing
        with rows_left_alone():
            polars = answers("polars", frame(rows).lazy(), wanted, **form)
        pandas = answers("pandas", frame(rows), wanted, **form)
    for expectation, ours, theirs in zip(wanted, polars, pandas, strict=True):
        assert comparable(ours) == comparable(theirs), expectation


@pytest.mark.parametrize("rows", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_complete(group: str, rows: list[tuple[Any, ...]]) -> None:
    assert_parity(rows, GROUPS[group](), unexpected_index_column_names=[KEY])


@pytest.mark.parametrize("form", ["BOOLEAN_ONLY", "BASIC", "SUMMARY"])
def test_smaller_formats(form: str) -> None:
    assert_parity(ROWS, column_map()[::4] + column_pairs_and_lists()[::4], form=form, partial_unexpected_count=2)


def test_positions_where_no_key_is_named() -> None:
    assert_parity(ROWS, column_map()[::4] + column_pairs_and_lists()[::4] + conditioned()[::3])


def test_keys_only() -> None:
    assert_parity(
        ROWS,
        column_map() + column_pairs_and_lists(),
        unexpected_index_column_names=[KEY],
        exclude_unexpected_values=True,
    )


CELLS = st.tuples(
    st.none() | st.sampled_from(["aap", "noot", "", "mies é"]),
    st.none() | st.integers(-3, 6),
    st.none() | st.floats(-5, 5, width=16),
    st.none() | st.integers(-3, 6),
    st.none() | st.booleans(),
    st.none() | st.dates(date(1999, 1, 1), date(2022, 1, 1)),
)


WITHOUT_TEXTS = (None,) * 3


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(st.lists(CELLS, max_size=12))
def test_any_table(rows: list[tuple[Any, ...]]) -> None:
    assert_parity(
        [row + WITHOUT_TEXTS for row in rows],
        column_map()[::2] + spread()[:16:3] + column_pairs_and_lists()[::2],
        unexpected_index_column_names=[KEY],
    )
