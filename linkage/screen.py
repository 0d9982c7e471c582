"""Screening: candidates go through ever dearer comparisons, and those that cannot reach the floor leave on the way.

First which whole values agree, for all fields at once; then factor by factor the levels that codes tell, and a glance
at whether similarity may better them; at last similarity itself. After each the bound of what a pair can still weigh is
tightened. A few pairs are taken at once, so that what is worked on stays near the processor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import polars as pl

from linkage.bound import MARGIN, Bound, Weights, reachable_by_agreement, reachable_by_equality, upper
from linkage.compare.agreement import Agreement, Positions
from linkage.compare.equality import Numbers, Truths
from linkage.fitted import Factor
from linkage.packing import Outcomes

AT_ONCE = 1 << 18
"""Pairs that are worked on at once."""


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """One factor: the most it can weigh, by what is known of its fields."""

    factor: Factor
    agreements: tuple[Agreement, ...]
    by_agreement: np.ndarray
    """By whether the whole values of each field are equal."""
    by_levels: np.ndarray
    """By whether similarity may better each field, then by level of each."""

    @property
    def by_similarity(self) -> bool:
        return any(agreement.compared for agreement in self.agreements)


@dataclass(slots=True, repr=False)
class Waiting:
    """Pairs that may still reach the floor."""

    left: Positions
    right: Positions
    agreement: Outcomes = field(default_factory=lambda: np.zeros(0, dtype=np.uint32))
    most: Weights = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    levels: dict[int, Numbers] = field(default_factory=dict)
    """By number of field."""
    hopeful: dict[int, Truths] = field(default_factory=dict)
    """Whether similarity may still better the level."""

    def keep(self, kept: Truths) -> None:
        if kept.all():
            return
        these = np.flatnonzero(kept)
        self.left, self.right = self.left[these], self.right[these]
        self.agreement, self.most = self.agreement[these], self.most[these]
        self.levels = {number: levels[these] for number, levels in self.levels.items()}
        self.hopeful = {number: hopeful[these] for number, hopeful in self.hopeful.items()}


@dataclass(frozen=True, slots=True, repr=False)
class Screening:
    bound: Bound
    steps: tuple[Step, ...]
    columns: Mapping[int, str]
    """Column of level numbers by number of field."""

    def __call__(self, left: Positions, right: Positions) -> pl.DataFrame:
        """`l`, `r` and levels of the pairs that can reach the floor."""
        parts = [
            self._table(self._screened(left[start : start + AT_ONCE], right[start : start + AT_ONCE]))
            for start in range(0, max(left.size, 1), AT_ONCE)
        ]
        return pl.concat(parts)

    def _screened(self, left: Positions, right: Positions) -> Waiting:
        agreement = self.bound.agreement(left, right)
        numbers = self.columns
        pairs = Waiting(
            left,
            right,
            agreement,
            self.bound.most(left, agreement),
            {number: np.zeros(left.size, dtype=np.uint8) for number in numbers},
            {number: np.zeros(left.size, dtype=bool) for number in numbers},
        )
        self._tighten(pairs)
        # Of values that are equal as a whole the level matters little: it is told of the pairs that are left.
        for equal, step in product((False, True), self.steps):
            _by_codes(pairs, step, self.bound, equal=equal)
            self._tighten(pairs)
        for step in self.steps:
            if step.by_similarity:
                _by_similarity(pairs, step)
                self._tighten(pairs)
        return pairs

    def _tighten(self, pairs: Waiting) -> None:
        pairs.keep(pairs.most >= self.bound.least - MARGIN)

    def _table(self, pairs: Waiting) -> pl.DataFrame:
        levels = {column: pairs.levels[number] for number, column in self.columns.items()}
        return pl.DataFrame({"l": pairs.left, "r": pairs.right, **levels})


def screening(bound: Bound, factors: Sequence[Factor], agreements: Sequence[Agreement]) -> Screening:
    return Screening(
        bound,
        tuple(_step(factor, [agreements[number] for number in factor.fields]) for factor in factors),
        {number: agreement.field.column for number, agreement in enumerate(agreements)},
    )


def _step(factor: Factor, agreements: Sequence[Agreement]) -> Step:
    final = [np.eye(agreement.field.other + 1, dtype=bool) for agreement in agreements]
    better = [reachable_by_equality(agreement) for agreement in agreements]
    choices = [
        upper(factor, [better[axis] if hopeful else final[axis] for axis, hopeful in enumerate(each)])
        for each in product((False, True), repeat=len(agreements))
    ]
    shape = (2,) * len(agreements) + factor.weights.shape
    by_agreement = upper(factor, [reachable_by_agreement(agreement.field) for agreement in agreements])
    return Step(
        factor, tuple(agreements), by_agreement.astype(np.float32), np.reshape(choices, shape).astype(np.float32)
    )


def _by_codes(pairs: Waiting, step: Step, bound: Bound, *, equal: bool) -> None:
    """Levels from codes of the pairs whose whole values are all `equal`, or are not."""
    numbers = step.factor.fields
    bits = [bound.equal(pairs.agreement, number) for number in numbers]
    these = np.flatnonzero(np.logical_and.reduce(bits) == equal)
    asked = Waiting(pairs.left[these], pairs.right[these])
    for number, agreement in zip(numbers, step.agreements, strict=True):
        rows = agreement.rows(asked.left, asked.right)
        asked.levels[number] = levels = agreement.equality(*rows)
        asked.hopeful[number] = hopeful = agreement.hopeful(levels, *rows)
        pairs.levels[number][these], pairs.hopeful[number][these] = levels, hopeful
    before = step.by_agreement[tuple(bit.take(these) for bit in bits)]
    pairs.most[these] += _most(asked, step) - before


def _by_similarity(pairs: Waiting, step: Step) -> None:
    before = _most(pairs, step)
    for number, agreement in zip(step.factor.fields, step.agreements, strict=True):
        hopeful = np.flatnonzero(pairs.hopeful[number])
        rows = agreement.rows(pairs.left[hopeful], pairs.right[hopeful])
        levels = pairs.levels[number]
        levels[hopeful] = agreement.with_similarity(levels[hopeful], *rows)
        pairs.hopeful[number][:] = False
    pairs.most += _most(pairs, step) - before


def _most(pairs: Waiting, step: Step) -> Weights:
    """What the factor can still weigh in each pair."""
    states: list[np.ndarray] = [pairs.hopeful[number] for number in step.factor.fields]
    states += [pairs.levels[number] for number in step.factor.fields]
    place = np.zeros(pairs.left.size, dtype=np.intp)
    for state, size in zip(states, step.by_levels.shape, strict=True):
        place *= size
        place += state
    return step.by_levels.ravel().take(place)
