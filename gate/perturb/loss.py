"""What perturbing costs: how far the published counts lie from the true ones, and which sums no longer hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from gate.disclosure.moves import Ints


@dataclass(frozen=True, slots=True)
class Loss:
    """Over the counts that are shown. Distances in the unit of the counts."""

    shown: int
    changed: int
    mean: float
    """Mean distance, unchanged counts included."""
    largest: int
    sums: int = 0
    """Sums of shown counts that held before."""
    kept: int = 0
    """Of these, sums that hold afterwards."""

    @classmethod
    def between(cls, truth: pl.Series, published: pl.Series, lines: Sequence[tuple[int, Ints]] = ()) -> Self:
        """Both with one count per cell; a hidden one is null in `published`. `lines`: total and parts of each sum."""
        before, after = (_gaps(counts, published.is_null(), lines) for counts in (truth, published))
        held = before == 0
        sums, kept = int(held.sum()), int((held & (after == 0)).sum())
        distance = (published - truth).abs().drop_nulls()
        if distance.is_empty():
            return cls(0, 0, 0.0, 0, sums, kept)
        most = distance.to_numpy()
        return cls(len(most), int((most > 0).sum()), float(most.mean()), int(most.max()), sums, kept)


def _gaps(counts: pl.Series, hidden: pl.Series, lines: Sequence[tuple[int, Ints]]) -> Ints:
    """Parts less total, of every line that has no hidden cell."""
    value, unseen = counts.fill_null(0).to_numpy(), hidden.to_numpy()
    seen = [(total, parts) for total, parts in lines if not unseen[total] and not unseen[parts].any()]
    return np.array([value[parts].sum() - value[total] for total, parts in seen], dtype=np.int64)
