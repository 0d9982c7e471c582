"""Would the table say the same had links been decided a little more strictly, or less?"""

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from gate.bias.facts import Headline, Sensitivity
from gate.bias.gap import EPSILON, remedy_of, unknown
from gate.case import Case, Masked
from gate.finding import Finding, Outcome
from gate.subject import TOTAL

_MEASURES: Final = ("records", "value")
_REMEDY = "Examine a table whose links were decided in the room, so that they can be decided anew."


@dataclass(frozen=True, slots=True)
class ThresholdSensitivity:
    """What the table says does not hang on the exact threshold of a link."""

    id: ClassVar = "B10"
    source: ClassVar = (
        "Harron et al. 2017 (GUILD): sensitivity of results to the linkage threshold; limits are the owner's"
    )
    outcomes: ClassVar = (
        "WARN where a published cell changes by more than the limit, cells of few records together; FAIL where a "
        "declared headline turns round, or a published sum changes its sign; NOT ASSESSABLE where links were not "
        "decided anew, and of fewer records than a group needs"
    )
    remedy: ClassVar = "Say how unsure the figures are, combine cells, or improve the linkage model."
    threshold_change: float
    threshold_step: float
    minimum_group: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        sensitivity = case.subject.sensitivity
        if sensitivity is None or case.table is None or sensitivity.step + EPSILON < self.threshold_step:
            message = f"Nobody has decided the links anew at a threshold {self.threshold_step:g} lower and higher."
            return (unknown(self.id, "table", message, _REMEDY),)
        return self._change(case.table, sensitivity), *self._headlines(case.table, sensitivity)

    def _change(self, table: Masked, sensitivity: Sensitivity) -> Finding:
        """Of the cell that changes most; which one is not told.

        Cells of few records are taken together: in one of ten records a single link that is decided otherwise is a
        tenth, and which pairs lie so near the threshold is partly chance (of the room's keys, among others).
        """
        both = [_enough(_beside(table, other), self.minimum_group) for other in (sensitivity.lower, sensitivity.higher)]
        cells = pl.concat(both)
        if cells.is_empty():
            message = f"All that is published rests on fewer than {self.minimum_group:g} records."
            return unknown(self.id, "table", message, self.remedy)
        turned, most = bool(cells["turned"].any()), float(cells.select(pl.col("change").max()).item())
        measured = round(most, 2)
        outcome = Outcome.FAIL if turned else Outcome.WARN if most > self.threshold_change + EPSILON else Outcome.PASS
        message = (
            f"With the threshold {sensitivity.step:g} lower or higher the published cell that changes most changes by "
            f"{100 * measured:.0f} percent{', and a published sum changes its sign' if turned else ''}."
        )
        return Finding(
            self.id, outcome, "table", measured, self.threshold_change, message, remedy_of(outcome, self.remedy)
        )

    def _headlines(self, table: Masked, sensitivity: Sensitivity) -> tuple[Finding, ...]:
        return tuple(self._headline(table, sensitivity, told) for told in sensitivity.headlines)

    def _headline(self, table: Masked, sensitivity: Sensitivity, told: Headline) -> Finding:
        frames = (table.truth, sensitivity.lower, sensitivity.higher)
        signs = {_sign(frame, table.dimensions, told) for frame in frames}
        what = f"{told.dimension}: {told.more} has more than {told.less}"
        if None in signs:
            remedy = "Name two categories of a dimension of the table."
            return unknown(self.id, "headline", f"The headline ({what}) is not about this table.", remedy)
        outcome = Outcome.PASS if signs == {1} else Outcome.FAIL
        if _records(table.truth, table.dimensions, told) < self.minimum_group:
            message = f"The headline ({what}) rests on fewer than {self.minimum_group:g} records."
            return unknown(self.id, "headline", message, self.remedy)
        holds = "holds" if outcome is Outcome.PASS else "does not hold"
        message = f"The headline ({what}) {holds} with the threshold {sensitivity.step:g} lower and higher."
        return Finding(self.id, outcome, "headline", None, None, message, remedy_of(outcome, self.remedy))


def _beside(table: Masked, other: pl.DataFrame) -> pl.DataFrame:
    """Of each published cell its `records`, and of each measure its size, by how much it is `off` and whether it
    `turned`; whether it is a `margin` or subtotal."""
    names = [name for name in _MEASURES if name in table.truth.columns and name in other.columns]
    there = other.select(*table.dimensions, pl.col(names).name.suffix("_other"))
    cells = table.truth.filter(~table.hidden).join(there, on=list(table.dimensions), how="left")
    known = cells.with_columns(pl.all().exclude(table.dimensions).fill_null(0))
    was, now = {name: pl.col(name) for name in names}, {name: pl.col(f"{name}_other") for name in names}
    above = {name: [TOTAL, *table.parents.get(name, {}).values()] for name in table.dimensions}
    return known.select(
        pl.col("records").alias("rests on"),
        pl.any_horizontal(pl.col(name).is_in(wholes) for name, wholes in above.items()).alias("margin"),
        *(was[name].abs().cast(pl.Float64).alias(f"{name} size") for name in names),
        *((now[name] - was[name]).abs().cast(pl.Float64).alias(f"{name} off") for name in names),
        turned=pl.any_horizontal(was[name] * now[name] < 0 for name in names),
    )


def _enough(cells: pl.DataFrame, least: float) -> pl.DataFrame:
    """`change`, relative, of the most changed measure, and `turned`, of every cell that rests on at least so many
    records, and of all others (margins aside) together where they do."""
    few = pl.col("rests on") < least
    small = cells.filter(few & ~pl.col("margin")).with_columns(turned=pl.lit(value=False))
    together = small.select(pl.all().exclude("margin", "turned").sum(), pl.col("margin", "turned").any())
    names = [name for name in _MEASURES if f"{name} off" in cells.columns]
    size = [pl.when(pl.col(f"{name} size") != 0).then(f"{name} size").otherwise(1) for name in names]
    change = [pl.col(f"{name} off") / each for name, each in zip(names, size, strict=True)]
    judged = pl.concat([cells, together.select(cells.columns)], how="vertical_relaxed").filter(~few)
    return judged.select(pl.max_horizontal(change).alias("change"), "turned")


def _sign(table: pl.DataFrame, dimensions: tuple[str, ...], told: Headline) -> int | None:
    """Of the difference in records between the two categories, over all others; None when one is not there."""
    counts = _margin(table, dimensions, told)
    if not {told.more, told.less} <= counts.keys():
        return None
    more, less = counts[told.more], counts[told.less]
    return (more > less) - (more < less)


def _records(table: pl.DataFrame, dimensions: tuple[str, ...], told: Headline) -> int:
    counts = _margin(table, dimensions, told)
    return sum(counts[name] for name in {told.more, told.less})


def _margin(table: pl.DataFrame, dimensions: tuple[str, ...], told: Headline) -> dict[str, int]:
    """Records of each category of the headline's dimension; nothing where the table does not have it."""
    if told.dimension not in dimensions:
        return {}
    others = [pl.col(name) == TOTAL for name in dimensions if name != told.dimension]
    margin = table.filter(pl.all_horizontal(pl.lit(value=True), *others))
    return {name: int(count) for name, count in margin.select(told.dimension, "records").iter_rows()}
