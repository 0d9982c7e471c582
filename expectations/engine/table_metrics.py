"""Metrics of the whole table."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from expectations.engine.aggregate import Aggregate
from expectations.engine.execution import PolarsExecutionEngine
from expectations.engine.register import DOMAIN, aggregate_metric, direct_metric


def _columns(engine: PolarsExecutionEngine, domain: Mapping[str, Any]) -> list[str]:
    return engine.schema(domain).names()


def _column_types(engine: PolarsExecutionEngine, domain: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "type": dtype} for name, dtype in engine.schema(domain).items()]


direct_metric("table.columns", _columns)
direct_metric("table.column_types", _column_types)
direct_metric("table.column_count", lambda engine, domain: len(_columns(engine, domain)))
aggregate_metric("table.row_count", lambda *_: Aggregate(pl.len(), int), (DOMAIN, ()))
