"""What each block brings: expected matches in it, and those that no other block brings."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from linkage.block import BlockSize


@dataclass(frozen=True, slots=True)
class Brought:
    """A block, its size, and the expected matches among the pairs scored that are in it, and in no other."""

    size: BlockSize
    expected: float
    only: float


def brought(scored: pl.DataFrame, sizes: tuple[BlockSize, ...]) -> tuple[Brought, ...]:
    """`scored` has `blocks` (a bit for each block that brings the pair) and `match_probability`."""
    counted = scored.group_by("blocks").agg(pl.col("match_probability").sum())
    masks, expected = counted["blocks"].to_numpy().astype(np.uint64), counted["match_probability"].to_numpy()
    return tuple(
        Brought(size, float(expected[masks & bit != 0].sum()), float(expected[masks == bit].sum()))
        for size, bit in ((size, np.uint64(1 << number)) for number, size in enumerate(sizes))
    )
