"""What the gate examines: plain frozen values, so that the gate runs without any other room."""

from dataclasses import dataclass, field
from typing import Final

import polars as pl

TOTAL: Final = "*"
"""In a dimension of `Cells`: the sum over that dimension."""


@dataclass(frozen=True, slots=True, repr=False)
class Cells:
    """A table to be published, with what the rules need to know of each cell.

    `table`: one String column per dimension (`TOTAL` marks a margin; every margin up to the grand total is present, and
    every combination of categories), then `people` (distinct persons, conservative over plausible link sets), `records`
    (Int64), and when `magnitude` is named: `value` (sum), `first` and `second` (the two largest contributions of one
    person, absolute).
    """

    dimensions: tuple[str, ...]
    table: pl.DataFrame
    magnitude: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class GroupRates:
    """Linked and eligible records by group of a protected attribute; made by the bias run, where the attribute stays.

    `table`: `attribute`, `group` (String), `eligible`, `linked` (Int64).
    """

    table: pl.DataFrame


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """A column of the output and how it is used."""

    name: str
    concept: str | None
    use: str
    """`breakdown`, `magnitude`, `selection`, `ranking` or `identity`."""


@dataclass(frozen=True, slots=True, repr=False)
class Subject:
    """One draft as the gate sees it."""

    kind: str
    """`table` (aggregates) or `persons` (one row per person)."""
    columns: tuple[OutputColumn, ...]
    cells: Cells | None = None
    groups: GroupRates | None = None
    case_decision: str | None = None
    """Reference of the human decision that a list of persons would need."""
    not_assessable: tuple[str, ...] = field(default=())
    """Protected attributes that no source delivers."""
