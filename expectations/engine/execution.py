"""The execution engine: every metric is an expression, and all metrics of one wave are collected together."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import polars as pl
import polars.selectors as cs
from great_expectations.core.batch import BatchData, BatchMarkers
from great_expectations.core.batch_spec import RuntimeDataBatchSpec
from great_expectations.core.id_dict import IDDict
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.exceptions import ExecutionEngineError
from great_expectations.execution_engine import ExecutionEngine
from great_expectations.execution_engine.execution_engine import MetricComputationConfiguration
from great_expectations.expectations.row_conditions import Condition

from expectations.engine.aggregate import Aggregate
from expectations.engine.row_conditions import row_filter

ROW_INDEX: Final = "__row_index__"
"""Position of a row in the whole frame, from 0; named so that no column of a partner's file is likely to bear it."""

_IGNORE: Final = {
    "both_values_are_missing": "all",
    "all_values_are_missing": "all",
    "either_value_is_missing": "any",
    "any_value_is_missing": "any",
    "neither": "none",
    "never": "none",
}


class PolarsBatchData(BatchData):  # type: ignore[misc]  # Great Expectations is not type checked here
    """A lazy frame with a row index; NaN counts as missing, as it does with the pandas engine. Categories are the text
    they stand for; `types` still tells them from text."""

    def __init__(self, execution_engine: "PolarsExecutionEngine", frame: pl.LazyFrame | pl.DataFrame) -> None:
        super().__init__(execution_engine=execution_engine)
        whole = frame.lazy().with_columns(cs.float().fill_nan(None), (cs.categorical() | cs.enum()).cast(pl.String))
        self.types = frame.lazy().collect_schema()
        self.schema = whole.collect_schema()
        self.frame = whole.with_row_index(ROW_INDEX)


class PolarsExecutionEngine(ExecutionEngine):  # type: ignore[misc]
    """Computes metrics on Polars frames. The class name is the key under which metrics are registered."""

    def load_batch_data(self, batch_id: str, batch_data: Any) -> None:
        if isinstance(batch_data, (pl.LazyFrame, pl.DataFrame)):
            batch_data = PolarsBatchData(self, batch_data)
        super().load_batch_data(batch_id=batch_id, batch_data=batch_data)

    def get_batch_data_and_markers(self, batch_spec: RuntimeDataBatchSpec) -> tuple[PolarsBatchData, BatchMarkers]:
        data = batch_spec.batch_data
        if not isinstance(data, PolarsBatchData):
            data = PolarsBatchData(self, data)
        # The specification ends up in the result's meta: a name instead of the frame.
        batch_spec.batch_data = "PolarsLazyFrame"
        return data, BatchMarkers({"ge_load_time": datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")})

    def schema(self, domain: Mapping[str, Any]) -> pl.Schema:
        return self._batch_data(domain).schema

    def types(self, domain: Mapping[str, Any]) -> pl.Schema:
        """Of the columns as they were given; `schema` is of those calculated with."""
        return self._batch_data(domain).types

    def _batch_data(self, domain: Mapping[str, Any]) -> PolarsBatchData:
        batch_id = domain.get("batch_id")
        data = self.batch_manager.batch_data_cache.get(batch_id) if batch_id else self.batch_manager.active_batch_data
        if not isinstance(data, PolarsBatchData):
            raise ExecutionEngineError("the batch is not loaded")
        return data

    def get_domain_records(self, domain_kwargs: Mapping[str, Any]) -> pl.LazyFrame:
        """The rows a domain speaks of: those under its row condition, without the ones it says to ignore."""
        if domain_kwargs.get("table"):
            raise ExecutionEngineError("named tables are not supported")
        data = self._batch_data(domain_kwargs)
        frame = data.frame
        if condition := domain_kwargs.get("row_condition"):
            frame = frame.filter(row_filter(condition, data.schema))
        columns, rule = domain_columns(domain_kwargs), domain_kwargs.get("ignore_row_if")
        if len(columns) < 2 or rule is None:
            return frame
        return frame.filter(_kept(columns, rule))

    def get_compute_domain(
        self,
        domain_kwargs: Mapping[str, Any],
        domain_type: str | MetricDomainTypes,
        accessor_keys: Iterable[str] | None = None,
    ) -> tuple[pl.LazyFrame, dict[str, Any], dict[str, Any]]:
        parts = self._partition_domain_kwargs(dict(domain_kwargs), domain_type, accessor_keys)
        return self.get_domain_records(domain_kwargs), parts.compute, parts.accessor

    def resolve_metric_bundle(self, metric_fn_bundle: Iterable[MetricComputationConfiguration]) -> dict[Any, Any]:
        """Values by metric id: one plan for each set of rows asked about, all collected together."""
        domains: dict[Any, list[MetricComputationConfiguration]] = {}
        for metric in metric_fn_bundle:
            domains.setdefault(IDDict(metric.compute_domain_kwargs).to_id(), []).append(metric)
        plans = [self._plan(metrics) for metrics in domains.values()]
        values: dict[Any, Any] = {}
        for metrics, row in zip(domains.values(), _collected(plans), strict=True):
            for metric, value in zip(metrics, row, strict=True):
                values[metric.metric_configuration.id] = metric.metric_fn.finish(value)
        return values

    def _plan(self, metrics: Sequence[MetricComputationConfiguration]) -> pl.LazyFrame:
        frame = self.get_domain_records(metrics[0].compute_domain_kwargs or {})
        aggregates: list[Aggregate] = [metric.metric_fn for metric in metrics]
        masks = {each.mask.name: each.mask.rows for each in aggregates if each.mask}
        return frame.with_columns(**masks).select(
            each.expression.alias(str(place)) for place, each in enumerate(aggregates)
        )

    def _clause(self, condition: Condition) -> pl.Expr:
        return row_filter(condition, self.schema({}))

    _comparison_condition_to_filter_clause = _clause
    _nullity_condition_to_filter_clause = _clause
    _and_condition_to_filter_clause = _clause
    _or_condition_to_filter_clause = _clause


def domain_columns(domain: Mapping[str, Any]) -> list[str]:
    """Columns a domain names: none, one, a pair or a list."""
    if "column_list" in domain:
        return list(domain["column_list"])
    return [domain[key] for key in ("column", "column_A", "column_B") if domain.get(key) is not None]


def _kept(columns: Sequence[str], rule: str) -> pl.Expr:
    present = [pl.col(column).is_not_null() for column in columns]
    match _IGNORE.get(rule):
        case "all":
            return pl.any_horizontal(present)
        case "any":
            return pl.all_horizontal(present)
        case "none":
            return pl.lit(True)
        case _:
            raise ExecutionEngineError(f"unknown value of ignore_row_if: {rule}")


def _collected(plans: Sequence[pl.LazyFrame]) -> list[tuple[Any, ...]]:
    """One row of values per plan, computed on pieces of a frame that may be larger than memory.

    What Polars says about a failure may quote cells, so only its kind is passed on.
    """
    try:
        return [frame.row(0) for frame in pl.collect_all(plans, engine="streaming")]
    except Exception as error:
        kind = type(error).__name__
    raise ExecutionEngineError(f"Polars could not compute a metric ({kind})")
