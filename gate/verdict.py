"""The gate's answer."""

from dataclasses import dataclass

import polars as pl

from gate.finding import Finding, Outcome


@dataclass(frozen=True, slots=True, repr=False)
class Verdict:
    """All findings, and the table that may leave if people decide so.

    `safe` has the dimensions and published columns of the subject's cells, hidden ones null; None when nothing may leave.
    `policy` and `subject` are digests.
    """

    findings: tuple[Finding, ...]
    policy: str
    subject: str
    safe: pl.DataFrame | None

    @property
    def outcome(self) -> Outcome:
        """The worst finding: FAIL, then NOT ASSESSABLE, then WARN, then PASS."""
        order = (Outcome.FAIL, Outcome.NOT_ASSESSABLE, Outcome.WARN, Outcome.PASS)
        return min((finding.outcome for finding in self.findings), key=order.index)
