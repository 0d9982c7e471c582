"""All tables that fit what was published: the hidden cells as unknowns, every published sum as an equation.

Part of the auditor; made from the published table and shares nothing with the suppressor, so that one mistake cannot
blind both.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

import highspy
import numpy as np
import numpy.typing as npt
import polars as pl

from declare import Fault
from gate.disclosure.sums import beside_total, lines, rest
from gate.subject import FLAT, Parents

Floats = npt.NDArray[np.float64]
Row = tuple[float, float, list[int], list[float]]
"""Least and most of a sum over unknowns, their numbers and signs."""

Bools = npt.NDArray[np.bool_]

_INTEGER: Final = 1e-6
_GLIMPSES: Final = 3
_NUDGE: Final = 1e-4
"""Among the tables that are best for one unknown, some are whole: look into another corner."""


def equations(
    safe: pl.DataFrame, dimensions: Sequence[str], name: str, measure: str, parents: Parents = FLAT
) -> list[Row]:
    """One row per published sum along dimension `name` that has an unknown in it: parts less total is nothing.

    Unknowns are numbered by the order of the hidden (null) cells.
    """
    sign, hidden = pl.col("sign"), pl.col("unknown").is_not_null()
    members = lines(_numbered(safe, measure), dimensions, name, parents)
    rows = members.group_by(*rest(dimensions, name), "whole", maintain_order=True).agg(
        known=(sign * pl.col(measure)).sum(), unknown=pl.col("unknown").drop_nulls(), sign=sign.filter(hidden)
    )
    open_rows = rows.filter(pl.col("unknown").list.len() > 0).select("known", "unknown", "sign").iter_rows()
    return [(-float(known), -float(known), unknown, signs) for known, unknown, signs in open_rows]


def overlaps(
    safe: pl.DataFrame, dimensions: Sequence[str], name: str, measure: str, parents: Parents = FLAT
) -> list[Row]:
    """Rows for what is counted once in a total but may be counted in several parts along dimension `name`.

    All parts together are at least the total, and no part is more than the total.
    """
    together: list[Row] = [
        (low, np.inf, ids, signs) for low, _, ids, signs in equations(safe, dimensions, name, measure, parents)
    ]
    cells = beside_total(_numbered(safe, measure), dimensions, name, parents, [measure, "unknown"])
    pairs = cells.filter(
        pl.col("whole").is_not_null() & (pl.col("unknown").is_not_null() | pl.col("total unknown").is_not_null())
    )
    return together + [
        _at_most(part, total, unknown, unknown_total)
        for part, total, unknown, unknown_total in pairs.select(
            measure, f"total {measure}", "unknown", "total unknown"
        ).iter_rows()
    ]


def _at_most(part: float | None, total: float | None, unknown: int | None, unknown_total: int | None) -> Row:
    """total - part >= 0, published numbers on the left side."""
    members = [number for number in (unknown_total, unknown) if number is not None]
    signs = [sign for sign, number in ((1.0, unknown_total), (-1.0, unknown)) if number is not None]
    return (part or 0.0) - (total or 0.0), np.inf, members, signs


def _numbered(safe: pl.DataFrame, measure: str) -> pl.DataFrame:
    hidden = pl.col(measure).is_null()
    return safe.with_columns(unknown=pl.when(hidden).then(hidden.cum_sum().cast(pl.Int64) - 1))


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a reader knows of each unknown by itself."""

    lower: Floats
    upper: Floats

    def knowing(self, column: int, lower: float, upper: float) -> Self:
        """The same, with one unknown known to lie between `lower` and `upper`."""
        low, high = self.lower.copy(), self.upper.copy()
        low[column], high[column] = max(low[column], lower), min(high[column], upper)
        return type(self)(low, high)


class Possible:
    """The tables a reader must hold possible."""

    def __init__(self, unknowns: int, rows: Sequence[Row], *, whole: bool) -> None:
        self._rows = rows
        self._whole, self._columns = whole, np.arange(unknowns, dtype=np.int32)
        self._model = highspy.Highs()
        self._model.silent()
        self._model.setOptionValue("threads", 1)
        self._model.addVars(unknowns, np.zeros(unknowns), np.zeros(unknowns))
        for low, high, members, signs in rows:
            self._model.addRow(low, high, len(members), np.array(members, dtype=np.int32), np.array(signs))

    def utmost(self, column: int, bounds: Bounds, *, most: bool) -> Floats:
        """The possible table in which one unknown is largest (or smallest). Raises `Fault` when there is none."""
        costs = self._towards(column, most=most)
        table = self._least(costs, bounds)
        if not self._whole or _is_whole(table):
            return table
        # Counts are whole, and in tables of three dimensions that tells a reader more than the sums alone.
        self._kinds(highspy.HighsVarType.kInteger)
        try:
            return self._least(costs, bounds).round()
        finally:
            self._kinds(highspy.HighsVarType.kContinuous)

    def fitting(self, tables: Floats) -> Floats:
        """Those of the suggested tables (one a row) whose sums are the published ones, and which are whole."""
        fits = np.ones(len(tables), dtype=bool)
        for low, high, members, signs in self._rows:
            sums = tables[:, members] @ np.array(signs)
            fits &= (sums >= low - _INTEGER) & (sums <= high + _INTEGER)
        if self._whole:
            fits &= (np.abs(tables - tables.round()) < _INTEGER).all(axis=1)
        return tables[fits]

    def spread(
        self, truth: Floats, bounds: Bounds, wanted: Bools, enough: float | Floats, fitting: Floats
    ) -> tuple[Floats, Floats]:
        """Least and most of each unknown over possible tables, looked for until they lie `enough` apart.

        Where they end up nearer than `enough`, they are the exact bounds. `fitting`: tables known to fit the sums.
        """
        within = ((fitting >= bounds.lower - _INTEGER) & (fitting <= bounds.upper + _INTEGER)).all(axis=1)
        known = np.vstack([truth, fitting[within]])
        low, high = known.min(axis=0), known.max(axis=0)
        for table in self._glimpses(truth, bounds, wanted, lambda: high - low < enough):
            np.minimum(low, table, out=low)
            np.maximum(high, table, out=high)
        for column in np.flatnonzero(wanted & (high - low < enough)):
            for most in (True, False):
                table = self.utmost(int(column), bounds, most=most)
                np.minimum(low, table, out=low)
                np.maximum(high, table, out=high)
        return low, high

    def _glimpses(self, truth: Floats, bounds: Bounds, wanted: Bools, close: Callable[[], Bools]) -> Iterator[Floats]:
        """Possible tables that are quickly found and far from each other; one of them answers for many unknowns."""
        anywhere = np.random.default_rng(0).uniform(-1, 1, (_GLIMPSES, len(truth)))
        ways = anywhere if (wanted & close()).sum() > _GLIMPSES else anywhere[:0]
        tries = [self._least(costs, bounds) for way in ways for costs in (way, -way)]
        yield from (table for table in tries if not self._whole or _is_whole(table))
        for column in np.flatnonzero(wanted & close()):
            for most in (True, False):
                if close()[column]:
                    table = self._least(self._towards(int(column), most=most) + _NUDGE * anywhere[0], bounds)
                    if not self._whole or _is_whole(table):
                        yield table

    def _towards(self, column: int, *, most: bool) -> Floats:
        costs = np.zeros(len(self._columns))
        costs[column] = -1.0 if most else 1.0
        return costs

    def _least(self, costs: Floats, bounds: Bounds) -> Floats:
        """The possible table with the least sum of costs × unknowns, in fractions of people if need be."""
        self._model.changeColsBounds(len(costs), self._columns, bounds.lower, bounds.upper)
        self._model.changeColsCost(len(costs), self._columns, costs)
        return self._solve()

    def _solve(self) -> Floats:
        self._model.run()
        if self._model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise Fault(
                "the audit could not rebuild the table from what would be published",
                remedy="Nothing was released. Check that margins and cells come from the same records.",
            )
        return np.asarray(self._model.getSolution().col_value, dtype=np.float64)

    def _kinds(self, kind: highspy.HighsVarType) -> None:
        number = len(self._columns)
        self._model.changeColsIntegrality(number, self._columns, np.full(number, int(kind), dtype=np.uint8))


def _is_whole(table: Floats) -> bool:
    return bool(np.abs(table - table.round()).max() < _INTEGER)
