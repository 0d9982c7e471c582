"""Are links or records of poor quality, and of one group more than of another?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from gate.bias.facts import EVERYBODY, Tally
from gate.bias.gap import Rate, attributes, gaps, judged, large, remedy_of, unknown, worst
from gate.bias.interval import wilson
from gate.case import Case
from gate.finding import Finding, Outcome


@dataclass(frozen=True, slots=True)
class _Limits:
    warn: float
    fail: float
    gap: float
    least: float
    few: float


@dataclass(frozen=True, slots=True)
class ImplausibleLinks:
    """Links contradict nothing that is known: nobody acts after death, lives in two homes or is of two ages."""

    id: ClassVar = "B11"
    source: ClassVar = "Harron et al. 2017 (GUILD), validation after linkage; the limits are the policy owner's"
    outcomes: ClassVar = (
        "WARN and FAIL by the share of implausible links (FAIL only if the interval lies above the limit) or by the "
        "gap between groups; NOT ASSESSABLE where no check is declared or no group is known"
    )
    remedy: ClassVar = "Have these links looked at, exclude them, or add the field that contradicts them to the model."
    implausible_warn: float
    implausible_fail: float
    implausible_gap: float
    minimum_group: float
    minimum_people: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        limits = _Limits(
            self.implausible_warn, self.implausible_fail, self.implausible_gap, self.minimum_group, self.minimum_people
        )
        return _checked(self, case.subject.implausible, limits, "links that contradict what else is known")


@dataclass(frozen=True, slots=True)
class Pollution:
    """Few records are polluted (double, withdrawn, under investigation), and of no group more than of another."""

    id: ClassVar = "B15"
    source: ClassVar = (
        "experience with BRP and BAG (City Deal Zicht op Ondermijning); the limits are the policy owner's"
    )
    outcomes: ClassVar = (
        "WARN and FAIL by the share of polluted records (FAIL only if the interval lies above the limit) or by the gap "
        "between groups; NOT ASSESSABLE where nothing was counted or no group is known"
    )
    remedy: ClassVar = "Report the records back to the source (terugmelding) and link again once they are mended."
    pollution_warn: float
    pollution_fail: float
    pollution_gap: float
    minimum_group: float
    minimum_people: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        limits = _Limits(
            self.pollution_warn, self.pollution_fail, self.pollution_gap, self.minimum_group, self.minimum_people
        )
        return _checked(self, case.subject.pollution, limits, "polluted records")


def _checked(
    rule: ImplausibleLinks | Pollution, tally: Tally | None, limits: _Limits, what: str
) -> tuple[Finding, ...]:
    if tally is None or tally.table.is_empty():
        message = f"Nobody has counted {what}."
        return (unknown(rule.id, "links" if rule.id == "B11" else "sources", message, _REMEDY[rule.id]),)
    found = tuple(_found(rule, tally, limits))
    grouped = tally.table.filter(pl.col("attribute") != EVERYBODY)
    return found if grouped.height else (*found, _no_groups(rule, what))


_REMEDY = {
    "B11": "Declare in plausibility.toml what two linked records cannot both say.",
    "B15": "Name in plausibility.toml the columns that tell of pollution, or let a source set an attribute aside.",
}


def _no_groups(rule: ImplausibleLinks | Pollution, what: str) -> Finding:
    message = f"Nobody can say whether some group has more {what} than another."
    remedy = "Let a source set a protected attribute aside, with a ground for the bias run."
    return unknown(rule.id, "any protected attribute", message, remedy)


def _found(rule: ImplausibleLinks | Pollution, tally: Tally, limits: _Limits) -> Iterator[Finding]:
    for part in attributes(tally.table, "what"):
        what, attribute = str(part["what"][0]), str(part["attribute"][0])
        rates = large(part, "count", "of", limits.least, limits.few)
        if attribute == EVERYBODY and rates:
            yield _level(rule, what, rates[0], limits)
        elif attribute != EVERYBODY and len(rates) > 1:
            yield _between(rule, f"{what}, {attribute}", rates, limits)
        else:
            message = f"{what}: too few records to say anything of ({attribute})."
            yield unknown(rule.id, what, message, "Take a longer period, or combine groups.")


def _level(rule: ImplausibleLinks | Pollution, what: str, rate: Rate, limits: _Limits) -> Finding:
    outcome = Outcome.WARN if rate.value > limits.warn else Outcome.PASS
    if wilson(*rate.share)[0] > limits.fail:
        outcome = Outcome.FAIL
    limit = limits.fail if outcome is Outcome.FAIL else limits.warn
    said = f"{what}: {rate.told}."
    return Finding(rule.id, outcome, what, rate.measured, limit, said, remedy_of(outcome, rule.remedy))


def _between(rule: ImplausibleLinks | Pollution, about: str, rates: tuple[Rate, ...], limits: _Limits) -> Finding:
    outcome, gap = worst((judged(gap, limits.gap, limits.gap), gap) for gap in gaps(rates))
    message = f"{about}: most often {gap.most.group}, least {gap.least.group}; the gap is {gap.told}."
    return Finding(rule.id, outcome, about, gap.measured, limits.gap, message, remedy_of(outcome, rule.remedy))
