"""Do some groups get linked less often than others? Then every number built on the links is about the others."""

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar, Final

import polars as pl

from gate.case import Case
from gate.finding import NONE, Finding, Outcome

Z95: Final = 1.959963984540054
_EPSILON: Final = 1e-9
"""A gap exactly at the limit passes; floats may say a hair more."""


def wilson(linked: float, eligible: float, z: float = Z95) -> tuple[float, float]:
    """The Wilson score interval of a rate (Wilson 1927), by default of 95 percent; within 0 and 1."""
    if eligible == 0:
        return 0.0, 1.0
    rate, square = linked / eligible, z * z / eligible
    centre = rate + square / 2
    reach = z * sqrt(rate * (1 - rate) / eligible + square / (4 * eligible))
    low, high = (centre - reach) / (1 + square), (centre + reach) / (1 + square)
    return (0.0 if linked == 0 else max(0.0, low)), (1.0 if linked == eligible else min(1.0, high))


def gap_interval(high: tuple[float, float], low: tuple[float, float]) -> tuple[float, float]:
    """The 95 percent interval of the difference of two rates, each (linked, eligible).

    Newcombe 1998, Statistics in Medicine 17, 873–890, method 10: square-and-add on the two Wilson intervals.
    """
    first, second = high[0] / high[1], low[0] / low[1]
    (low1, high1), (low2, high2) = wilson(*high), wilson(*low)
    gap = first - second
    below = sqrt((first - low1) ** 2 + (high2 - second) ** 2)
    above = sqrt((high1 - first) ** 2 + (second - low2) ** 2)
    return gap - below, gap + above


@dataclass(frozen=True, slots=True)
class LinkRateGap:
    """All groups of a protected attribute are linked about equally often."""

    id: ClassVar = "B04"
    source: ClassVar = "approach of Harron et al. 2017 (GUILD); Wilson 1927 and Newcombe 1998 for the intervals"
    outcomes: ClassVar = "WARN and FAIL by the gap, FAIL only if its interval excludes 0; small groups NOT ASSESSABLE"
    remedy: ClassVar = "Mend the linkage fields of the group linked least, or fit the model anew."
    link_rate_gap_warn: float
    link_rate_gap_fail: float
    minimum_group: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        subject = case.subject
        absent = tuple(self._unknown(name) for name in subject.not_assessable)
        if subject.groups is None:
            return absent or (self._unknown("any protected attribute"),)
        parts = subject.groups.table.sort("attribute", "group").partition_by("attribute", maintain_order=True)
        found = tuple(finding for part in parts for finding in self._about(part))
        return found + absent or (self._unknown("any protected attribute"),)

    def _unknown(self, attribute: str) -> Finding:
        message = f"No source delivers {attribute}, so nobody can say whether its groups are linked equally often."
        remedy = (
            "Let a source deliver the attribute aside, for the bias run only, or let the DPO accept the gap in sight."
        )
        return Finding(self.id, Outcome.NOT_ASSESSABLE, attribute, None, self.link_rate_gap_fail, message, remedy)

    def _about(self, groups: pl.DataFrame) -> tuple[Finding, ...]:
        """The gap between the groups that are large enough, and a word on those that are not."""
        attribute = str(groups["attribute"][0])
        large = groups.filter(pl.col("eligible") >= self.minimum_group)
        small = groups.height - large.height
        gap = self._gap(attribute, large) if large.height > 1 else self._too_few(attribute, groups.height)
        return (gap, self._small(attribute, small)) if small and large.height > 1 else (gap,)

    def _gap(self, attribute: str, groups: pl.DataFrame) -> Finding:
        ranked = groups.sort((pl.col("linked") / pl.col("eligible")), "group")
        low, high = ranked.row(0, named=True), ranked.row(-1, named=True)
        counts = (high["linked"], high["eligible"]), (low["linked"], low["eligible"])
        gap = counts[0][0] / counts[0][1] - counts[1][0] / counts[1][1]
        below, above = gap_interval(*counts)
        message = (
            f"{attribute}: {high['group']} is linked most, {low['group']} least; the gap is {100 * gap:.1f} points "
            f"(95% interval {100 * below:.1f} to {100 * above:.1f})."
        )
        outcome, limit = self._judge(gap, below)
        remedy = NONE if outcome is Outcome.PASS else self.remedy
        return Finding(self.id, outcome, attribute, round(gap, 4), limit, message, remedy)

    def _judge(self, gap: float, below: float) -> tuple[Outcome, float]:
        if gap > self.link_rate_gap_fail + _EPSILON and below > 0:
            return Outcome.FAIL, self.link_rate_gap_fail
        if gap > self.link_rate_gap_warn + _EPSILON:
            return Outcome.WARN, self.link_rate_gap_warn
        return Outcome.PASS, self.link_rate_gap_warn

    def _too_few(self, attribute: str, groups: int) -> Finding:
        message = f"{attribute}: fewer than two of {groups} groups have {self.minimum_group:g} eligible records."
        remedy = "Combine groups, or take a longer period."
        return Finding(self.id, Outcome.NOT_ASSESSABLE, attribute, groups, self.minimum_group, message, remedy)

    def _small(self, attribute: str, number: int) -> Finding:
        message = f"{attribute}: groups with fewer than {self.minimum_group:g} eligible records: {number}."
        remedy = "Combine the small groups, or take a longer period."
        return Finding(self.id, Outcome.NOT_ASSESSABLE, attribute, number, self.minimum_group, message, remedy)
