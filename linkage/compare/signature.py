"""Signatures: from which letters two texts hold, how long they are and how they begin, an upper bound of how alike they
are. It costs a few instructions, and most pairs need no closer look.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from linkage.packing import Rows

Truths = np.ndarray[tuple[int], np.dtype[np.bool_]]
Words = np.ndarray[tuple[int], np.dtype[np.uint64]]
Floats = np.ndarray[tuple[int], np.dtype[np.float32]]

_PREFIX = 4
"""Letters at the begin that Winkler (1990) rewards."""
_LETTER, _LENGTH = np.uint64(12), np.uint64(48)
"""Bits kept of each of these letters, and the place of the length behind them."""
_LONGEST = (1 << 16) - 1
_ROUNDING = 1e-4


@dataclass(frozen=True, slots=True, repr=False)
class Signatures:
    """Of the distinct texts of one side; a text that is missing or empty is as unlike as can be."""

    letters: Words
    """A bit for each letter a text holds; several letters may share a bit."""
    head: Words
    """The first four letters, and the length."""

    @classmethod
    def of(cls, texts: pl.Series) -> Self:
        known = texts.fill_null("")
        length = known.str.len_chars().to_numpy().astype(np.int64)
        points = np.frombuffer("".join(known).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
        starts = np.cumsum(length) - length
        letters = np.zeros(length.size, dtype=np.uint64)
        filled = np.flatnonzero(length)
        if filled.size:
            letters[filled] = np.bitwise_or.reduceat(np.uint64(1) << (points & np.uint64(63)), starts[filled])
        head = np.minimum(length, _LONGEST).astype(np.uint64) << _LENGTH
        for place in range(_PREFIX):
            long = np.flatnonzero(length > place)
            letter = points[starts[long] + place] & np.uint64((1 << int(_LETTER)) - 1)
            head[long] |= letter << (_LETTER * np.uint64(place))
        return cls(letters, head)


def may_reach_jaro_winkler(left: Signatures, right: Signatures, one: Rows, two: Rows, limit: float) -> Truths:
    """Whether the similarity of texts `one` and `two` may be `limit`: matching letters are at most those of the shorter
    text less those the other lacks, and none is out of order."""
    head, other = left.head.take(one), right.head.take(two)
    lengths = [(each >> _LENGTH).astype(np.float32) for each in (head, other)]
    lacking, missing = _lacking(left, right, one, two)
    matching = np.maximum(np.minimum(lengths[0] - lacking, lengths[1] - missing), 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        jaro = (matching / lengths[0] + matching / lengths[1] + 1) / 3
    different = head ^ other
    prefix = np.zeros(one.size, dtype=np.float32)
    for place in range(1, _PREFIX + 1):
        prefix += (different & np.uint64((1 << int(_LETTER) * place) - 1)) == 0
    return np.asarray((matching > 0) & (jaro + np.float32(0.1) * prefix * (1 - jaro) >= limit - _ROUNDING))


def may_reach_osa(left: Signatures, right: Signatures, one: Rows, two: Rows, limit: float) -> Truths:
    """Whether so many edits may do: every letter that one text has and the other lacks takes an edit."""
    lengths = [(each >> _LENGTH).astype(np.float32) for each in (left.head.take(one), right.head.take(two))]
    edits = np.maximum(*_lacking(left, right, one, two))
    near = np.maximum(edits, np.abs(lengths[0] - lengths[1])) <= limit
    return np.asarray(near & (lengths[0] > 0) & (lengths[1] > 0))


def _lacking(left: Signatures, right: Signatures, one: Rows, two: Rows) -> tuple[Floats, Floats]:
    """Letters of the left that the right lacks, and the other way round; at least so many."""
    letters, others = left.letters.take(one), right.letters.take(two)
    return (
        np.bitwise_count(letters & ~others).astype(np.float32),
        np.bitwise_count(others & ~letters).astype(np.float32),
    )
