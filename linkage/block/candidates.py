"""Candidate pairs: those that meet in a block. A pair of several blocks comes once; the blocks it is in are kept."""

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from linkage.block.blocks import Blocks
from linkage.block.runs import Records
from linkage.levels import with_levels
from linkage.pairing import Pairing

CHUNK = 2_000_000
"""Pairs that are made at once; a single record with more of them comes whole."""

Screen = Callable[[Records, Records], np.ndarray]
"""Whether pairs of positions are worth a further look; what is not is dropped before anything is compared."""


def candidates(pairing: Pairing, blocks: Blocks, screen: Screen | None = None) -> pl.DataFrame:
    """Every candidate pair once, in order of left and right position, with its levels.

    Columns: `l`, `r` positions (UInt32; l < r when double records are sought), `blocks` (UInt32, bit k for block k),
    then for each field its level number, `level <field>` (UInt8).
    """
    parts = [pairs_between(pairing, blocks, *rows, screen) for rows in chunks(pairing, blocks)]
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


def pairs_between(
    pairing: Pairing, blocks: Blocks, first: int, last: int, screen: Screen | None = None
) -> pl.DataFrame:
    """Columns `l`, `r`, `blocks` of the pairs of left records first … last-1, sorted."""
    found = [_of_block(pairing, blocks, number, (first, last), screen) for number in range(len(blocks.runs))]
    pairs = pl.concat(found)
    if blocks.repeats:
        return pairs.group_by("l", "r").agg(pl.col("blocks").bitwise_or()).sort("l", "r")
    return pairs.sort("l", "r")


def _of_block(
    pairing: Pairing, blocks: Blocks, number: int, rows: tuple[int, int], screen: Screen | None
) -> pl.DataFrame:
    """Pairs of one block, without those that an earlier block brings for certain."""
    left, right = blocks.runs[number].between(*rows)
    if pairing.model.dedupe:
        left, right = _kept(left, right, left < right)
    if screen is not None:
        left, right = _kept(left, right, screen(left, right))
    mask = np.zeros(left.size, dtype=np.uint32)
    for other, keys in enumerate(blocks.keys):
        if keys is not None:
            mask |= _agree(keys, left, right).astype(np.uint32) << np.uint32(other)
    own = np.uint32(1 << number)
    repeated = ((mask & own) != 0) & ((mask & (own - np.uint32(1))) != 0)
    left, right, mask = left[~repeated], right[~repeated], mask[~repeated] | own
    return pl.DataFrame({"l": left, "r": right, "blocks": mask})


def _agree(keys: tuple[Records, Records], left: Records, right: Records) -> np.ndarray:
    one = keys[0][left]
    return np.asarray((one == keys[1][right]) & (one != 0))


def _kept(left: Records, right: Records, kept: np.ndarray) -> tuple[Records, Records]:
    these = np.flatnonzero(kept)
    return left[these], right[these]
