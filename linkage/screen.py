"""Screening: candidates go through ever dearer comparisons, and those that cannot reach the floor leave on the way.

First which whole values agree, for all fields at once; then field by field the level that codes tell, and a glance at
whether similarity may better it; at last similarity itself. After each the bound of what a pair can still weigh is
tightened. A few pairs are taken at once, so that what is worked on stays near the processor.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from linkage.bound import MARGIN, Bound, Weights, reachable_by_agreement, reachable_by_equality, upper
from linkage.compare.agreement import Agreement, Positions
from linkage.compare.equality import Numbers, Truths
from linkage.fitted import Factor

AT_ONCE = 1 << 18
"""Pairs that are worked on at once."""

KNOWN = 2
"""What is known of a field in a pair is its *state*: 0 where whole values differ and 1 where they are equal; from here
on its level by codes, and behind those the levels that similarity may still better."""


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """One field, and the most that its factor can weigh."""

    number: int
    agreement: Agreement
    fields: tuple[int, ...]
    """All fields of the factor."""
    most: Weights
    """By state of each of them."""

    @property
    def levels(self) -> int:
        return self.agreement.field.other + 1


@dataclass(slots=True, repr=False)
class Waiting:
    """Pairs that may still reach the floor."""

    left: Positions
    right: Positions
    most: Weights
    states: dict[int, Numbers]
    """By number of field."""

    def __len__(self) -> int:
        return self.left.size

    def keep(self, kept: Truths) -> None:
        if kept.all():
            return
        these = np.flatnonzero(kept)
        self.left, self.right, self.most = self.left[these], self.right[these], self.most[these]
        self.states = {number: states[these] for number, states in self.states.items()}

    def change(self, step: Step, these: np.ndarray, states: Numbers) -> None:
        """Put the field of a step into new states in some pairs, and tighten their bound."""
        before = self._most(step, these)
        self.states[step.number][these] = states
        self.most[these] += self._most(step, these) - before

    def _most(self, step: Step, these: np.ndarray) -> Weights:
        place = np.zeros(these.size, dtype=np.intp)
        for number, size in zip(step.fields, step.most.shape, strict=True):
            place *= size
            place += self.states[number].take(these)
        return step.most.ravel().take(place)


Stage = Callable[[Waiting], None]


@dataclass(frozen=True, slots=True, repr=False)
class Screening:
    bound: Bound
    steps: tuple[Step, ...]
    columns: Mapping[int, str]
    """Column of level numbers by number of field."""

    def __call__(self, left: Positions, right: Positions) -> pl.DataFrame:
        """`l`, `r` and levels of the pairs that can reach the floor."""
        parts = []
        for start in range(0, max(left.size, 1), AT_ONCE):
            pairs = self.waiting(left[start : start + AT_ONCE], right[start : start + AT_ONCE])
            for _, stage in self.stages():
                stage(pairs)
                self.tighten(pairs)
            parts.append(self._table(pairs))
        return pl.concat(parts)

    def waiting(self, left: Positions, right: Positions) -> Waiting:
        """Pairs of which no more is known than which whole values are equal."""
        agreement = self.bound.agreement(left, right)
        equal = {number: self.bound.equal(agreement, number).astype(np.uint8) for number in self.columns}
        pairs = Waiting(left, right, self.bound.most(left, agreement), equal)
        self.tighten(pairs)
        return pairs

    def stages(self) -> Iterator[tuple[str, Stage]]:
        """What pairs go through, by name, from cheap to dear."""
        # Of values that are equal as a whole the level matters little: it is told of the pairs that are left.
        for whole, what in enumerate(("codes, values differ", "codes, values are equal")):
            for step in self.steps:
                yield f"{step.agreement.field.name}: {what}", partial(_by_codes, step=step, whole=whole)
        for step in self.steps:
            if step.agreement.measures:
                yield f"{step.agreement.field.name}: similarity", partial(_by_similarity, step=step)

    def tighten(self, pairs: Waiting) -> None:
        """Drop the pairs that cannot reach the floor."""
        pairs.keep(pairs.most >= self.bound.least - MARGIN)

    def _table(self, pairs: Waiting) -> pl.DataFrame:
        levels = {column: pairs.states[number] - np.uint8(KNOWN) for number, column in self.columns.items()}
        return pl.DataFrame({"l": pairs.left, "r": pairs.right, **levels})


def screening(bound: Bound, factors: Sequence[Factor], agreements: Sequence[Agreement]) -> Screening:
    """Fields come in the order in which comparing them lowers the bound most for what it costs."""
    steps = [step for factor in factors for step in _steps(factor, agreements)]
    columns = {number: agreement.field.column for number, agreement in enumerate(agreements)}
    return Screening(bound, tuple(sorted(steps, key=_dearness)), columns)


def _steps(factor: Factor, agreements: Sequence[Agreement]) -> list[Step]:
    most = upper(factor, [_reachable(agreements[number]) for number in factor.fields]).astype(np.float32)
    return [Step(number, agreements[number], factor.fields, most) for number in factor.fields]


def _reachable(agreement: Agreement) -> np.ndarray:
    """Levels (columns) that are possible in each state (rows)."""
    known = np.eye(agreement.field.other + 1, dtype=bool)
    return np.concatenate([reachable_by_agreement(agreement.field), known, reachable_by_equality(agreement)])


def _dearness(step: Step) -> float:
    """What comparing a field by codes costs for each bit by which it lowers the bound where nothing agrees."""
    differ = [0] * len(step.fields)
    other = list(differ)
    other[step.fields.index(step.number)] = KNOWN + step.levels - 1
    lowered = float(step.most[tuple(differ)] - step.most[tuple(other)])
    field = step.agreement.field
    return (len(field.evidence) + 2 * len(step.agreement.measures)) / max(lowered, 1e-3)


def _by_codes(pairs: Waiting, step: Step, whole: int) -> None:
    """Levels from codes of the pairs whose whole values are equal (1), or are not (0)."""
    these = np.flatnonzero(pairs.states[step.number] == whole)
    rows = step.agreement.rows(pairs.left.take(these), pairs.right.take(these))
    levels = step.agreement.equality(*rows)
    hopeful = step.agreement.hopeful(levels, *rows)
    pairs.change(step, these, levels + np.uint8(KNOWN) + hopeful * np.uint8(step.levels))


def _by_similarity(pairs: Waiting, step: Step) -> None:
    """Levels of the pairs that similarity may better."""
    hopeful = np.uint8(KNOWN + step.levels)
    these = np.flatnonzero(pairs.states[step.number] >= hopeful)
    rows = step.agreement.rows(pairs.left.take(these), pairs.right.take(these))
    levels = step.agreement.with_similarity(pairs.states[step.number].take(these) - hopeful, *rows)
    pairs.change(step, these, levels + np.uint8(KNOWN))
