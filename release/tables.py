"""Several tables of the same records that leave together: one frame for the gate, a file each for who reads them."""

from collections.abc import Mapping, Sequence

import polars as pl

from gate.subject import FLAT, TOTAL, Parents

Tables = Sequence[Sequence[str]]
"""The dimensions of each; none where there is one table, of all dimensions."""


def inner(dimensions: Sequence[str], tables: Tables = (), parents: Parents = FLAT) -> pl.Expr:
    """Whether a cell of the frame is no margin and no subtotal of a table."""
    own = [pl.all_horizontal(_told(name, name in names) for name in dimensions) for names in tables or (dimensions,)]
    whole = [pl.col(name).is_in(sorted(set(parents.get(name, {}).values()))) for name in dimensions]
    return pl.any_horizontal(own) & ~pl.any_horizontal(whole)


def _told(name: str, told: bool) -> pl.Expr:
    return pl.col(name) != TOTAL if told else pl.col(name) == TOTAL


def over(table: pl.DataFrame, dimensions: Sequence[str], names: Sequence[str]) -> pl.DataFrame:
    """The table over all `dimensions`: what `names` do not tell apart is the total."""
    return table.with_columns(pl.lit(TOTAL).alias(name) for name in dimensions if name not in names)


def part(frame: pl.DataFrame, dimensions: Sequence[str], names: Sequence[str]) -> pl.DataFrame:
    """The table of `names` by itself, with its margins."""
    other = [name for name in dimensions if name not in names]
    return frame.filter(pl.col(name) == TOTAL for name in other).drop(other)


def joined(tables: Mapping[tuple[str, ...], pl.DataFrame]) -> pl.DataFrame:
    """The frame of all tables again (dimensions → table); a measure that one of them leaves out is null in it where no
    other has the cell."""
    dimensions = list(dict.fromkeys(name for names in tables for name in names))
    whole = pl.concat([over(table, dimensions, names) for names, table in tables.items()], how="diagonal")
    measures = [name for name in whole.columns if name not in dimensions]
    return whole.group_by(dimensions, maintain_order=True).agg(pl.col(measures).drop_nulls().first())
