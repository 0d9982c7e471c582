"""From records to cells: every combination of categories, every margin, people counted conservatively."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product
from math import prod
from typing import Final

import polars as pl

from declare import WrongInput
from gate.disclosure.sums import ancestors
from gate.subject import FLAT, TOTAL, Cells, Parents
from release.tables import Tables, over

UNKNOWN: Final = "?"
"""The category of a missing or contradicted value; shown as Onbekend or Unknown."""
MOST_CELLS: Final = 1_000_000

LINEAGE: Final = pl.Schema({"cell": pl.UInt32, "record": pl.Binary})

_AMOUNTS: Final = ("value", "first", "second", "highest", "lowest")
_SCALE: Final = 10_000
"""Amounts are summed as whole ten-thousandths: the order of summing then cannot show in the result."""


def aggregate(
    records: pl.DataFrame,
    dimensions: Sequence[str],
    magnitude: str | None,
    clusterings: Sequence[pl.Series],
    parents: Parents = FLAT,
) -> pl.DataFrame:
    """The table of `gate.Cells`, sorted by the dimensions; with the subtotals of `parents`, as from `occurring`.

    `records` has the dimensions as strings and, when `magnitude` is named, the column `magnitude`; a missing amount
    counts as 0. `clusterings` gives each record's person under every plausible link set. A cell's `people`, `first` and
    `second` are those of the set with the fewest persons, and among equals the one with the largest contributor.
    Raises `WrongInput` for a table of more than `MOST_CELLS` cells.
    """
    plain = records.select(*dimensions, _amount(magnitude))
    counted = [_counted(plain.with_columns(cluster.alias("cluster")), dimensions, parents) for cluster in clusterings]
    least = (
        pl.concat(counted)
        .sort(*dimensions, "people", *_AMOUNTS[1:], descending=[False] * (len(dimensions) + 1) + [True] * 4)
        .unique(dimensions, keep="first", maintain_order=True)
    )
    table = _lattice(records, dimensions, parents).join(least, on=dimensions, how="left", maintain_order="left")
    # Rounded: a division of whole columns may be off by the last bit, and 7777545.840000001 looks like a mistake.
    amounts = [(pl.col(name).fill_null(0) / _SCALE).round(4).alias(name) for name in _AMOUNTS]
    return table.select(*dimensions, pl.col("people", "records").fill_null(0), *(amounts if magnitude else []))


def tallied(
    records: pl.DataFrame, dimensions: Sequence[str], magnitude: str | None, parents: Parents = FLAT
) -> pl.DataFrame:
    """Dimensions, `records` and `value` of each cell or margin that has a record; nobody is told apart."""
    plain = records.select(*dimensions, _amount(magnitude))
    parts = [
        each.group_by(dimensions).agg(records=pl.len().cast(pl.Int64), value=pl.col("amount").sum() / _SCALE)
        for each in _summed(plain, dimensions, parents)
    ]
    return pl.concat(parts)


def occurring(records: pl.DataFrame, parents: Parents) -> Parents:
    """Of each hierarchy what the records have. Raises `WrongInput` where a record has a category that has parts."""
    return {name: _occurring(records[name], name, above) for name, above in parents.items()}


def _occurring(values: pl.Series, name: str, above: Mapping[str, str]) -> dict[str, str]:
    there = set(values.unique())
    if mixed := there & set(above.values()):
        raise WrongInput(
            f"{len(mixed)} categories of {name} have parts, and records of their own beside these",
            remedy="Give these records a category among the parts, or leave the hierarchy out.",
        )
    lines = [ancestors(name, category, {name: above}) for category in there]
    return {category: whole for line in lines for category, whole in pairwise(line) if whole != TOTAL}


def lineage(cells: Cells, records: pl.DataFrame, tables: Tables = ()) -> pl.DataFrame:
    """`cell` (row number in the table) and `record` of each counted record, once in each of `tables`, sorted; margins
    are left out. Where amounts are summed also the `amount` of each record, as it is summed."""
    numbered = cells.table.select(*cells.dimensions).with_row_index("cell")
    told = [over(records, cells.dimensions, names) for names in tables or (cells.dimensions,)]
    summed = [(_amount(cells.magnitude) / _SCALE).round(4)] if cells.magnitude else []
    found = pl.concat(each.select("record", *cells.dimensions, *summed) for each in told)
    found = found.join(numbered, on=list(cells.dimensions), how="inner").cast({"cell": pl.UInt32, "record": pl.Binary})
    return found.select("cell", "record", *(["amount"] if summed else [])).sort("cell", "record")


def _amount(magnitude: str | None) -> pl.Expr:
    """In whole ten-thousandths; a missing one is 0."""
    amount = pl.col("magnitude").fill_null(0.0) if magnitude else pl.lit(0.0)
    return (amount * _SCALE).round().cast(pl.Int64).alias("amount")


def _counted(records: pl.DataFrame, dimensions: Sequence[str], parents: Parents) -> pl.DataFrame:
    """Dimensions, `people`, `records` (Int64), `value`, and the amounts of each cell or margin that has a record."""
    return pl.concat(_persons(each, dimensions) for each in _summed(records, dimensions, parents))


def _summed(records: pl.DataFrame, dimensions: Sequence[str], parents: Parents) -> Iterator[pl.DataFrame]:
    """The records once for every cell, subtotal and margin they are counted in, the dimensions saying which."""
    levels = [_levels(name, parents.get(name, {})) for name in dimensions]
    for choice in product(*levels):
        yield records.with_columns(choice).drop_nulls(dimensions)


def _levels(name: str, above: Mapping[str, str]) -> list[pl.Expr]:
    """The category, what it is part of (null where that is the total), and so on; and the total."""
    levels = [pl.col(name)]
    for _ in range(max((len(ancestors(name, category, {name: above})) - 2 for category in above), default=0)):
        levels.append(levels[-1].replace_strict(list(above), list(above.values()), default=None).cast(pl.String))
    return [*(level.alias(name) for level in levels), pl.lit(TOTAL).alias(name)]


def _persons(records: pl.DataFrame, dimensions: Sequence[str]) -> pl.DataFrame:
    persons = records.group_by(*dimensions, "cluster").agg(
        records=pl.len().cast(pl.Int64), amount=pl.col("amount").sum()
    )
    size = pl.col("amount").abs()
    return persons.group_by(dimensions).agg(
        people=pl.len().cast(pl.Int64),
        records=pl.col("records").sum(),
        value=pl.col("amount").sum(),
        first=size.max(),
        lowest=pl.col("amount").min(),
        highest=pl.col("amount").max(),
        second=pl.when(pl.len() > 1).then(size.top_k(2).min()).otherwise(0),
    )


def _lattice(records: pl.DataFrame, dimensions: Sequence[str], parents: Parents) -> pl.DataFrame:
    """Every combination of the categories that occur, of what they are part of, and of totals."""
    categories = [[TOTAL, *sorted({*records[name].unique(), *parents.get(name, {}).values()})] for name in dimensions]
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
