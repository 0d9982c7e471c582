"""Do some groups get linked less often than others? Then every number built on the links is about the others."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from gate.bias.gap import attributes, gaps, judged, large, remedy_of, unknown, worst
from gate.case import Case
from gate.finding import Finding, Outcome


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
    minimum_people: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        subject = case.subject
        absent = tuple(self._absent(name) for name in subject.not_assessable)
        barred = tuple(self._barred(name) for name in subject.without_ground)
        groups = subject.groups.table if subject.groups else pl.DataFrame()
        found = tuple(finding for part in _parts(groups) for finding in self._about(part))
        return found + barred + absent or (self._absent("any protected attribute"),)

    def _absent(self, attribute: str) -> Finding:
        message = f"No source delivers {attribute}, so nobody can say whether its groups are linked equally often."
        remedy = (
            "Let a source deliver the attribute aside, for the bias run only, or let the DPO accept the gap in sight."
        )
        return unknown(self.id, attribute, message, remedy)

    def _barred(self, attribute: str) -> Finding:
        message = f"{attribute} is set aside, but no ground is declared on which the bias run may read it."
        remedy = (
            "Declare the ground of the bias run in the agreement ([[bias]]), or let the DPO accept the gap in sight."
        )
        return unknown(self.id, attribute, message, remedy)

    def _about(self, groups: pl.DataFrame) -> tuple[Finding, ...]:
        """The gap between the groups that are large enough, and a word on those that are not."""
        attribute = str(groups["attribute"][0])
        rates = large(groups, "linked", "eligible", self.minimum_group, self.minimum_people)
        small = groups.height - len(rates)
        if len(rates) < 2:
            return (self._too_few(attribute),)
        outcome, gap = worst(
            (judged(gap, self.link_rate_gap_warn, self.link_rate_gap_fail), gap) for gap in gaps(rates)
        )
        limit = self.link_rate_gap_fail if outcome is Outcome.FAIL else self.link_rate_gap_warn
        message = f"{attribute}: linked most often is {gap.most.group}, least {gap.least.group}; the gap is {gap.told}."
        found = Finding(self.id, outcome, attribute, gap.measured, limit, message, remedy_of(outcome, self.remedy))
        return (found, self._small(attribute)) if small else (found,)

    def _too_few(self, attribute: str) -> Finding:
        message = f"{attribute}: fewer than two groups have {self.minimum_group:g} eligible records."
        return unknown(self.id, attribute, message, "Combine groups, or take a longer period.")

    def _small(self, attribute: str) -> Finding:
        message = f"{attribute}: some groups have fewer than {self.minimum_group:g} eligible records."
        return unknown(self.id, attribute, message, "Combine the small groups, or take a longer period.")


def _parts(groups: pl.DataFrame) -> tuple[pl.DataFrame, ...]:
    return tuple(attributes(groups)) if groups.height else ()
