"""Complementary suppression: which further cells to hide, so that the sums do not give the hidden ones away.

For every need (`gate.disclosure.needs`) another table is sought that its reader could not tell from the true one: the
*witness* that the need is met. Glimpses come first: tables far from the true one among cells that are hidden already,
each of which answers for many needs. For what is left the cheapest witness is sought among all cells, and whatever
differs in it is hidden. Hiding more never undoes a witness, so needs are met one after the other until none is open;
then cells that no need asks for are shown again, the largest first. Cost is people, so that small cells are hidden
before large ones and margins last.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from gate.disclosure.cheapest import cheapest
from gate.disclosure.facts import Facts, count_sums
from gate.disclosure.glimpses import AMOUNTS, COUNTS, Glimpse, Look
from gate.disclosure.moves import Bools, Floats, Moves, Sums
from gate.disclosure.needs import Needs
from gate.disclosure.witnesses import ROUNDING, Need, Reader, Witnesses
from gate.subject import FLAT, Parents, SubjectError

CELLS: Final = 100_000
"""Most cells of a table in which anything is unsafe; one in which nothing is may have a million."""
LARGEST: Final = 30_000_000
"""Most cells times unsafe cells: about a CPU minute (`benchmarks/results/gate.md`)."""
_PATIENCE: Final = 3
"""Glimpses in a row that answer nothing before needs are met one by one."""
SMALL: Final = 64
"""Cells of a table for which the cheapest set is looked for."""
NETWORK: Final = 128
"""The same for counts in two dimensions, whose moves are flows: the search takes seconds where others take minutes."""
_ROUNDS: Final = 25


@dataclass(frozen=True, slots=True, eq=False)
class Suppression:
    """`hidden`: Boolean per cell, the unsafe ones among them. The witnesses have one row each and one entry per cell:
    how far the other table differs in people (and records), or in value.
    """

    hidden: pl.Series
    counts: Floats
    amounts: Floats


def suppress(
    table: pl.DataFrame,
    dimensions: tuple[str, ...],
    unsafe: pl.Series,
    level: pl.Series | None,
    needs: Needs,
    parents: Parents = FLAT,
    also: pl.Series | None = None,
) -> Suppression:
    """Which cells to hide. `table` and `level` as in `gate.case.Masked`; `also`: cells that stay hidden in any case.

    A need that cannot be met even by hiding everything is left open; the auditor says so. Raises `TooLarge`.
    """
    kept = unsafe if also is None else unsafe | also
    if not kept.any():
        nothing = np.zeros((0, table.height))
        return Suppression(unsafe, nothing, nothing)
    if table.height > CELLS or table.height * int(unsafe.sum()) > LARGEST:
        raise TooLarge(table.height, int(unsafe.sum()))
    facts = Facts.of(table, dimensions, unsafe, level, needs, parents)
    search = _Search(facts, kept.to_numpy())
    search.settle()
    if not search.improve():
        search.show_again()
    counts, amounts = search.found.by("outsider", "insider"), search.found.by("amount")
    return Suppression(pl.Series("hidden", search.hidden), counts, amounts / facts.scale)


class TooLarge(SubjectError):
    """Nobody could wait for the cells to be hidden, so that nothing is promised about them."""

    def __init__(self, cells: int, unsafe: int) -> None:
        super().__init__(
            f"a table of {cells:,} cells with {unsafe:,} unsafe ones is too large to hide and audit",
            remedy=f"Combine categories: at most {CELLS:,} cells where one is unsafe, and {LARGEST:,} cells × unsafe.",
        )


class _Search:
    def __init__(self, facts: Facts, kept: Bools) -> None:
        self._facts, self._kept = facts, kept
        self.hidden: Bools = kept.copy()
        self.found = Witnesses(facts)
        self._cost = facts.people + 1
        self._counts = Moves(count_sums(facts), self._cost)
        self._amounts = Moves(Sums.of(facts.lines, len(facts.people)), self._cost)
        self._hopeless: set[Need] = set()
        self._met: set[Need] = set()
        self._chance = np.random.default_rng(0)

    def settle(self) -> None:
        """Hide cells until no need is open that can be met."""
        self._look(self.hidden)
        while sum(1 for need in self._open(self.hidden) if self._meet(need)):
            self._look(self.hidden)

    def show_again(self) -> None:
        """Show complementary cells that no need asks for, the one with most people first."""
        extra = np.flatnonzero(self.hidden & ~self._kept)
        for cell in extra[np.argsort(-self._facts.people[extra], kind="stable")].tolist():
            fewer, found = self.hidden.copy(), self.found
            fewer[cell] = False
            self.found = found.inside(fewer)
            if self._holds(fewer):
                self.hidden = fewer
            else:
                self.found = found

    def improve(self) -> bool:
        """In a small table: the cheapest set there is. False when it was not found."""
        free = bool((self._kept == self._facts.unsafe).all())
        flows = self._facts.lattice.codes.shape[1] <= 2 and not self._facts.magnitude
        if len(self.hidden) > (NETWORK if flows else SMALL) or self._hopeless or not self.hidden.any() or not free:
            return False
        needs = dict.fromkeys(Witnesses(self._facts).first(), False)
        for _ in range(_ROUNDS):
            hidden = cheapest(self._facts, self._counts.sums, needs, self._cost)
            if hidden is None or self._cost[hidden].sum() >= self._cost[self.hidden].sum():
                return hidden is not None
            left = self._left(hidden)
            more = needs | {need: need in needs and need.reader != "amount" for need in left}
            if not left or more == needs:
                return not left
            needs = more
        return False

    def _left(self, hidden: Bools) -> list[Need]:
        """Needs that `hidden` cells do not meet; when there are none, they are hidden from now on."""
        found, self.found = self.found, self.found.inside(hidden)
        self._look(hidden)
        if left := [need for need in self._open(hidden) if not self._among(need, hidden)]:
            self.found = found
        else:
            self.hidden = hidden
        return left

    def _open(self, hidden: Bools) -> Iterator[Need]:
        return (need for need in self.found.open(hidden) if need not in self._hopeless)

    def _look(self, hidden: Bools) -> None:
        """Glimpses, as long as they answer needs."""
        for ask in (*COUNTS, *(AMOUNTS if self._facts.magnitude else ())):
            fewest, misses = np.inf, 0
            while misses < _PATIENCE and (glimpse := ask(Look(self._facts, self.found, hidden, self._chance))):
                misses = 0 if glimpse.open < fewest else misses + 1
                fewest = min(fewest, glimpse.open)
                self._glance(glimpse, hidden)

    def _glance(self, glimpse: Glimpse, hidden: Bools) -> None:
        moves = self._moves(glimpse.reader).farthest(glimpse.wish, glimpse.up, glimpse.down, hidden)
        self._add(glimpse.reader, moves)

    def _meet(self, need: Need) -> bool:
        """Hide what it takes; False when nothing would do. A need that is open again was met by moves too small to
        count beside the largest amount: the auditor says what it is worth."""
        moves = next((found for steps in self._ways(need) if (found := self._walk(need, steps))), None)
        if moves is None or need in self._met:
            self._hopeless.add(need)
            return False
        self._met.add(need)
        for step in moves:
            self.found.add(need.reader, step)
            self.hidden |= step != 0
        return True

    def _ways(self, need: Need) -> list[list[float]]:
        """By how much the cell may move, in one witness or in two that together reach as far."""
        if need.reader == "outsider":
            down = min(float(self._facts.people[need.cell]) - 1, need.by)
            return [[need.by], *([[-down, need.by - down]] if 0 < down < need.by else [])]
        return [[need.by], [-need.by]] if need.either else [[need.by]]

    def _walk(self, need: Need, steps: list[float]) -> list[Floats] | None:
        """The cheapest moves for each of the steps; None when one of them cannot be made."""
        up, down = need.room(self._facts)
        found = [self._cheapest(need, step, up, down) for step in steps]
        moves = [moves for moves in found if moves is not None]
        return moves if len(moves) == len(steps) else None

    def _cheapest(self, need: Need, by: float, up: Floats, down: Floats) -> Floats | None:
        moves = self._moves(need.reader)
        find = moves.cheapest if need.reader == "amount" else moves.whole
        return find(need.cell, by, up, down, self.hidden)

    def _holds(self, hidden: Bools) -> bool:
        """Whether every need can be met by `hidden` cells; witnesses are found on the way."""
        self._look(hidden)
        return all(self._among(need, hidden) for need in self._open(hidden))

    def _among(self, need: Need, hidden: Bools) -> bool:
        """Whether hidden cells alone can meet the need."""
        if not hidden[need.cell]:
            return False
        if need.reader == "outsider":
            self._reach(need, need.by, hidden)
            self._reach(need, -need.by, hidden)
            return not self.found.narrow()[need.cell]
        ways = (need.by, -need.by) if need.either else (need.by,)
        return any(self._reach(need, by, hidden) >= need.by - ROUNDING for by in ways)

    def _reach(self, need: Need, by: float, hidden: Bools) -> float:
        """How far the cell gets on the way there."""
        up, down = need.room(self._facts)
        limit, wish = up if by > 0 else down, np.zeros_like(up)
        limit[need.cell], wish[need.cell] = min(limit[need.cell], abs(by)), np.sign(by)
        moves = self._moves(need.reader).farthest(wish, up, down, hidden)
        return abs(float(self._add(need.reader, moves)[need.cell]))

    def _moves(self, reader: Reader) -> Moves:
        return self._amounts if reader == "amount" else self._counts

    def _add(self, reader: Reader, moves: Floats) -> Floats:
        """What is kept of the moves: of counts the whole ones."""
        kept = moves if reader == "amount" else self._counts.sums.whole_parts(moves)
        if kept.any():
            self.found.add(reader, kept)
        return kept
