"""Are the links of some groups wrong more often than those of others? A gap in link rates would not show it."""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from gate.bias.rates import gap_interval
from gate.case import Case
from gate.finding import NONE, Finding, Outcome

_EPSILON: Final = 1e-9


@dataclass(frozen=True, slots=True)
class WrongLinkGap:
    """The links of all groups of a protected attribute are wrong about equally seldom."""

    id: ClassVar = "B06"
    source: ClassVar = "Bohensky et al. 2010 on unequal linkage error; Wilson 1927 and Newcombe 1998 for the intervals"
    outcomes: ClassVar = (
        "WARN and FAIL by the gap, FAIL only if its interval excludes 0; NOT ASSESSABLE without two large groups (B04 "
        "names small groups and absent attributes)"
    )
    remedy: ClassVar = "Raise the model's threshold, or add a field that tells the people of that group apart."
    wrong_link_gap_warn: float
    wrong_link_gap_fail: float
    minimum_group: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        groups = case.subject.groups
        if groups is None or not {"links", "wrong"} <= set(groups.table.columns):
            return (self._unknown("any protected attribute"),)
        parts = groups.table.sort("attribute", "group").partition_by("attribute", maintain_order=True)
        return tuple(self._about(part) for part in parts) or (self._unknown("any protected attribute"),)

    def _about(self, groups: pl.DataFrame) -> Finding:
        attribute = str(groups["attribute"][0])
        large = groups.filter(pl.col("links") >= self.minimum_group)
        if large.height < 2:
            return self._unknown(attribute)
        ranked = large.sort(pl.col("wrong") / pl.col("links"), "group")
        low, high = ranked.row(0, named=True), ranked.row(-1, named=True)
        gap = high["wrong"] / high["links"] - low["wrong"] / low["links"]
        below, above = gap_interval((high["wrong"], high["links"]), (low["wrong"], low["links"]))
        message = (
            f"{attribute}: the links of {high['group']} are expected to be wrong most often, those of {low['group']} "
            f"least; the gap is {100 * gap:.1f} points (95% interval {100 * below:.1f} to {100 * above:.1f})."
        )
        outcome, limit = self._judge(gap, below)
        return Finding(
            self.id, outcome, attribute, round(gap, 4), limit, message, NONE if outcome is Outcome.PASS else self.remedy
        )

    def _judge(self, gap: float, below: float) -> tuple[Outcome, float]:
        if gap > self.wrong_link_gap_fail + _EPSILON and below > 0:
            return Outcome.FAIL, self.wrong_link_gap_fail
        if gap > self.wrong_link_gap_warn + _EPSILON:
            return Outcome.WARN, self.wrong_link_gap_warn
        return Outcome.PASS, self.wrong_link_gap_warn

    def _unknown(self, attribute: str) -> Finding:
        message = f"Nobody can say whether the links of all groups of {attribute} are wrong equally seldom."
        remedy = "Let a source deliver the attribute aside, for the bias run only, for groups of sufficient size."
        return Finding(self.id, Outcome.NOT_ASSESSABLE, attribute, None, self.wrong_link_gap_fail, message, remedy)
