"""Metrics of the whole table."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import polars as pl

from expectations.engine.aggregate import Aggregate
from expectations.engine.execution import ROW_INDEX, PolarsExecutionEngine
from expectations.engine.register import DOMAIN, aggregate_metric, direct_metric


def _columns(engine: PolarsExecutionEngine, domain: Mapping[str, Any]) -> list[str]:
    return engine.schema(domain).names()


def _column_types(engine: PolarsExecutionEngine, domain: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "type": dtype} for name, dtype in engine.types(domain).items()]


def _head(engine: PolarsExecutionEngine, domain: Mapping[str, Any], values: Mapping[str, Any]) -> Aggregate:
    """The first rows, or all but the last where the number is negative, in the form that Great Expectations shows."""
    count = 5 if values.get("n_rows") is None else values["n_rows"]
    length = pl.len().cast(pl.Int64)
    shown = length if values.get("fetch_all") else pl.lit(count) if count >= 0 else (length + count).clip(0)
    rows = pl.struct(pl.exclude(ROW_INDEX)).slice(0, shown)
    return Aggregate(rows.implode(), partial(_as_frame, _columns(engine, domain)))


def _as_frame(columns: list[str], rows: list[dict[str, Any]]) -> Any:
    from pandas import DataFrame

    return DataFrame(rows, columns=columns)


aggregate_metric("table.head", _head, (DOMAIN, ("n_rows", "fetch_all")))
direct_metric("table.columns", _columns)
direct_metric("table.column_types", _column_types)
direct_metric("table.column_count", lambda engine, domain: len(_columns(engine, domain)))
aggregate_metric("table.row_count", lambda *_: Aggregate(pl.len(), int), (DOMAIN, ()))
