"""What the gate examines: plain frozen values, so that the gate runs without any other room."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from declare import WrongInput, canonical, digest, digest_frame

TOTAL: Final = "*"
"""In a dimension of `Cells`: the sum over that dimension."""

Parents = Mapping[str, Mapping[str, str]]
"""Dimension → category → the category it is part of; a category that is not named here is part of the total."""

FLAT: Final[Parents] = MappingProxyType({})

KINDS: Final = ("table", "persons")
USES: Final = ("breakdown", "magnitude", "selection", "ranking", "identity", "evidence")


class SubjectError(WrongInput):
    """The draft cannot be examined as it is."""


@dataclass(frozen=True, slots=True, repr=False)
class Cells:
    """A table to be published, with what the rules need to know of each cell.

    `table`: one String column per dimension (`TOTAL` marks a margin; every margin up to the grand total is present, and
    every combination of categories), then `people` (distinct persons, conservative over plausible link sets), `records`
    (Int64), and when `magnitude` is named: `value` (sum), `first` and `second` (the two largest contributions of one
    person, absolute). Optional `structural` (Boolean): the combination cannot occur, so its zero tells nothing.
    Optional `linkage_error` (Int64, percent; null where no record is): published with the cell, hidden with it.
    """

    dimensions: tuple[str, ...]
    table: pl.DataFrame
    magnitude: str | None = None
    parents: Parents = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class GroupRates:
    """Linked and eligible records by group of a protected attribute; made by the bias run, where the attribute stays.

    `table`: `attribute`, `group` (String), `eligible`, `linked` (Int64); optional `links` (Int64) that end in records
    of the group and `wrong` (Float64), how many of these are expected to be wrong.
    """

    table: pl.DataFrame


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """A column of the output and how it is used."""

    name: str
    concept: str | None
    """The dictionary's concept, such as `income`; None when no concept was declared."""
    use: str
    """`breakdown`, `magnitude`, `selection`, `ranking`, `identity` or `evidence` (of a link; does not leave)."""

    def __post_init__(self) -> None:
        if self.use not in USES:
            raise SubjectError(f"column {self.name} has an unknown use", remedy=f"Use one of {', '.join(USES)}.")


@dataclass(frozen=True, slots=True, repr=False)
class Subject:
    """One draft as the gate sees it."""

    kind: str
    """`table` (aggregates) or `persons` (one row per person)."""
    columns: tuple[OutputColumn, ...]
    cells: Cells | None = None
    groups: GroupRates | None = None
    case_decision: str | None = None
    """Reference of the decision of the partners that this is a case."""
    not_assessable: tuple[str, ...] = ()
    """Protected attributes that no source delivers."""
    human_decision: str | None = None
    """Who looks at each person and decides, when the output is a list of persons."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise SubjectError("the draft is of an unknown kind", remedy=f"Use one of {', '.join(KINDS)}.")
        if self.kind == "table" and self.cells is None:
            raise SubjectError("a draft of kind table has no cells", remedy="Draft the table before it is examined.")

    @property
    def digest(self) -> str:
        """SHA-256 over everything the gate was shown."""
        return digest(canonical(_contents(self)))


def _contents(subject: Subject) -> dict[str, Any]:
    cells, groups = subject.cells, subject.groups
    return {
        "kind": subject.kind,
        "columns": [[column.name, column.concept, column.use] for column in subject.columns],
        "cells": cells and [list(cells.dimensions), cells.magnitude, digest_frame(cells.table)],
        "groups": groups and digest_frame(groups.table),
        "case_decision": subject.case_decision,
        "human_decision": subject.human_decision,
        "not_assessable": list(subject.not_assessable),
    }
