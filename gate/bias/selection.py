"""Is one group selected much more often than another?"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import ClassVar

import polars as pl

from gate.bias.gap import Rate, attributes, large, remedy_of, unknown
from gate.case import Case
from gate.finding import NONE, Finding, Outcome
from gate.subject import deciding


@dataclass(frozen=True, slots=True)
class SelectionDisparity:
    """No group of a protected attribute is selected much less often than another (four-fifths rule)."""

    id: ClassVar = "B09"
    source: ClassVar = (
        "EEOC Uniform Guidelines 1978, section 4D, and questions and answers of 1979; Fisher's exact test"
    )
    outcomes: ClassVar = (
        "WARN where the lower rate is less than the limit times the higher (exactly the limit passes), FAIL if besides "
        "Fisher's exact test, corrected for the number of pairs of groups, excludes chance; small groups NOT ASSESSABLE"
    )
    remedy: ClassVar = "Reconsider the criterion that selects, or ask for a table of groups."
    selection_ratio: float
    selection_chance: float
    minimum_group: float
    minimum_people: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        subject, selection = case.subject, case.subject.selection
        if not deciding(subject):
            return (Finding(self.id, Outcome.PASS, "output", None, None, "The output selects nobody.", NONE),)
        if selection is None or selection.table.is_empty():
            return (self._unknown("any protected attribute"),)
        parts = attributes(selection.table, "what")
        return tuple(finding for part in parts for finding in self._about(part))

    def _about(self, groups: pl.DataFrame) -> tuple[Finding, ...]:
        attribute, what = str(groups["attribute"][0]), str(groups["what"][0])
        rates = large(groups, "count", "of", self.minimum_group, self.minimum_people)
        if len(rates) < 2:
            return (self._unknown(attribute),)
        ordered = sorted(rates, key=lambda rate: (rate.value, rate.group))
        pairs = sorted(combinations(ordered, 2), key=lambda pair: impact(*pair))
        outcomes = [self._judge(*pair, len(pairs)) for pair in pairs]
        order = (Outcome.FAIL, Outcome.WARN, Outcome.PASS)
        place = min(range(len(pairs)), key=lambda number: order.index(outcomes[number]))
        found = self._said(outcomes[place], f"{attribute} in {what}", *pairs[place])
        small = self._unknown(attribute) if len(rates) < groups.height else None
        return (found, small) if small else (found,)

    def _judge(self, low: Rate, high: Rate, pairs: int) -> Outcome:
        if impact(low, high) >= Fraction(str(self.selection_ratio)):
            return Outcome.PASS
        return Outcome.FAIL if pairs * fisher(low, high) < self.selection_chance else Outcome.WARN

    def _said(self, outcome: Outcome, about: str, low: Rate, high: Rate) -> Finding:
        measured = (
            None if low.small or high.small else round(float(impact(low, high)), 3)
        )  # it would tell a small count
        side = "at least" if outcome is Outcome.PASS else "less than"
        how = f"{side} {self.selection_ratio:g}" if measured is None else f"{measured:.3f}"
        told = "" if measured is None else f" ({100 * low.value:.0f} against {100 * high.value:.0f} percent)"
        message = f"{about}: {low.group} is selected {how} times as often as {high.group}{told}."
        return Finding(
            self.id, outcome, about, measured, self.selection_ratio, message, remedy_of(outcome, self.remedy)
        )

    def _unknown(self, attribute: str) -> Finding:
        message = f"Nobody can say whether all groups of {attribute} are selected about equally often."
        remedy = "Let a source set the attribute aside, with a ground for the bias run, and combine small groups."
        return unknown(self.id, attribute, message, remedy)


def impact(low: Rate, high: Rate) -> Fraction:
    """The lower rate over the higher, exactly; 1 when nobody is selected."""
    if high.count == 0:
        return Fraction(1)
    return Fraction(int(low.count) * int(high.of), int(low.of) * int(high.count))


def fisher(low: Rate, high: Rate) -> float:
    """Two-sided p-value of Fisher's exact test on selected and not selected."""
    from scipy.stats import fisher_exact

    table = [[int(rate.count), int(rate.of - rate.count)] for rate in (low, high)]
    return float(fisher_exact(table).pvalue)
