"""The cheapest set of cells to hide, for small tables: one mixed-integer programme with a table of moves per need.

The model of Fischetti and Salazar (2001), with the needs of several readers. A cell that is shown does not move in any
of the tables; the sum of the costs of the hidden ones is least. Needs are added as they turn out to be open.
"""

from collections.abc import Mapping
from typing import Final

import highspy
import numpy as np

from gate.disclosure.facts import Facts
from gate.disclosure.moves import Bools, Floats, Sums
from gate.disclosure.witnesses import Need

_GAP: Final = 0.03
"""The search ends when nothing more than this part cheaper can be left."""
_NODES: Final = 2000
_AROUND: Final = 3.0
"""In tables that are no network (three dimensions, say) a move may take others of up to this times its size along."""


def cheapest(facts: Facts, sums: Sums, needs: Mapping[Need, bool], cost: Floats) -> Bools | None:
    """Boolean per cell, or None when the search takes too long. `needs`: whether the need asks for whole moves."""
    programme = _Programme(facts, sums, cost)
    for need, whole in needs.items():
        programme.add(need, whole=whole)
    return programme.solved()


class _Programme:
    def __init__(self, facts: Facts, sums: Sums, cost: Floats) -> None:
        self._facts, self._sums, self._cells = facts, sums, len(cost)
        self._model = highspy.Highs()
        self._model.silent()
        for option, value in (("threads", 1), ("mip_rel_gap", _GAP), ("mip_max_nodes", _NODES)):
            self._model.setOptionValue(option, value)
        self._hidden = self._columns(facts.unsafe.astype(float), (facts.people > 0).astype(float), whole=True)
        self._model.changeColsCost(self._cells, self._hidden, cost)

    def add(self, need: Need, *, whole: bool) -> None:
        if need.reader == "outsider":
            up, down = self._moves(need, whole=whole), self._moves(need, whole=whole)
            self._row(need.by, np.inf, {up[need.cell]: 1.0, down[need.cell]: -1.0})
        elif need.either:
            self._either(need, self._moves(need, whole=whole)[need.cell])
        else:
            self._row(need.by, np.inf, {self._moves(need, whole=whole)[need.cell]: 1.0})

    def solved(self) -> Bools | None:
        self._model.run()
        if self._model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        hidden: Bools = np.asarray(self._model.getSolution().col_value[: self._cells]) > 0.5
        return hidden

    def _either(self, need: Need, move: int) -> None:
        """One way or the other, if the cell is hidden at all."""
        way, far = int(self._columns(np.zeros(1), np.ones(1), whole=True)[0]), self._far(need) + need.by
        hidden = int(self._hidden[need.cell])
        self._row(need.by - 2 * far, np.inf, {move: 1.0, way: -far, hidden: -far})
        self._row(-np.inf, far - need.by, {move: 1.0, way: -far, hidden: far})

    def _far(self, need: Need) -> float:
        return need.by * (1.0 if self._facts.lattice.codes.shape[1] <= 2 else _AROUND)

    def _moves(self, need: Need, *, whole: bool) -> list[int]:
        """Columns of moves that keep all sums, nothing where the cell is shown."""
        up, down = (np.minimum(room, self._far(need)) for room in need.room(self._facts))
        moves = self._columns(-down, up, whole=whole)
        for cell in range(self._cells):
            self._row(-np.inf, 0.0, {int(moves[cell]): 1.0, int(self._hidden[cell]): -float(up[cell])})
            self._row(0.0, np.inf, {int(moves[cell]): 1.0, int(self._hidden[cell]): float(down[cell])})
        signs = self._sums.signs
        for row, (start, end) in enumerate(zip(signs.indptr[:-1], signs.indptr[1:], strict=True)):
            terms = dict(zip(moves[signs.indices[start:end]].tolist(), signs.data[start:end].tolist(), strict=True))
            self._row(float(self._sums.least[row]), float(self._sums.most[row]), terms)
        return [int(move) for move in moves]

    def _columns(self, lower: Floats, upper: Floats, *, whole: bool) -> "np.typing.NDArray[np.int32]":
        first, number = self._model.getNumCol(), len(lower)
        self._model.addVars(number, lower, upper)
        columns = np.arange(first, first + number, dtype=np.int32)
        if whole:
            kinds = np.full(number, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
            self._model.changeColsIntegrality(number, columns, kinds)
        return columns

    def _row(self, low: float, high: float, terms: Mapping[int, float]) -> None:
        members = np.array(list(terms), dtype=np.int32)
        self._model.addRow(low, high, len(terms), members, np.array(list(terms.values())))
