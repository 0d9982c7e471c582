"""Cell keys: noise that depends on whose records a cell counts, so that the same people bring the same noise in every
table.

Each record has a key, a number that only the room can make. The keys of a cell's records add up, modulo 2^32, to the
key of the cell, and that chooses the noise from a fixed distribution (Fraser and Wooton 2005, UNECE work session on
statistical data confidentiality; Thompson, Broadfoot and Elazar 2013, the same). Among all distributions with mean zero
the one with the most entropy is taken (Giessing 2016, Privacy in Statistical Databases), here within `largest` and
above the least count that is published at all.

The threshold stands: noise is put on what is shown after small counts were hidden, and never brings a count below the
least. Sums no longer hold exactly.
"""

from collections.abc import Callable
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from gate.disclosure.sums import ancestors
from gate.subject import Cells

Floats = npt.NDArray[np.float64]

KEYS: Final = 2**32
_ROUNDS: Final = 200
_STEEPEST: Final = 60.0


def perturbed(counts: pl.Series, keys: pl.Series, *, least: int, largest: int, variance: float) -> pl.Series:
    """`counts` with noise; null stays null and zero stays zero. `keys`: UInt32, the key of each cell.

    No count becomes less than `least`, and one that is `least` stays so. `variance` is that of the noise of counts at
    least `largest` above it; nearer to `least` it is smaller.
    """
    value = counts.fill_null(0).to_numpy().astype(np.int64)
    table = distributions(largest, variance).cumsum(axis=1)
    row = np.clip(value - least, 0, largest)
    chance = (keys.to_numpy().astype(np.float64) + 0.5) / KEYS
    noise = (chance[:, None] > table[row]).sum(axis=1) - largest
    noisy = pl.Series(counts.name, np.where(value < least, value, value + noise), pl.Int64)
    return pl.select(pl.when(counts.is_not_null()).then(noisy)).to_series().alias(counts.name)


def key_sums(cells: Cells, people: pl.DataFrame) -> pl.Series:
    """The key of every cell, subtotal and total (UInt32, in the order of the table): those of its distinct people.

    `people`: `cell` (row of a cell that is no margin), `person`, and the person's `key` (below 2^32).
    """
    at = people.join(_wholes(cells), on="cell").unique(["whole", "person"])
    sums = at.group_by("whole").agg(cell_key=pl.col("key").cast(pl.UInt64).sum() % KEYS)
    rows = pl.DataFrame({"whole": pl.Series(range(cells.table.height), dtype=pl.UInt32)})
    found = rows.join(sums, on="whole", how="left", maintain_order="left")["cell_key"]
    return found.fill_null(0).cast(pl.UInt32)


def _wholes(cells: Cells) -> pl.DataFrame:
    """`cell` and `whole`: every cell of the table that holds it, itself and margins included (UInt32)."""
    numbered = cells.table.select(cells.dimensions).with_row_index("whole").with_columns(cell=pl.col("whole"))
    parts = numbered.select("cell", *cells.dimensions)
    for name in cells.dimensions:
        known = {each: list(ancestors(name, each, cells.parents)) for each in set(parts[name])}
        parts = parts.with_columns(
            pl.col(name).replace_strict(known, return_dtype=pl.List(pl.String)).alias(name)
        ).explode(name)
    return parts.join(numbered.drop("cell"), on=cells.dimensions).select("cell", "whole")


def most_variance(largest: int) -> float:
    """The variance of noise that is spread evenly from -`largest` to `largest`."""
    return largest * (largest + 1) / 3


@cache
def distributions(largest: int, variance: float) -> Floats:
    """Chances of noise from -`largest` to `largest` (columns) for a count by its distance from the least (rows; the
    last is also for all counts further up). Every row has mean zero.

    Raises `ValueError` when noise within `largest` cannot have that variance.
    """
    if not 0 < variance < most_variance(largest):
        raise ValueError("a variance lies above 0 and below that of evenly spread noise")
    steps = np.arange(-largest, largest + 1, dtype=np.float64)
    flat = _solved(lambda bend: float(_shares(steps, 0.0, bend) @ steps**2) - variance, rising=False)
    found = np.array([_row(steps, -float(room), flat) for room in range(largest + 1)])
    found.setflags(write=False)
    return found


def _row(steps: Floats, lowest: float, bend: float) -> Floats:
    """The distribution over the steps from `lowest`, tilted so that its mean is zero."""
    if lowest == 0:
        still: Floats = (steps == 0).astype(np.float64)
        return still
    allowed = np.where(steps >= lowest, 0.0, -np.inf)
    tilt = _solved(lambda slope: float(_shares(steps, slope, bend, allowed) @ steps), rising=True)
    return _shares(steps, tilt, bend, allowed)


def _shares(steps: Floats, slope: float, bend: float, allowed: Floats | float = 0.0) -> Floats:
    """Chances in proportion to exp(slope × step - bend × step²), the form that has the most entropy."""
    weight = slope * steps - bend * steps**2 + allowed
    shares = np.exp(weight - weight.max())
    found: Floats = shares / shares.sum()
    return found


def _solved(of: Callable[[float], float], *, rising: bool) -> float:
    """Where a monotone curve crosses zero, by halving."""
    low, high = (-_STEEPEST, _STEEPEST) if rising else (0.0, _STEEPEST)
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        if (of(middle) < 0) is rising:
            low = middle
        else:
            high = middle
    return (low + high) / 2
