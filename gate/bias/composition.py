"""Are those who were linked like those who could have been, and like those the output speaks for?"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

import polars as pl

from gate.bias.gap import EPSILON, attributes, remedy_of, unknown, worst
from gate.bias.interval import Share, gap_interval, wilson, z_of
from gate.case import Case
from gate.finding import Finding, Outcome

_FAMILY = 0.05


@dataclass(frozen=True, slots=True)
class LinkedUnlikeSource:
    """What was linked looks like what could have been, by every attribute and column that is known of both."""

    id: ClassVar = "B07"
    source: ClassVar = (
        "Harron et al. 2017 (GUILD) compare linked with unlinked; standardised difference of Austin 2009; cut-offs are "
        "the policy owner's"
    )
    outcomes: ClassVar = (
        "WARN and FAIL by the largest standardised difference, FAIL only if linked and unlinked differ by more than "
        "chance; NOT ASSESSABLE where nothing is known of both"
    )
    remedy: ClassVar = "Mend the linkage fields of that group, weigh the table, or say whom it leaves out."
    linked_difference_warn: float
    linked_difference_fail: float
    minimum_group: float
    minimum_people: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        tables = [value.table for value in (case.subject.groups, case.subject.coverage) if value is not None]
        parts = (part for table in tables if table.height for part in attributes(table))
        return tuple(self._about(part) for part in parts) or (self._unknown("output"),)

    def _about(self, groups: pl.DataFrame) -> Finding:
        attribute = str(groups["attribute"][0])
        linked, eligible = int(groups["linked"].sum()), int(groups["eligible"].sum())
        large = groups.filter(pl.col("eligible") >= self.minimum_group)
        if large.height < 2 or linked < self.minimum_group:
            return self._unknown(attribute)
        shares = [
            (str(group), (one, linked), (of, eligible))
            for group, one, of in large.select("group", "linked", "eligible").iter_rows()
        ]
        shares.sort(key=lambda found: (-_standardised(*found[1:]), found[0]))
        z = z_of(1 - _FAMILY / len(shares))
        outcome, (group, now, before) = worst((self._judge(now, of, z), (group, now, of)) for group, now, of in shares)
        return self._said(outcome, attribute, group, now, before)

    def _said(self, outcome: Outcome, attribute: str, group: str, now: Share, before: Share) -> Finding:
        few = any(0 < part < self.minimum_people for part in (now[0], before[0] - now[0]))
        difference = round(_standardised(now, before), 1 if few else 2)  # two decimals would tell a small count
        message = (
            f"{attribute}: {group} is {100 * now[0] / now[1]:.0f} percent of what was linked and "
            f"{100 * before[0] / before[1]:.0f} percent of what could be; standardised difference {difference:g}."
        )
        limit = self.linked_difference_fail if outcome is Outcome.FAIL else self.linked_difference_warn
        return Finding(self.id, outcome, attribute, difference, limit, message, remedy_of(outcome, self.remedy))

    def _judge(self, now: Share, before: Share, z: float) -> Outcome:
        difference = _standardised(now, before)
        if difference > self.linked_difference_fail + EPSILON and _beyond_chance(now, before, z):
            return Outcome.FAIL
        return Outcome.WARN if difference > self.linked_difference_warn + EPSILON else Outcome.PASS

    def _unknown(self, about: str) -> Finding:
        message = f"Nobody can say whether what was linked looks like what could have been ({about})."
        remedy = "Keep a column of the source, or let an attribute stay aside, with groups of sufficient size."
        return unknown(self.id, about, message, remedy)


@dataclass(frozen=True, slots=True)
class Representativity:
    """Every group has about the share in the release that it has in the population the output speaks for."""

    id: ClassVar = "B08"
    source: ClassVar = "share in the release over share in the declared population; limits are the policy owner's"
    outcomes: ClassVar = (
        "WARN and FAIL by the ratio, either way; FAIL only if the interval of the share leaves out that of the "
        "population; NOT ASSESSABLE without a population table or a shared attribute"
    )
    remedy: ClassVar = "Weigh the table to the population, or say that it does not speak for it."
    representation_warn: float
    representation_fail: float
    minimum_group: float
    minimum_people: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        population = case.subject.population
        if population is None:
            return (self._unknown("output", "no population is declared that the output speaks for"),)
        found = tuple(self._about(part, population.table) for part in _known(case))
        return tuple(one for one in found if one) or (
            self._unknown("output", f"nothing is known by the groups of {population.source}"),
        )

    def _about(self, groups: pl.DataFrame, population: pl.DataFrame) -> Finding | None:
        attribute = str(groups["attribute"][0])
        people = population.filter(pl.col("attribute") == attribute).select("group", "people")
        both = people.join(groups, on="group", how="left").with_columns(pl.col("linked").fill_null(0))
        linked, of = int(both["linked"].sum()), int(both["people"].sum())
        if both.height < 2 or of == 0:
            return None
        if linked < self.minimum_group:
            return self._unknown(attribute, f"fewer than {self.minimum_group:g} records are of a known group")
        expected = both.filter(pl.col("people") * linked >= self.minimum_group * of).sort("group")
        if expected.is_empty():
            return self._unknown(attribute, "every group is too small")
        z = z_of(1 - _FAMILY / expected.height)
        rows = expected.select("group", "linked", "people").iter_rows()
        judged = [(self._judge((one, linked), people / of, z), (group, one, people)) for group, one, people in rows]
        judged.sort(key=lambda found: (-_unlike(found[1][1] * of, found[1][2] * linked), found[1][0]))
        outcome, (group, one, people_of) = worst(judged)
        told = None if 0 < one < self.minimum_people else round(one * of / (people_of * linked), 2)
        return self._said(outcome, attribute, group, told)

    def _judge(self, share: Share, population: float, z: float) -> Outcome:
        times = _unlike(share[0] / share[1], population)
        low, high = wilson(*share, z)
        if times > 1 / self.representation_fail + EPSILON and not low <= population <= high:
            return Outcome.FAIL
        return Outcome.WARN if times > 1 / self.representation_warn + EPSILON else Outcome.PASS

    def _said(self, outcome: Outcome, attribute: str, group: str, times: float | None) -> Finding:
        """`times` is None where it would tell a small count."""
        how = "another share" if times is None else f"{times:.2f} times the share"
        message = f"{attribute}: {group} has {how} in the release than in the population."
        limit = self.representation_fail if outcome is Outcome.FAIL else self.representation_warn
        return Finding(self.id, outcome, attribute, times, limit, message, remedy_of(outcome, self.remedy))

    def _unknown(self, about: str, why: str) -> Finding:
        remedy = "Declare the population in the request, by an attribute or a column that the room knows."
        return unknown(self.id, about, f"Nobody can say whom the output stands for: {why}.", remedy)


def _known(case: Case) -> Iterator[pl.DataFrame]:
    for value in (case.subject.groups, case.subject.coverage):
        if value is not None and value.table.height:
            yield from attributes(value.table)


def _standardised(one: Share, other: Share) -> float:
    """Size of the difference of two shares, in standard deviations of such a share (Austin 2009)."""
    p, q = one[0] / one[1], other[0] / other[1]
    spread = sqrt((p * (1 - p) + q * (1 - q)) / 2)
    return abs(p - q) / spread if spread else 0.0 if p == q else float("inf")


def _beyond_chance(now: Share, before: Share, z: float) -> bool:
    """Whether what was linked and what was left differ in this share by more than chance: these two are apart."""
    left = before[0] - now[0], before[1] - now[1]
    if left[1] <= 0:
        return False
    high, low = sorted((now, left), key=lambda share: share[0] / share[1], reverse=True)
    return gap_interval(high, low, z)[0] > 0


def _unlike(one: float, other: float) -> float:
    """How many times the larger of two holds the smaller; 1 when both are nothing."""
    least, most = sorted((one, other))
    return most / least if least > 0 else 1.0 if most == 0 else float("inf")
