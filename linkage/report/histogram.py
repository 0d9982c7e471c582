"""How many pairs have which match weight."""

import math
from dataclasses import dataclass
from typing import Final

import polars as pl

MOST_BINS: Final = 60
_WIDTHS: Final = (1, 2, 5, 10, 20, 50, 100)


@dataclass(frozen=True, slots=True)
class Bin:
    """Pairs with a match weight (log2) from `low` to below `high`."""

    low: float
    high: float
    pairs: int
    links: int
    expected: float
    """Expected matches among them: the sum of their probabilities."""


def histogram(scored: pl.DataFrame) -> tuple[Bin, ...]:
    """Bins in order, empty ones too. `scored` has `match_weight`, `match_probability` and `linked`."""
    if scored.is_empty():
        return ()
    low, high = (math.floor(float(weight)) for weight in scored["match_weight"].sort().gather([0, -1]))
    width = next((wide for wide in _WIDTHS if high - low < wide * MOST_BINS), _WIDTHS[-1])
    counted = (
        scored.group_by((pl.col("match_weight") / width).floor().cast(pl.Int64).alias("bin"))
        .agg(pl.len().alias("pairs"), pl.col("linked").sum(), pl.col("match_probability").sum())
        .sort("bin")
    )
    found = {row[0]: row[1:] for row in counted.iter_rows()}
    numbers = range(min(found), max(found) + 1)
    return tuple(Bin(n * width, (n + 1) * width, *found.get(n, (0, 0, 0.0))) for n in numbers)
