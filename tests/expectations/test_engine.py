"""The Polars engine by itself: what it covers, what it refuses, how it computes."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import expectations.engine.datasource  # noqa: F401 - registers all metrics
from expectations.engine.execution import PolarsExecutionEngine
from expectations.engine.texts import like
from tests.expectations import asked
from tests.expectations.engines import answers, plain
from tests.expectations.test_parity import FRAMES, ROWS, frame

NOT_COVERED = {
    "expect_query_results_to_match_comparison": "SQL",
    "expect_table_row_count_to_equal_other_table": "two tables of a database",
    "unexpected_rows_expectation": "SQL",
}
METRICS_NOT_COVERED = {
    "column.outlier_statistics": "is part of the metric that asks for it",
    "column.parameterized_distribution_ks_test_p_value": "no expectation asks for it",
    "column_values.of_type": "the type of a column is one for all rows",
    "column_values.in_type_list": "the type of a column is one for all rows",
}
STEPS = (".condition", ".map", ".unexpected_value_counts")
"""Steps on the way of other engines, and a count no expectation asks for."""


def groups() -> list[Callable[[], list[Any]]]:
    return [*asked.GROUPS.values(), asked.types, asked.like]


def test_every_expectation_of_great_expectations_is_asked_or_named_as_not_covered() -> None:
    from great_expectations.expectations import registry

    core = {
        name
        for name in registry.list_registered_expectation_implementations()
        if registry.get_expectation_impl(name).__module__.startswith("great_expectations.")
    }
    covered = {each.expectation_type for group in groups() for each in group()}
    assert covered.isdisjoint(NOT_COVERED)
    assert covered | NOT_COVERED.keys() == core


def test_every_metric_of_the_pandas_engine_is_there_or_named_as_not_covered() -> None:
    from great_expectations.expectations import registry

    def of(engine: str) -> set[str]:
        return {name for name, known in registry._registered_metrics.items() if engine in known["providers"]}

    missing = {name for name in of("PandasExecutionEngine") - of("PolarsExecutionEngine") if not name.endswith(STEPS)}
    assert {name for name in missing if not name.startswith(tuple(METRICS_NOT_COVERED))} == set()


def test_a_suite_is_one_scan_for_each_set_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    collected: list[int] = []
    collect_all = pl.collect_all

    def counted(plans: Any, **more: Any) -> Any:
        collected.append(len(plans))
        return collect_all(plans, **more)

    monkeypatch.setattr(pl, "collect_all", counted)
    answers("polars", frame(ROWS), asked.column_map() + asked.texts()[:5] + asked.aggregates())
    assert [number for number in collected if number] == [1]


@pytest.mark.parametrize("rows", FRAMES.values(), ids=FRAMES)
def test_a_check_of_another_type_is_never_passed(rows: list[tuple[Any, ...]]) -> None:
    wanted = asked.of_another_type()
    assert answers("polars", frame(rows), wanted) == [{"raised": True}] * len(wanted)


def test_types_by_name() -> None:
    wanted = asked.types()
    ours, theirs = (answers(engine, frame(ROWS[:1]), wanted) for engine in ("polars", "pandas"))
    assert [each["success"] for each in ours] == [each["success"] for each in theirs]


@pytest.mark.parametrize(
    ("name", "success"),
    {
        "Int64": True,
        "Int32": False,
        "uint8": False,
        "int64": True,
        "UInt32": False,
        "i64": None,
        "VARCHAR": None,
    }.items(),
)
def test_types_by_the_names_of_polars(name: str, success: bool | None) -> None:
    from great_expectations import expectations as gxe

    wanted = [
        gxe.ExpectColumnValuesToBeOfType(column="number", type_=name),
        gxe.ExpectColumnTypeToBe(column="number", type_=name),
        gxe.ExpectColumnValuesToBeInTypeList(column="number", type_list=[name]),
    ]
    found = [each.get("success") for each in answers("polars", frame(ROWS), wanted)]
    assert found == [success] * 3


REFUSED = {
    "a regular expression with lookaround": ("ExpectColumnValuesToMatchRegex", {"regex": "a(?=b)"}),
    "an escape before nothing": ("ExpectColumnValuesToMatchLikePattern", {"like_pattern": "a!", "escape": "!"}),
    "a week in a date": ("ExpectColumnValuesToMatchStrftimeFormat", {"strftime_format": "%Y %W"}),
    "a bound of another type": ("ExpectColumnValuesToBeBetween", {"min_value": 1}),
    "no JSON at all": ("ExpectColumnValuesToMatchJsonSchema", {"json_schema": {"type": "string"}}),
    "no schema at all": ("ExpectColumnValuesToMatchJsonSchema", {"json_schema": {"type": "nothing"}}),
    "a missing column": ("ExpectColumnValuesToBeOfType", {"type_": "int", "column": "nothing"}),
}


@pytest.mark.parametrize(("expectation", "arguments"), REFUSED.values(), ids=REFUSED)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_cannot_be_evaluated_raises(expectation: str, arguments: dict[str, Any]) -> None:
    from great_expectations import expectations as gxe

    (answer,) = answers("polars", frame(ROWS), [getattr(gxe, expectation)(**{"column": "word"} | arguments)])
    assert answer == {"raised": True}


@settings(max_examples=150, deadline=None)
@given(st.text("a%_b!(.\n é", max_size=6), st.text("aAb!%_(.\n é", max_size=6), st.sampled_from([None, "!"]))
def test_like_is_that_of_sqlite(pattern: str, text: str, escape: str | None) -> None:
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA case_sensitive_like = ON")
    ending = (" ESCAPE '!'", (text, pattern)) if escape else ("", (text, pattern))
    try:
        expression = like(pattern, escape)
    except ValueError:
        return  # SQLite lets an escape character stand anywhere
    (answer,) = database.execute(f"SELECT ? LIKE ?{ending[0]}", ending[1]).fetchone()
    assert pl.Series([text]).str.contains(expression).item() == bool(answer)


def test_like_of_both_kinds() -> None:
    found = answers("polars", frame(ROWS), asked.like())
    assert [each["unexpected_list"] for each in found] == [
        ["noot", "mies é", ""],
        ["aap", "aap"],
        ["noot", "mies é", ""],
        ["aap", "aap"],
    ]


KINDS = pl.DataFrame(
    {
        "kind": pl.Series(["a", "b", None], dtype=pl.Categorical),
        "listed": pl.Series(["a", "b", None], dtype=pl.Enum(["a", "b"])),
        "price": pl.Series(["1.10", "2.25", None]).cast(pl.Decimal(10, 2)),
        "small": pl.Series([1, 2, None], dtype=pl.UInt8),
        "moment": pl.Series([datetime(2020, 1, 1), datetime(2020, 1, 2, 12), None]),  # noqa: DTZ001 - no zone is meant
        "zoned": pl.Series([datetime(2020, 1, 1, tzinfo=UTC), None, None]),
        "clock": pl.Series([time(12), time(13, 30), None]),
        "bytes": pl.Series([b"a", b"b", None]),
    }
)
MEMBERS: dict[str, tuple[str, list[Any], list[Any] | None]] = {
    "a category": ("kind", ["a", "z"], ["b"]),
    "one of a list": ("listed", ["a", "z"], ["b"]),
    "an amount as a number": ("price", [1.1], [Decimal("2.25")]),
    "an amount exactly": ("price", [Decimal("1.10")], [Decimal("2.25")]),
    "too large for the column": ("small", [1, 300, -1, 2.5, "2"], [2]),
    "a number of numpy": ("small", [np.int64(1)], [2]),
    "a day among moments": ("moment", [date(2020, 1, 1)], [datetime(2020, 1, 2, 12)]),  # noqa: DTZ001
    "a moment as text": ("moment", ["2020-01-02T12:00"], [date(2020, 1, 1)]),
    "a moment with its zone": ("zoned", ["2020-01-01T01:00+01:00"], []),
    "a time as text": ("clock", ["12:00"], [time(13, 30)]),
    "no moment": ("moment", ["31-12-1999"], None),
    "a number among moments": ("moment", [5], None),
    "a moment without the zone": ("zoned", [datetime(2020, 1, 1)], None),  # noqa: DTZ001 - no zone is meant
    "bytes": ("bytes", ["a"], None),
}


@pytest.mark.parametrize(("column", "members", "others"), MEMBERS.values(), ids=MEMBERS)
def test_members_are_of_the_type_of_the_column(column: str, members: list[Any], others: list[Any] | None) -> None:
    ours = PolarsExecutionEngine(batch_data_dict={"batch": KINDS})
    wanted = "column_values.in_set.unexpected_values"
    values = {"value_set": members, "result_format": {"result_format": "COMPLETE"}}
    if others is None:
        with pytest.raises(KeyError):  # there is no answer; Great Expectations logs why
            metric(ours, wanted, values, column)
    else:
        assert metric(ours, wanted, values, column) == plain(others)


@pytest.mark.parametrize(
    ("condition", "count"), {"kind == 'a'": 1, "kind != 'a'": 2, "listed in ['a', 'z']": 1, "small < 2.5": 2}.items()
)
def test_conditions_on_other_types(condition: str, count: int) -> None:
    ours = PolarsExecutionEngine(batch_data_dict={"batch": KINDS})
    assert ours.get_domain_records({"row_condition": condition}).collect().height == count


METRICS: dict[str, tuple[str, dict[str, Any]]] = {
    "histogram": ("column.histogram", {"bins": (-3.0, 0.0, 1.5)}),
    "histogram without ends": ("column.histogram", {"bins": (float("-inf"), 0.0, float("inf"))}),
    "even bins": ("column.partition", {"bins": "uniform", "n_bins": 3, "allow_relative_error": False}),
    "bins of as many values": ("column.partition", {"bins": "ntile", "n_bins": 3, "allow_relative_error": False}),
    "bins as numpy makes them": ("column.partition", {"bins": "auto", "allow_relative_error": False}),
    "counts by value": ("column.value_counts", {"sort": "value"}),
    "how it is spread": ("column.descriptive_stats", {}),
    "how many below": ("column_values.between.count", {"max_value": 1.5, "strict_max": True}),
    "how many from": ("column_values.between.count", {"min_value": 0}),
    "how many filled": ("column_values.nonnull.count", {}),
    "how many empty": ("column_values.null.count", {}),
    "how many match": ("column_values.match_regex.count", {"regex": "5$"}),
    "how many do not match": ("column_values.not_match_regex.count", {"regex": "5$"}),
    "few different": ("column.distinct_values.count.under_threshold", {"threshold": 4}),
    "different": ("column.distinct_values", {}),
    "first rows": ("table.head", {"n_rows": 2}),
    "all rows": ("table.head", {"fetch_all": True}),
    "all but the last": ("table.head", {"n_rows": -2}),
}


def metric(engine: Any, name: str, values: dict[str, Any], column: str) -> Any:
    from great_expectations.validator.metric_configuration import MetricConfiguration
    from great_expectations.validator.metrics_calculator import MetricsCalculator

    where = {} if name.startswith("table.") else {"column": column}
    asked_for = MetricConfiguration(name, where, values or None)
    return shown(MetricsCalculator(engine, show_progress_bars=False).get_metric(asked_for))


def shown(value: Any) -> Any:
    if isinstance(value, pd.Series):
        return plain([list(value.index), list(value), value.name, value.index.name])
    if isinstance(value, pd.DataFrame):
        return plain([list(value.columns), value.to_numpy().tolist()])
    if hasattr(value, "standard_deviation"):
        return plain(vars(value))
    return sorted(plain(value)) if isinstance(value, set) else plain(value)


def engines(table: pl.DataFrame) -> tuple[Any, Any]:
    from great_expectations.execution_engine import PandasExecutionEngine

    data = {"batch": table}
    ours = PolarsExecutionEngine(batch_data_dict=data)
    return ours, PandasExecutionEngine(batch_data_dict={"batch": table.to_pandas()})


@pytest.mark.parametrize(("name", "values"), METRICS.values(), ids=METRICS)
def test_metric(name: str, values: dict[str, Any]) -> None:
    table = frame(ROWS).select("amount", "word").filter(pl.col("amount").is_not_nan())
    ours, theirs = engines(table)
    assert metric(ours, name, values, "amount") == metric(theirs, name, values, "amount")


@pytest.mark.parametrize("name", ["column_values.length.min", "column_values.length.max"])
def test_length_of_text(name: str) -> None:
    ours, theirs = engines(frame(ROWS))
    assert metric(ours, name, {}, "word") == metric(theirs, name, {}, "word")


def test_the_first_rows_are_shown_as_by_other_data_sources() -> None:
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_polars("source").add_dataframe_asset("asset")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame(ROWS).lazy()})
    assert str(batch.head(n_rows=2, fetch_all=False)).count("aap") == 1
