"""Metrics of one column, each an expression of length one. Nulls are left out throughout."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np
import polars as pl
from great_expectations.constants import MAX_DISTINCT_VALUES

from expectations.engine.map_metrics import between
from expectations.engine.numbers import number, point
from expectations.engine.register import column_aggregate, derived_metric
from expectations.engine.values import comparable


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


Interpolation = Literal["linear", "lower", "higher", "midpoint", "nearest"]


def _quantiles(
    column: pl.Expr, dtype: pl.DataType, quantiles: list[float], allow_relative_error: Any = None
) -> pl.Expr:
    """Quantiles are exact; where one falls between two values, `allow_relative_error` may say how it is taken."""
    if allow_relative_error and allow_relative_error not in get_args(Interpolation):
        raise ValueError("allow_relative_error is false or names an interpolation")
    between_ranks: Interpolation = allow_relative_error or "nearest"
    return pl.concat_list(number(column, dtype).quantile(each, between_ranks) for each in quantiles)


def _histogram(column: pl.Expr, dtype: pl.DataType, bins: Sequence[float]) -> pl.Expr:
    """Counts per bin, each without its upper edge but the last."""
    if isinstance(bins, (str, int)) or len(bins) < 2 or list(bins) != sorted(bins):
        raise ValueError("bins are given by their edges, from low to high")
    numbers, last = number(column, dtype), len(bins) - 2
    return pl.concat_list(
        numbers.is_between(low, high, closed="both" if place == last else "left").sum()
        for place, (low, high) in enumerate(pairwise(bins))
    )


def _value_counts(column: pl.Expr, _: pl.DataType, sort: str | None = None, collate: str | None = None) -> pl.Expr:
    if collate is not None or sort not in ("value", "count", "none", None):
        raise ValueError("values are sorted by value or by count")
    counted = column.drop_nulls().alias("value").value_counts(name="count", sort=sort == "count")
    return (counted.sort() if sort in ("value", None) else counted).implode()


def _as_series(counts: list[dict[str, Any]]) -> Any:
    """The form in which Great Expectations reads counts of values, whatever the engine."""
    from pandas import Index, Series

    values = Index([each["value"] for each in counts], name="value")
    return Series([each["count"] for each in counts], index=values, name="count")


def _between_count(column: pl.Expr, dtype: pl.DataType, **bounds: Any) -> pl.Expr:
    return between([column], [dtype], **bounds).sum()


def _length(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype != pl.String:
        raise TypeError("the column does not hold text")
    return column.str.len_chars()


column_aggregate("column.min", lambda column, _: column.min())
column_aggregate("column.max", lambda column, _: column.max())
column_aggregate("column.mean", lambda column, dtype: point(column, dtype).mean())
column_aggregate("column.median", lambda column, dtype: point(column, dtype).median())
column_aggregate("column.sum", lambda column, dtype: number(column, dtype).sum())
column_aggregate("column.standard_deviation", lambda column, dtype: number(column, dtype).std())
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
column_aggregate("column.histogram", _histogram, list)
column_aggregate("column.value_counts", _value_counts, _as_series)
column_aggregate("column_values.between.count", _between_count, np.int64)  # what divides it may be 0
column_aggregate("column_values.length.min", lambda column, dtype: _length(column, dtype).min())
column_aggregate("column_values.length.max", lambda column, dtype: _length(column, dtype).max())
column_aggregate(
    "column.distinct_values.count.under_threshold",
    lambda column, _, threshold: _distinct_count(column) < threshold,
)
for name in ("column.partition", "column.descriptive_stats"):
    derived_metric(name)
