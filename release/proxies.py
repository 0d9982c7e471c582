"""How well the columns of an output tell a protected attribute; measured inside the room, told as three figures."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from gate.bias.association import association, best_told
from gate.bias.facts import EVERYBODY
from linkage import LinkedTable
from register.output import Output
from release.aggregate import UNKNOWN
from release.groups import Tables
from release.population import Population, partners, values

MOST_GROUPS: Final = 10
"""Groups that are told apart, the largest: each takes five regressions."""
MOST_CATEGORIES: Final = 100
"""Categories of a column that count by themselves, the most frequent; the others count as one."""
_OTHERS: Final = "…"
_TARGET: Final = "group"

SCHEMA: Final = pl.Schema(
    {
        "attribute": pl.String, "column": pl.String, "records": pl.Int64, "v": pl.Float64, "information": pl.Float64,
        "chance": pl.Float64, "auc": pl.Float64, "auc_low": pl.Float64, "auc_high": pl.Float64,
    }
)  # fmt: skip


def proxies(
    linked: LinkedTable, output: Output, asked: Population, aside: Tables, minimum_group: float
) -> pl.DataFrame:
    """The table of `gate.Proxies`, of the records that are linked, whatever the filters keep.

    Each person of the aside source counts once with each combination of values. Groups below `minimum_group` are left
    out; an attribute with fewer than two others has no row.
    """
    columns = [*output.described, *(one.column for one in output.filters)]
    described = _described(linked, output.unit, asked, list(dict.fromkeys(columns)))
    rows = [
        row
        for source, table in sorted(aside.items())
        for name in table.columns
        if name != "row"
        for row in _of(_joined(linked, output.unit, source, described, table, name), f"{source}.{name}", minimum_group)
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _described(linked: LinkedTable, unit: str, asked: Population, columns: Sequence[str]) -> pl.DataFrame:
    """`row` of the unit and its values, as text."""
    found = asked.records.select("row")
    for name in columns:
        known = values(linked, unit, name).select("row", pl.col("value").alias(name))
        found = found.join(known, on="row", how="left", maintain_order="left")
    return found.with_columns(_frequent(pl.col(name)).alias(name) for name in columns)


def _frequent(column: pl.Expr) -> pl.Expr:
    """Values in order of how often they occur, and then of their names; those past the most count as one."""
    known = column.fill_null(UNKNOWN)
    often = pl.struct(-pl.len().over(known).cast(pl.Int64), known).rank("dense")
    return pl.when(often <= MOST_CATEGORIES).then(known).otherwise(pl.lit(_OTHERS))


def _joined(
    linked: LinkedTable, unit: str, source: str, described: pl.DataFrame, table: pl.DataFrame, name: str
) -> pl.DataFrame:
    """Each combination of values of each record of `source` once, with its group."""
    if source == unit:
        ends = described.with_columns(other=pl.col("row"))
    else:
        ends = described.join(partners(linked, unit, source), on="row")
    groups = table.select(pl.col("row").alias("other"), pl.col(name).cast(pl.String).alias(_TARGET)).drop_nulls()
    return ends.drop("row").unique().join(groups, on="other").drop("other")


def _of(records: pl.DataFrame, attribute: str, minimum_group: float) -> list[tuple[object, ...]]:
    large = records.filter(pl.len().over(_TARGET) >= minimum_group)
    if large[_TARGET].n_unique() < 2:
        return []
    columns = [name for name in large.columns if name != _TARGET]
    found = [(name, association(large[name], large[_TARGET])) for name in columns]
    rows: list[tuple[object, ...]] = [
        (attribute, name, large.height, one.v, one.information, one.chance, None, None, None) for name, one in found
    ]
    area = best_told(_largest(large), _TARGET)
    return [*rows, (attribute, EVERYBODY, large.height, None, None, None, area.auc, area.low, area.high)]


def _largest(records: pl.DataFrame) -> pl.DataFrame:
    often = records.group_by(_TARGET).len().sort("len", _TARGET, descending=[True, False]).head(MOST_GROUPS)
    kept = pl.col(_TARGET).is_in(often[_TARGET].implode())
    return records.with_columns(pl.when(kept).then(_TARGET).otherwise(pl.lit(_OTHERS)).alias(_TARGET))
