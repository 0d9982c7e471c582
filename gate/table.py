"""What a file of cells is: its dimensions with their concepts and hierarchies, in a small TOML beside it."""

from collections.abc import Sequence
from typing import Final

import polars as pl
from pydantic import Field

from declare import Declaration
from gate.subject import CELL_KEY, TOTAL, Cells, OutputColumn, SubjectError

NUMBERS: Final = (
    "people", "records", "value", "first", "second", "quantile", "below", "above", "structural", CELL_KEY,
    "lowest", "highest",
)  # fmt: skip
"""Columns of a file of cells that are no dimension."""


class TableDimension(Declaration):
    concept: str | None = None
    """The dictionary's concept, such as `income`."""
    exception: str | None = None
    """The statutory exception on which a protected ground may be used: law and article."""
    parents: dict[str, str] = {}
    """Category → the category it is part of; others are part of the total."""


class Table(Declaration):
    """TABLE.toml. Several tables published together are one: what one of them does not tell apart is its total."""

    dimensions: dict[str, TableDimension] = Field(min_length=1)

    @property
    def parents(self) -> dict[str, dict[str, str]]:
        return {name: one.parents for name, one in self.dimensions.items() if one.parents}

    @property
    def columns(self) -> tuple[OutputColumn, ...]:
        return tuple(
            OutputColumn(name, one.concept, "breakdown", exception=one.exception)
            for name, one in self.dimensions.items()
        )


def undeclared(tables: Sequence[pl.DataFrame]) -> Table:
    """Every column that is no number of a cell is a dimension without concept or hierarchy."""
    names = dict.fromkeys(name for table in tables for name in table.columns if name not in NUMBERS)
    if not names:
        raise SubjectError("the table has no dimension", remedy="Give a column that tells cells apart.")
    return Table(dimensions={name: TableDimension() for name in names})


def cells_of(tables: Sequence[pl.DataFrame], declared: Table) -> Cells:
    """The cells of all tables as one. Raises `SubjectError` where a column is not declared, or numbers differ."""
    told = {frozenset(table.columns) & (set(NUMBERS) - {"structural"}) for table in tables}
    if len(told) > 1:
        raise SubjectError(
            "tables that are published together do not have the same numbers",
            remedy="Give every table the same columns of numbers, or leave out those that one of them lacks.",
        )
    over = [_over(table, declared) for table in tables]
    whole = pl.concat(over, how="diagonal_relaxed").unique(maintain_order=True)
    magnitude = "value" if "value" in whole.columns else None
    return Cells(tuple(declared.dimensions), whole, magnitude, declared.parents)


def _over(table: pl.DataFrame, declared: Table) -> pl.DataFrame:
    """Over all dimensions; what the table does not tell apart is the total."""
    foreign = sorted(set(table.columns) - set(NUMBERS) - set(declared.dimensions))
    if foreign:
        raise SubjectError(f"nobody declared column {', '.join(foreign)}", remedy="Declare it, or leave it out.")
    missing = [pl.lit(TOTAL).alias(name) for name in declared.dimensions if name not in table.columns]
    numbers = [name for name in NUMBERS if name in table.columns]
    names = [pl.col(name).cast(pl.String) for name in declared.dimensions]
    return table.with_columns(missing).select(*names, *numbers)
