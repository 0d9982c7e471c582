"""The thorough half of the joint audit: is there another population with the same published figures?

Persons of one *kind* are counted in the same cells of every release. A reader knows neither how many there are of each
kind nor which kinds without anybody there might be: dimensions that are not related go together in every way. A world
is a number of persons for each kind; it is possible when every published cell has the count it was published with, no
hidden cell is empty (zeros are never hidden), and a cell hidden for its few people has few.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import highspy
import numpy as np
import numpy.typing as npt
import polars as pl

from gate.lineage.codes import Bools, Coded, Ints
from gate.lineage.kinds import Kinds
from gate.lineage.people import ABSENT

_SECONDS: Final = 10.0
"""For one question; a world that is not found in time does not count as possible."""
_FAR: Final = 1e6


class Worlds:
    """All populations over some kinds of person with the same published figures as the true one."""

    def __init__(self, kinds: Kinds, releases: Sequence[Coded], least: int) -> None:
        self._kinds = kinds
        self._model = highspy.Highs()
        self._model.silent()
        self._model.setOptionValue("threads", 1)
        self._model.setOptionValue("time_limit", _SECONDS)
        self._model.setOptionValue("mip_rel_gap", 1e9)  # any world will do
        number = len(kinds.truth)
        self._model.addVars(number, -kinds.truth.astype(float), np.full(number, _FAR))
        whole = np.full(number, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        self._model.changeColsIntegrality(number, np.arange(number, dtype=np.int32), whole)
        for place, release in enumerate(releases):
            for low, high, members in _rows(kinds, place, release, least):
                self._add(low, high, members, np.ones(len(members)))
                records = kinds.records[members, place]
                if low == high and (records != records[0]).any():
                    self._add(0.0, 0.0, members, records.astype(float))

    def other(self, target: Bools, *, only: Bools | None = None) -> Ints | None:
        """By how much each kind differs in a world that has another number of persons of the `target` kinds; None when
        no such world was found. Of the kinds in `only` none may go the other way than the target."""
        for way in (-1.0, 1.0):
            free = self._kinds.truth.astype(float)
            lower, upper = -free, np.full(len(free), _FAR)
            if only is not None:
                (upper if way < 0 else lower)[only] = 0.0
            self._model.changeColsBounds(len(free), np.arange(len(free), dtype=np.int32), lower, upper)
            found = self._solve(np.flatnonzero(target), way)
            if found is not None:
                return found
        return None

    def _solve(self, target: Ints, way: float) -> Ints | None:
        """A world with at least one person more (`way` 1) or fewer (-1) in the target."""
        self._add(1.0, _FAR, target, np.full(len(target), way))
        self._model.run()
        solved = self._model.getModelStatus() == highspy.HighsModelStatus.kOptimal
        found = np.asarray(self._model.getSolution().col_value) if solved else None
        last = self._model.getNumRow() - 1
        self._model.deleteRows(1, np.array([last], dtype=np.int32))
        return None if found is None else found.round().astype(np.int64)

    def _add(self, low: float, high: float, members: Ints, signs: npt.NDArray[np.float64]) -> None:
        self._model.addRow(low, high, len(members), members.astype(np.int32), signs)


def _rows(kinds: Kinds, place: int, release: Coded, least: int) -> Iterator[tuple[float, float, Ints]]:
    """Least and most by which the persons in each cell of a release may differ, and the kinds counted there."""
    there = np.flatnonzero(kinds.cells[:, place] != ABSENT)
    counts = _people(release)
    for margin in release.margins.values():
        cells = margin.cast(pl.Int64).fill_null(ABSENT).to_numpy()[kinds.cells[there, place]]
        order = np.argsort(cells, kind="stable")[np.count_nonzero(cells == ABSENT) :]
        starts = np.flatnonzero(np.diff(cells[order], prepend=ABSENT))
        for members in np.split(there[order], starts[1:]) if len(order) else []:
            cell = int(margin[int(kinds.cells[members[0], place])])
            low, high = _leeway(int(counts[cell]), shown=bool(release.shown[cell]), least=least)
            yield low, high, members


def _leeway(people: int, *, shown: bool, least: int) -> tuple[float, float]:
    if shown:
        return 0.0, 0.0
    return 1.0 - people, float(least - 1 - people) if people < least else _FAR


def _people(release: Coded) -> Ints:
    """Persons in every cell, margins included."""
    found = release.counted_in().group_by("cell").agg(people=pl.col("person").n_unique())
    counts = np.zeros(release.table.height, dtype=np.int64)
    counts[found["cell"].to_numpy()] = found["people"].to_numpy()
    return counts
