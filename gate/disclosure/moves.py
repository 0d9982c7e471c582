"""Other tables that a reader cannot tell from the true one, as moves of its cells that cancel in every sum.

Hiding all cells that move makes the two tables look the same (Cox 1980; the linear programme is that of Kelly, Golden
and Assad 1992).
"""

from dataclasses import dataclass
from typing import Final

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Lines = list[tuple[int, Ints]]
"""Each a total and its parts, as cell numbers."""

_STILL: Final = 1e-7
"""Moves below this are rounding."""
_WHOLE: Final = 1e-6
_HIDDEN: Final = 1e-3
"""What moving a cell that is hidden already costs, as a part of its cost: short ways first."""


@dataclass(frozen=True, eq=False)
class Sums:
    """What all moves must keep: `signs` (a row a sum, a column a cell) times the moves lies from `least` to `most`."""

    signs: sparse.csr_array
    least: Floats
    most: Floats

    @classmethod
    def of(cls, lines: Lines, cells: int) -> "Sums":
        """Parts less total does not change."""
        members = np.concatenate([np.concatenate([[total], parts]) for total, parts in lines])
        signs = np.concatenate([np.concatenate([[-1.0], np.ones(len(parts))]) for _, parts in lines])
        starts = np.cumsum([0, *(1 + len(parts) for _, parts in lines)])
        nothing = np.zeros(len(lines))
        return cls(sparse.csr_array((signs, members, starts), shape=(len(lines), cells)), nothing, nothing)

    def keeping_below(self, parts: Ints, totals: Ints, room: Floats) -> "Sums":
        """The same, and each of `parts` rises above its total's rise by no more than `room`."""
        number = np.arange(len(parts))
        signs = np.concatenate([np.ones(len(parts)), -np.ones(len(parts))])
        places = (np.concatenate([number, number]), np.concatenate([parts, totals]))
        below = sparse.csr_array((signs, places), shape=(len(parts), self.signs.shape[1]))
        return Sums(
            sparse.csr_array(sparse.vstack([self.signs, below])),
            np.concatenate([self.least, np.full(len(parts), -np.inf)]),
            np.concatenate([self.most, room]),
        )

    def only(self, cells: Bools) -> "Sums":
        """The same for moves of `cells` alone."""
        signs = sparse.csr_array(self.signs[:, np.flatnonzero(cells)])
        rows = np.diff(signs.indptr) > 0
        return Sums(sparse.csr_array(signs[np.flatnonzero(rows)]), self.least[rows], self.most[rows])

    def whole_parts(self, moves: Floats) -> Floats:
        """Moves less those that hang together with a broken one: what is left keeps every sum by itself."""
        moved = sparse.csr_array(self.signs[:, np.flatnonzero(moves)])
        rows, cells = moved.shape
        graph = sparse.block_array([[None, moved], [moved.T, None]]) if cells else sparse.csr_array((rows, rows))
        _, parts = sparse.csgraph.connected_components(graph, directed=False)
        mine, values = parts[rows:], moves[moves != 0]
        broken = np.unique(mine[np.abs(values - values.round()) > _WHOLE])
        whole = np.zeros_like(moves)
        whole[moves != 0] = np.where(np.isin(mine, broken), 0.0, values.round())
        return whole


class Moves:
    """Moves of the cells of one table, each up or down."""

    def __init__(self, sums: Sums, cost: Floats) -> None:
        self.sums, self._cost, self._cells = sums, cost, len(cost)
        self._columns = np.arange(2 * self._cells, dtype=np.int32)
        # The way up of every cell, then the way down.
        self._model = _model(sparse.hstack([sums.signs, -sums.signs]), sums)
        self._among: tuple[Bools, highspy.Highs] | None = None

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
        found = _solution(self._model)
        return None if found is None else _still(found[: self._cells] - found[self._cells :])

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

    def farthest(self, wish: Floats, up: Floats, down: Floats, hidden: Bools) -> Floats:
        """Moves among `hidden` cells with the greatest sum of wish × move: one such answers for many cells at once."""
        if self._among is None or (self._among[0] != hidden).any():
            sums = self.sums.only(hidden)
            self._among = hidden.copy(), _model(sums.signs, sums)
        model, number = self._among[1], int(hidden.sum())
        columns = np.arange(number, dtype=np.int32)
        model.changeColsBounds(number, columns, -down[hidden], up[hidden])
        model.changeColsCost(number, columns, -wish[hidden])
        found, moves = _solution(model), np.zeros(self._cells)
        if found is not None:
            moves[hidden] = found
        return _still(moves)

    def _in_steps(self, target: int, amount: float, up: Floats, down: Floats, hidden: Bools) -> Floats | None:
        self._kinds(highspy.HighsVarType.kInteger)
        moves = self.cheapest(target, amount, up, down, hidden)
        self._kinds(highspy.HighsVarType.kContinuous)
        return None if moves is None else moves.round()

    def _kinds(self, kind: highspy.HighsVarType) -> None:
        number = 2 * self._cells
        self._model.changeColsIntegrality(number, self._columns, np.full(number, int(kind), dtype=np.uint8))


def _solution(model: highspy.Highs) -> Floats | None:
    model.run()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        model.clearSolver()
        return None
    return np.asarray(model.getSolution().col_value, dtype=np.float64)


def _still(moves: Floats) -> Floats:
    moves[np.abs(moves) < _STILL] = 0.0
    return moves


def _is_whole(moves: Floats) -> bool:
    return bool(np.abs(moves - moves.round()).max() < _WHOLE)


def _model(signs: sparse.sparray, sums: Sums) -> highspy.Highs:
    """A model with these rows, whose columns have neither bounds nor costs yet."""
    rows, columns = signs.shape
    matrix = sparse.csc_array(signs)
    programme = highspy.HighsLp()
    programme.num_row_, programme.num_col_ = rows, columns
    programme.row_lower_, programme.row_upper_ = sums.least, sums.most
    programme.col_lower_ = programme.col_upper_ = programme.col_cost_ = np.zeros(columns)
    programme.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    programme.a_matrix_.start_, programme.a_matrix_.index_ = matrix.indptr, matrix.indices
    programme.a_matrix_.value_ = matrix.data
    model = highspy.Highs()
    model.silent()
    model.setOptionValue("threads", 1)
    model.setOptionValue("mip_rel_gap", 0.5)
    model.passModel(programme)
    return model
