"""Children below the age floor."""

from dataclasses import dataclass
from re import match
from typing import ClassVar

import polars as pl

from gate.bias.concepts import AGES, among
from gate.case import Case
from gate.finding import NONE, Finding, Outcome
from gate.subject import DECIDING, TOTAL, OutputColumn


@dataclass(frozen=True, slots=True)
class Minors:
    """Children below the age floor are not selected, ranked or listed; in a table they are justified."""

    id: ClassVar = "B14"
    source: ClassVar = "age floor of Dutch youth projects: children under 12 left out as disproportionate"
    outcomes: ClassVar = "FAIL in selection or a list of persons; WARN in a table; NOT ASSESSABLE where no age is known"
    remedy: ClassVar = "Filter on age in the request, or begin the lowest age band at the floor."
    minimum_age: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        ages = [column for column in case.subject.columns if among(column.concept, AGES) and column.use != "evidence"]
        found = tuple(self._about(case, column) for column in _telling(ages))
        return found or (
            self._unknown("output", "The output has no age, so nobody can say whether children are in it."),
        )

    def _about(self, case: Case, column: OutputColumn) -> Finding:
        youngest = _youngest(case, column)
        if youngest is None:
            return self._unknown(column.name, f"The ages in {column.name} cannot be read.")
        if youngest >= self.minimum_age:
            message = f"{column.name} begins at {youngest}."
            return Finding(self.id, Outcome.PASS, column.name, youngest, self.minimum_age, message, NONE)
        decides = case.subject.kind == "persons" or column.use in DECIDING
        message = f"{column.name} begins at {youngest}: children under {self.minimum_age:g} are in the output."
        outcome = Outcome.FAIL if decides else Outcome.WARN
        return Finding(self.id, outcome, column.name, youngest, self.minimum_age, message, self.remedy)

    def _unknown(self, about: str, message: str) -> Finding:
        remedy = "Give the output an age band, or filter on age in the request."
        return Finding(self.id, Outcome.NOT_ASSESSABLE, about, None, self.minimum_age, message, remedy)


def _telling(ages: list[OutputColumn]) -> list[OutputColumn]:
    """What the request selects by age holds for the whole output."""
    selected = [column for column in ages if column.use == "selection" and column.values]
    return selected or ages


def _youngest(case: Case, column: OutputColumn) -> int | None:
    """The lowest age, or edge of the lowest band, that is selected or has people in it; None if one is unreadable."""
    bands = list(column.values) or _bands(case, column)
    edges = [_edge(str(band)) for band in bands]
    known = [edge for edge in edges if edge is not None]
    return min(known) if known and len(known) == len(edges) else None


def _bands(case: Case, column: OutputColumn) -> list[str]:
    cells = case.subject.cells
    if cells is None or column.name not in cells.dimensions:
        return case.leaving(column.name).to_list()
    peopled = cells.table.filter((pl.col(column.name) != TOTAL) & (pl.col("people") > 0))
    return peopled[column.name].cast(pl.String).unique().sort().to_list()


def _edge(band: str) -> int | None:
    """18 for `18-24`, `18+` and `18`; 0 for `<18` and `-18`."""
    if match(r"\s*(<|-|tot\b|under\b)", band):
        return 0
    number = match(r"\s*(>=?\s*)?(\d{1,3})\b", band)
    return int(number[2]) if number else None
