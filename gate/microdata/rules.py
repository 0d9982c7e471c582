"""What rows of persons must keep to. Each rule measures the rows that would leave, whoever coarsened them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Final

import polars as pl

from gate.case import Case
from gate.finding import NONE, Finding, Outcome
from gate.microdata.anonymise import Anonymised
from gate.microdata.measures import closeness, diversity, rarest, smallest, uniques

_COARSER: Final = "Declare coarser steps for the quasi-identifiers, or leave a column out."
_ROUNDING: Final = 1e-6
"""Limits are decimal fractions and measures are floats: exactly at the limit holds."""


@dataclass(frozen=True, slots=True)
class KAnonymity:
    """In anonymous rows every person looks like enough others, and few rows are left out for that."""

    id: ClassVar = "D12"
    source: ClassVar = "Samarati and Sweeney 1998; Samarati 2001; WP29 opinion 05/2014 (singling out)"
    outcomes: ClassVar = (
        "quasi-identifiers are coarsened, small classes left out, in all nobody or at least as many as the threshold; "
        "FAIL where no declared step suffices"
    )
    remedy: ClassVar = _COARSER
    k_anonymity: float
    rows_left_out: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        def measured(found: Anonymised, safe: pl.DataFrame) -> Finding:
            k = smallest(safe, found.rows.declared.seen)
            message = (
                f"{found.facts['left_out']} of {found.facts['rows']} rows are left out; the smallest class that "
                f"stays has {k} rows."
            )
            few = found.facts["left_out"] > self.rows_left_out * found.facts["rows"] + _ROUNDING
            bad = k is None or k < self.k_anonymity or few
            return _said(self, "quasi-identifiers", k, self.k_anonymity, message, bad=bad)

        return _each(self, case, self.k_anonymity, measured)


@dataclass(frozen=True, slots=True)
class LDiversity:
    """Who knows in which class of anonymous rows somebody is, is left with several sensitive values."""

    id: ClassVar = "D16"
    source: ClassVar = "distinct l-diversity, Machanavajjhala et al. 2007; WP29 opinion 05/2014 (inference)"
    outcomes: ClassVar = "classes with too few values grow or are left out; FAIL where no declared step suffices"
    remedy: ClassVar = _COARSER
    l_diversity: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        def measured(found: Anonymised, safe: pl.DataFrame, name: str) -> Finding:
            least = diversity(safe, found.rows.declared.seen, name)
            message = f"Every class has {least} or more values of {name}."
            return _said(self, name, least, self.l_diversity, message, bad=least is None or least < self.l_diversity)

        return _sensitive(self, case, self.l_diversity, measured)


@dataclass(frozen=True, slots=True)
class TCloseness:
    """In no class of anonymous rows are sensitive values spread very differently than in all."""

    id: ClassVar = "D17"
    source: ClassVar = "Li, Li and Venkatasubramanian 2007; WP29 opinion 05/2014 (inference)"
    outcomes: ClassVar = "quasi-identifiers are coarsened until it holds; FAIL where no declared step suffices"
    remedy: ClassVar = _COARSER
    t_closeness: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        def measured(found: Anonymised, safe: pl.DataFrame, name: str) -> Finding:
            t = closeness(safe, found.rows.declared.seen, name)
            message = f"The values of {name} in a class are at most {t:.3f} away from those of all rows."
            bad = t > self.t_closeness + _ROUNDING
            return _said(self, name, round(t, 4), self.t_closeness, message, bad=bad)

        return _sensitive(self, case, self.t_closeness, measured)


@dataclass(frozen=True, slots=True)
class Uniqueness:
    """No anonymous row is alone in its class and expected to be alone in the population too."""

    id: ClassVar = "D18"
    source: ClassVar = "Benedetti and Franconi 1998; Skinner and Holmes 1998 on sample and population uniques"
    outcomes: ClassVar = "FAIL if more are expected than the limit"
    remedy: ClassVar = _COARSER
    population_uniques: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        def measured(found: Anonymised, safe: pl.DataFrame) -> Finding:
            declared = found.rows.declared
            alone, expected = uniques(safe, declared.seen, declared.weight)
            message = f"{alone} rows are alone in their class, {expected:.2f} of them expected alone in the population."
            bad = expected > self.population_uniques
            return _said(self, "quasi-identifiers", round(expected, 2), self.population_uniques, message, bad=bad)

        return _each(self, case, self.population_uniques, measured)


@dataclass(frozen=True, slots=True)
class RareValues:
    """A column that is taken to be known to nobody tells no few rows of a class of anonymous rows apart."""

    id: ClassVar = "D19"
    source: ClassVar = "WP29 opinion 05/2014 (singling out): what is known to nobody is an assumption"
    outcomes: ClassVar = "WARN if a value occurs in a class, and in fewer of its rows than a class needs"
    remedy: ClassVar = "Declare the column a quasi-identifier with steps, coarsen it beforehand, or drop it."
    k_anonymity: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        def measured(found: Anonymised, safe: pl.DataFrame) -> Finding:
            declared = found.rows.declared
            names = [name for name in declared.of("other") if self._rare(rarest(safe, declared.seen, name))]
            about = ", ".join(names) or "other columns"
            if not names:
                message = "No column that is declared other has rare values in a class."
                return Finding(self.id, Outcome.PASS, about, None, self.k_anonymity, message, NONE)
            message = (
                f"{about}: some values occur in a few rows of a class only; whoever knows one of a person finds the "
                "row, and where it follows from a coarsened column it tells what that was."
            )
            return Finding(self.id, Outcome.WARN, about, len(names), self.k_anonymity, message, self.remedy)

        return _each(self, case, self.k_anonymity, measured)

    def _rare(self, rows: int | None) -> bool:
        return rows is not None and rows < self.k_anonymity


def _said(rule: Any, about: str, measured: float | None, limit: float, message: str, *, bad: bool) -> Finding:
    outcome = Outcome.FAIL if bad else Outcome.PASS
    return Finding(rule.id, outcome, about, measured, limit, message, rule.remedy if bad else NONE)


def _each(
    rule: Any, case: Case, limit: float, measured: Callable[[Anonymised, pl.DataFrame], Finding]
) -> tuple[Finding, ...]:
    if case.rows is None:
        return (Finding(rule.id, Outcome.PASS, "output", None, limit, "The output has no anonymous rows.", NONE),)
    if case.rows.safe is None:
        message = (
            "No combination of the declared steps hides enough with so few rows left out, and with either none or at "
            "least as many as the threshold."
        )
        return (Finding(rule.id, Outcome.FAIL, "quasi-identifiers", None, limit, message, rule.remedy),)
    return (measured(case.rows, case.rows.safe),)


def _sensitive(
    rule: Any, case: Case, limit: float, measured: Callable[[Anonymised, pl.DataFrame, str], Finding]
) -> tuple[Finding, ...]:
    """A finding for every sensitive column; NOT ASSESSABLE where none is declared."""
    if case.rows is None:
        return _each(rule, case, limit, lambda found, safe: measured(found, safe, ""))
    names = case.rows.rows.declared.of("sensitive")
    if not names:
        message = "No column is declared sensitive, so nobody can say what a class tells."
        remedy = "Declare what readers may not learn of a person as sensitive."
        return (Finding(rule.id, Outcome.NOT_ASSESSABLE, "sensitive columns", None, limit, message, remedy),)
    return tuple(finding for name in names for finding in _each(rule, case, limit, partial(_of_column, measured, name)))


def _of_column(
    measured: Callable[[Anonymised, pl.DataFrame, str], Finding], name: str, found: Anonymised, safe: pl.DataFrame
) -> Finding:
    return measured(found, safe, name)
