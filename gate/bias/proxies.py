"""Do columns of the output tell a protected attribute, though it is not among them?"""

from dataclasses import dataclass
from typing import Any, ClassVar, Final

import polars as pl

from gate.bias.facts import EVERYBODY
from gate.bias.gap import EPSILON, remedy_of, unknown
from gate.case import Case
from gate.finding import Finding, Outcome
from gate.subject import DECIDING, Subject

_SURE: Final = 0.05


@dataclass(frozen=True, slots=True)
class ProxyStrength:
    """No column, and not all columns together, tells to which group of a protected attribute somebody belongs."""

    id: ClassVar = "B03"
    source: ClassVar = (
        "bias-corrected Cramér's V of Bergsma 2013; ROC area of a cross-validated logistic regression, interval of "
        "Hanley and McNeil 1982; the cut-offs are the policy owner's"
    )
    outcomes: ClassVar = (
        "WARN and FAIL by V or area, FAIL only in selection, ranking or a list of persons and beyond chance; WARN as "
        "breakdown; NOT ASSESSABLE where no protected attribute may be read"
    )
    remedy: ClassVar = "Coarsen the column or leave it out."
    proxy_v_warn: float
    proxy_v_fail: float
    proxy_auc_warn: float
    proxy_auc_fail: float
    minimum_group: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        proxies = case.subject.proxies
        known = proxies.table.filter(pl.col("records") >= self.minimum_group) if proxies else pl.DataFrame()
        if known.is_empty():
            message = "Nobody can say whether columns of the output stand in for a protected attribute."
            remedy = "Let a source set the attribute aside and declare the ground of the bias run."
            return (unknown(self.id, "output", message, remedy),)
        rows = known.sort("attribute", "column").iter_rows(named=True)
        return tuple(self._about(case.subject, row) for row in rows)

    def _about(self, subject: Subject, row: dict[str, Any]) -> Finding:
        return self._together(subject, row) if row["column"] == EVERYBODY else self._column(subject, row)

    def _column(self, subject: Subject, row: dict[str, Any]) -> Finding:
        deciding = subject.kind == "persons" or any(
            column.name == row["column"] and column.use in DECIDING for column in subject.columns
        )
        v, sure = row["v"], row["chance"] < _SURE
        outcome, limit = self._judge((v, self.proxy_v_warn, self.proxy_v_fail), deciding and sure)
        message = (
            f"{row['column']} goes together with {row['attribute']}: Cramér's V {v:.2f}, shared information "
            f"{row['information']:.2f}."
        )
        return self._found(outcome, row["attribute"], v, limit, message)

    def _together(self, subject: Subject, row: dict[str, Any]) -> Finding:
        deciding = subject.kind == "persons" or any(column.use in DECIDING for column in subject.columns)
        auc, low = row["auc"], row["auc_low"]
        outcome, limit = self._judge((auc, self.proxy_auc_warn, self.proxy_auc_fail), deciding and low > 0.5)
        message = (
            f"All columns together tell the groups of {row['attribute']} with an area of {auc:.2f} "
            f"({low:.2f} to {row['auc_high']:.2f}; 0.50 tells nothing)."
        )
        return self._found(outcome, row["attribute"], auc, limit, message)

    def _judge(self, found: tuple[float, float, float], may_fail: bool) -> tuple[Outcome, float]:
        value, warn, fail = found
        if may_fail and value > fail + EPSILON:
            return Outcome.FAIL, fail
        return (Outcome.WARN if value > warn + EPSILON else Outcome.PASS), warn

    def _found(self, outcome: Outcome, about: str, value: float, limit: float, message: str) -> Finding:
        return Finding(self.id, outcome, about, round(value, 2), limit, message, remedy_of(outcome, self.remedy))
