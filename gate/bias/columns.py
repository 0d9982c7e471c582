"""Columns that are a protected ground, or are known to stand in for one, judged by what they are used for.

As evidence of a link (in a join) a column does not leave; as a breakdown it describes groups; to select (in a filter),
to rank or to identify it decides about persons, and then a ground is direct discrimination unless the law says
otherwise.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from gate.bias.concepts import among
from gate.case import Case
from gate.finding import NONE, Finding, Outcome
from gate.subject import DECIDING, TOTAL, OutputColumn, Subject

_FINE_POSTCODE: Final = r"^[1-9][0-9]{3} ?[A-Za-z]"


@dataclass(frozen=True, slots=True)
class ProtectedColumns:
    """No protected ground selects, ranks or names persons; as a breakdown it is justified."""

    id: ClassVar = "B01"
    source: ClassVar = "Algoritmekader; assessment framework of the College voor de Rechten van de Mens; GDPR art. 9"
    outcomes: ClassVar = (
        "FAIL in selection, ranking or a list of persons, WARN there on a statutory exception; WARN as breakdown; NOT "
        "ASSESSABLE without concept"
    )
    remedy: ClassVar = "Leave the column out, or name the statutory exception with its article in a new request."
    protected: tuple[str, ...]

    def check(self, case: Case) -> tuple[Finding, ...]:
        found = tuple(
            _judged(self, case.subject, column, "a protected ground") for column in _listed(case, self.protected)
        )
        return found + _without_concept(self, case.subject) or (_nothing(self, "No column is a protected ground."),)


@dataclass(frozen=True, slots=True)
class KnownProxies:
    """No known proxy of a protected ground selects, ranks or names persons; as a breakdown it is justified."""

    id: ClassVar = "B02"
    source: ClassVar = "Algoritmekader (postcode, income, licence plate, family abroad, low literacy)"
    outcomes: ClassVar = (
        "FAIL in selection, ranking or a list of persons, and for a postcode finer than four digits; WARN as breakdown"
    )
    remedy: ClassVar = "Coarsen the column (a postcode to four digits), or justify why it is needed."
    proxies: tuple[str, ...]

    def check(self, case: Case) -> tuple[Finding, ...]:
        found = tuple(self._about(case, column) for column in _listed(case, self.proxies))
        return found + _without_concept(self, case.subject) or (_nothing(self, "No column is a known proxy."),)

    def _about(self, case: Case, column: OutputColumn) -> Finding:
        if column.use == "evidence" or not _is_fine_postcode(case, column):
            return _judged(self, case.subject, column, "a known proxy of a protected ground")
        message = f"{column.name} is a postcode finer than four digits: six characters point at some twenty homes."
        return Finding(self.id, Outcome.FAIL, column.name, column.concept, None, message, self.remedy)


def _listed(case: Case, concepts: tuple[str, ...]) -> tuple[OutputColumn, ...]:
    return tuple(column for column in case.subject.columns if among(column.concept, concepts))


def _judged(rule: ProtectedColumns | KnownProxies, subject: Subject, column: OutputColumn, what: str) -> Finding:
    message = f"{column.name} is {what} ({column.concept}) and is used as {column.use}."
    if column.use == "evidence":
        return Finding(rule.id, Outcome.PASS, column.name, column.use, None, message, NONE)
    decides = subject.kind == "persons" or column.use in DECIDING
    if decides and column.exception and column.exception.strip():
        message = f"{message} The request names a statutory exception: {column.exception.strip()}."
        decides = False
    outcome = Outcome.FAIL if decides else Outcome.WARN
    return Finding(rule.id, outcome, column.name, column.use, None, message, rule.remedy)


def _without_concept(rule: ProtectedColumns | KnownProxies, subject: Subject) -> tuple[Finding, ...]:
    """Nobody can say whether a column without a meaning is a ground."""
    return tuple(
        Finding(
            rule.id,
            Outcome.NOT_ASSESSABLE,
            column.name,
            None,
            None,
            f"{column.name} has no concept in the dictionary, so nobody can say what it stands for.",
            "Give the column a concept in its source's declaration.",
        )
        for column in subject.columns
        if not (column.concept or "").strip()
    )


def _nothing(rule: ProtectedColumns | KnownProxies, message: str) -> Finding:
    return Finding(rule.id, Outcome.PASS, "columns", 0, None, message, NONE)


def _is_fine_postcode(case: Case, column: OutputColumn) -> bool:
    """Whether a dimension, a column of an extract or a selection holds postcodes with letters."""
    if not among(column.concept, ("postcode",)):
        return False
    cells = case.subject.cells
    shown = cells is not None and column.name in cells.dimensions
    dimension = cells.table[column.name].cast(pl.String) if cells and shown else pl.Series([], dtype=pl.String)
    values = dimension.filter(dimension != TOTAL).append(pl.Series(column.values, dtype=pl.String))
    values = values.append(case.leaving(column.name))
    return bool(values.str.contains(_FINE_POSTCODE).any())
