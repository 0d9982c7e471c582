"""What the gate examines: plain frozen values, so that the gate runs without any other room."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_bytes
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from declare import WrongInput, canonical, digest_frame
from gate.bias.facts import GroupRates, History, Population, Proxies, Sensitivity, Tally
from gate.lineage.published import EarlierCounts, Lineage, Published
from gate.microdata.declared import Rows

TOTAL: Final = "*"
"""In a dimension of `Cells`: the sum over that dimension."""

CELL_KEY: Final = "cell_key"
"""Column of `Cells`: what chooses the noise of a cell."""

Parents = Mapping[str, Mapping[str, str]]
"""Dimension → category → the category it is part of; a category that is not named here is part of the total."""

BLIND: Final = 32
"""Bytes."""

FLAT: Final[Parents] = MappingProxyType({})

KINDS: Final = ("table", "persons", "microdata", "extract")
USES: Final = ("breakdown", "magnitude", "selection", "ranking", "identity", "evidence")
DECIDING: Final = ("selection", "ranking", "identity")
"""Uses by which something is decided about persons."""


class SubjectError(WrongInput):
    """The draft cannot be examined as it is."""


@dataclass(frozen=True, slots=True, repr=False)
class Cells:
    """A table to be published, with what the rules need to know of each cell.

    `table`: one String column per dimension (`TOTAL` marks a margin; every margin up to the grand total is present, and
    every combination of categories), then `people` (distinct persons, conservative over plausible link sets), `records`
    (Int64), and when `magnitude` is named: `value` (sum), `first` and `second` (the two largest contributions of one
    person, absolute). Several tables published together are rows of one frame: what a table does not tell apart is
    `TOTAL` in it, and a total has all its parts along a dimension beside it, or none.
    Optional `quantile` (Float64, of the magnitude over persons; also a least or greatest value), with the persons
    strictly `below` and `above` it (Int64). A percentage is published as its two counts, of people who are and who are
    not, along a dimension of their own; a weighted count is a magnitude of weights.
    Optional `structural` (Boolean): the combination cannot occur, so its zero tells nothing.
    Optional `lowest` and `highest` (least and greatest contribution of one person, with sign); never published.
    Optional `cell_key` (0 to 2^32 - 1): the keys of the people of a cell, added up modulo 2^32; never published.
    Optional `linkage_error` (Int64, percent; null where no record is): published with the cell, hidden with it.
    """

    dimensions: tuple[str, ...]
    table: pl.DataFrame
    magnitude: str | None = None
    parents: Parents = field(default_factory=dict)
    least: bool = False
    """Whether people are the fewest of several link sets, cell by cell: a margin may then have more than its parts
    together, and its largest contribution be below that of a part."""


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """A column of the output and how it is used."""

    name: str
    concept: str | None
    """The dictionary's concept, such as `income`; None when no concept was declared."""
    use: str
    """`breakdown`, `magnitude`, `selection`, `ranking`, `identity` or `evidence` (of a link; does not leave)."""
    values: tuple[str, ...] = ()
    """The values that a selection keeps."""
    exception: str | None = None
    """The statutory exception on which a protected ground may be used so: law and article."""

    def __post_init__(self) -> None:
        if self.use not in USES:
            raise SubjectError(f"column {self.name} has an unknown use", remedy=f"Use one of {', '.join(USES)}.")


@dataclass(frozen=True, slots=True, repr=False)
class Subject:
    """One draft as the gate sees it."""

    kind: str
    """`table` (aggregates), `persons` (a list that names them)  `microdata` (a row per
    person, anonymous) or `extract` (rows under pseudonyms for one recipient)."""
    columns: tuple[OutputColumn, ...]
    cells: Cells | None = None
    groups: GroupRates | None = None
    case_decision: str | None = None
    """Reference of the decision of the partners that this is a case."""
    not_assessable: tuple[str, ...] = ()
    """Protected attributes that no source delivers."""
    human_decision: str | None = None
    """Who looks at each person and decides, when the output is a list of persons."""
    dpia: str | None = None
    """Reference of the data protection impact assessment the request rests on."""
    without_ground: tuple[str, ...] = ()
    """Protected attributes that a source sets aside, but that the bias run has no ground to read."""
    coverage: GroupRates | None = None
    """Linked and eligible records by category of the columns that are kept; no protected attribute."""
    selection: Tally | None = None
    """How many of each group the output selects, ranks or names."""
    implausible: Tally | None = None
    """Links that contradict what else is known."""
    pollution: Tally | None = None
    """Records that are registered twice, withdrawn, under investigation or contradicting."""
    population: Population | None = None
    proxies: Proxies | None = None
    sensitivity: Sensitivity | None = None
    history: History | None = None
    lineage: Lineage | None = None
    """Whose records the cells hold; None when nobody told."""
    earlier: tuple[Published, ...] = ()
    """What left before, to whomever, also when it was revoked later."""
    counts: tuple[EarlierCounts, ...] = ()
    """Tables that left before, of which nobody knows whose records they hold."""
    rows: Rows | None = None
    """The microdata."""
    blind: bytes = field(default_factory=lambda: token_bytes(BLIND))
    """Secret of this draft. Without it the digest would tell hidden cells to whoever tries what they may have been."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise SubjectError("the draft is of an unknown kind", remedy=f"Use one of {', '.join(KINDS)}.")
        if self.kind == "table" and self.cells is None:
            raise SubjectError("a draft of kind table has no cells", remedy="Draft the table before it is examined.")
        if self.kind != _kind_of(self.rows, self.kind):
            raise SubjectError(
                "microdata and extracts have rows, nothing else has", remedy="Draft the rows before they are examined."
            )

    @property
    def digest(self) -> str:
        """HMAC-SHA-256, under the subject's `blind`, over all that the gate was shown but tokens and keys."""
        return hmac.digest(self.blind, canonical(_contents(self)), "sha256").hex()


def _kind_of(rows: Rows | None, said: str) -> str:
    """What the draft is by its rows; without rows what is said, unless that has rows."""
    if rows is None:
        return "table" if said in ("microdata", "extract") else said
    return "microdata" if rows.declared.extract is None else "extract"


_MEASURED: Final = (
    "groups", "coverage", "selection", "implausible", "pollution", "population", "proxies", "sensitivity", "history",
)  # fmt: skip


def deciding(subject: Subject) -> bool:
    """Whether something is decided about persons: by a list of them, or by a column that selects, ranks or names."""
    return subject.kind == "persons" or any(column.use in DECIDING for column in subject.columns)


def _contents(subject: Subject) -> dict[str, Any]:
    cells = subject.cells
    return {
        "kind": subject.kind,
        "columns": [
            [column.name, column.concept, column.use, list(column.values), column.exception]
            for column in subject.columns
        ],
        "cells": cells and [list(cells.dimensions), cells.magnitude, _digest(cells), _trees(cells.parents)],
        **{name: (value := getattr(subject, name)) and value.contents for name in _MEASURED},
        "case_decision": subject.case_decision,
        "human_decision": subject.human_decision,
        "dpia": subject.dpia,
        "not_assessable": list(subject.not_assessable),
        "without_ground": list(subject.without_ground),
        **({} if subject.rows is None else {"rows": subject.rows.contents}),
        "counts": [[release.release, digest_frame(release.table)] for release in subject.counts],
        "earlier": [[release.release, digest_frame(release.table)] for release in subject.earlier],
    }


def _digest(cells: Cells) -> str:
    return digest_frame(cells.table.drop(CELL_KEY, strict=False))


def _trees(parents: Parents) -> dict[str, dict[str, str]]:
    return {name: dict(above) for name, above in parents.items()}
