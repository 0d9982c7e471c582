"""What one rule found. Four outcomes; what could not be evaluated never counts as passed."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

NONE: Final = "Nothing to mend."
"""The remedy of a rule that found nothing."""


class Outcome(StrEnum):
    PASS = "PASS"
    WARN = "WARN"
    FAIL = "FAIL"
    NOT_ASSESSABLE = "NOT ASSESSABLE"


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of one rule; it never holds a value of a person."""

    rule: str
    """D01 … D14 disclosure, B01 … B15 bias and profiling."""
    outcome: Outcome
    about: str
    """The table, column or attribute; of hidden cells only their number is told."""
    measured: float | int | str | None
    threshold: float | int | str | None
    message: str
    """One plain English sentence."""
    remedy: str
    """What would make it pass."""

    def to_json(self) -> dict[str, float | int | str | None]:
        return asdict(self)
