"""Encodings, laid out so that a pair of them is compared without copying either."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Self

import numpy as np
import polars as pl

from linkage.packing import Rows

Words = np.ndarray[tuple[int, int], np.dtype[np.uint64]]
Sizes = np.ndarray[tuple[int], np.dtype[np.uint32]]
Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True, repr=False)
class Filters:
    """Bloom filters of the distinct values of one side; that of a missing value has no bit."""

    words: Words
    """The words of a filter side by side, in one line of the processor's cache."""
    sizes: Sizes
    """How many bits are set."""

    @classmethod
    def of(cls, encodings: pl.DataFrame) -> Self:
        """From one UInt64 column for each word."""
        words = np.ascontiguousarray(encodings.fill_null(0).to_numpy())
        return cls(words, np.bitwise_count(words).sum(axis=1, dtype=np.uint32))


def dice(left: Filters, right: Filters, one: Rows, two: Rows) -> Floats:
    """Dice coefficient, 0..1, of the filters in rows `one` and `two`; NaN where either has no bit."""
    found = np.empty(one.size)
    _compiled()(left.words, left.sizes, right.words, right.sizes, one, two, found)
    return found


@cache
def _compiled() -> Callable[..., None]:
    from numba import njit

    compiled: Callable[..., None] = njit(cache=True)(_dice)
    return compiled


def _dice(left: Words, sizes: Sizes, right: Words, others: Sizes, one: Rows, two: Rows, found: Floats) -> None:
    for pair in range(one.size):
        row, other = one[pair], two[pair]
        common = np.uint64(0)
        for word in range(left.shape[1]):
            # Bits counted by two, four and eight at a time: the compiler knows this as one instruction.
            bits = left[row, word] & right[other, word]
            bits -= bits >> np.uint64(1) & np.uint64(0x5555555555555555)
            bits = (bits & np.uint64(0x3333333333333333)) + (bits >> np.uint64(2) & np.uint64(0x3333333333333333))
            bits = bits + (bits >> np.uint64(4)) & np.uint64(0x0F0F0F0F0F0F0F0F)
            common += bits * np.uint64(0x0101010101010101) >> np.uint64(56)
        known = sizes[row] and others[other]
        found[pair] = 2 * common / (sizes[row] + others[other]) if known else np.nan
