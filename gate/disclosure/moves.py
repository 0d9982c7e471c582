"""The cheapest other table: move one hidden cell and see which cells must move along so that all sums still hold.

A table that a reader cannot tell from the true one differs from it by moves that cancel in every row. Hiding all cells
that move makes the two tables look the same (Cox 1980; the linear programme is that of Kelly, Golden and Assad 1992).
"""

from typing import Final

import highspy
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Lines = list[tuple[int, Ints]]
"""Each a total and its parts, as cell numbers."""

_STILL: Final = 1e-7
"""Moves below this are rounding."""
_HIDDEN: Final = 1e-3
"""What moving a cell that is hidden already costs, as a part of its cost: short ways first."""


def lines(codes: Ints) -> Lines:
    """All sums of a complete table; `codes` has one row per cell and one column per dimension, 0 for the total."""
    shape = codes.max(axis=0) + 1
    grid = np.empty(shape, dtype=np.int64)
    grid[tuple(codes.T)] = np.arange(len(codes))
    blocks = (np.moveaxis(grid, axis, -1).reshape(-1, size) for axis, size in enumerate(shape))
    return [(int(row[0]), row[1:]) for block in blocks for row in block]


class Moves:
    """Moves of the cells of one table, each up or down, that leave every sum standing."""

    def __init__(self, sums: Lines, cost: Floats) -> None:
        self._cells, self._cost = len(cost), cost
        self._columns = np.arange(2 * self._cells, dtype=np.int32)
        self._model = _model(sums, self._cells)

    def keep_below(self, parts: Ints, totals: Ints, room: Floats) -> None:
        """From now on each of `parts` rises above its total's rise by no more than `room`."""
        for part, total, most in zip(parts, totals, room, strict=True):
            members = np.array([part, total, part + self._cells, total + self._cells], dtype=np.int32)
            self._model.addRow(-np.inf, most, 4, members, np.array([1.0, -1.0, -1.0, 1.0]))

    def cheapest(self, target: int, amount: float, up: Floats, down: Floats, hidden: Bools) -> Floats | None:
        """Moves with `target` going by `amount`, at the least sum of cost × distance over the cells not yet hidden.

        `up` and `down`: how far each cell may go. None when there are no such moves.
        """
        way, back = (target, target + self._cells) if amount > 0 else (target + self._cells, target)
        lower, upper = np.zeros(2 * self._cells), np.concatenate([up, down])
        if upper[way] < abs(amount):
            return None
        upper[back] = 0.0
        lower[way] = upper[way] = abs(amount)
        cost = np.where(hidden, _HIDDEN, 1.0) * self._cost
        self._model.changeColsBounds(2 * self._cells, self._columns, lower, upper)
        self._model.changeColsCost(2 * self._cells, self._columns, np.concatenate([cost, cost]))
        return self._solve()

    def whole(self, target: int, amount: float, up: Floats, down: Floats, hidden: Bools) -> Floats | None:
        """The same in whole steps, as counts go; not always the cheapest, for that search may take hours."""
        moves = self.cheapest(target, amount, up, down, hidden)
        if moves is None or _is_whole(moves):
            return None if moves is None else moves.round()
        # Three-way tables have moves in halves. Whole ones often exist along the same and the hidden cells.
        along = (moves != 0) | hidden
        moves = self._in_steps(target, amount, np.where(along, up, 0), np.where(along, down, 0), hidden)
        return self._in_steps(target, amount, up, down, hidden) if moves is None else moves

    def whole_if_quick(self, target: int, amount: float, up: Floats, down: Floats, hidden: Bools) -> Floats | None:
        """The same, but None as well when the cheapest moves are not whole."""
        moves = self.cheapest(target, amount, up, down, hidden)
        return moves.round() if moves is not None and _is_whole(moves) else None

    def _in_steps(self, target: int, amount: float, up: Floats, down: Floats, hidden: Bools) -> Floats | None:
        self._kinds(highspy.HighsVarType.kInteger)
        moves = self.cheapest(target, amount, up, down, hidden)
        self._kinds(highspy.HighsVarType.kContinuous)
        return None if moves is None else moves.round()

    def _solve(self) -> Floats | None:
        self._model.run()
        if self._model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self._model.clearSolver()
            return None
        solution = np.asarray(self._model.getSolution().col_value, dtype=np.float64)
        moves: Floats = solution[: self._cells] - solution[self._cells :]
        moves[np.abs(moves) < _STILL] = 0.0
        return moves

    def _kinds(self, kind: highspy.HighsVarType) -> None:
        number = 2 * self._cells
        self._model.changeColsIntegrality(number, self._columns, np.full(number, int(kind), dtype=np.uint8))


def _is_whole(moves: Floats) -> bool:
    return bool(np.abs(moves - moves.round()).max() < 1e-6)


def _model(sums: Lines, cells: int) -> highspy.Highs:
    """Columns: the way up of every cell, then the way down; one row a sum, balanced."""
    model = highspy.Highs()
    model.silent()
    model.setOptionValue("threads", 1)
    model.setOptionValue("mip_rel_gap", 0.5)
    model.addVars(2 * cells, np.zeros(2 * cells), np.zeros(2 * cells))
    for total, parts in sums:
        signs = np.concatenate([[-1.0], np.ones(len(parts))])
        members = np.concatenate([[total], parts]).astype(np.int32)
        both = np.concatenate([members, members + cells]).astype(np.int32)
        model.addRow(0.0, 0.0, len(both), both, np.concatenate([signs, -signs]))
    return model
