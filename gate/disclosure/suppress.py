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

from gate.disclosure.facts import Facts, count_sums
from gate.disclosure.glimpses import AMOUNTS, COUNTS, Glimpse, Look
from gate.disclosure.moves import Bools, Floats, Moves, Sums
from gate.disclosure.needs import Needs
from gate.disclosure.witnesses import ROUNDING, Need, Reader, Witnesses
from gate.subject import FLAT, Parents

_PATIENCE: Final = 3
"""Glimpses in a row that answer nothing before needs are met one by one."""


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
) -> Suppression:
    """Which cells to hide. `table` and `level` as in `gate.case.Masked`.

    A need that cannot be met even by hiding everything is left open; the auditor says so.
    """
    facts = Facts.of(table, dimensions, unsafe, level, needs, parents)
    search = _Search(facts)
    search.settle()
    search.show_again()
    counts, amounts = search.found.by("outsider", "insider"), search.found.by("amount")
    return Suppression(pl.Series("hidden", search.hidden), counts, amounts / facts.scale)


class _Search:
    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.hidden: Bools = facts.unsafe.copy()
        self.found = Witnesses(facts)
        self._counts = Moves(count_sums(facts), facts.people + 1)
        self._amounts = Moves(Sums.of(facts.lines, len(facts.people)), facts.people + 1)
        self._hopeless: set[Need] = set()
        self._chance = np.random.default_rng(0)

    def settle(self) -> None:
        """Hide cells until no need is open that can be met."""
        self._look(self.hidden)
        while sum(1 for need in self._open(self.hidden) if self._meet(need)):
            self._look(self.hidden)

    def show_again(self) -> None:
        """Show complementary cells that no need asks for, the one with most people first."""
        extra = np.flatnonzero(self.hidden & ~self._facts.unsafe)
        for cell in extra[np.argsort(-self._facts.people[extra], kind="stable")].tolist():
            fewer, found = self.hidden.copy(), self.found
            fewer[cell] = False
            self.found = found.with_still(cell)
            if self._holds(fewer):
                self.hidden = fewer
            else:
                self.found = found

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
        """Hide what it takes; False when nothing would do."""
        up, down = need.room(self._facts)
        moves = self._cheapest(need, need.by, up, down)
        if moves is None and need.either:
            moves = self._cheapest(need, -need.by, up, down)
        if moves is None:
            self._hopeless.add(need)
            return False
        self.found.add(need.reader, moves)
        self.hidden |= moves != 0
        return True

    def _cheapest(self, need: Need, by: float, up: Floats, down: Floats) -> Floats | None:
        moves = self._moves(need.reader)
        find = moves.cheapest if need.reader == "amount" else moves.whole
        return find(need.cell, by, up, down, self.hidden)

    def _holds(self, hidden: Bools) -> bool:
        """Whether every need can be met by `hidden` cells; witnesses are found on the way."""
        self._look(hidden)
        return all(self._among(need, hidden) for need in self._open(hidden))

    def _among(self, need: Need, hidden: Bools) -> bool:
        up, down = need.room(self._facts)
        if not hidden[need.cell]:
            return False
        ways = (1.0, -1.0) if need.either else (1.0,)
        return any(self._reaches(need, way, up, down, hidden) for way in ways)

    def _reaches(self, need: Need, way: float, up: Floats, down: Floats, hidden: Bools) -> bool:
        wish = np.zeros_like(up)
        wish[need.cell] = way
        up, down = up.copy(), down.copy()
        limit = up if way > 0 else down
        limit[need.cell] = min(limit[need.cell], need.by)
        moves = self._add(need.reader, self._moves(need.reader).farthest(wish, up, down, hidden))
        return bool(way * moves[need.cell] >= need.by - ROUNDING)

    def _moves(self, reader: Reader) -> Moves:
        return self._amounts if reader == "amount" else self._counts

    def _add(self, reader: Reader, moves: Floats) -> Floats:
        """What is kept of the moves: of counts the whole ones."""
        kept = moves if reader == "amount" else self._counts.sums.whole_parts(moves)
        if kept.any():
            self.found.add(reader, kept)
        return kept
