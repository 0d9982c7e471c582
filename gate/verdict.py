"""The gate's answer."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import polars as pl

from declare import Fault, canonical, digest, digest_frame
from gate.finding import Finding, Outcome
from gate.perturb.perturbed import Perturbed

WORST_FIRST: Final = (Outcome.FAIL, Outcome.NOT_ASSESSABLE, Outcome.WARN, Outcome.PASS)


@dataclass(frozen=True, slots=True, repr=False)
class Verdict:
    """All findings, and the table that may leave if people decide so.

    `safe` has the dimensions and published columns of the subject's cells (`people`, `records`, and `value` where there
    is a magnitude); a hidden cell is null in all of them, whatever it was hidden for, and a zero stays zero. None when
    nothing may leave: a rule fails, or the output is a list of persons. `policy` and `subject` are digests. Where the
    policy declares a perturbation its counts are rounded or have noise. Of anonymous rows it has those that stay,
    coarsened, in the order of their values.
    """

    findings: tuple[Finding, ...]
    policy: str
    subject: str
    safe: pl.DataFrame | None
    unsafe: int = 0
    """Number of cells that a rule hid; the other hidden ones protect these."""
    exact: pl.DataFrame | None = None
    """`safe` before any perturbation, for the ledger; like `perturbed` it is not written down with the verdict."""
    perturbed: Perturbed | None = None
    rows: Mapping[str, Any] | None = None
    """Of anonymous rows what it took, as `gate.microdata.anonymise.Anonymised.facts`; None for tables."""
    stays: pl.Series | None = None
    """Which of the anonymous rows of the draft are in `safe`, for the ledger; not written down with the verdict."""

    def __post_init__(self) -> None:
        # Nothing found is not a pass: no rule has looked.
        if not self.findings:
            raise Fault("the gate found nothing to say", remedy="Name the rules to run in the policy.")

    @property
    def outcome(self) -> Outcome:
        """The worst finding: FAIL, then NOT ASSESSABLE, then WARN, then PASS."""
        return min((finding.outcome for finding in self.findings), key=WORST_FIRST.index)

    @property
    def hidden(self) -> int:
        """Number of hidden cells in `safe`; primary and complementary together."""
        return 0 if self.safe is None or self.rows is not None else self.safe["people"].null_count()

    @property
    def digest(self) -> str:
        return digest(canonical(self.to_json()))

    @classmethod
    def from_json(cls, content: Mapping[str, Any], safe: pl.DataFrame | None) -> Self:
        """A stored verdict again; its digest shows whether it, or the table with it, was changed."""
        findings = tuple(Finding(**{**item, "outcome": Outcome(item["outcome"])}) for item in content["findings"])
        return cls(findings, content["policy"], content["subject"], safe, content["unsafe"], rows=content.get("rows"))

    def to_json(self) -> dict[str, Any]:
        """The contents of findings.json; counts of hidden cells, no cell and no person."""
        counts = Counter(finding.outcome for finding in self.findings)
        return {
            "outcome": self.outcome,
            "counts": {outcome: counts[outcome] for outcome in WORST_FIRST},
            "policy": self.policy,
            "subject": self.subject,
            "safe": None if self.safe is None else digest_frame(self.safe),
            "hidden": self.hidden,
            "unsafe": self.unsafe,
            **({} if self.rows is None else {"rows": dict(self.rows)}),
            "findings": [finding.to_json() for finding in self.findings],
        }
