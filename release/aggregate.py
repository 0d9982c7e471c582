"""From records to cells: every combination of categories, every margin, people counted conservatively."""

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Final

import polars as pl

from declare import WrongInput
from gate.subject import TOTAL, Cells

UNKNOWN: Final = "?"
"""The category of a missing or contradicted value; shown as Onbekend or Unknown."""
MOST_CELLS: Final = 1_000_000

LINEAGE: Final = pl.Schema({"cell": pl.UInt32, "record": pl.Binary})

_SCALE: Final = 10_000
"""Amounts are summed as whole ten-thousandths: the order of summing then cannot show in the result."""


def aggregate(
    records: pl.DataFrame, dimensions: Sequence[str], magnitude: str | None, clusterings: Sequence[pl.Series]
) -> pl.DataFrame:
    """The table of `gate.Cells`, sorted by the dimensions.

    `records` has the dimensions as strings and, when `magnitude` is named, the column `magnitude`; a missing amount
    counts as 0. `clusterings` gives each record's person under every plausible link set. A cell's `people`, `first` and
    `second` are those of the set with the fewest persons, and among equals the one with the largest contributor.
    Raises `WrongInput` for a table of more than `MOST_CELLS` cells.
    """
    plain = records.select(*dimensions, _amount(magnitude))
    counted = [_counted(plain.with_columns(cluster.alias("cluster")), dimensions) for cluster in clusterings]
    least = (
        pl.concat(counted)
        .sort(*dimensions, "people", "first", "second", descending=[False] * (len(dimensions) + 1) + [True, True])
        .unique(dimensions, keep="first", maintain_order=True)
    )
    table = _lattice(records, dimensions).join(least, on=dimensions, how="left", maintain_order="left")
    # Rounded: a division of whole columns may be off by the last bit, and 7777545.840000001 looks like a mistake.
    amounts = [(pl.col(name).fill_null(0) / _SCALE).round(4).alias(name) for name in ("value", "first", "second")]
    return table.select(*dimensions, pl.col("people", "records").fill_null(0), *(amounts if magnitude else []))


def tallied(records: pl.DataFrame, dimensions: Sequence[str], magnitude: str | None) -> pl.DataFrame:
    """Dimensions, `records` and `value` of each cell or margin that has a record; nobody is told apart."""
    plain = records.select(*dimensions, _amount(magnitude))
    parts = [
        plain.with_columns(pl.lit(TOTAL).alias(name) for name, keep in zip(dimensions, kept, strict=True) if not keep)
        .group_by(dimensions)
        .agg(records=pl.len().cast(pl.Int64), value=pl.col("amount").sum() / _SCALE)
        for kept in product((True, False), repeat=len(dimensions))
    ]
    return pl.concat(parts)


def lineage(cells: Cells, records: pl.DataFrame) -> pl.DataFrame:
    """`cell` (row number in the table) and `record` of each counted record, sorted; margins are left out."""
    numbered = cells.table.select(*cells.dimensions).with_row_index("cell")
    found = records.join(numbered, on=list(cells.dimensions), how="inner")
    return found.select("cell", "record").cast({"cell": pl.UInt32, "record": pl.Binary}).sort("cell", "record")


def _amount(magnitude: str | None) -> pl.Expr:
    """In whole ten-thousandths; a missing one is 0."""
    amount = pl.col("magnitude").fill_null(0.0) if magnitude else pl.lit(0.0)
    return (amount * _SCALE).round().cast(pl.Int64).alias("amount")


def _counted(records: pl.DataFrame, dimensions: Sequence[str]) -> pl.DataFrame:
    """Dimensions, `people`, `records` (Int64), `value`, `first`, `second` of each cell or margin that has a record."""
    parts = [_margin(records, dimensions, kept) for kept in product((True, False), repeat=len(dimensions))]
    return pl.concat(parts)


def _margin(records: pl.DataFrame, dimensions: Sequence[str], kept: Sequence[bool]) -> pl.DataFrame:
    names = [pl.col(name) if keep else pl.lit(TOTAL).alias(name) for name, keep in zip(dimensions, kept, strict=True)]
    persons = (
        records.select(*names, "cluster", "amount")
        .group_by(*dimensions, "cluster")
        .agg(records=pl.len().cast(pl.Int64), amount=pl.col("amount").sum())
    )
    size = pl.col("amount").abs()
    return persons.group_by(dimensions).agg(
        people=pl.len().cast(pl.Int64),
        records=pl.col("records").sum(),
        value=pl.col("amount").sum(),
        first=size.max(),
        second=pl.when(pl.len() > 1).then(size.top_k(2).min()).otherwise(0),
    )


def _lattice(records: pl.DataFrame, dimensions: Sequence[str]) -> pl.DataFrame:
    """Every combination of the categories that occur, and of totals."""
    categories = [[TOTAL, *sorted(records[name].unique())] for name in dimensions]
    if prod(len(names) for names in categories) > MOST_CELLS:
        raise WrongInput(
            f"the table would have more than {MOST_CELLS:,} cells", remedy="Coarsen a dimension or leave one out."
        )
    frames = [
        pl.DataFrame({name: names}, schema={name: pl.String})
        for name, names in zip(dimensions, categories, strict=True)
    ]
    table = frames[0]
    for frame in frames[1:]:
        table = table.join(frame, how="cross", maintain_order="left_right")
    return table
