"""What coarsening and leaving out cost."""

from collections.abc import Sequence

import polars as pl


def cell_loss(steps: pl.DataFrame) -> pl.DataFrame:
    """The loss of each value on each level (Float64), rows and columns as in `hierarchy.levels`.

    (values under the same label - 1) / (all values - 1), over values that occur: 0 as it is, 1 when all are one
    (general loss metric, Iyengar 2002). The loss of a table is the mean over rows and quasi-identifiers; a row left out
    counts 1.
    """
    every = max(steps.height - 1, 1)
    return steps.select(((pl.len().over(name) - 1) / every).alias(name) for name in steps.columns)


def discernibility(sizes: Sequence[int] | pl.Series, left_out: int) -> int:
    """Sum over rows of how many rows look the same (Bayardo and Agrawal 2005); a row left out looks like any."""
    kept = pl.Series(sizes, dtype=pl.Int64)
    return int((kept * kept).sum()) + left_out * (int(kept.sum()) + left_out)
