"""What perturbing costs: how far the published counts lie from the true ones."""

from dataclasses import dataclass
from typing import Self

import polars as pl


@dataclass(frozen=True, slots=True)
class Loss:
    """Over the counts that are shown. Distances in the unit of the counts."""

    shown: int
    changed: int
    mean: float
    """Mean distance, unchanged counts included."""
    largest: int

    @classmethod
    def between(cls, truth: pl.Series, published: pl.Series) -> Self:
        """Both with one count per cell; a hidden one is null in `published`."""
        distance = (published - truth).abs().drop_nulls()
        if distance.is_empty():
            return cls(0, 0, 0.0, 0)
        most = distance.to_numpy()
        return cls(len(most), int((most > 0).sum()), float(most.mean()), int(most.max()))
