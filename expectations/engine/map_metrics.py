"""Metrics with one answer per row: what is expected, as an expression. Parity with the pandas engine is tested."""

from collections.abc import Callable
from functools import reduce
from itertools import combinations
from operator import add, and_, ge, gt, le, lt
from typing import Any, Final

import polars as pl

from expectations.engine.numbers import number
from expectations.engine.register import Columns, Condition, Types, derived_metric, map_metric
from expectations.engine.values import bound, comparable

PAIR: Final = ("batch_id", "table", "column_A", "column_B", "row_condition", "condition_parser", "ignore_row_if")
LIST: Final = ("batch_id", "table", "column_list", "row_condition", "condition_parser", "ignore_row_if")

Compare = Callable[[pl.Expr, pl.Expr], Any]


def _in_set(columns: Columns, dtypes: Types, value_set: list[Any] | None = None) -> pl.Expr:
    if value_set is None:
        return pl.lit(True)
    return columns[0].is_in(comparable(value_set, dtypes[0]).implode())


def _not_in_set(columns: Columns, dtypes: Types, value_set: list[Any] | None = None) -> pl.Expr:
    return pl.lit(True) if value_set is None else ~_in_set(columns, dtypes, value_set)


def between(
    columns: Columns,
    dtypes: Types,
    min_value: Any = None,
    max_value: Any = None,
    strict_min: bool | None = None,
    strict_max: bool | None = None,
) -> pl.Expr:
    if min_value is None and max_value is None:
        raise ValueError("min_value and max_value cannot both be None")
    if min_value is not None and max_value is not None and min_value > max_value:
        raise ValueError("min_value cannot be greater than max_value")
    column = columns[0]
    low, high = (bound(value, dtypes[0]) for value in (min_value, max_value))
    above = pl.lit(True) if low is None else (column > low if strict_min else column >= low)
    below = pl.lit(True) if high is None else (column < high if strict_max else column <= high)
    return above & below


def _ordered(strict: Compare, loose: Compare) -> Condition:
    """Each value next to the one before it, empty cells left out; the first has none before it."""

    def expected(columns: Columns, dtypes: Types, strictly: bool | None = None) -> pl.Expr:
        if not (dtypes[0].is_numeric() or dtypes[0].is_temporal() or dtypes[0] == pl.Null):
            raise TypeError("the column holds neither numbers nor moments")
        before = columns[0].forward_fill().shift(1)
        in_order: pl.Expr = (strict if strictly else loose)(columns[0], before)
        return in_order | before.is_null()

    return expected


def _under_threshold(
    columns: Columns, dtypes: Types, threshold: float | None = None, double_sided: bool | None = True
) -> pl.Expr:
    """Where there is no z-score, because there is one value or all are equal, none is too large."""
    if threshold is None:
        raise ValueError("a threshold is needed")
    column = number(columns[0], dtypes[0])
    score = (column - column.mean()) / column.std()
    under = score.abs() < abs(threshold) if double_sided else score < threshold
    return under | score.is_nan() | score.is_null()


def _no_outlier(columns: Columns, dtypes: Types, method: str = "iqr", multiplier: float = 1.5) -> pl.Expr:
    """Within Tukey's fences, or less than so many standard deviations from the mean; all is, where there is no spread
    to go by."""
    column = number(columns[0], dtypes[0])
    if method == "iqr":
        low, high = column.quantile(0.25, "linear"), column.quantile(0.75, "linear")
        reach = multiplier * (high - low)
        fits = (column >= low - reach) & (column <= high + reach)
    elif method == "std":
        low, reach = column.mean(), multiplier * column.std()
        fits = pl.when(reach <= 0).then(column == low).otherwise((column - low).abs() < reach)
    else:
        raise NotImplementedError("the method is iqr or std")
    return fits | ~reach.is_finite().fill_null(value=False)


def _pair_in_set(columns: Columns, dtypes: Types, value_pairs_set: list[Any] | None = None) -> pl.Expr:
    if value_pairs_set is None:
        return pl.lit(True)
    pairs = [_is(columns[0], dtypes[0], a) & _is(columns[1], dtypes[1], b) for a, b in value_pairs_set]
    return pl.any_horizontal(pairs) if pairs else pl.lit(False)


def _is(column: pl.Expr, dtype: pl.DataType, value: Any) -> pl.Expr:
    if value is None:
        return column.is_null()
    fitted = comparable([value], dtype)
    return pl.lit(False) if fitted.is_empty() else (column == fitted.item()).fill_null(value=False)


def _all_different(columns: Columns, _: Types) -> pl.Expr:
    return reduce(and_, (one.ne_missing(other) for one, other in combinations(columns, 2)))


def _greater(columns: Columns, _: Types, or_equal: bool | None = None, **__: Any) -> pl.Expr:
    return columns[0] >= columns[1] if or_equal else columns[0] > columns[1]


def _sum_equal(columns: Columns, _: Types, sum_total: float, **__: Any) -> pl.Expr:
    return reduce(add, columns) == sum_total


def _all_equal(columns: Columns, _: Types, **__: Any) -> pl.Expr:
    return reduce(and_, (one.eq_missing(columns[0]) for one in columns[1:]))


map_metric("column_values.nonnull", lambda columns, _: columns[0].is_not_null(), nulls=True)
map_metric("column_values.null", lambda columns, _: columns[0].is_null(), nulls=True)
map_metric("column_values.unique", lambda columns, _: columns[0].is_unique())
map_metric("column_values.in_set", _in_set)
map_metric("column_values.not_in_set", _not_in_set)
map_metric("column_values.between", between)
map_metric("column_values.increasing", _ordered(gt, ge))
map_metric("column_values.decreasing", _ordered(lt, le))
map_metric("column_values.z_score.under_threshold", _under_threshold)
map_metric("column_values.not_outliers", _no_outlier)
map_metric("column_pair_values.equal", lambda columns, _: columns[0] == columns[1], domain=PAIR)
map_metric("column_pair_values.a_greater_than_b", _greater, domain=PAIR)
map_metric("column_pair_values.in_set", _pair_in_set, domain=PAIR)
map_metric("compound_columns.unique", lambda columns, _: pl.struct(columns).is_unique(), domain=LIST)
map_metric("select_column_values.unique.within_record", _all_different, domain=LIST)
map_metric("multicolumn_sum.equal", _sum_equal, domain=LIST)
map_metric("multicolumn_values.equal", _all_equal, domain=LIST)
derived_metric("column_values.nonnull.count")
derived_metric("column_values.null.count")
