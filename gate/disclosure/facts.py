"""The true table as the suppressor calculates with it, and what each reader holds possible of a single cell."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np
import polars as pl

from gate.disclosure.lattice import Lattice
from gate.disclosure.moves import Bools, Floats, Ints, Lines, Sums
from gate.disclosure.needs import Needs
from gate.subject import Parents

_SOME: Final = 0.01
"""Part of a value by which a hidden amount must be able to move."""
LEAST: Final = 2e-5
"""By no less than this (the largest amount is 1,000): smaller moves are lost in the rounding of the solver."""


@dataclass(frozen=True, eq=False)
class Facts:
    """The true table as arrays, one entry per cell. Amounts are scaled: the largest is 1,000."""

    lattice: Lattice
    lines: Lines
    people: Floats
    value: Floats
    first: Floats
    unsafe: Bools
    level: Floats
    signed: bool
    """Whether amounts may be negative, so that no reader knows a lower bound."""
    magnitude: bool
    scale: float
    needs: Needs

    @classmethod
    def of(
        cls,
        table: pl.DataFrame,
        dimensions: tuple[str, ...],
        unsafe: pl.Series,
        level: pl.Series | None,
        needs: Needs,
        parents: Parents,
    ) -> Self:
        amounts = table.select("value", "first").to_numpy() if level is not None else np.zeros((table.height, 2))
        scale = 1000.0 / (float(np.abs(amounts).max(initial=0.0)) or 1.0)
        lattice = Lattice.of(table, dimensions, parents)
        return cls(
            lattice=lattice,
            lines=lattice.lines(),
            people=table["people"].to_numpy().astype(np.float64),
            value=amounts[:, 0] * scale,
            first=amounts[:, 1] * scale,
            unsafe=unsafe.to_numpy(),
            level=np.zeros(table.height) if level is None else level.fill_null(0).to_numpy() * scale,
            signed=bool((amounts[:, 0] < 0).any()),
            magnitude=level is not None,
            scale=scale,
            needs=needs,
        )

    @cached_property
    def low(self) -> Bools:
        low: Bools = np.logical_and(self.people > 0, self.people < self.needs.minimum_people)
        return low

    @cached_property
    def least(self) -> Floats:
        """The upward room of an unsafe amount: its level, and never nothing."""
        return np.maximum(self.level, self.some)

    @cached_property
    def some(self) -> Floats:
        """How far a hidden amount must be able to move at least."""
        positive = np.abs(self.value)[self.value != 0]
        smallest = float(positive.min(initial=1.0))
        return np.maximum(_SOME * np.where(self.value == 0, smallest, np.abs(self.value)), LEAST)

    @cached_property
    def lone(self) -> Ints:
        """Cells with one person in them."""
        return np.flatnonzero(self.people == 1)

    @cached_property
    def same(self) -> Bools:
        """A row for each of `lone`: the cells that hold nobody but that person."""
        same = [self._same_person(int(cell)) for cell in self.lone]
        return np.array(same, dtype=bool).reshape(-1, len(self.people))

    def _same_person(self, cell: int) -> Bools:
        """Cells that hold nobody but the one person alone in `cell`; none when more people are in it.

        Of two cells with one person that lie in one another, that is the same person.
        """
        same = np.zeros_like(self.unsafe)
        lone = self.lone
        reached = [cell] if self.people[cell] == 1 else []
        while reached:
            names, others = self.lattice.codes[reached.pop()], self.lattice.codes[lone]
            nested = self.lattice.within(others, names) | self.lattice.within(names, others)
            new = lone[nested & ~same[lone]]
            same[new] = True
            reached.extend(new.tolist())
        return same


def count_sums(facts: Facts) -> Sums:
    """Moves of people, and of records along with them: what goes the same way in both keeps people at most records.

    Records add up in every row. Where people do not (one person in several parts), a part also stays within its total.
    """
    lines, people = facts.lines, facts.people
    sums = Sums.of(lines, len(people))
    if all(people[parts].sum() == people[total] for total, parts in lines):
        return sums
    parts = np.concatenate([parts for _, parts in lines])
    totals = np.concatenate([np.full(len(parts), total) for total, parts in lines])
    return sums.keeping_below(parts, totals, np.maximum(people[totals] - people[parts], 0.0))


def count_room(facts: Facts, *, insider: bool) -> tuple[Floats, Floats]:
    """A hidden count is at least 1; the insider knows which ones lie below the threshold."""
    threshold = facts.needs.minimum_people
    far = 2 * float(facts.people.max(initial=0.0)) + 10 * facts.needs.count_interval_width
    up = np.where(facts.low, threshold - 1 - facts.people, far) if insider else np.full_like(facts.people, far)
    moves = facts.people > 0
    return np.where(moves, up, 0.0), np.where(moves, facts.people - 1, 0.0)


def amount_room(facts: Facts) -> tuple[Floats, Floats]:
    """Amounts are not negative unless one of them is; where nobody is, the amount is 0."""
    far = 10 * float(np.abs(facts.value).max(initial=1.0)) + 10 * float(facts.level.max(initial=0.0))
    moves = facts.people > 0
    down = np.full_like(facts.value, far) if facts.signed else facts.value
    return np.where(moves, far, 0.0), np.where(moves, down, 0.0)
