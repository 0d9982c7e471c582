"""Whether what leaves is what the policy declares: counts perturbed after suppression, and nothing shown by it."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from gate.case import Case, Masked
from gate.finding import NONE, Finding, Outcome
from gate.perturb.perturbed import COUNTS, Perturbed


@dataclass(frozen=True, slots=True)
class Perturbing:
    """Published counts are rounded or get noise as declared; what is hidden stays hidden, and zero stays zero."""

    id: ClassVar = "D10"
    source: ClassVar = "Cox 1982 (controlled rounding); Fraser and Wooton 2005 (cell keys); base 5 as OpenSAFELY"
    outcomes: ClassVar = (
        "applied after all hiding; WARN where amounts stay as they are; FAIL if a count would leave otherwise"
    )
    remedy: ClassVar = "Leave the amounts out, or weigh what an exact sum beside a perturbed count tells."
    minimum_people: float

    def check(self, case: Case) -> tuple[Finding, ...]:
        if case.table is None or case.perturbed is None:
            return (Finding(self.id, Outcome.PASS, "table", None, None, "No table is published.", NONE),)
        made = case.perturbed
        if wrong := _wrong(case.table, made, self.minimum_people):
            message = f"{wrong} counts would not leave as {made.settings.method} leaves them."
            return (Finding(self.id, Outcome.FAIL, "table", wrong, 0, message, self.remedy),)
        exact = "value" in made.table.columns
        message = f"{_said(made)} {'Amounts stay as they are.' if exact else ''}".strip()
        outcome, remedy = (Outcome.WARN, self.remedy) if exact else (Outcome.PASS, NONE)
        mean = round(made.loss["people"].mean, 2)
        return (Finding(self.id, outcome, "table", mean, None, message, remedy),)


def _said(made: Perturbed) -> str:
    """Method and loss."""
    settings, loss = made.settings, made.loss["people"]
    how = f"rounded to multiples of {settings.base}" if settings.base else f"given noise of at most {settings.largest}"
    return (
        f"Counts were {how} after cells were hidden: {loss.changed} of {loss.shown} counts of people changed, by "
        f"{loss.mean:.2f} in the mean and {loss.largest} at most; {loss.kept} of {loss.sums} sums still hold."
    )


def _wrong(table: Masked, made: Perturbed, least: float) -> int:
    """Counts that show what was hidden, fill a zero, fall below the threshold or lie too far; looked at anew."""
    settings = made.settings
    far = 2 * settings.base - 1 if settings.base else settings.largest or 0
    both = zip(table.safe.select(COUNTS).get_columns(), made.table.select(COUNTS).get_columns(), strict=True)
    return sum(int(_off(before, after, least, far, settings.base or 1).sum()) for before, after in both) + int(
        (made.table["people"] > made.table["records"]).sum()
    )


def _off(before: pl.Series, after: pl.Series, least: float, far: int, base: int) -> pl.Series:
    shown = before.is_null() != after.is_null()
    filled = (before == 0) & (after != 0)
    below = (before >= least) & (after < least)
    off = (after % base != 0) | ((after - before).abs() > far)
    return shown | (filled | below | off).fill_null(value=False)
