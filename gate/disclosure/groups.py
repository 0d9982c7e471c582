"""What a table tells about a whole group, although no cell is small: group disclosure and zeros.

Judged on the table as the threshold alone leaves it: a cell that another rule hides as well still counts, or a policy
with one rule more could let pass what it refused.
"""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from gate.bias.concepts import among
from gate.case import Case, Masked
from gate.disclosure.sums import beside_total, rest, whole_of
from gate.finding import NONE, Finding, Outcome


@dataclass(frozen=True, slots=True)
class GroupDisclosure:
    """No category holds all, all but one, or nearly all people of a published row or column."""

    id: ClassVar = "D05"
    source: ClassVar = "idea from the Handbook on Statistical Disclosure Control, 5.2; the share is the policy owner's"
    outcomes: ClassVar = "WARN; FAIL where the category belongs to a protected concept"
    remedy: ClassVar = "Combine the category with its neighbours, or leave the dimension out."
    group_share: float
    protected: tuple[str, ...]

    def check(self, case: Case) -> tuple[Finding, ...]:
        table = case.judged
        if table is None:
            return (Finding(self.id, Outcome.PASS, "table", None, self.group_share, "No table is published.", NONE),)
        return tuple(self._about(case, table, name) for name in table.dimensions)

    def _about(self, case: Case, table: Masked, name: str) -> Finding:
        told = concentrated(table, name, self.group_share)
        number = int(told.sum())
        if not number:
            message = f"No category of {name} speaks for a whole group."
            return Finding(self.id, Outcome.PASS, name, 0, self.group_share, message, NONE)
        sensitive = any(
            column.name == name and among(column.concept, self.protected) for column in case.subject.columns
        )
        message = f"{number} rows lie almost wholly in one category of {name}: who is in the row is in the category."
        outcome = Outcome.FAIL if sensitive else Outcome.WARN
        return Finding(self.id, outcome, name, number, self.group_share, message, self.remedy)


@dataclass(frozen=True, slots=True)
class Zeros:
    """Zeros are told apart: impossible combinations, and observed zeros, which are published."""

    id: ClassVar = "D14"
    source: ClassVar = "the Handbook treats zeros as group disclosure; ACRO counts every zero as disclosive"
    outcomes: ClassVar = "WARN where a published zero completes group disclosure (D05)"
    remedy: ClassVar = "Combine categories until no group lies in one category, or declare the combination impossible."
    group_share: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        table = case.judged
        if table is None:
            return (Finding(self.id, Outcome.PASS, "table", None, None, "No table is published.", NONE),)
        zero, structural = table.safe["people"].eq(0).fill_null(value=False), table.truth["structural"]
        observed = zero & ~structural
        telling = observed & _in_told_rows(table, self.group_share)
        message = (
            f"{int(observed.sum())} observed zeros and {int((zero & structural).sum())} impossible combinations are "
            f"published; {int(telling.sum())} observed zeros stand in rows that lie in one category."
        )
        outcome = Outcome.WARN if telling.any() else Outcome.PASS
        return (
            Finding(self.id, outcome, "table", int(telling.sum()), 0, message, self.remedy if telling.any() else NONE),
        )


def concentrated(table: Masked, name: str, share: float) -> pl.Series:
    """Boolean per cell: published, and holding more than `share`, or all but one, of its published row along `name`."""
    people, margin = pl.col("people"), pl.col("total people")
    told = (people > share * margin) | (people >= margin - 1)
    row = [*rest(table.dimensions, name), "whole"]
    choice = pl.len().over(row) > 1  # of two categories: else nothing is told
    cells = beside_total(table.safe, table.dimensions, name, table.parents, ["people"])
    asked = pl.col("whole").is_not_null() & choice & (people > 0)
    return cells.select((asked & told).fill_null(value=False).alias("told")).to_series()


def _in_told_rows(table: Masked, share: float) -> pl.Series:
    """Boolean per cell: it stands in a row, along any dimension, that D05 names."""
    told = pl.repeat(False, table.safe.height, eager=True)
    for name in table.dimensions:
        cells = table.safe.with_columns(
            told=concentrated(table, name, share), whole=whole_of(name, table.parents)
        ).with_columns(row=pl.col("told").any().over([*rest(table.dimensions, name), "whole"]))
        told = told | (cells["row"] & cells["whole"].is_not_null())
    return told
