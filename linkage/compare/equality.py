"""Levels from codes alone: everything a level asks is a test of two codes, and the outcomes together tell the level.

The codes that one field's tests read are packed, a row for each distinct value, so a pair costs a few words and one
look-up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from declare import WrongInput
from linkage.compare.level import Level
from linkage.dictionary import Codes, numbers
from linkage.packing import Packed, Rows

Numbers = np.ndarray[tuple[int], np.dtype[np.uint8]]
Truths = np.ndarray[tuple[int], np.dtype[np.bool_]]

MOST_TESTS = 20

Test = tuple[str, str]
"""Endings of the left and of the right evidence that must be equal; with `?` before it, evidence both must have."""


@dataclass(frozen=True, slots=True, repr=False)
class Equality:
    tests: Packed
    """A row for each distinct value of the field."""
    levels: Numbers
    """By outcome of the tests."""

    @classmethod
    def of(
        cls,
        name: str,
        levels: Sequence[Level],
        presence: Sequence[str],
        sides: Sequence[Mapping[str, pl.Series]],
    ) -> Self:
        """Of field `name`; `sides` have the codes of the distinct values by evidence column.

        Raises `WrongInput` when the levels ask for too much.
        """
        tests = list(dict.fromkeys([*(("?" + end, "?" + end) for end in presence), *_asked(levels)]))
        if len(tests) > MOST_TESTS:
            raise WrongInput(
                f"the levels of {name} ask for {len(tests)} different comparisons, more than {MOST_TESTS}",
                remedy="Declare fewer levels, or fewer alternatives.",
            )
        left, right = sides
        codes = [(_tested(left, name, one), _tested(right, name, two)) for one, two in tests]
        return cls(Packed.of(codes), _table(levels, presence, tests))

    def __call__(self, left: Rows, right: Rows) -> Numbers:
        """Level of each pair of rows of distinct values."""
        return self.levels.take(self.tests.outcomes(left, right))


def both_ways(part: str) -> tuple[Test, ...]:
    """The tests of which one must hold for a part: `a=b` compares them either way round."""
    one, crossed, two = part.partition("=")
    return ((one, two), (two, one)) if crossed else ((one, one),)


def _asked(levels: Sequence[Level]) -> list[Test]:
    parts = [part for level in levels for alternative in level.equal for part in alternative]
    whole = [("?", "?")] if any(level.incomplete for level in levels) else []
    return [*whole, *(test for part in parts for test in both_ways(part))]


def _tested(codes: Mapping[str, pl.Series], name: str, ending: str) -> Codes:
    code = numbers(codes[name + ending.removeprefix("?")])
    return np.minimum(code, np.uint32(1)) if ending.startswith("?") else code


def _table(levels: Sequence[Level], presence: Sequence[str], tests: Sequence[Test]) -> Numbers:
    """The level for every outcome: the first that holds, *other* for none, 0 where nothing can be compared."""
    outcomes = np.arange(1 << len(tests))
    held = {test: (outcomes >> number) & 1 == 1 for number, test in enumerate(tests)}
    present = np.logical_or.reduce([held["?" + end, "?" + end] for end in presence])
    found = np.where(present, len(levels) + 1, 0)
    for number, level in reversed(list(enumerate(levels, start=1))):
        if level.equal:
            holds = np.logical_or.reduce([_all(held, alternative) for alternative in level.equal])
            holds &= ~held["?", "?"] if level.incomplete else True
            found = np.where(holds, number, found)
    return found.astype(np.uint8)


def _all(held: Mapping[Test, Truths], parts: Sequence[str]) -> Truths:
    found = [np.logical_or.reduce([held[test] for test in both_ways(part)]) for part in parts]
    return np.asarray(np.logical_and.reduce(found))
