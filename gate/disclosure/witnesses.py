"""Witnesses: other tables a reader cannot tell from the true one, and which needs are still open beside them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, Self

import numpy as np

from gate.disclosure.facts import LEAST, Facts, amount_room, count_room
from gate.disclosure.moves import Bools, Floats

Reader = Literal["outsider", "insider", "amount"]

ROUNDING: Final = 1e-7


@dataclass(frozen=True, slots=True)
class Need:
    """In the eyes of a reader a hidden cell can move by an amount (or, if either way will do, by its opposite)."""

    reader: Reader
    cell: int
    by: float
    either: bool = False
    knows: int | None = None
    """A cell the reader contributed to."""

    def room(self, facts: Facts) -> tuple[Floats, Floats]:
        """How far up and down the reader thinks each cell may lie from its true value."""
        if self.reader == "amount":
            up, down = amount_room(facts)
            if self.knows is not None and not facts.signed:
                down[self.knows] = max(facts.value[self.knows] - facts.first[self.knows], 0.0)
        else:
            up, down = count_room(facts, insider=self.reader == "insider")
        if self.knows is not None and facts.people[self.knows] == 1:
            up[self.knows] = down[self.knows] = 0.0
        return up, down


class Witnesses:
    """Moves that were found, by the reader who cannot tell; and from these which needs are not met yet."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._found: dict[Reader, list[Floats]] = {"outsider": [], "insider": [], "amount": []}
        self._stacked: dict[tuple[Reader, ...], Floats] = {}

    def add(self, reader: Reader, moves: Floats) -> None:
        self._found[reader].append(moves)
        self._stacked = {readers: rows for readers, rows in self._stacked.items() if reader not in readers}

    def by(self, *readers: Reader) -> Floats:
        """Witnesses, one a row."""
        if readers not in self._stacked:
            rows = [moves for reader in readers for moves in self._found[reader]]
            self._stacked[readers] = np.array(rows) if rows else np.zeros((0, len(self._facts.people)))
        return self._stacked[readers]

    def inside(self, hidden: Bools) -> Self:
        """Those in which nothing moves but `hidden` cells."""
        kept = type(self)(self._facts)
        for reader, rows in self._found.items():
            kept._found[reader] = [moves for moves in rows if not moves[~hidden].any()]
        return kept

    def first(self) -> Iterator[Need]:
        """The needs to begin with: those that take most room."""
        yield from self._wide()
        if self._facts.magnitude:
            yield from self._levels()

    def open(self, hidden: Bools) -> Iterator[Need]:
        """Needs without a witness; those found on the way count."""
        yield from self._wide()
        yield from self._blurred(hidden)
        yield from self._apart()
        if self._facts.magnitude:
            yield from self._levels()
            yield from self._vague(hidden)
            yield from self._own(hidden)

    def narrow(self) -> Bools:
        """Unsafe counts that do not reach wide enough yet."""
        found = self.by("outsider", "insider")
        reach = found.max(axis=0, initial=0.0) - found.min(axis=0, initial=0.0)
        narrow: Bools = self._facts.low & (reach < self._facts.needs.count_interval_width)
        return narrow

    def fixed(self, hidden: Bools, reader: Reader) -> Bools:
        """Hidden cells that have not moved yet."""
        still = LEAST / 2 if reader == "amount" else 0.0
        fixed: Bools = hidden & ~(np.abs(self.by(reader)) > still).any(axis=0)
        return fixed

    def too_near(self) -> Bools:
        """Unsafe amounts that do not rise far enough yet."""
        least = self._facts.least
        near: Bools = self._facts.unsafe & (self.by("amount").max(axis=0, initial=0.0) < least - ROUNDING)
        return near

    def told_apart(self) -> Bools:
        """A row per lone cell (`facts.lone`): unsafe cells that have not moved while that one stayed."""
        facts, found, unsafe = self._facts, self.by("insider"), np.flatnonzero(self._facts.unsafe)
        moved, still = (found[:, unsafe] != 0).astype(np.float32), (found[:, facts.lone] == 0).astype(np.float32)
        told = np.zeros_like(facts.same)
        told[:, unsafe] = still.T @ moved == 0
        told &= ~facts.same
        return told

    def _told_by(self, row: int) -> Bools:
        told: Bools = self.told_apart()[row]
        return told

    def seen_through(self, cell: int, hidden: Bools) -> Bools:
        """Hidden cells whose own contributors know of every witness for the level of `cell` that it is none."""
        facts, found = self._facts, self.by("amount")
        rows = found[found[:, cell] >= facts.least[cell] - ROUNDING]
        possible = (rows >= facts.first - facts.value - ROUNDING) | facts.signed
        blind = (possible & ((facts.people != 1) | (rows == 0))).any(axis=0)
        same = facts.same[facts.lone == cell].any(axis=0)
        others: Bools = hidden & ~blind & ~same & (np.arange(len(blind)) != cell)
        return others

    def _wide(self) -> Iterator[Need]:
        for cell in _one_by_one(self.narrow):
            yield Need("outsider", cell, self._facts.needs.count_interval_width)

    def _blurred(self, hidden: Bools) -> Iterator[Need]:
        for cell in _one_by_one(lambda: self.fixed(hidden, "insider")):
            yield Need("insider", cell, 1.0, either=True)

    def _apart(self) -> Iterator[Need]:
        """Nobody who is alone in a hidden cell learns another unsafe count."""
        told = self.told_apart()
        for row in np.flatnonzero(told.any(axis=1)).tolist():
            for cell in _one_by_one(partial(self._told_by, row)):
                yield Need("insider", cell, 1.0, either=True, knows=int(self._facts.lone[row]))

    def _levels(self) -> Iterator[Need]:
        for cell in _one_by_one(self.too_near):
            yield Need("amount", cell, float(self._facts.least[cell]))

    def _vague(self, hidden: Bools) -> Iterator[Need]:
        for cell in _one_by_one(lambda: self.fixed(hidden, "amount")):
            yield Need("amount", cell, float(self._facts.some[cell]), either=True)

    def _own(self, hidden: Bools) -> Iterator[Need]:
        """Whoever contributed to one hidden cell does not get nearer to another than its level."""
        for cell in np.flatnonzero(self._facts.unsafe).tolist():
            for other in _one_by_one(partial(self.seen_through, cell, hidden)):
                yield Need("amount", cell, float(self._facts.least[cell]), knows=other)


def _one_by_one(cells: Callable[[], Bools]) -> Iterator[int]:
    """Each cell that is still among `cells()` when its turn comes, once."""
    asked: set[int] = set()
    while left := [cell for cell in np.flatnonzero(cells()).tolist() if cell not in asked]:
        asked.add(left[0])
        yield left[0]
