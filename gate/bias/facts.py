"""What the bias rules are shown: counts and rates by group, and how tables would come out otherwise; no record.

A group is one of a protected attribute that stays aside, or a category of a column that is kept. These values are made
inside the room (`release`), where records are; the gate only reads them.
"""

from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from declare import digest_frame

EVERYBODY: Final = "*"
"""In place of attribute and group: all records together."""


@dataclass(frozen=True, slots=True, repr=False)
class GroupRates:
    """How linkage treats the groups of an attribute.

    `table`: `attribute`, `group` (String), `eligible`, `linked` (Int64); optional `links` (Int64) that end in records
    of the group and `wrong` (Float64), how many of these are expected to be wrong; optional `matches` and `missed`
    (Float64), the expected number of true links of the group and how many of these were not made.
    """

    table: pl.DataFrame

    @property
    def contents(self) -> str:
        return digest_frame(self.table)


@dataclass(frozen=True, slots=True, repr=False)
class Tally:
    """How many of how many, by group: who is selected, which links are implausible, which records are polluted.

    `table`: `what` is counted, `attribute`, `group` (String; `EVERYBODY` for all together), `count`, `of` (Int64).
    """

    table: pl.DataFrame

    @property
    def contents(self) -> str:
        return digest_frame(self.table)


@dataclass(frozen=True, slots=True, repr=False)
class Population:
    """Whom the output is meant to speak for, from a register outside. `source`: where the numbers come from.

    `table`: `attribute` (as in the group rates), `group` (String), `people` (Int64).
    """

    source: str
    table: pl.DataFrame

    @property
    def contents(self) -> list[str]:
        return [self.source, digest_frame(self.table)]


@dataclass(frozen=True, slots=True, repr=False)
class Proxies:
    """How well columns of the output tell a protected attribute.

    `table`: `attribute`, `column` (`EVERYBODY` for all columns together), `records` (Int64), and of a column `v`, the
    bias-corrected Cramér's V, `information`, the normalised mutual information, and `chance`, the p-value of
    independence; of all together `auc`, `auc_low`, `auc_high` of the group that is told best (Float64; else null).
    """

    table: pl.DataFrame

    @property
    def contents(self) -> str:
        return digest_frame(self.table)


@dataclass(frozen=True, slots=True)
class Headline:
    """What the output is going to say: of one dimension, `more` has more records than `less`."""

    dimension: str
    more: str
    less: str


@dataclass(frozen=True, slots=True, repr=False)
class Sensitivity:
    """The table as it would be had links been decided a step below and a step above the threshold.

    `lower`, `higher`: the dimensions of the cells, `records` and, with a magnitude, `value`; absent cells are empty.
    `step`: of the match probability.
    """

    step: float
    lower: pl.DataFrame
    higher: pl.DataFrame
    headlines: tuple[Headline, ...] = ()

    @property
    def contents(self) -> list[Any]:
        told = [[one.dimension, one.more, one.less] for one in self.headlines]
        return [self.step, digest_frame(self.lower), digest_frame(self.higher), told]


@dataclass(frozen=True, slots=True)
class History:
    """How the records that are counted came to be. `concepts`: what they are, by the dictionary; `declared`: what the
    request says of earlier choices that decided who is in them."""

    concepts: tuple[str, ...]
    declared: str | None = None

    @property
    def contents(self) -> list[Any]:
        return [list(self.concepts), self.declared]
