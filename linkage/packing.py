"""Packing: codes of a record lie side by side in words of 64 bits, so that one comparison tells which of them agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from linkage.dictionary import Codes

Rows = np.ndarray[tuple[int], np.dtype[np.unsignedinteger]]
Words = np.ndarray[tuple[int], np.dtype[np.uint64]]
Outcomes = np.ndarray[tuple[int], np.dtype[np.uint32]]
"""Bit k is set where test k holds."""

WORD = 64


@dataclass(frozen=True, slots=True, repr=False)
class Packed:
    """Codes of both sides for a number of tests; test k asks whether a left code equals a right one."""

    left: tuple[Words, ...]
    right: tuple[Words, ...]
    places: tuple[tuple[int, np.uint64], ...]
    """Word and mask of each test."""

    @classmethod
    def of(cls, tests: Sequence[tuple[Codes, Codes]]) -> Self:
        """`tests` have the codes of the left rows and those of the right ones, 0 where there is no value: a missing
        value gets a number of its own on each side, so that nothing never equals nothing."""
        places: list[tuple[int, np.uint64]] = []
        words: tuple[list[Words], list[Words]] = ([], [])
        used = WORD
        for sides in tests:
            width = (int(max(side.max(initial=0) for side in sides)) + 1).bit_length()
            if used + width > WORD:
                used = 0
                for packed, side in zip(words, sides, strict=True):
                    packed.append(np.zeros(side.size, dtype=np.uint64))
            for number, (packed, side) in enumerate(zip(words, sides, strict=True)):
                code = np.where(side == 0, np.uint64(number), side.astype(np.uint64) + np.uint64(1))
                packed[-1] |= code << np.uint64(used)
            places.append((len(words[0]) - 1, np.uint64(((1 << width) - 1) << used)))
            used += width
        return cls(tuple(words[0]), tuple(words[1]), tuple(places))

    def outcomes(self, left: Rows, right: Rows) -> Outcomes:
        """Which tests hold for pairs of rows."""
        found = np.zeros(left.size, dtype=np.uint32)
        different = [one.take(left) ^ two.take(right) for one, two in zip(self.left, self.right, strict=True)]
        for test, (word, mask) in enumerate(self.places):
            found |= ((different[word] & mask) == 0).astype(np.uint32) << np.uint32(test)
        return found
