"""Releases with whole numbers for records, persons and cells, so that many of them can be compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt
import polars as pl

from gate.lineage.published import Dimension, Published
from gate.subject import TOTAL

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, repr=False, eq=False)
class Coded:
    """One release. `members`: `cell`, `record` and `person` as numbers that all releases share."""

    release: str
    dimensions: tuple[Dimension, ...]
    delivery: str
    key: str
    lasting: bool
    table: pl.DataFrame
    members: pl.DataFrame

    @property
    def names(self) -> list[str]:
        return [dimension.name for dimension in self.dimensions]

    @cached_property
    def shown(self) -> Bools:
        """Per cell whether it was published."""
        shown: Bools = self.table["people"].is_not_null().to_numpy()
        return shown

    @cached_property
    def margins(self) -> dict[tuple[bool, ...], pl.Series]:
        """Which dimensions are kept → for each cell that is no margin, the cell of that margin it is counted in."""
        return {kept: self._margin(kept) for kept in product((True, False), repeat=len(self.dimensions))}

    def counted_in(self) -> pl.DataFrame:
        """`members` once for every cell and margin they are counted in."""
        cell = pl.col("cell")
        parts = [
            self.members.with_columns(cell=margin.gather(self.members["cell"])) for margin in self.margins.values()
        ]
        return pl.concat(parts).select(cell, "record", "person")

    def _margin(self, kept: tuple[bool, ...]) -> pl.Series:
        numbered = self.table.select(self.names).with_row_index("cell")
        wanted = numbered.with_columns(
            pl.lit(TOTAL).alias(name) for name, keep in zip(self.names, kept, strict=True) if not keep
        )
        return wanted.select(self.names).join(numbered, on=self.names, how="left", maintain_order="left")["cell"]


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
            members=pl.DataFrame({"cell": release.lineage.members["cell"], "record": record, "person": person}),
        )
        for release, record, person in zip(releases, records, persons, strict=True)
    ]


def _numbers(releases: Sequence[Published], name: str) -> list[pl.Series]:
    """The tokens of each release as numbers from 0, equal tokens with equal numbers."""
    tokens = pl.concat([release.lineage.members[name] for release in releases])
    codes = (tokens.rank("dense") - 1).cast(pl.UInt32)
    ends = np.cumsum([release.lineage.members.height for release in releases]).tolist()
    return [codes.slice(start, end - start) for start, end in zip([0, *ends[:-1]], ends, strict=True)]
