"""Would the table say the same had links been decided a little more strictly, or less?"""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from gate.bias.facts import Headline, Sensitivity
from gate.bias.gap import EPSILON, remedy_of, unknown
from gate.case import Case, Masked
from gate.finding import Finding, Outcome
from gate.subject import TOTAL

_REMEDY = "Examine a table whose links were decided in the room, so that they can be decided anew."


@dataclass(frozen=True, slots=True)
class ThresholdSensitivity:
    """What the table says does not hang on the exact threshold of a link."""

    id: ClassVar = "B10"
    source: ClassVar = (
        "Harron et al. 2017 (GUILD): sensitivity of results to the linkage threshold; limits are the owner's"
    )
    outcomes: ClassVar = (
        "WARN where a published cell changes by more than the limit; FAIL where a declared headline turns round, or a "
        "published sum changes its sign; NOT ASSESSABLE where links were not decided anew"
    )
    remedy: ClassVar = "Say how unsure the figures are, combine cells, or improve the linkage model."
    threshold_change: float
    threshold_step: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        sensitivity = case.subject.sensitivity
        if sensitivity is None or case.table is None or sensitivity.step + EPSILON < self.threshold_step:
            message = f"Nobody has decided the links anew at a threshold {self.threshold_step:g} lower and higher."
            return (unknown(self.id, "table", message, _REMEDY),)
        return self._change(case.table, sensitivity), *self._headlines(case.table, sensitivity)

    def _change(self, table: Masked, sensitivity: Sensitivity) -> Finding:
        """Of the cell that changes most; which one is not told."""
        both = [_beside(table, other) for other in (sensitivity.lower, sensitivity.higher)]
        most = max(float(cells.select(pl.col("change").max().fill_null(0)).item()) for cells in both)
        turned = any(bool(cells["turned"].any()) for cells in both)
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
        holds = "holds" if outcome is Outcome.PASS else "does not hold"
        message = f"The headline ({what}) {holds} with the threshold {sensitivity.step:g} lower and higher."
        return Finding(self.id, outcome, "headline", None, None, message, remedy_of(outcome, self.remedy))


def _beside(table: Masked, other: pl.DataFrame) -> pl.DataFrame:
    """`change` of the most changed measure of each published cell, relative, and whether a sum `turned`."""
    measures = [name for name in ("records", "value") if name in table.truth.columns and name in other.columns]
    there = other.select(*table.dimensions, pl.col(measures).name.suffix("_other"))
    shown = table.truth.filter(~table.hidden)
    cells = shown.join(there, on=list(table.dimensions), how="left").with_columns(
        pl.all().exclude(table.dimensions).fill_null(0)
    )
    changes = [
        (pl.col(f"{name}_other") - pl.col(name)).abs()
        / pl.when(pl.col(name) != 0).then(pl.col(name).abs()).otherwise(1)
        for name in measures
    ]
    turned = [(pl.col(f"{name}_other") * pl.col(name) < 0) for name in measures]
    return cells.select(change=pl.max_horizontal(changes), turned=pl.any_horizontal(turned))


def _sign(table: pl.DataFrame, dimensions: tuple[str, ...], told: Headline) -> int | None:
    """Of the difference in records between the two categories, over all others; None when one is not there."""
    if told.dimension not in dimensions:
        return None
    others = [pl.col(name) == TOTAL for name in dimensions if name != told.dimension]
    margin = table.filter(pl.all_horizontal(pl.lit(value=True), *others))
    counts = dict(margin.select(told.dimension, "records").iter_rows())
    if not {told.more, told.less} <= counts.keys():
        return None
    more, less = int(counts[told.more]), int(counts[told.less])
    return (more > less) - (more < less)
