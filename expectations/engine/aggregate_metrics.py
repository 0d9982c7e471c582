"""Metrics of one column, each an expression of length one. Nulls are left out throughout."""

from typing import Any

import polars as pl
from great_expectations.constants import MAX_DISTINCT_VALUES

from expectations.engine.register import column_aggregate
from expectations.engine.values import comparable


def _number(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Only of numbers and truth values is there a sum; Polars would give null for text, which is no answer."""
    if not (dtype.is_numeric() or dtype in (pl.Boolean, pl.Null)):
        raise TypeError("the column does not hold numbers")
    return column.cast(pl.Float64) if dtype in (pl.Boolean, pl.Null) else column


def _distinct(column: pl.Expr) -> pl.Expr:
    return column.drop_nulls().unique()


def _outside(column: pl.Expr, dtype: pl.DataType, value_set: list[Any] | None) -> pl.Expr:
    """Distinct values that are not in the set. They are made distinct last: `unique` keeps no order to rely on."""
    present = column.drop_nulls()
    return present.filter(~present.is_in(comparable(value_set or [], dtype).implode())).unique()


def _absent(column: pl.Expr, dtype: pl.DataType, value_set: list[Any] | None) -> pl.Expr:
    """Members of the set that the column lacks, as far as they fit its type."""
    asked = comparable(value_set or [], dtype).unique(maintain_order=True)
    members = pl.lit(asked, allow_object=False)
    return members.filter(~members.is_in(_distinct(column).implode()))


def _unfitting(dtype: pl.DataType, value_set: list[Any] | None) -> int:
    given = {value for value in value_set or [] if value is not None}
    return len(given) - comparable(given, dtype).n_unique()


def _shown(values: pl.Expr, limit: int | None) -> pl.Expr:
    return values.head(limit or MAX_DISTINCT_VALUES).implode()


def _distinct_count(column: pl.Expr) -> pl.Expr:
    return column.drop_nulls().n_unique()


def _share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then(part / whole).otherwise(0.0)


def _most_common(column: pl.Expr, dtype: pl.DataType, ties_okay: bool | None = None) -> pl.Expr:  # noqa: ARG001
    return column.drop_nulls().mode().sort().implode()


def _quantiles(
    column: pl.Expr, dtype: pl.DataType, quantiles: list[float], allow_relative_error: Any = None
) -> pl.Expr:
    if allow_relative_error not in (None, False):
        raise ValueError("quantiles are exact here")
    number = _number(column, dtype)
    return pl.concat_list(number.quantile(each, "nearest") for each in quantiles)


column_aggregate("column.min", lambda column, _: column.min())
column_aggregate("column.max", lambda column, _: column.max())
column_aggregate("column.mean", lambda column, dtype: _number(column, dtype).mean())
column_aggregate("column.median", lambda column, dtype: _number(column, dtype).median())
column_aggregate("column.sum", lambda column, dtype: _number(column, dtype).sum())
column_aggregate("column.standard_deviation", lambda column, dtype: _number(column, dtype).std())
column_aggregate("column.non_null_count", lambda column, _: column.count(), int)
column_aggregate("column.non_null_proportion", lambda column, _: _share(column.count(), pl.len()))
column_aggregate("column.unique_proportion", lambda column, _: _share(_distinct_count(column), column.count()))
column_aggregate("column.distinct_values", lambda column, _: _distinct(column).implode(), set)
column_aggregate("column.distinct_values.count", lambda column, _: _distinct_count(column), int)
column_aggregate(
    "column.distinct_values.not_in_set.count",
    lambda column, dtype, value_set=None: _outside(column, dtype, value_set).len(),
    int,
)
column_aggregate(
    "column.distinct_values.not_in_set",
    lambda column, dtype, value_set=None, limit=None: _shown(_outside(column, dtype, value_set).sort(), limit),
)
column_aggregate(
    "column.distinct_values.missing_from_column.count",
    lambda column, dtype, value_set=None: _absent(column, dtype, value_set).len() + _unfitting(dtype, value_set),
    int,
)
column_aggregate(
    "column.distinct_values.missing_from_column",
    lambda column, dtype, value_set=None, limit=None: _shown(_absent(column, dtype, value_set), limit),
)
column_aggregate("column.most_common_value", _most_common)
column_aggregate("column.quantile_values", _quantiles)
