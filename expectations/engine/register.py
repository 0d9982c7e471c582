"""Entering Polars metrics into the registry of Great Expectations, one line per metric.

A map metric (one answer per row) needs an expression that says which rows are as expected; its counts, index lists and
values follow. An aggregate metric needs an expression of length one. Keys of metrics that Great Expectations knows
already are taken from its registry, since registering other keys would change them for every engine.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import polars as pl
from great_expectations.core.id_dict import IDDict
from great_expectations.core.metric_function_types import MetricFunctionTypes, MetricPartialFunctionTypes
from great_expectations.exceptions import ExecutionEngineError, MetricProviderError
from great_expectations.expectations import metrics as core_metrics
from great_expectations.expectations import registry
from great_expectations.expectations.metrics.metric_provider import MetricProvider
from great_expectations.validator.metric_configuration import MetricConfiguration

from expectations.engine.aggregate import Aggregate, Mask
from expectations.engine.execution import ROW_INDEX, PolarsExecutionEngine, domain_columns

assert core_metrics  # importing it fills the registry that is read below  # noqa: S101

DOMAIN: Final = ("batch_id", "table", "row_condition", "condition_parser")
COLUMN: Final = ("batch_id", "table", "column", "row_condition", "condition_parser")
_ROWS: Final = ("batch_id", "table", "row_condition", "ignore_row_if")
"""Of a domain, what decides about rows; for pairs and lists of columns also the columns, by `ignore_row_if`."""
_MASK: Final = "__unexpected__"
VALUES_SHOWN: Final = 200
"""Great Expectations shows no more failing values than this."""

Columns = list[pl.Expr]
Types = list[pl.DataType]
Condition = Callable[..., pl.Expr]
"""From the columns, their types and the metric's values to what is expected of a row."""


class PolarsMetric(MetricProvider):  # type: ignore[misc]
    """All Polars metrics: nothing but their own expression has to be computed first."""

    @classmethod
    def _get_evaluation_dependencies(
        cls, metric: MetricConfiguration, execution_engine: Any = None, **_: Any
    ) -> dict[str, MetricConfiguration]:
        name = f"{metric.metric_name}.{_AGGREGATE}"
        try:
            registry.get_metric_provider(name, execution_engine)
        except MetricProviderError:
            return {}
        return {"metric_partial_fn": MetricConfiguration(name, metric.metric_domain_kwargs, metric.metric_value_kwargs)}


_AGGREGATE: Final = MetricPartialFunctionTypes.AGGREGATE_FN.metric_suffix

Build = Callable[[PolarsExecutionEngine, Mapping[str, Any], Mapping[str, Any]], Aggregate]
"""From engine, domain and the metric's values to what is computed."""


def direct_metric(name: str, value: Callable[[PolarsExecutionEngine, Mapping[str, Any]], Any]) -> None:
    """A metric that follows from the domain without looking at rows."""

    def provider(execution_engine: PolarsExecutionEngine, metric_domain_kwargs: Mapping[str, Any], **_: Any) -> Any:
        return value(execution_engine, metric_domain_kwargs)

    _enter(name, _keys(name, (DOMAIN, ())), provider, MetricFunctionTypes.VALUE)


def derived_metric(name: str) -> None:
    """A metric that Great Expectations works out from other metrics, the same way for every engine."""
    theirs = registry._registered_metrics[name]
    cls, provider = theirs["providers"]["PandasExecutionEngine"]
    keys = theirs["metric_domain_keys"], theirs["metric_value_keys"]
    _enter(name, keys, provider, MetricFunctionTypes.VALUE, cls)


def aggregate_metric(name: str, build: Build, keys: tuple[tuple[str, ...], tuple[str, ...]] = (COLUMN, ())) -> None:
    """A metric computed in the bundle. It is entered twice, as Great Expectations asks of such metrics."""

    def partial(
        execution_engine: PolarsExecutionEngine,
        metric_domain_kwargs: Mapping[str, Any],
        metric_value_kwargs: Mapping[str, Any],
        **_: Any,
    ) -> tuple[Aggregate, dict[str, Any], dict[str, Any]]:
        _require_columns(execution_engine, metric_domain_kwargs)
        aggregate = build(execution_engine, metric_domain_kwargs, metric_value_kwargs or {})
        return aggregate, _rows_of(metric_domain_kwargs), {}

    keys = _keys(name, keys)
    _enter(f"{name}.{_AGGREGATE}", keys, partial, MetricPartialFunctionTypes.AGGREGATE_FN)
    _enter(name, keys, None, MetricFunctionTypes.VALUE)


def column_aggregate(name: str, expression: Condition, finish: Callable[[Any], Any] | None = None) -> None:
    """An aggregate of one column: `expression(column, dtype, **values)`."""

    def build(engine: PolarsExecutionEngine, domain: Mapping[str, Any], values: Mapping[str, Any]) -> Aggregate:
        column = domain["column"]
        made = expression(pl.col(column), engine.schema(domain)[column], **_own(values))
        return Aggregate(made, finish) if finish else Aggregate(made)

    aggregate_metric(name, build)


def map_metric(
    name: str,
    expected: Condition,
    *,
    domain: tuple[str, ...] = COLUMN,
    values: tuple[str, ...] = (),
    nulls: bool = False,
) -> None:
    """A metric with one answer per row: `expected(columns, dtypes, **values)` is true where all is well.

    `values` names the arguments of a metric that Great Expectations does not know itself. With `nulls` empty cells are
    judged too; otherwise those of a single column count as missing. No answer is a no.
    """

    def unexpected(engine: PolarsExecutionEngine, where: Mapping[str, Any], values: Mapping[str, Any]) -> Mask:
        names = domain_columns(where)
        schema = engine.schema(where)
        columns = [pl.col(column) for column in names]
        wrong = ~expected(columns, [schema[column] for column in names], **_own(values)).fill_null(value=False)
        rows = wrong if nulls or len(names) > 1 else wrong & columns[0].is_not_null()
        return Mask(f"{_MASK}{name}.{IDDict(where).to_id()}.{IDDict(_own(values)).to_id()}", rows)

    for suffix, shape in _SHAPES.items():
        keys = (domain, values) if suffix == "unexpected_count" else (domain, (*values, "result_format"))
        aggregate_metric(f"{name}.{suffix}", _shaped(unexpected, shape), keys)
    direct_metric(f"{name}.unexpected_index_query", lambda *_: None)


Shape = Callable[[pl.Expr, Mapping[str, Any], Mapping[str, Any]], Aggregate]
"""From the mask of unexpected rows, the domain and the result format to what is told of them."""


def _shaped(unexpected: Callable[..., Mask], shape: Shape) -> Build:
    def build(engine: PolarsExecutionEngine, domain: Mapping[str, Any], values: Mapping[str, Any]) -> Aggregate:
        mask = unexpected(engine, domain, values)
        return replace(shape(pl.col(mask.name), domain, values.get("result_format") or {}), mask=mask)

    return build


def _count(unexpected: pl.Expr, _: Mapping[str, Any], __: Mapping[str, Any]) -> Aggregate:
    return Aggregate(unexpected.sum(), int)


def _values(unexpected: pl.Expr, domain: Mapping[str, Any], form: Mapping[str, Any]) -> Aggregate:
    """Values of a column, pairs of a pair of columns, dictionaries of a list of columns."""
    columns = domain_columns(domain)
    shown = VALUES_SHOWN if form["result_format"] == "COMPLETE" else min(_partial(form), VALUES_SHOWN)
    if form.get("exclude_unexpected_values"):
        shown = 0
    if "column_A" in domain:
        pairs = pl.struct(a=pl.col(columns[0]), b=pl.col(columns[1]))
        return Aggregate(pairs.filter(unexpected).head(shown).implode(), _tuples)
    values = pl.struct(columns) if len(columns) > 1 else pl.col(columns[0])
    return Aggregate(values.filter(unexpected).head(shown).implode(), list)


def _tuples(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [tuple(each.values()) for each in found]


def _index_list(unexpected: pl.Expr, domain: Mapping[str, Any], form: Mapping[str, Any]) -> Aggregate:
    keys = form.get("unexpected_index_column_names")
    shown = None if form["result_format"] == "COMPLETE" else _partial(form)
    if not keys:
        return Aggregate(_first(pl.col(ROW_INDEX).filter(unexpected), shown).implode())
    if form.get("exclude_unexpected_values"):
        lists = [_first(pl.col(key).filter(unexpected), shown).implode() for key in keys]
        return Aggregate(pl.struct(lists), _unless_empty)
    names = list(dict.fromkeys([*domain_columns(domain), *keys]))
    return Aggregate(_first(pl.struct(names).filter(unexpected), shown).implode(), list)


def _unless_empty(found: dict[str, list[Any]]) -> list[dict[str, list[Any]]]:
    """Great Expectations' form without values: one dictionary of lists, or nothing."""
    return [found] if any(found.values()) else []


def _rows(unexpected: pl.Expr, _: Mapping[str, Any], form: Mapping[str, Any]) -> Aggregate:
    shown = VALUES_SHOWN if form["result_format"] == "COMPLETE" else min(_partial(form), VALUES_SHOWN)
    return Aggregate(pl.struct(pl.exclude(ROW_INDEX, f"^{_MASK}.*$")).filter(unexpected).head(shown).implode(), list)


def _filtered_row_count(_: pl.Expr, __: Mapping[str, Any], ___: Mapping[str, Any]) -> Aggregate:
    return Aggregate(pl.len(), int)


_SHAPES: Final[Mapping[str, Shape]] = {
    "unexpected_count": _count,
    "unexpected_values": _values,
    "unexpected_index_list": _index_list,
    "unexpected_rows": _rows,
    "filtered_row_count": _filtered_row_count,
}


def _first(values: pl.Expr, shown: int | None) -> pl.Expr:
    return values if shown is None else values.head(shown)


def _partial(form: Mapping[str, Any]) -> int:
    return int(form.get("partial_unexpected_count", 20))


def _own(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != "result_format"}


def _rows_of(domain: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: domain[key] for key in _ROWS if domain.get(key) is not None}
    if "ignore_row_if" in kept:
        kept["column_list"] = domain_columns(domain)
    return kept


def _require_columns(engine: PolarsExecutionEngine, domain: Mapping[str, Any]) -> None:
    schema = engine.schema(domain)
    if missing := [column for column in domain_columns(domain) if column not in schema]:
        raise ExecutionEngineError(f"the batch has no column {', '.join(missing)}")


def _keys(name: str, otherwise: tuple[tuple[str, ...], tuple[str, ...]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    known = registry._registered_metrics.get(name)
    return (known["metric_domain_keys"], known["metric_value_keys"]) if known else otherwise


def _enter(
    name: str,
    keys: tuple[tuple[str, ...], tuple[str, ...]],
    provider: Any,
    kind: Any,
    metric_class: type[MetricProvider] = PolarsMetric,
) -> None:
    registry.register_metric(
        metric_name=name,
        metric_domain_keys=keys[0],
        metric_value_keys=keys[1],
        execution_engine=PolarsExecutionEngine,
        metric_class=metric_class,
        metric_provider=provider,
        metric_fn_type=kind,
    )
