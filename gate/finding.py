"""What one rule found. Four outcomes; what could not be evaluated never counts as passed."""

from dataclasses import dataclass
from enum import StrEnum


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
    """The cell, column or group; for hidden cells only their number."""
    measured: float | int | str | None
    threshold: float | int | str | None
    message: str
    """One plain English sentence."""
    remedy: str
    """What would make it pass."""
