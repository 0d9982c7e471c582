"""Metric by metric: the Polars engine answers what the pandas engine answers."""

import warnings
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.expectations.engines import KEY, answers

SCHEMA = {
    "word": pl.String,
    "number": pl.Int64,
    "amount": pl.Float64,
    "other": pl.Int64,
    "truth": pl.Boolean,
    "day": pl.Date,
}
ROWS: list[tuple[Any, ...]] = [
    ("aap", 1, 1.5, 1, True, date(2020, 1, 1)),
    ("noot", 2, -2.5, 1, False, date(2021, 1, 1)),
    ("aap", None, 0.0, 3, True, None),
    (None, 2, None, None, None, date(2022, 6, 1)),
    ("mies é", 5, 1.5, 5, True, date(2020, 1, 1)),
    (None, None, None, None, None, None),
    ("", 7, float("nan"), 0, False, date(1999, 12, 31)),
]
FRAMES = {
    "all kinds of rows": ROWS,
    "one row": ROWS[:1],
    "only nulls": [(None,) * 6] * 3,
    "no rows": [],
}


def frame(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").with_row_index(KEY)


def column_map() -> list[Any]:
    from great_expectations import expectations as gxe

    return [
        gxe.ExpectColumnValuesToNotBeNull(column="word"),
        gxe.ExpectColumnValuesToNotBeNull(column="amount", mostly=0.6),
        gxe.ExpectColumnValuesToBeNull(column="number"),
        gxe.ExpectColumnValuesToBeUnique(column="word"),
        gxe.ExpectColumnValuesToBeUnique(column="number", mostly=0.5),
        gxe.ExpectColumnValuesToBeUnique(column="day"),
        gxe.ExpectColumnValuesToBeInSet(column="word", value_set=["aap", "noot", "vuur", 1]),
        gxe.ExpectColumnValuesToBeInSet(column="number", value_set=[1, 2, 2.5, "5"]),
        gxe.ExpectColumnValuesToBeInSet(column="amount", value_set=[1.5, 0]),
        gxe.ExpectColumnValuesToBeInSet(column="number", value_set=[]),
        gxe.ExpectColumnValuesToNotBeInSet(column="word", value_set=["aap", None]),
        gxe.ExpectColumnValuesToNotBeInSet(column="number", value_set=[2], mostly=0.4),
        gxe.ExpectColumnValuesToMatchRegex(column="word", regex="^[a-z]{3,}"),
        gxe.ExpectColumnValuesToMatchRegex(column="word", regex="a$|é", mostly=0.2),
        gxe.ExpectColumnValuesToNotMatchRegex(column="word", regex="oo"),
        gxe.ExpectColumnValuesToMatchRegexList(column="word", regex_list=["^a", "t$"], match_on="any"),
        gxe.ExpectColumnValuesToMatchRegexList(column="word", regex_list=["^a", "p$"], match_on="all"),
        gxe.ExpectColumnValuesToNotMatchRegexList(column="word", regex_list=["^a", "t$"]),
        gxe.ExpectColumnValueLengthsToBeBetween(column="word", min_value=1, max_value=4),
        gxe.ExpectColumnValueLengthsToBeBetween(column="word", min_value=3, strict_min=True),
        gxe.ExpectColumnValueLengthsToEqual(column="word", value=3),
        gxe.ExpectColumnValuesToBeBetween(column="number", min_value=2, max_value=5),
        gxe.ExpectColumnValuesToBeBetween(column="number", min_value=2, max_value=5, strict_min=True, strict_max=True),
        gxe.ExpectColumnValuesToBeBetween(column="amount", max_value=1.5, strict_max=True),
        gxe.ExpectColumnValuesToBeBetween(column="amount", min_value=0, mostly=0.5),
    ]


def column_pairs_and_lists() -> list[Any]:
    from great_expectations import expectations as gxe

    pair, three = {"column_A": "number", "column_B": "other"}, ["number", "other", "amount"]
    rules = ["both_values_are_missing", "either_value_is_missing", "neither"]
    list_rules = ["all_values_are_missing", "any_value_is_missing", "never"]
    return [
        *(gxe.ExpectColumnPairValuesToBeEqual(**pair, ignore_row_if=rule) for rule in rules),
        *(gxe.ExpectColumnPairValuesAToBeGreaterThanB(**pair, ignore_row_if=rule) for rule in rules),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(**pair, or_equal=True),
        gxe.ExpectColumnPairValuesToBeInSet(**pair, value_pairs_set=[(1, 1), (5, 5), (None, 3)]),
        gxe.ExpectColumnPairValuesToBeEqual(column_A="word", column_B="word", mostly=0.9),
        *(
            gxe.ExpectCompoundColumnsToBeUnique(column_list=["word", "number"], ignore_row_if=rule)
            for rule in list_rules
        ),
        *(
            gxe.ExpectSelectColumnValuesToBeUniqueWithinRecord(column_list=three, ignore_row_if=rule)
            for rule in list_rules
        ),
        gxe.ExpectMulticolumnSumToEqual(column_list=["number", "other"], sum_total=2),
    ]


def aggregates() -> list[Any]:
    from great_expectations import expectations as gxe

    return [
        *(kind(column="number", min_value=0, max_value=3) for kind in _between()),
        *(kind(column="amount", min_value=0, max_value=3, strict_min=True) for kind in _between()),
        gxe.ExpectColumnUniqueValueCountToBeBetween(column="word", min_value=2, max_value=3),
        gxe.ExpectColumnProportionOfUniqueValuesToBeBetween(column="number", min_value=0.5, max_value=0.9),
        gxe.ExpectColumnProportionOfNonNullValuesToBeBetween(column="word", min_value=0.5),
        gxe.ExpectColumnDistinctValuesToBeInSet(column="word", value_set=["aap", "noot"]),
        gxe.ExpectColumnDistinctValuesToContainSet(column="number", value_set=[1, 2, 9]),
        gxe.ExpectColumnDistinctValuesToEqualSet(column="number", value_set=[1, 2, 5, 7]),
        gxe.ExpectTableRowCountToBeBetween(min_value=2, max_value=6),
        gxe.ExpectTableRowCountToEqual(value=7),
        gxe.ExpectTableColumnCountToEqual(value=7),
        gxe.ExpectTableColumnCountToBeBetween(min_value=9),
        gxe.ExpectTableColumnsToMatchSet(column_set=["word", "number"], exact_match=False),
        gxe.ExpectTableColumnsToMatchSet(column_set=["word", "nothing"]),
        gxe.ExpectTableColumnsToMatchOrderedList(column_list=[KEY, *SCHEMA]),
        gxe.ExpectColumnToExist(column="nothing"),
    ]


def _between() -> list[Any]:
    from great_expectations import expectations as gxe

    return [
        gxe.ExpectColumnMinToBeBetween,
        gxe.ExpectColumnMaxToBeBetween,
        gxe.ExpectColumnMeanToBeBetween,
        gxe.ExpectColumnMedianToBeBetween,
        gxe.ExpectColumnSumToBeBetween,
        gxe.ExpectColumnStdevToBeBetween,
    ]


def conditioned() -> list[Any]:
    from great_expectations import expectations as gxe
    from great_expectations.expectations.row_conditions import Column

    number, word = Column("number"), Column("word")
    conditions = [
        number > 1,
        number != 2,
        word.is_null(),
        word.is_not_null(),
        word.is_in(["aap", "noot"]),
        word.is_not_in(["aap"]),
        (number >= 2) & (word == "noot"),
        (number < 2) | word.is_null(),
        number == 99,
    ]
    return [
        *(gxe.ExpectColumnValuesToBeInSet(column="other", value_set=[1, 5], row_condition=each) for each in conditions),
        *(gxe.ExpectColumnSumToBeBetween(column="number", min_value=3, row_condition=each) for each in conditions[:2]),
        gxe.ExpectColumnValuesToBeUnique(column="word", row_condition=number > 1),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["number", "other"], row_condition=conditions[3]),
        gxe.ExpectTableRowCountToEqual(value=2, row_condition=word == "aap"),
    ]


GROUPS = {
    "column map": column_map,
    "pairs and lists": column_pairs_and_lists,
    "aggregates": aggregates,
    "row conditions": conditioned,
}
UNSORTED = ("partial_unexpected_list", "unexpected_list", "partial_missing_list")
LEFT_OUT = ("unexpected_index_query", "partial_unexpected_counts")
"""Queries are in the language of the engine; counts of values are made from the list, where pandas counts each NaN."""


def comparable(answer: dict[str, Any]) -> dict[str, Any]:
    """What must be equal; sets have no order."""
    kept = {key: value for key, value in answer.items() if key not in LEFT_OUT}
    return kept | {key: sorted(kept[key], key=str) for key in UNSORTED if key in kept}


def assert_parity(rows: list[tuple[Any, ...]], wanted: list[Any], **form: Any) -> None:
    both = []
    for engine in ("polars", "pandas"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pandas warns of means of nothing
            both.append(answers(engine, frame(rows), wanted, **form))
    for expectation, ours, theirs in zip(wanted, *both, strict=True):
        assert comparable(ours) == comparable(theirs), expectation


@pytest.mark.parametrize("rows", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize("group", GROUPS)
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


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(st.lists(CELLS, max_size=12))
def test_any_table(rows: list[tuple[Any, ...]]) -> None:
    assert_parity(rows, column_map()[::2] + column_pairs_and_lists()[::2], unexpected_index_column_names=[KEY])
