"""What a table tells about a whole group, although no cell is small: group disclosure and zeros.

Judged on the true counts, whatever is hidden. What all tables a reader holds possible have in common holds for the true
one too, so nothing that can be concluded is missed. Zeros are always published and nothing hidden is zero: a small
group whose other categories are 0 lies open although its own counts are hidden. And neither a stricter threshold nor a
rule more lets pass what was refused.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from gate.bias.concepts import among
from gate.case import Case, Masked
from gate.disclosure.sums import beside_total, rest, whole_of
from gate.finding import NONE, Finding, Outcome

_SHOWN: Final = 3
"""Persons: the least count that any policy may publish. Smaller ones beside others in their row stay uncertain."""


@dataclass(frozen=True, slots=True)
class GroupDisclosure:
    """No category holds all, all but one, or nearly all people of a row or column, hidden or not."""

    id: ClassVar = "D05"
    source: ClassVar = "idea from the Handbook on Statistical Disclosure Control, 5.2; the share is the policy owner's"
    outcomes: ClassVar = "WARN; FAIL where the category belongs to a protected concept"
    remedy: ClassVar = "Combine the category with its neighbours, or leave the dimension out."
    group_share: float
    protected: tuple[str, ...]

    def check(self, case: Case) -> tuple[Finding, ...]:
        table = case.table
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
        table = case.table
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
    """Boolean per cell: holding more than `share` of its row along `name`, all but one, or all while the rest is 0."""
    people, margin, others = pl.col("people"), pl.col("total people"), pl.col("others")
    row = [*rest(table.dimensions, name), "whole"]
    cells = beside_total(table.truth, table.dimensions, name, table.parents, ["people"]).with_columns(
        others=people.sum().over(row) - people
    )
    # Who is the one of "all but one" is hidden under every policy, unless the people of the row overlap.
    most = (people > share * margin) | ((people >= margin - 1) & (others > margin - people))
    told = (others == 0) | ((people >= _SHOWN) & most)
    choice = pl.len().over(row) > 1  # of two categories: else nothing is told
    asked = pl.col("whole").is_not_null() & choice & (people > 0)
    return cells.select((asked & told).alias("told")).to_series()


def _in_told_rows(table: Masked, share: float) -> pl.Series:
    """Boolean per cell: it stands in a row, along any dimension, that D05 names."""
    told = pl.repeat(False, table.safe.height, eager=True)
    for name in table.dimensions:
        cells = table.safe.with_columns(
            told=concentrated(table, name, share), whole=whole_of(name, table.parents)
        ).with_columns(row=pl.col("told").any().over([*rest(table.dimensions, name), "whole"]))
        told = told | (cells["row"] & cells["whole"].is_not_null())
    return told
