"""Complementary suppression: which further cells to hide, so that the sums do not give the hidden ones away.

For every need (`gate.disclosure.needs`) the cheapest other table is sought that its reader could not tell from the true
one, and whatever differs in it is hidden: the other table is the *witness* that the need is met. Hiding more never
undoes a witness, so needs are met one after the other until none is open; then cells that no need asks for are shown
again, the largest first. Cost is people, so that small cells are hidden before large ones and margins last.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
import polars as pl

from gate.disclosure.moves import Bools, Floats, Ints, Moves, lines
from gate.disclosure.needs import Needs
from gate.subject import TOTAL

_SOME: Final = 0.01
"""Part of a value by which a hidden amount must be able to move."""
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
    facts = _Facts.of(table, dimensions, unsafe, level, needs)
    search = _Search(facts)
    search.settle()
    search.show_again()
    counts, amounts = search.met_for("outsider", "insider"), search.met_for("amount")
    return Suppression(pl.Series("hidden", search.hidden), counts, amounts / facts.scale)


@dataclass(frozen=True, eq=False)
class _Facts:
    """The true table as arrays, one entry per cell. Amounts are scaled: the largest is 1,000."""

    codes: Ints
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
        cls, table: pl.DataFrame, dimensions: tuple[str, ...], unsafe: pl.Series, level: pl.Series | None, needs: Needs
    ) -> "_Facts":
        amounts = table.select("value", "first").to_numpy() if level is not None else np.zeros((table.height, 2))
        scale = 1000.0 / (float(np.abs(amounts).max(initial=0.0)) or 1.0)
        return cls(
            codes=np.stack([_codes(table[name]) for name in dimensions], axis=1),
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
        return _SOME * np.where(self.value == 0, smallest, np.abs(self.value))

    def same_person(self, cell: int) -> Bools:
        """Cells that hold nobody but the one person alone in `cell`; none when more people are in it.

        Of two cells with one person that lie in one another, that is the same person.
        """
        same = np.zeros_like(self.unsafe)
        lone = np.flatnonzero(self.people == 1)
        reached = [cell] if self.people[cell] == 1 else []
        while reached:
            names = self.codes[reached.pop()]
            nested = _within(self.codes[lone], names) | _within(names, self.codes[lone])
            new = lone[nested & ~same[lone]]
            same[new] = True
            reached.extend(new.tolist())
        return same


def _within(inner: Ints, outer: Ints) -> Bools:
    """Whether the names of a cell lie inside those of another."""
    within: Bools = ((inner == outer) | (outer == 0)).all(axis=-1)
    return within


def _codes(names: pl.Series) -> Ints:
    """0 for the total, then 1, 2, … in the order of the names."""
    categories = [TOTAL, *sorted(set(names) - {TOTAL})]
    return names.replace_strict(categories, range(len(categories)), return_dtype=pl.Int64).to_numpy()


Find = Callable[[int, float, Floats, Floats, Bools], Floats | None]


class _Search:
    def __init__(self, facts: _Facts) -> None:
        self._facts = facts
        self.hidden: Bools = facts.unsafe.copy()
        self._counts, self._amounts = _count_moves(facts), Moves(lines(facts.codes), facts.people + 1)
        self._met: dict[Need, Floats] = {}
        self._hopeless: set[Need] = set()

    def settle(self) -> None:
        """Hide cells until no need is open that can be met."""
        while (need := next(self._open(), None)) is not None:
            moves = self._witness(need, np.ones_like(self.hidden), self._counts.whole)
            if moves is None:
                self._hopeless.add(need)
            else:
                self._met[need] = moves
                self.hidden |= moves != 0

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
        """Whether every need can be met by cells already hidden."""
        while (need := next(self._open(), None)) is not None:
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
            up, down = _amount_room(facts)
            if need.knows is not None and not facts.signed:
                down[need.knows] = max(facts.value[need.knows] - facts.first[need.knows], 0.0)
        else:
            up, down = _count_room(facts, insider=need.reader == "insider")
        if need.knows is not None and facts.people[need.knows] == 1:
            up[need.knows] = down[need.knows] = 0.0
        return up, down

    def _open(self) -> Iterator[Need]:
        """Needs without a witness, but not those that cannot be met; the cheapest to find out come first."""
        wanted = (self._wide, self._blurred, self._apart, self._levels, self._vague, self._own)
        return (need for family in wanted for need in family() if need not in self._hopeless)

    def met_for(self, *readers: str) -> Floats:
        """Witnesses, one a row."""
        found = [moves for need, moves in self._met.items() if need.reader in readers]
        return np.array(found) if found else np.zeros((0, len(self.hidden)))

    def _wide(self) -> Iterator[Need]:
        found = self.met_for("outsider", "insider")
        reach = found.max(axis=0, initial=0.0) - found.min(axis=0, initial=0.0)
        width = self._facts.needs.count_interval_width
        return (Need("outsider", int(cell), width) for cell in np.flatnonzero(self._facts.low & (reach < width)))

    def _blurred(self) -> Iterator[Need]:
        still = ~(self.met_for("insider") != 0).any(axis=0)
        return (Need("insider", int(cell), 1.0, either=True) for cell in np.flatnonzero(self.hidden & still))

    def _apart(self) -> Iterator[Need]:
        """Nobody who is alone in a hidden cell learns another unsafe count."""
        found = self.met_for("insider")
        for lone in map(int, np.flatnonzero(self.hidden & (self._facts.people == 1))):
            still = ~(found[found[:, lone] == 0] != 0).any(axis=0)
            for cell in np.flatnonzero(self._facts.unsafe & still & ~self._facts.same_person(lone)):
                yield Need("insider", int(cell), 1.0, either=True, knows=lone)

    def _levels(self) -> Iterator[Need]:
        if not self._facts.magnitude:
            return
        reach = self.met_for("amount").max(axis=0, initial=0.0)
        for cell in np.flatnonzero(self._facts.unsafe & (reach < self._facts.least - _ROUNDING)):
            yield Need("amount", int(cell), float(self._facts.least[cell]))

    def _vague(self) -> Iterator[Need]:
        if not self._facts.magnitude:
            return
        still = ~(self.met_for("amount") != 0).any(axis=0)
        for cell in np.flatnonzero(self.hidden & still):
            yield Need("amount", int(cell), float(self._facts.some[cell]), either=True)

    def _own(self) -> Iterator[Need]:
        """Whoever contributed to one hidden cell does not get nearer to another than its level."""
        if not self._facts.magnitude:
            return
        facts, found = self._facts, self.met_for("amount")
        lone = facts.people == 1
        for cell in map(int, np.flatnonzero(facts.unsafe)):
            rows = found[found[:, cell] >= self._facts.least[cell] - _ROUNDING]
            possible = (rows >= facts.first - facts.value - _ROUNDING) | facts.signed
            blind = (possible & (~lone | (rows == 0))).any(axis=0)
            known = self.hidden & ~blind & ~facts.same_person(cell)
            known[cell] = False
            for other in np.flatnonzero(known):
                yield Need("amount", cell, float(self._facts.least[cell]), knows=int(other))


def _count_moves(facts: _Facts) -> Moves:
    """Moves of people, and of records along with them: what goes the same way in both keeps people at most records.

    Records add up in every row. Where people do not (one person in several parts), a part also stays within its total.
    """
    sums = lines(facts.codes)
    moves = Moves(sums, facts.people + 1)
    loose = [line for line in sums if facts.people[line[1]].sum() != facts.people[line[0]]]
    if loose:
        parts = np.concatenate([parts for _, parts in sums])
        totals = np.concatenate([np.full(len(parts), total) for total, parts in sums])
        moves.keep_below(parts, totals, np.maximum(facts.people[totals] - facts.people[parts], 0.0))
    return moves


def _count_room(facts: _Facts, *, insider: bool) -> tuple[Floats, Floats]:
    """A hidden count is at least 1; the insider knows which ones lie below the threshold."""
    threshold = facts.needs.minimum_people
    far = 2 * float(facts.people.max(initial=0.0)) + 10 * facts.needs.count_interval_width
    up = np.where(facts.low, threshold - 1 - facts.people, far) if insider else np.full_like(facts.people, far)
    moves = facts.people > 0
    return np.where(moves, up, 0.0), np.where(moves, facts.people - 1, 0.0)


def _amount_room(facts: _Facts) -> tuple[Floats, Floats]:
    """Amounts are not negative unless one of them is; where nobody is, the amount is 0."""
    far = 10 * float(np.abs(facts.value).max(initial=1.0)) + 10 * float(facts.level.max(initial=0.0))
    moves = facts.people > 0
    down = np.full_like(facts.value, far) if facts.signed else facts.value
    return np.where(moves, far, 0.0), np.where(moves, down, 0.0)
