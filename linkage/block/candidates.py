"""Candidate pairs: those that meet in a block. A pair of several blocks comes once; the blocks it is in are kept."""

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from linkage.block.blocks import Blocks
from linkage.block.runs import Records, Runs
from linkage.levels import with_levels
from linkage.pairing import Pairing

CHUNK = 1 << 24
"""Pairs that are made at once; a single record with more of them comes whole."""

Screen = Callable[[Runs], pl.DataFrame]
"""From runs to those of their pairs, positions `l` and `r`, that are worth keeping, and what was found of them."""


def everything(runs: Runs) -> pl.DataFrame:
    """The screen that keeps all pairs."""
    left, right = runs.pairs()
    return pl.DataFrame({"l": left, "r": right})


def candidates(pairing: Pairing, blocks: Blocks, screen: Screen = everything) -> pl.DataFrame:
    """Every candidate pair once, in order of left and right position, with its levels.

    Columns: `l`, `r` positions (UInt32; l < r when double records are sought), `blocks` (UInt32, bit k for block k),
    then for each field its level number, `level <field>` (UInt8).
    """
    parts = [pairs_between(blocks, *rows, screen) for rows in chunks(pairing, blocks)]
    return with_levels(pl.concat(parts), pairing)


def chunks(pairing: Pairing, blocks: Blocks) -> Iterator[tuple[int, int]]:
    """Ranges of left records, first and behind the last, that have about `CHUNK` pairs each; at least one range."""
    height = pairing.left.height
    pairs = np.cumsum(blocks.pairs(height))
    first = 0
    while True:
        before = int(pairs[first - 1]) if first else 0
        last = max(int(np.searchsorted(pairs, before + CHUNK, side="right")), first + 1)
        yield first, min(last, height)
        if last >= height:
            return
        first = last


def pairs_between(blocks: Blocks, first: int, last: int, screen: Screen) -> pl.DataFrame:
    """Columns `l`, `r`, `blocks` and those of the screen, for the pairs of left records first … last-1, sorted."""
    found = []
    for number, runs in enumerate(blocks.runs):
        found.append(_once(screen(runs.rows(first, last)), blocks, number))
    pairs = pl.concat(found)
    if blocks.repeats:
        pairs = pairs.group_by("l", "r").agg(pl.col("blocks").bitwise_or(), pl.exclude("blocks").first())
    return pairs.sort("l", "r")


def _once(pairs: pl.DataFrame, blocks: Blocks, number: int) -> pl.DataFrame:
    """Pairs of one block with `blocks`, without those that an earlier block brings for certain."""
    left, right = pairs["l"].to_numpy(), pairs["r"].to_numpy()
    mask = np.zeros(left.size, dtype=np.uint32)
    for other, keys in enumerate(blocks.keys):
        if keys is not None:
            mask |= _agree(keys, left, right).astype(np.uint32) << np.uint32(other)
    own = np.uint32(1 << number)
    repeated = ((mask & own) != 0) & ((mask & (own - np.uint32(1))) != 0)
    return pairs.with_columns(blocks=mask | own).filter(pl.Series(~repeated))


def _agree(keys: tuple[Records, Records], left: Records, right: Records) -> np.ndarray:
    one = keys[0][left]
    return np.asarray((one == keys[1][right]) & (one != 0))
