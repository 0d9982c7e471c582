"""Are links of some groups wrong, or missed, more often than those of others? A gap in link rates need not show it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from gate.bias.gap import EPSILON, Gap, Rate, attributes, gaps, judged, large, remedy_of, unknown, worst
from gate.bias.interval import least_ratio, ratio, wilson
from gate.case import Case
from gate.finding import Finding, Outcome
from gate.subject import Subject

_REMEDY = "Let a source deliver the attribute aside, for the bias run only, for groups of sufficient size."


@dataclass(frozen=True, slots=True)
class MissedMatchGap:
    """True links are missed about equally seldom in all groups of a protected attribute."""

    id: ClassVar = "B05"
    source: ClassVar = (
        "Bohensky et al. 2010; Harron et al. 2017; ratio by Zou and Donner 2008; Newcombe 1998 for the difference"
    )
    outcomes: ClassVar = (
        "WARN and FAIL by gap or ratio; FAIL only if the interval of the gap excludes 0, or that of the ratio stays "
        "above its bound; NOT ASSESSABLE without two large groups"
    )
    remedy: ClassVar = (
        "Mend the linkage fields of that group, add a block that finds its matches, or lower the threshold."
    )
    missed_gap_warn: float
    missed_gap_fail: float
    missed_ratio_warn: float
    missed_ratio_fail: float
    missed_ratio_bound: float
    minimum_group: float
    minimum_people: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        parts = tuple(_parts(case.subject, "matches", "missed"))
        return tuple(self._about(part) for part in parts) or (self._unknown("any protected attribute"),)

    def _about(self, groups: pl.DataFrame) -> Finding:
        attribute = str(groups["attribute"][0])
        rates = large(groups, "missed", "matches", self.minimum_group, self.minimum_people)
        if len(rates) < 2:
            return self._unknown(attribute)
        outcome, gap = worst((self._judge(gap), gap) for gap in gaps(rates))
        message = (
            f"{attribute}: true links are expected to be missed most often of {gap.most.group}, least of "
            f"{gap.least.group}; the gap is {gap.told}."
        )
        limit = self.missed_gap_fail if outcome is Outcome.FAIL else self.missed_gap_warn
        return Finding(self.id, outcome, attribute, gap.measured, limit, message, remedy_of(outcome, self.remedy))

    def _judge(self, gap: Gap) -> Outcome:
        times = ratio(gap.most.share, gap.least.share)
        bound = least_ratio(gap.most.share, gap.least.share, gap.z)
        if times > self.missed_ratio_fail + EPSILON and bound > self.missed_ratio_bound:
            return Outcome.FAIL
        by_gap = judged(gap, self.missed_gap_warn, self.missed_gap_fail)
        # A ratio to next to nothing is huge; only one that chance does not explain asks for an answer.
        unlike = times > self.missed_ratio_warn + EPSILON and bound > 1
        return Outcome.WARN if by_gap is Outcome.PASS and unlike else by_gap

    def _unknown(self, attribute: str) -> Finding:
        message = f"Nobody can say whether links are missed equally seldom in all groups of {attribute}."
        return unknown(self.id, attribute, message, _REMEDY)


@dataclass(frozen=True, slots=True)
class WrongLinks:
    """Few links are wrong in any group of a protected attribute, and about equally few in all."""

    id: ClassVar = "B06"
    source: ClassVar = "Bohensky et al. 2010 on unequal linkage error; Wilson 1927 and Newcombe 1998 for the intervals"
    outcomes: ClassVar = (
        "WARN where the share of wrong links of a group may exceed the limit; FAIL where it surely does, stricter for "
        "a list of persons, and by the gap if its interval excludes 0; NOT ASSESSABLE without two large groups"
    )
    remedy: ClassVar = "Raise the model's threshold, or add a field that tells the people of that group apart."
    wrong_links_warn: float
    wrong_links_fail: float
    wrong_links_fail_persons: float
    wrong_link_gap_warn: float
    wrong_link_gap_fail: float
    minimum_group: float
    minimum_people: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        parts = tuple(_parts(case.subject, "links", "wrong"))
        found = (finding for part in parts for finding in self._about(case.subject, part))
        return tuple(found) or (self._unknown("any protected attribute"),)

    def _about(self, subject: Subject, groups: pl.DataFrame) -> tuple[Finding, ...]:
        attribute = str(groups["attribute"][0])
        rates = large(groups, "wrong", "links", self.minimum_group, self.minimum_people)
        levels = (self._level(subject, attribute, rates),) if rates else ()
        return (*levels, self._gap(attribute, rates) if len(rates) > 1 else self._unknown(attribute))

    def _level(self, subject: Subject, attribute: str, rates: tuple[Rate, ...]) -> Finding:
        """Of the group with the most wrong links."""
        fail = self.wrong_links_fail_persons if subject.kind == "persons" else self.wrong_links_fail
        ranked = sorted(rates, key=lambda rate: (-rate.value, rate.group))
        outcome, rate = worst((self._judge_level(rate, fail), rate) for rate in ranked)
        message = f"{attribute}: of the links of {rate.group}, wrong are expected to be {rate.told}."
        limit = fail if outcome is Outcome.FAIL else self.wrong_links_warn
        return Finding(self.id, outcome, attribute, rate.measured, limit, message, remedy_of(outcome, self.remedy))

    def _judge_level(self, rate: Rate, fail: float) -> Outcome:
        low, high = wilson(*rate.share)
        if low > fail:
            return Outcome.FAIL
        return Outcome.WARN if high > self.wrong_links_warn else Outcome.PASS

    def _gap(self, attribute: str, rates: tuple[Rate, ...]) -> Finding:
        limits = self.wrong_link_gap_warn, self.wrong_link_gap_fail
        outcome, gap = worst((judged(gap, *limits), gap) for gap in gaps(rates))
        message = (
            f"{attribute}: links are expected to be wrong most often of {gap.most.group}, least of {gap.least.group}; "
            f"the gap is {gap.told}."
        )
        limit = limits[outcome is Outcome.FAIL]
        return Finding(self.id, outcome, attribute, gap.measured, limit, message, remedy_of(outcome, self.remedy))

    def _unknown(self, attribute: str) -> Finding:
        message = f"Nobody can say whether the links of all groups of {attribute} are wrong equally seldom."
        return unknown(self.id, attribute, message, _REMEDY)


def _parts(subject: Subject, *needed: str) -> Iterator[pl.DataFrame]:
    groups = subject.groups
    if groups is not None and set(needed) <= set(groups.table.columns) and groups.table.height:
        yield from attributes(groups.table)
