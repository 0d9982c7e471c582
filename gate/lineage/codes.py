"""Releases with whole numbers for records, persons and cells, so that many of them can be compared."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from gate.disclosure.sums import ancestors
from gate.lineage.published import Dimension, Published
from gate.subject import TOTAL, Parents

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ALL: Final = -1


@dataclass(frozen=True, repr=False, eq=False)
class Coded:
    """One release. `members`: `cell`, `record` and `person` as numbers that all releases share, and `amount`."""

    release: str
    dimensions: tuple[Dimension, ...]
    delivery: str
    key: str
    lasting: bool
    table: pl.DataFrame
    members: pl.DataFrame
    parents: Parents
    magnitude: tuple[str, ...] = ()
    filters: tuple[tuple[str, ...], ...] = ()
    rows: bool = False

    @property
    def names(self) -> list[str]:
        return [dimension.name for dimension in self.dimensions]

    @cached_property
    def shown(self) -> Bools:
        """Per cell whether it was published."""
        shown: Bools = self.table["people"].is_not_null().to_numpy()
        return shown

    @cached_property
    def held(self) -> pl.Series:
        """Per cell which dimensions it holds to a category, as the bits of a number."""
        bits = [(pl.col(name) != TOTAL).cast(pl.UInt32) * 2**place for place, name in enumerate(self.names)]
        return self.table.select(held=pl.sum_horizontal(pl.lit(0, pl.UInt32), *bits))["held"]

    def made_of(self, held: int) -> list[tuple[str, ...]]:
        """What the dimensions of these bits are made of."""
        return [dimension.variables for place, dimension in enumerate(self.dimensions) if held >> place & 1]

    @cached_property
    def margins(self) -> dict[tuple[int, ...], pl.Series]:
        """Steps up the hierarchy of each dimension → for each cell that is no margin, the cell of that subtotal or
        margin it is counted in; null where a category has no such level. `ALL` steps are those to the total."""
        steps = [(*range(1 + self._depth(name)), ALL) for name in self.names]
        return {taken: self._margin(taken) for taken in product(*steps)}

    def over(self, kept: Collection[int]) -> pl.Series:
        """For each cell the margin that keeps these dimensions, by number."""
        return self.margins[tuple(0 if place in kept else ALL for place in range(len(self.names)))]

    def levels(self, name: str, frame: pl.DataFrame) -> list[pl.DataFrame]:
        """`frame` with its categories of a dimension, with those these are part of, and with the total."""
        return [frame.with_columns(self._up(name, steps)) for steps in (*range(1 + self._depth(name)), ALL)]

    def counted_in(self) -> pl.DataFrame:
        """`members` once for every cell, subtotal and margin they are counted in."""
        cell = pl.col("cell")
        parts = [
            self.members.with_columns(cell=margin.gather(self.members["cell"])) for margin in self.margins.values()
        ]
        return pl.concat(parts).select(cell, "record", "person", "amount").drop_nulls("cell")

    def _depth(self, name: str) -> int:
        """Levels of subtotals between the lowest category and the total."""
        above = self.parents.get(name, {})
        return max((len(ancestors(name, category, {name: above})) - 2 for category in above), default=0)

    def _margin(self, steps: tuple[int, ...]) -> pl.Series:
        numbered = self.table.select(self.names).with_row_index("cell")
        wanted = numbered.with_columns(self._up(name, each) for name, each in zip(self.names, steps, strict=True))
        return wanted.select(self.names).join(numbered, on=self.names, how="left", maintain_order="left")["cell"]

    def _up(self, name: str, steps: int) -> pl.Expr:
        """The category so many steps above; null where that is the total, or above it."""
        if steps == ALL:
            return pl.lit(TOTAL).alias(name)
        above, category = self.parents.get(name, {}), pl.col(name)
        for _ in range(steps):
            category = category.replace_strict(list(above), list(above.values()), default=None, return_dtype=pl.String)
        return category.alias(name)


def says_the_same(new: Coded, old: Coded) -> bool:
    """Whether both publish the same figures of the same people in the same cells, so that one tells what both do."""
    if (new.key, new.delivery, new.dimensions, new.magnitude) != (old.key, old.delivery, old.dimensions, old.magnitude):
        return False
    figures = [*new.names, *(name for name in ("people", "records", "value") if name in new.table.columns)]
    if not set(figures) <= set(old.table.columns):
        return False
    held = ["cell", "record", "person", "amount"]
    return new.table.select(figures).equals(old.table.select(figures)) and (
        new.members.select(held).sort(held).equals(old.members.select(held).sort(held))
    )


def same_amounts(new: Coded, old: Coded) -> bool:
    """Whether both publish sums of one column, of persons that would be known again."""
    return bool(new.key == old.key and set(new.magnitude) & set(old.magnitude))


def coded(releases: Sequence[Published]) -> list[Coded]:
    """The releases in the order given."""
    records, persons = _numbers(releases, "record"), _numbers(releases, "person")
    return [
        Coded(
            release=release.release,
            dimensions=release.lineage.dimensions,
            delivery=release.lineage.delivery,
            key=release.lineage.key,
            lasting=release.lineage.lasting,
            table=release.table,
            parents=release.lineage.parents,
            filters=release.lineage.filters,
            rows=release.lineage.rows,
            magnitude=release.lineage.magnitude if "value" in release.table.columns else (),
            members=pl.DataFrame(
                {
                    "cell": release.lineage.members["cell"],
                    "record": record,
                    "person": person,
                    "amount": release.lineage.amounts,
                }
            ),
        )
        for release, record, person in zip(releases, records, persons, strict=True)
    ]


def _numbers(releases: Sequence[Published], name: str) -> list[pl.Series]:
    """The tokens of each release as numbers from 0, equal tokens with equal numbers."""
    tokens = pl.concat([release.lineage.members[name] for release in releases])
    codes = (tokens.rank("dense") - 1).cast(pl.UInt32)
    ends = np.cumsum([release.lineage.members.height for release in releases]).tolist()
    return [codes.slice(start, end - start) for start, end in zip([0, *ends[:-1]], ends, strict=True)]
