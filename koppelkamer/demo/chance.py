"""Chance, always from a generator that is handed in: the same seed gives the same files."""

from collections.abc import Mapping

import numpy as np
import polars as pl


def struck(count: int, share: float | pl.Series, rng: np.random.Generator) -> pl.Series:
    """A Boolean for each of `count` rows, true with probability `share` (one number, or one for each row)."""
    limit = share.to_numpy() if isinstance(share, pl.Series) else share
    return pl.Series(rng.random(count) < limit)


def some(count: int, share: float, rng: np.random.Generator) -> pl.Series:
    """Booleans, true for a fixed number of rows: `share` of them, and never none."""
    marks = np.zeros(count, dtype=bool)
    marks[rng.choice(count, size=max(1, round(share * count)), replace=False)] = True
    return pl.Series(marks)


def drawn(values: Mapping[str, float], count: int, rng: np.random.Generator) -> pl.Series:
    """`count` of the keys, by weight."""
    weights = np.array(list(values.values()))
    return pl.Series(list(values)).gather(rng.choice(len(weights), size=count, p=weights / weights.sum()))
