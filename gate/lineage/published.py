"""What a release published, and of whom: plain frozen values, so that the gate compares releases without a room."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

MEMBERS: Final = pl.Schema({"cell": pl.UInt32, "record": pl.Binary, "person": pl.Binary, "lasting": pl.Boolean})


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension of a table and what it is made of."""

    name: str
    variables: tuple[str, ...]
    """The source's column it comes from (of a derived one its origin), and its concept: dimensions that share one are
    related, such as two bandings of one age."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Lineage:
    """Of whom a table is made.

    `members`: as `MEMBERS`, one row per counted record: `cell` (row number in the table, from 0; never a margin), its
    `record` token, the token of the `person` it is about, and whether that token is `lasting`: whether another delivery
    gives the same person the same one.
    """

    dimensions: tuple[Dimension, ...]
    members: pl.DataFrame
    delivery: str
    """Digest of the delivery the records come from; record tokens of two deliveries never agree."""
    key: str
    """Name of the key under which persons got their tokens; persons of two keys cannot be compared."""
    subtotals: bool = False
    """Whether the table has subtotals of which nobody kept what they are made of; nothing is held against these."""
    extract: bool = False
    """Whether rows left and no table: of these it is known who is in them, as in one cell."""
    tables: tuple[tuple[str, ...], ...] = ()
    """Of several tables that left together the dimensions of each; every record is a member once in each of them."""
    parents: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The hierarchies of the table, as in `gate.Cells`."""
    magnitude: tuple[str, ...] = ()
    """What its sums add up, as `Dimension.variables`; then `members` has `amount` (Float64), what each record gives.
    Without it nothing is known of what sums in the table are made of."""
    filters: tuple[tuple[str, ...], ...] = ()
    """What records were chosen by, each as `Dimension.variables`: what a filter keeps a dimension would tell apart."""
    rows: bool = False
    """Whether rows left, and their columns are the dimensions: each cell of the table is a combination of values that
    occurs, with no margins."""

    @property
    def amounts(self) -> pl.Series:
        """What each member gives; 0 where nothing is summed."""
        if "amount" in self.members.columns:
            return self.members["amount"]
        return pl.repeat(0.0, self.members.height, dtype=pl.Float64, eager=True).alias("amount")

    @property
    def lasting(self) -> bool:
        """Whether every person would be known again in another delivery."""
        return bool(self.members["lasting"].all())


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Published:
    """A release as it left. `table`: one row per cell with the dimensions (String), `people`, `records` and perhaps
    more, all of them null where the cell is hidden."""

    release: str
    recipients: tuple[str, ...]
    table: pl.DataFrame
    lineage: Lineage


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class EarlierCounts:
    """A table that left. `table`: the dimensions (String), `people` and `records` (Int64), null where hidden."""

    release: str
    dimensions: tuple[str, ...]
    table: pl.DataFrame
