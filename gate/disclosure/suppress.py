"""Complementary suppression: which further cells to hide, so that the sums do not give the hidden ones away.

For every need (`gate.disclosure.needs`) the cheapest other table is sought that its reader could not tell from the true
one, and whatever differs in it is hidden: the other table is the *witness* that the need is met. Hiding more never
undoes a witness, so needs are met one after the other until none is open; then cells that no need asks for are shown
again, the largest first. Cost is people, so that small cells are hidden before large ones and margins last.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import polars as pl

from gate.disclosure.facts import Facts, amount_room, count_moves, count_room
from gate.disclosure.moves import Bools, Floats, Moves, lines
from gate.disclosure.needs import Needs

_ROUNDING: Final = 1e-7


@dataclass(frozen=True, slots=True)
class Need:
    """In the eyes of a reader a hidden cell can move by an amount (or, if either way will do, by its opposite)."""

    reader: Literal["outsider", "insider", "amount"]
    cell: int
    by: float
    either: bool = False
    knows: int | None = None
    """A cell the reader contributed to."""


@dataclass(frozen=True, slots=True, eq=False)
class Suppression:
    """`hidden`: Boolean per cell, the unsafe ones among them. The witnesses have one row each and one entry per cell:
    how far the other table differs in people (and records), or in value.
    """

    hidden: pl.Series
    counts: Floats
    amounts: Floats


def suppress(
    table: pl.DataFrame, dimensions: tuple[str, ...], unsafe: pl.Series, level: pl.Series | None, needs: Needs
) -> Suppression:
    """Which cells to hide. `table` and `level` as in `gate.case.Masked`.

    A need that cannot be met even by hiding everything is left open; the auditor says so.
    """
    facts = Facts.of(table, dimensions, unsafe, level, needs)
    search = _Search(facts)
    search.settle()
    search.show_again()
    counts, amounts = search.met_for("outsider", "insider"), search.met_for("amount")
    return Suppression(pl.Series("hidden", search.hidden), counts, amounts / facts.scale)


Find = Callable[[int, float, Floats, Floats, Bools], Floats | None]


class _Search:
    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.hidden: Bools = facts.unsafe.copy()
        self._counts, self._amounts = count_moves(facts), Moves(lines(facts.codes), facts.people + 1)
        self._met: dict[Need, Floats] = {}
        self._hopeless: set[Need] = set()
        self._alone = {int(cell): facts.same_person(int(cell)) for cell in np.flatnonzero(facts.people == 1)}

    def settle(self) -> None:
        """Hide cells until no need is open that can be met."""
        while sum(1 for need in self._open() if self._meet(need)):
            pass

    def _meet(self, need: Need) -> bool:
        moves = self._witness(need, np.ones_like(self.hidden), self._counts.whole)
        if moves is None:
            self._hopeless.add(need)
            return False
        self._met[need] = moves
        self.hidden |= moves != 0
        return True

    def show_again(self) -> None:
        """Show complementary cells that no need asks for, the one with most people first."""
        extra = np.flatnonzero(self.hidden & ~self._facts.unsafe)
        for cell in extra[np.argsort(-self._facts.people[extra], kind="stable")]:
            hidden, met = self.hidden.copy(), dict(self._met)
            self.hidden[cell] = False
            self._met = {need: moves for need, moves in met.items() if moves[cell] == 0 and need.cell != cell}
            if not self._holds():
                self.hidden, self._met = hidden, met

    def _holds(self) -> bool:
        """Whether every need can be met by cells already hidden; they become witnesses on the way."""
        for need in self._open():
            moves = self._witness(need, self.hidden, self._counts.whole_if_quick)
            if moves is None:
                return False
            self._met[need] = moves
        return True

    def _witness(self, need: Need, may_move: Bools, find_counts: Find) -> Floats | None:
        up, down = (np.where(may_move, room, 0.0) for room in self._room(need))
        find = self._amounts.cheapest if need.reader == "amount" else find_counts
        moves = find(need.cell, need.by, up, down, self.hidden)
        return find(need.cell, -need.by, up, down, self.hidden) if moves is None and need.either else moves

    def _room(self, need: Need) -> tuple[Floats, Floats]:
        """How far up and down the reader thinks each cell may lie from its true value."""
        facts = self._facts
        if need.reader == "amount":
            up, down = amount_room(facts)
            if need.knows is not None and not facts.signed:
                down[need.knows] = max(facts.value[need.knows] - facts.first[need.knows], 0.0)
        else:
            up, down = count_room(facts, insider=need.reader == "insider")
        if need.knows is not None and facts.people[need.knows] == 1:
            up[need.knows] = down[need.knows] = 0.0
        return up, down

    def _open(self) -> Iterator[Need]:
        """Needs without a witness, but not those that cannot be met; witnesses found on the way count."""
        counts = (self._wide, self._blurred, self._apart)
        amounts = (self._levels, self._vague, self._own) if self._facts.magnitude else ()
        return (need for family in counts + amounts for need in family() if need not in self._hopeless)

    def met_for(self, *readers: str) -> Floats:
        """Witnesses, one a row."""
        found = [moves for need, moves in self._met.items() if need.reader in readers]
        return np.array(found) if found else np.zeros((0, len(self.hidden)))

    def _wide(self) -> Iterator[Need]:
        width = self._facts.needs.count_interval_width
        for cell in _one_by_one(lambda: self._facts.low & (self._reach() < width)):
            yield Need("outsider", cell, width)

    def _reach(self) -> Floats:
        found = self.met_for("outsider", "insider")
        reach: Floats = found.max(axis=0, initial=0.0) - found.min(axis=0, initial=0.0)
        return reach

    def _blurred(self) -> Iterator[Need]:
        for cell in _one_by_one(lambda: self.hidden & ~_moved(self.met_for("insider"))):
            yield Need("insider", cell, 1.0, either=True)

    def _apart(self) -> Iterator[Need]:
        """Nobody who is alone in a hidden cell learns another unsafe count."""
        found = self.met_for("insider")
        for lone, same in self._alone.items():
            still = self._facts.unsafe & ~same & ~_moved(found[found[:, lone] == 0])
            for cell in map(int, np.flatnonzero(still)):
                yield Need("insider", cell, 1.0, either=True, knows=lone)
            found = self.met_for("insider") if still.any() else found

    def _levels(self) -> Iterator[Need]:
        least = self._facts.least
        far = self.met_for("amount")
        for cell in map(int, np.flatnonzero(self._facts.unsafe & (far.max(axis=0, initial=0.0) < least - _ROUNDING))):
            yield Need("amount", cell, float(least[cell]))

    def _vague(self) -> Iterator[Need]:
        for cell in _one_by_one(lambda: self.hidden & ~_moved(self.met_for("amount"))):
            yield Need("amount", cell, float(self._facts.some[cell]), either=True)

    def _own(self) -> Iterator[Need]:
        """Whoever contributed to one hidden cell does not get nearer to another than its level."""
        facts, found = self._facts, self.met_for("amount")
        for cell in map(int, np.flatnonzero(facts.unsafe)):
            rows = found[found[:, cell] >= facts.least[cell] - _ROUNDING]
            possible = (rows >= facts.first - facts.value - _ROUNDING) | facts.signed
            blind = (possible & ((facts.people != 1) | (rows == 0))).any(axis=0)
            known = self.hidden & ~blind & ~self._alone.get(cell, _only(cell, len(blind)))
            for other in map(int, np.flatnonzero(known)):
                yield Need("amount", cell, float(facts.least[cell]), knows=other)
            found = self.met_for("amount") if known.any() else found


def _one_by_one(cells: Callable[[], Bools]) -> Iterator[int]:
    """Each cell that is still among `cells()` when its turn comes, once."""
    asked: set[int] = set()
    while left := [cell for cell in np.flatnonzero(cells()).tolist() if cell not in asked]:
        asked.add(left[0])
        yield left[0]


def _moved(witnesses: Floats) -> Bools:
    moved: Bools = (witnesses != 0).any(axis=0)
    return moved


def _only(cell: int, number: int) -> Bools:
    only: Bools = np.arange(number) == cell
    return only
