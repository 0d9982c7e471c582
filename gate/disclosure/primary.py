"""Primary rules: which cells may not be published as they are. The finding of each tells how many it hid.

People are distinct persons, not records. A magnitude X has x1 and x2 as its two largest contributions by one person,
without sign. Strict comparisons as in the Handbook on Statistical Disclosure Control: exactly at the limit is safe.
"""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from gate.case import Case, CellRule
from gate.finding import NONE, Finding, Outcome

_ROUNDING: Final = 1 + 1e-9
"""Limits are decimal fractions, sums are floats: a cell exactly at the limit stays safe."""

_value = pl.col("value").abs()
_first = pl.col("first")
_second = pl.col("second")


@dataclass(frozen=True, slots=True)
class MinimumPeople:
    """Every published cell rests on enough distinct persons; zero has a rule of its own."""

    id: ClassVar = "D01"
    needs: ClassVar = "people"
    source: ClassVar = "ABS DataLab rule of 10; CBS output guideline; ACRO default threshold"
    outcomes: ClassVar = "cells below the limit are hidden; FAIL if one would be published"
    remedy: ClassVar = "Combine categories, or take a larger area or period."
    minimum_people: float

    def unsafe(self) -> pl.Expr:
        return (pl.col("people") > 0) & (pl.col("people") < self.minimum_people)

    def level(self) -> pl.Expr | None:
        return None

    def check(self, case: Case) -> tuple[Finding, ...]:
        return (_hiding(self, case, self.minimum_people, f"rest on fewer than {self.minimum_people:g} persons"),)


@dataclass(frozen=True, slots=True)
class LargestShare:
    """No person accounts for more than the limit of a cell's magnitude."""

    id: ClassVar = "D02"
    needs: ClassVar = "value"
    source: ClassVar = "ABS DataLab (1,50); CBS output guideline; (n,k) rule of the Handbook, 4.2"
    outcomes: ClassVar = "cells above the limit are hidden; FAIL if one would be published"
    remedy: ClassVar = "Combine categories, or leave the magnitude out."
    dominance_one: float

    def unsafe(self) -> pl.Expr:
        return _first > self.dominance_one * _value * _ROUNDING

    def level(self) -> pl.Expr | None:
        return _first / self.dominance_one - _value

    def check(self, case: Case) -> tuple[Finding, ...]:
        return (_hiding(self, case, self.dominance_one, f"owe more than {self.dominance_one:.0%} to one person"),)


@dataclass(frozen=True, slots=True)
class TopTwoShare:
    """No two persons together account for more than the limit of a cell's magnitude."""

    id: ClassVar = "D03"
    needs: ClassVar = "value"
    source: ClassVar = "ABS DataLab (2,67); (n,k) rule of the Handbook, 4.2"
    outcomes: ClassVar = "cells above the limit are hidden; FAIL if one would be published"
    remedy: ClassVar = "Combine categories, or leave the magnitude out."
    dominance_two: float

    def unsafe(self) -> pl.Expr:
        return (_first + _second) > self.dominance_two * _value * _ROUNDING

    def level(self) -> pl.Expr | None:
        return (_first + _second) / self.dominance_two - _value

    def check(self, case: Case) -> tuple[Finding, ...]:
        return (_hiding(self, case, self.dominance_two, f"owe more than {self.dominance_two:.0%} to two persons"),)


@dataclass(frozen=True, slots=True)
class PercentRule:
    """The second largest contributor cannot estimate the largest to within p percent: X - x1 - x2 >= p/100 * x1."""

    id: ClassVar = "D04"
    needs: ClassVar = "value"
    source: ClassVar = "p% rule of the Handbook, 4.2; ACRO default 10 percent"
    outcomes: ClassVar = "cells that break it are hidden; FAIL if one would be published"
    remedy: ClassVar = "Combine categories, or leave the magnitude out."
    p_percent: float

    def unsafe(self) -> pl.Expr:
        return (_value - _first - _second) * _ROUNDING < self.p_percent / 100 * _first

    def level(self) -> pl.Expr | None:
        return self.p_percent / 100 * _first - (_value - _first - _second)

    def check(self, case: Case) -> tuple[Finding, ...]:
        reason = f"let one contributor estimate another to within {self.p_percent:g} percent"
        return (_hiding(self, case, self.p_percent, reason),)


@dataclass(frozen=True, slots=True)
class PriorKnowledge:
    """Who knew each contribution to within q percent does not learn the largest to within p: q * rest >= p * x1."""

    id: ClassVar = "D15"
    needs: ClassVar = "value"
    source: ClassVar = "(p,q) rule of the Handbook, 4.2; with q = 100 it is D04"
    outcomes: ClassVar = "cells that break it are hidden; FAIL if one would be published"
    remedy: ClassVar = "Combine categories, or leave the magnitude out."
    p_percent: float
    prior_percent: float

    def unsafe(self) -> pl.Expr:
        return (_value - _first - _second) * _ROUNDING < self.p_percent / self.prior_percent * _first

    def level(self) -> pl.Expr | None:
        return self.p_percent / self.prior_percent * _first - (_value - _first - _second)

    def check(self, case: Case) -> tuple[Finding, ...]:
        reason = f"let somebody who knew all to within {self.prior_percent:g} percent learn one to {self.p_percent:g}"
        return (_hiding(self, case, self.p_percent, reason),)


@dataclass(frozen=True, slots=True)
class Quantiles:
    """No smallest or largest value, and no quantile with few persons on either side, is published."""

    id: ClassVar = "D11"
    needs: ClassVar = "quantile"
    source: ClassVar = "ABS DataLab: 10 contributors on each side of a percentile"
    outcomes: ClassVar = "cells with fewer persons below or above are hidden; FAIL if one would be published"
    remedy: ClassVar = "Publish the median, combine categories, or leave the quantile out."
    minimum_people: float

    def unsafe(self) -> pl.Expr:
        return (pl.col("people") > 0) & (pl.min_horizontal("below", "above") < self.minimum_people)

    def level(self) -> pl.Expr | None:
        return None

    def check(self, case: Case) -> tuple[Finding, ...]:
        reason = f"have a quantile with fewer than {self.minimum_people:g} persons below or above"
        return (_hiding(self, case, self.minimum_people, reason),)


@dataclass(frozen=True, slots=True)
class SmallRange:
    """No sum is published of persons who all contribute nearly the same, so that it tells what each of them does."""

    id: ClassVar = "D21"
    needs: ClassVar = "highest"
    source: ClassVar = (
        "interval disclosure in the Handbook on Statistical Disclosure Control, 4.2; the limit is the owner's"
    )
    outcomes: ClassVar = (
        "cells whose contributions lie within the limit are hidden; FAIL if one would be published; NOT ASSESSABLE for "
        "amounts without their least and greatest contribution"
    )
    remedy: ClassVar = "Combine categories, or leave the magnitude out."
    range_percent: float

    def unsafe(self) -> pl.Expr:
        lowest, highest = pl.col("lowest"), pl.col("highest")
        size = pl.max_horizontal(lowest.abs(), highest.abs())
        return (pl.col("people") > 0) & (
            ((highest - lowest) * _ROUNDING < self.range_percent / 100 * size) | (size == 0)
        )

    def level(self) -> pl.Expr | None:
        return None

    def check(self, case: Case) -> tuple[Finding, ...]:
        if case.table is not None and "value" in case.table.truth.columns and self.id not in case.table.unsafe:
            message = "Nobody told the least and the greatest contribution to each cell."
            return (Finding(self.id, Outcome.NOT_ASSESSABLE, "table", None, self.range_percent, message, self.remedy),)
        reason = f"have contributions within {self.range_percent:g} percent of each other"
        return (_hiding(self, case, self.range_percent, reason),)


def _hiding(rule: CellRule, case: Case, limit: float, reason: str) -> Finding:
    """How many cells the rule hid; FAIL should one of them be in the safe table."""
    table = case.table
    if table is None or rule.id not in table.unsafe:
        return Finding(rule.id, Outcome.PASS, "table", None, limit, "The output has nothing this rule looks at.", NONE)
    unsafe = table.unsafe[rule.id]
    shown = int((unsafe & ~table.hidden).sum())
    outcome = Outcome.FAIL if shown else Outcome.PASS
    number = shown or int(unsafe.sum())
    what = "would be published" if shown else "are hidden"
    message = f"{number} of {unsafe.len()} cells {reason}; they {what}."
    return Finding(rule.id, outcome, "table", number, limit, message, rule.remedy if number else NONE)
