"""The cheapest hidden set of a small table of counts, by one mixed-integer programme (HiGHS).

An oracle for tests: it takes nothing from the suppressor or the auditor. Each need of `gate.disclosure.needs` gets a
table of its own, in which only hidden cells may differ; needs are added when the best set so far leaves them open.
Fractions of people are allowed, so what comes back is never dearer than the true optimum.
"""

import time
from dataclasses import dataclass
from itertools import product

import highspy
import numpy as np
import numpy.typing as npt

from gate import TOTAL, Cells

Sums = list[tuple[int, list[int]]]
Want = tuple[str, int, int]
"""`wide`, cell, -1; `moves`, cell, -1; or `moves`, cell, the lone cell that stays."""


@dataclass(frozen=True)
class Table:
    people: npt.NDArray[np.int64]
    sums: Sums
    minimum: int
    width: int

    @classmethod
    def of(cls, cells: Cells, minimum: int, width: int) -> "Table":
        names = cells.table.select(cells.dimensions).rows()
        return cls(cells.table["people"].to_numpy(), _sums(names, cells), minimum, width)

    @property
    def low(self) -> npt.NDArray[np.bool_]:
        found: npt.NDArray[np.bool_] = (self.people > 0) & (self.people < self.minimum)
        return found


def _sums(names: list[tuple[str, ...]], cells: Cells) -> Sums:
    place = {name: number for number, name in enumerate(names)}
    found: dict[int, dict[int, list[int]]] = {}
    for (axis, dimension), name in product(enumerate(cells.dimensions), names):
        if name[axis] != TOTAL:
            above = cells.parents.get(dimension, {}).get(name[axis], TOTAL)
            total = place[(*name[:axis], above, *name[axis + 1 :])]
            found.setdefault(axis, {}).setdefault(total, []).append(place[name])
    return [line for sums in found.values() for line in sums.items()]


def strangers(cells: Cells, minimum: int) -> dict[int, set[int]]:
    """Cell with one person → unsafe cells of somebody else; lone cells in one another are of the same."""
    people, names = cells.table["people"].to_list(), cells.table.select(cells.dimensions).rows()
    lone = [cell for cell, number in enumerate(people) if number == 1]
    same = {cell: {cell} for cell in lone}
    for _ in lone:
        for one, other in product(lone, lone):
            if same[one] & same[other] or _nested(names[one], names[other], cells):
                same[one] = same[other] = same[one] | same[other]
    return {cell: {n for n, number in enumerate(people) if 0 < number < minimum} - same[cell] for cell in lone}


def _nested(one: tuple[str, ...], other: tuple[str, ...], cells: Cells) -> bool:
    places = list(zip(cells.dimensions, one, other, strict=True))
    return all(_in(n, a, b, cells) for n, a, b in places) or all(_in(n, b, a, cells) for n, a, b in places)


def _in(dimension: str, inner: str, outer: str, cells: Cells) -> bool:
    above = cells.parents.get(dimension, {})
    while inner not in (outer, TOTAL):
        inner = above.get(inner, TOTAL)
    return inner == outer


@dataclass(frozen=True)
class Least:
    """What is known of the least loss."""

    loss: float | None
    """Hidden people and hidden cells together; None when no set is safe. Not more than the least, if not `reached`."""
    reached: bool = True


def least_loss(table: Table, apart: dict[int, set[int]], seconds: float = np.inf) -> Least:
    """The loss of the cheapest safe set, or as much of it as was found in some wall seconds.

    `apart`: lone cell → unsafe cells of other people.
    """
    wants: list[Want] = [("wide", int(cell), -1) for cell in np.flatnonzero(table.low)]
    until, bound = time.monotonic() + seconds, 0.0
    while (left := until - time.monotonic()) > 0:
        model = _programme(table, wants, None, left)
        if model.getModelStatus() == highspy.HighsModelStatus.kTimeLimit:
            return Least(max(bound, _at_least(model)), reached=False)
        hidden = _found(model, table)
        if hidden is None:
            return Least(None)
        bound = float((table.people[hidden] + 1).sum())
        new = [want for want in _all(hidden, apart) if want not in wants and not _met(table, hidden, want)]
        if not new:
            return Least(bound)
        wants += new
    return Least(bound, reached=False)


def _at_least(model: highspy.Highs) -> float:
    bound = float(model.getInfo().mip_dual_bound)
    return bound if np.isfinite(bound) else 0.0


def _all(hidden: npt.NDArray[np.bool_], apart: dict[int, set[int]]) -> list[Want]:
    moving: list[Want] = [("moves", int(cell), -1) for cell in np.flatnonzero(hidden)]
    return moving + [("moves", cell, lone) for lone, cells in apart.items() for cell in sorted(cells)]


def _met(table: Table, hidden: npt.NDArray[np.bool_], want: Want) -> bool:
    return _found(_programme(table, [want], hidden), table) is not None


def _found(model: highspy.Highs, table: Table) -> npt.NDArray[np.bool_] | None:
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    found: npt.NDArray[np.bool_] = np.array(model.getSolution().col_value[: len(table.people)]) > 0.5
    return found


def _programme(
    table: Table, wants: list[Want], given: npt.NDArray[np.bool_] | None, seconds: float = np.inf
) -> highspy.Highs:
    """Solved: the cheapest set in which all `wants` are met; `given`: that set or none."""
    model, cells = highspy.Highs(), len(table.people)
    model.silent()
    model.setOptionValue("threads", 1)
    model.setOptionValue("time_limit", seconds)
    low = np.array(table.low if given is None else given, dtype=float)
    high = np.array(table.people > 0 if given is None else given, dtype=float)
    for cell in range(cells):
        model.addVar(low[cell], high[cell])
        model.changeColCost(cell, float(table.people[cell] + 1))
        model.changeColIntegrality(cell, highspy.HighsVarType.kInteger)
    for kind, cell, lone in wants:
        if kind == "wide":
            up, down = _table(model, table, None, insider=False), _table(model, table, None, insider=False)
            _row(model, table.width, np.inf, {up + cell: 1.0, down + cell: -1.0})
        else:
            _moving(model, table, cell, _table(model, table, lone, insider=True))
    model.run()
    return model


def _moving(model: highspy.Highs, table: Table, cell: int, moves: int) -> None:
    """If the cell is hidden it goes up by one at least, or down."""
    far, way = float(table.people.max()) * 2 + 100, model.getNumCol()
    model.addVar(0, 1)
    model.changeColIntegrality(way, highspy.HighsVarType.kInteger)
    # moves >= 1 when way = 1 and hidden = 1; moves <= -1 when way = 0 and hidden = 1
    _row(model, 1 - 2 * far, np.inf, {moves + cell: 1.0, way: -far, cell: -far})
    _row(model, -np.inf, far - 1, {moves + cell: 1.0, way: -far, cell: far})


def _table(model: highspy.Highs, table: Table, still: int | None, *, insider: bool) -> int:
    """First column of moves of all cells, which cancel in every sum and are nothing where a cell is shown."""
    first, far = int(model.getNumCol()), float(table.people.max()) * 2 + 100
    for cell, people in enumerate(table.people.tolist()):
        up = table.minimum - 1 - people if insider and table.low[cell] else far
        down = max(people - 1, 0)
        fixed = cell == still
        model.addVar(0.0 if fixed else -down, 0.0 if fixed else up)
        _row(model, -np.inf, 0.0, {first + cell: 1.0, cell: -float(up)})
        _row(model, 0.0, np.inf, {first + cell: 1.0, cell: float(down)})
    for total, parts in table.sums:
        _row(model, 0.0, 0.0, {first + total: -1.0, **{first + part: 1.0 for part in parts}})
    return first


def _row(model: highspy.Highs, low: float, high: float, terms: dict[int, float]) -> None:
    model.addRow(low, high, len(terms), np.array(list(terms), dtype=np.int32), np.array(list(terms.values())))
