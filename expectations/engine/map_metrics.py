"""Metrics with one answer per row: what is expected, as an expression. Parity with the pandas engine is tested."""

from collections.abc import Sequence
from functools import reduce
from itertools import combinations
from operator import add, and_
from typing import Any, Final

import polars as pl

from expectations.engine.register import Columns, Types, map_metric
from expectations.engine.values import bound, comparable

PAIR: Final = ("batch_id", "table", "column_A", "column_B", "row_condition", "condition_parser", "ignore_row_if")
LIST: Final = ("batch_id", "table", "column_list", "row_condition", "condition_parser", "ignore_row_if")


def _in_set(columns: Columns, dtypes: Types, value_set: list[Any] | None = None) -> pl.Expr:
    if value_set is None:
        return pl.lit(True)
    return columns[0].is_in(comparable(value_set, dtypes[0]).implode())


def _not_in_set(columns: Columns, dtypes: Types, value_set: list[Any] | None = None) -> pl.Expr:
    return pl.lit(True) if value_set is None else ~_in_set(columns, dtypes, value_set)


def _between(
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


def _text(column: pl.Expr) -> pl.Expr:
    return column.cast(pl.String)


def _matches_any(column: pl.Expr, regexes: Sequence[str]) -> pl.Expr:
    return pl.any_horizontal(_text(column).str.contains(regex) for regex in regexes)


def _match_regex_list(columns: Columns, _: Types, regex_list: list[str], match_on: str | None = None) -> pl.Expr:
    if match_on == "all":
        return pl.all_horizontal(_text(columns[0]).str.contains(regex) for regex in regex_list)
    return _matches_any(columns[0], regex_list)


def _length_between(
    columns: Columns,
    _: Types,
    min_value: int | None = None,
    max_value: int | None = None,
    strict_min: bool | None = None,
    strict_max: bool | None = None,
) -> pl.Expr:
    length = _text(columns[0]).str.len_chars()
    return _between([length], [pl.UInt32()], min_value, max_value, strict_min, strict_max)


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
map_metric("column_values.between", _between)
map_metric("column_values.match_regex", lambda columns, _, regex: _text(columns[0]).str.contains(regex))
map_metric("column_values.not_match_regex", lambda columns, _, regex: ~_text(columns[0]).str.contains(regex))
map_metric("column_values.match_regex_list", _match_regex_list)
map_metric("column_values.not_match_regex_list", lambda columns, _, regex_list: ~_matches_any(columns[0], regex_list))
map_metric("column_values.value_length.equals", lambda columns, _, value: _text(columns[0]).str.len_chars() == value)
map_metric("column_values.value_length.between", _length_between)
map_metric("column_pair_values.equal", lambda columns, _: columns[0] == columns[1], domain=PAIR)
map_metric("column_pair_values.a_greater_than_b", _greater, domain=PAIR)
map_metric("column_pair_values.in_set", _pair_in_set, domain=PAIR)
map_metric("compound_columns.unique", lambda columns, _: pl.struct(columns).is_unique(), domain=LIST)
map_metric("select_column_values.unique.within_record", _all_different, domain=LIST)
map_metric("multicolumn_sum.equal", _sum_equal, domain=LIST)
map_metric("multicolumn_values.equal", _all_equal, domain=LIST)
