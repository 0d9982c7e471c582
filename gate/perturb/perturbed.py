"""The table as it leaves when the policy declares a perturbation: noise or rounding on the counts that are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from gate.disclosure.lattice import Lattice
from gate.disclosure.moves import Lines
from gate.perturb.cell_key import perturbed as with_noise
from gate.perturb.loss import Loss
from gate.perturb.rounding import rounded
from gate.perturb.settings import Perturbation
from gate.subject import CELL_KEY, Parents, SubjectError

COUNTS: Final = ("people", "records")
MOST_CELLS: Final = 20_000
"""Beyond, nobody could wait for the rounding that changes least."""


@dataclass(frozen=True, slots=True, repr=False)
class Perturbed:
    """`table`: what would leave, as the masked table with other counts. `loss`: by measure."""

    settings: Perturbation
    dimensions: tuple[str, ...]
    table: pl.DataFrame
    loss: Mapping[str, Loss]


def perturb(
    masked: pl.DataFrame,
    truth: pl.DataFrame,
    dimensions: Sequence[str],
    parents: Parents,
    settings: Perturbation,
    least: int,
) -> Perturbed:
    """The counts of `masked` (hidden ones null) rounded or with noise; all else as it was.

    `truth`: the checked cells, for cell keys with the column `cell_key`. `least`: persons below which no count is
    shown. Raises `SubjectError` where there are no keys or too many cells, and `NoRounding`.
    """
    lines = Lattice.of(masked, dimensions, parents).lines()
    counts = (
        _rounded(masked, lines, settings.base or 0)
        if settings.method == "rounding"
        else _noisy(masked, truth, settings, least)
    )
    loss = {name: Loss.between(truth[name], shown, lines) for name, shown in zip(COUNTS, counts, strict=True)}
    return Perturbed(settings, tuple(dimensions), masked.with_columns(counts), loss)


def _rounded(masked: pl.DataFrame, lines: Lines, base: int) -> list[pl.Series]:
    if masked.height > MOST_CELLS:
        raise SubjectError(
            f"a table of {masked.height:,} cells is too large to round with its sums",
            remedy=f"Publish at most {MOST_CELLS:,} cells together, or choose cell keys.",
        )
    people = rounded(masked["people"], lines, base)
    return [people, rounded(masked["records"], lines, base, least=people)]


def _noisy(masked: pl.DataFrame, truth: pl.DataFrame, settings: Perturbation, least: int) -> list[pl.Series]:
    """People and records of a cell get the noise of one key, so that people never outnumber their records."""
    if CELL_KEY not in truth.columns:
        raise SubjectError(
            f"the policy asks for cell keys, and the table has no column {CELL_KEY}",
            remedy="Give every cell the sum of its people's keys, modulo 2^32, or declare rounding in the policy.",
        )
    largest, variance = settings.largest or 0, settings.variance or 0.0
    return [
        with_noise(masked[name], truth[CELL_KEY], least=least, largest=largest, variance=variance) for name in COUNTS
    ]
