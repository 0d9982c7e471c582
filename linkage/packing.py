"""Packing: codes of a record lie side by side in words of 64 bits, so that one comparison tells which of them agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from linkage.dictionary import Codes

Rows = np.ndarray[tuple[int], np.dtype[np.unsignedinteger]]
Words = np.ndarray[tuple[int, int], np.dtype[np.uint64]]
Outcomes = np.ndarray[tuple[int], np.dtype[np.uint32]]
"""Bit k is set where test k holds."""

WORD = 64


@dataclass(frozen=True, slots=True, repr=False)
class Packed:
    """Codes of both sides for a number of tests; test k asks whether a left code equals a right one."""

    left: Words
    """A row for each left row, its words side by side."""
    right: Words
    places: tuple[tuple[int, int], ...]
    """Word and mask of each test."""

    @classmethod
    def of(cls, tests: Sequence[tuple[Codes, Codes]]) -> Self:
        """`tests` have the codes of the left rows and those of the right ones, 0 where there is no value: a missing
        value gets a number of its own on each side, so that nothing never equals nothing."""
        places = _places([(int(max(side.max(initial=0) for side in sides)) + 1).bit_length() for sides in tests])
        left, right = (_words([sides[side] for sides in tests], places, side) for side in (0, 1))
        return cls(left, right, tuple((word, ((1 << width) - 1) << used) for word, used, width in places))

    def outcomes(self, left: Rows, right: Rows) -> Outcomes:
        """Which tests hold for pairs of rows."""
        found = np.zeros(left.size, dtype=np.uint32)
        different = self.left.take(left, axis=0) ^ self.right.take(right, axis=0)
        for test, (word, mask) in enumerate(self.places):
            found |= ((different[:, word] & np.uint64(mask)) == 0).astype(np.uint32) << np.uint32(test)
        return found


Place = tuple[int, int, int]
"""Word, first bit and width of a test."""


def _places(widths: Sequence[int]) -> list[Place]:
    """A test that does not fit any more begins a new word."""
    places: list[Place] = []
    word, used = 0, 0
    for width in widths:
        if used + width > WORD:
            word, used = word + 1, 0
        places.append((word, used, width))
        used += width
    return places


def _words(codes: Sequence[Codes], places: Sequence[Place], missing: int) -> Words:
    """`missing` stands where there is no code."""
    words = np.zeros((codes[0].size, places[-1][0] + 1), dtype=np.uint64)
    for code, (word, used, _) in zip(codes, places, strict=True):
        packed = np.where(code == 0, np.uint64(missing), code.astype(np.uint64) + np.uint64(1))
        words[:, word] |= packed << np.uint64(used)
    return words
