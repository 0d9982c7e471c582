"""Tables that share margins and categories, published together: one frame, each table the rows in which it has a name.

A table of area by sex and one of area by age are rows of one frame with the dimensions area, sex and age; what a table
does not tell apart is the total. Whether a sum holds is then the same question for all of them at once.
"""

from collections.abc import Collection
from itertools import product

import polars as pl

from gate.disclosure.sums import ancestors
from gate.subject import TOTAL, Cells

Levels = frozenset[tuple[str, int]]
"""Dimension and depth in its tree, that of the first categories below the total being 1."""


def circular(cells: Cells) -> bool:
    """Whether the tables of the frame hang together in a circle."""
    return circle(_tables(cells))


def circle(tables: Collection[Levels]) -> bool:
    """Whether the tables hang together in a circle (area × sex, sex × age, age × area).

    Then not every set of numbers with the right sums is that of some people, and a reader may conclude more than the
    sums say. Graham 1979: take away what stands in one table only, and tables that lie within another; a circle is
    what is left.
    """
    left = set(tables)
    while True:
        counted = [level for table in left for level in table]
        shorter = {frozenset(level for level in table if counted.count(level) > 1) for table in left}
        fewer = {table for table in shorter if not any(table < other for other in shorter)}
        if fewer == left or len(fewer) <= 1:
            return len(fewer) > 1
        left = fewer


def _tables(cells: Cells) -> set[Levels]:
    """For each combination of depths that occurs: all levels it tells apart."""
    depths = [
        cells.table[name]
        .cast(pl.String)
        .replace_strict({c: _depth(cells, name, c) for c in cells.table[name].cast(pl.String).unique()})
        .alias(name)
        for name in cells.dimensions
    ]
    rows = pl.DataFrame(depths).unique().iter_rows()
    return {frozenset(_levels(cells.dimensions, row)) for row in rows}


def _depth(cells: Cells, name: str, category: str) -> int:
    return 0 if category == TOTAL else len(ancestors(name, category, cells.parents)) - 1


def _levels(dimensions: tuple[str, ...], depths: tuple[int, ...]) -> set[tuple[str, int]]:
    return {
        (name, level)
        for (name, depth), level in product(zip(dimensions, depths, strict=True), range(1, max(depths) + 1))
        if level <= depth
    }
