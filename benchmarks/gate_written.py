"""Every table of whole numbers that a reader must hold possible, written down; no solver has a part in it.

An oracle for the auditor and the suppressor, of counts alone: records are as free as people and never tell more. Tables
in which a cell lies further than a lid from the true one are left out, so what is found safe here is safe.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.gate_optimum import Table

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Equation = tuple[int, dict[int, int]]
"""A number, and the signs of the hidden cells that add up to it, by their place among the hidden."""

MOST: Final = 1_000_000
"""Tables, whole ones or in the making, above which a table is not small."""


@dataclass(frozen=True)
class Written:
    """What was found by writing down: how many tables, and whether each need is met by two of them."""

    tables: int
    safe: bool


def written(table: Table, hidden: Bools, apart: dict[int, set[int]]) -> Written | None:
    """None when there are too many to write down. `apart`: lone cell → unsafe cells of other people."""
    places = np.flatnonzero(hidden)
    for lid in (table.width, 2 * table.width):
        found = _within(table, hidden, lid)
        if found is None:
            return None
        outsider, insider = found
        safe = _wide(table, places, outsider) and _blurred(insider) and _kept_apart(places, insider, apart)
        if safe:
            break
    return Written(len(outsider) + len(insider), safe)


def _within(table: Table, hidden: Bools, lid: int) -> tuple[Ints, Ints] | None:
    """What the outsider and the insider hold possible, a row a table."""
    truth, low = table.people[hidden], table.low[hidden]
    least, most = np.maximum(truth - lid, 1), truth + lid
    found = [
        possible(equations(table, hidden), lower, upper)
        for lower, upper in (
            (least, most),
            (np.where(low, 1, least), np.where(low, table.minimum - 1, most)),
        )
    ]
    return None if found[0] is None or found[1] is None else (found[0], found[1])


def _wide(table: Table, places: Ints, tables: Ints) -> bool:
    reach = tables.max(axis=0) - tables.min(axis=0)
    return bool((reach[table.low[places]] >= table.width).all())


def _blurred(tables: Ints) -> bool:
    return bool((tables.max(axis=0) > tables.min(axis=0)).all())


def _kept_apart(places: Ints, tables: Ints, apart: dict[int, set[int]]) -> bool:
    """Nobody alone in a cell, which holds one person in their eyes, knows an unsafe cell of somebody else."""
    number = {int(place): column for column, place in enumerate(places)}
    return all(
        _blurred(tables[tables[:, number[lone]] == 1][:, sorted(number[cell] for cell in cells)])
        for lone, cells in apart.items()
        if cells
    )


def equations(table: Table, hidden: Bools) -> list[Equation]:
    """The published sums with a hidden cell in them."""
    number = {int(place): column for column, place in enumerate(np.flatnonzero(hidden))}
    found = []
    for total, parts in table.sums:
        signs = {number[part]: 1 for part in parts if part in number} | ({number[total]: -1} if hidden[total] else {})
        shown = sum(int(table.people[part]) for part in parts if part not in number)
        found.append(((0 if hidden[total] else int(table.people[total])) - shown, signs))
    return [equation for equation in found if equation[1]]


def possible(sums: list[Equation], least: Ints, most: Ints, limit: int = MOST) -> Ints | None:
    """All whole numbers from `least` to `most` that meet the sums, one row each; None above the limit."""
    rows, done = np.zeros((1, len(least)), dtype=np.int64), set[int]()
    while len(done) < len(least):
        cell = _next(sums, done, most - least)
        if len(rows) * _choices(sums, done, cell, most - least) > limit:
            return None
        rows = _with(rows, cell, sums, done, least, most)
        done.add(cell)
        rows = rows[_may_fit(rows, sums, done, least, most)]
    return rows


def _next(sums: list[Equation], done: set[int], room: Ints) -> int:
    """A cell that follows from the others, or else the one with the least room of the shortest sum."""
    left = sorted((len(cells), sorted(cells)) for _, signs in sums if (cells := signs.keys() - done))
    among = left[0][1] if left else [cell for cell in range(len(room)) if cell not in done]
    return min(among, key=lambda cell: int(room[cell]))


def _follows(sums: list[Equation], done: set[int], cell: int) -> Equation | None:
    return next((equation for equation in sums if equation[1].keys() - done == {cell}), None)


def _choices(sums: list[Equation], done: set[int], cell: int, room: Ints) -> int:
    return 1 if _follows(sums, done, cell) else int(room[cell]) + 1


def _with(rows: Ints, cell: int, sums: list[Equation], done: set[int], least: Ints, most: Ints) -> Ints:
    """Each row once for every number the cell may be."""
    if (equation := _follows(sums, done, cell)) is not None:
        number, signs = equation
        rows[:, cell] = (number - sum(rows[:, other] * sign for other, sign in signs.items() if other != cell)) * signs[
            cell
        ]
        within: Bools = (rows[:, cell] >= least[cell]) & (rows[:, cell] <= most[cell])
        return np.asarray(rows[within])
    choices = np.arange(least[cell], most[cell] + 1)
    longer = np.repeat(rows, len(choices), axis=0)
    longer[:, cell] = np.tile(choices, len(rows))
    return longer


def _may_fit(rows: Ints, sums: list[Equation], done: set[int], least: Ints, most: Ints) -> Bools:
    """Rows whose sums can still be met by what is not chosen yet."""
    fits = np.ones(len(rows), dtype=bool)
    for number, signs in sums:
        low, high = np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
        for cell, sign in signs.items():
            ends = (rows[:, cell], rows[:, cell]) if cell in done else (least[cell], most[cell])
            low += sign * ends[sign < 0]
            high += sign * ends[sign > 0]
        fits &= (low <= number) & (number <= high)
    return fits
