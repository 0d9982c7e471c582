"""Encodings, laid out so that a pair of them is compared without copying either."""

from dataclasses import dataclass
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
    from linkage import kernel

    found = np.empty(one.size)
    kernel.dice(left.words, left.sizes, right.words, right.sizes, one, two, found)
    return found
