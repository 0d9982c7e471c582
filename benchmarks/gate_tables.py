"""Made-up tables for the gate: random small ones of every kind, and a large one of municipalities by category.

The large table has as many municipalities as there were in 2023, and 20 categories. No public count of such records is
at hand, so the sizes are drawn with a fixed seed: municipalities log-normally (sigma 0.58), categories as rank to the
power -0.4, which leaves about 1,700 cells of 1 to 9 people.
"""

from collections.abc import Mapping
from itertools import product
from typing import Final, Literal

import numpy as np
import polars as pl

from gate import TOTAL, Cells

Kind = Literal["2-way", "3-way", "hierarchy", "linked"]
KINDS: Final[tuple[Kind, ...]] = ("2-way", "3-way", "hierarchy", "linked")

MUNICIPALITIES: Final = 342
CATEGORIES: Final = 20
RECORDS: Final = 138_628
PROVINCES: Final = 12


def random_table(kind: Kind, seed: int, mean: float = 30.0) -> Cells:
    """A small table of counts, geometric with the given mean: many small cells, some large, some zeros."""
    chance = np.random.default_rng([KINDS.index(kind), seed])
    match kind:
        case "2-way":
            return _cross(_sizes(chance, 2, 6, 2), chance, mean)
        case "3-way":
            return _cross(_sizes(chance, 2, 3, 3), chance, mean)
        case "hierarchy":
            table = _cross((4, *_sizes(chance, 2, 4, 1)), chance, mean)
            return with_groups(table, "d0", {"0": "west", "1": "west", "2": "east", "3": "east"})
        case "linked":
            return linked(_cross(_sizes(chance, 2, 3, 3), chance, mean / 2), ("d0", "d1"), ("d0", "d2"))


def municipalities(people: int = RECORDS, rows: int = MUNICIPALITIES, sigma: float = 0.58, rank: float = 0.4) -> Cells:
    """The large table."""
    chance = np.random.default_rng(2023)
    sizes = np.exp(chance.normal(0, sigma, rows))
    shares = np.arange(1, CATEGORIES + 1.0) ** -rank
    expected = np.outer(sizes / sizes.sum(), shares / shares.sum()).ravel()
    counts = chance.multinomial(people, expected / expected.sum())
    names = [(f"GM{row:04}", f"c{category:02}") for row, category in product(range(rows), range(CATEGORIES))]
    inner = pl.DataFrame(names, schema=["municipality", "category"], orient="row")
    return with_margins(inner.with_columns(people=counts), ("municipality", "category"))


def in_provinces(table: Cells) -> Cells:
    """The same with a province above every municipality, of unequal sizes."""
    names = sorted(set(table.table["municipality"]) - {TOTAL})
    share = np.sqrt(np.linspace(0, 1, len(names), endpoint=False))
    provinces = {name: f"PV{int(place * PROVINCES):02}" for name, place in zip(names, share, strict=True)}
    return with_groups(table, "municipality", provinces)


def with_margins(inner: pl.DataFrame, dimensions: tuple[str, ...]) -> Cells:
    """Margins as for persons who each stand in one cell; records are people."""
    parts = [
        inner.with_columns(pl.lit(TOTAL).alias(name) for name, over in zip(dimensions, summed, strict=True) if over)
        .group_by(dimensions, maintain_order=True)
        .agg(pl.col("people").sum())
        for summed in product((False, True), repeat=len(dimensions))
    ]
    return Cells(dimensions, pl.concat(parts).with_columns(records=pl.col("people")))


def with_groups(table: Cells, name: str, above: Mapping[str, str]) -> Cells:
    """The same with a level of groups between the categories of `name` and their total."""
    grouped = (
        table.table.filter(pl.col(name) != TOTAL)
        .with_columns(pl.col(name).replace_strict(above))
        .group_by(table.dimensions, maintain_order=True)
        .agg(pl.col("people", "records").sum())
    )
    return Cells(table.dimensions, pl.concat([table.table, grouped]), None, {name: above})


def linked(table: Cells, *kept: tuple[str, ...]) -> Cells:
    """Only the tables of `kept` dimensions, margins included."""
    inside = [
        pl.all_horizontal(
            pl.lit(value=True), *(pl.col(name) == TOTAL for name in table.dimensions if name not in names)
        )
        for names in kept
    ]
    return Cells(table.dimensions, table.table.filter(pl.any_horizontal(inside)))


def _cross(sizes: tuple[int, ...], chance: np.random.Generator, mean: float) -> Cells:
    names = tuple(f"d{axis}" for axis in range(len(sizes)))
    places = [tuple(str(code) for code in place) for place in np.ndindex(*sizes)]
    counts = chance.geometric(1 / mean, len(places)) - 1
    return with_margins(pl.DataFrame(places, schema=list(names), orient="row").with_columns(people=counts), names)


def _sizes(chance: np.random.Generator, least: int, most: int, number: int) -> tuple[int, ...]:
    return tuple(int(size) for size in chance.integers(least, most + 1, number))
