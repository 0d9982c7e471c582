"""The auditor: how closely can each hidden cell be calculated from what would be published?

Independent of the suppressor: it sees the published table, writes its sums as equations and asks HiGHS for the least
and the most each hidden cell can be (Handbook on Statistical Disclosure Control, 4.2). What readers know is written
down in `gate.disclosure.needs`. Counts are whole numbers, people are at most records, and where people add up in the
true table a reader is taken to know that they must.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from gate.case import Masked
from gate.disclosure.needs import Audit, Needs
from gate.disclosure.possible import Bools, Bounds, Floats, Possible, Row, equations, overlaps
from gate.disclosure.sums import ancestors, lines, rest

_EXACT: Final = 1e-4
"""An amount known to within this part of itself is known."""
_ROUNDING: Final = 1e-6
_NOISE: Final = 1e-5
"""What HiGHS and the check of suggestions allow sums to be off, with a margin: narrower intervals prove nothing."""
_SCALE: Final = 1000.0
"""Amounts are scaled so that the largest is this."""


@dataclass(frozen=True, slots=True, eq=False)
class Suggestions:
    """Other tables somebody claims to be possible: how far they differ from the true one, a row each, a column a cell.

    They only save time. The auditor checks each against its own equations, and looks itself where none holds.
    """

    counts: Floats
    amounts: Floats


def audit(table: Masked, needs: Needs, suggestions: Suggestions | None = None) -> Audit:
    """Look at every hidden cell with the eyes of every reader. Raises `Fault` when no table fits the published one."""
    if not table.hidden.any():
        return Audit()
    nothing = np.zeros((0, table.truth.height))
    suggested = suggestions or Suggestions(nothing, nothing)
    counts = _Counts(table, needs, suggested.counts)
    low, high = counts.intervals()
    exact = counts.exact()
    narrow = counts.low & (high - low < needs.count_interval_width)
    lone = counts.known_to_lone()
    near = np.zeros_like(exact)
    if table.level is not None:
        amounts = _Amounts(table, table.level, suggested.amounts)
        exact |= amounts.exact()
        near, to_lone = amounts.near()
        lone |= to_lone
    widths = (high - low)[counts.low]
    return Audit(
        hidden=len(exact),
        exact=int(exact.sum()),
        narrow=int(narrow.sum()),
        near=int(near.sum()),
        known_to_lone=int(lone.sum()),
        narrowest=float(widths.min()) if len(widths) else None,
    )


class _Counts:
    """Unknowns: people of the hidden cells, then their records."""

    def __init__(self, table: Masked, needs: Needs, suggested: Floats) -> None:
        hidden = table.truth.filter(table.hidden)
        self._people = hidden["people"].to_numpy().astype(np.float64)
        self._records = hidden["records"].to_numpy().astype(np.float64)
        self._number, self._needs = len(self._people), needs
        self._unsafe = table.primary.filter(table.hidden).to_numpy()
        self._names = _wholes(table, hidden)
        self.low: Bools = self._people < needs.minimum_people
        rows = _people_rows(table) + _records_rows(table, self._number)
        self._possible = Possible(2 * self._number, rows, whole=True)
        moves = suggested[:, table.hidden.to_numpy()]
        self._fitting = self._possible.fitting(np.hstack([self._people + moves, self._records + moves]))
        self._outsider, self._insider = self._bounds(insider=False), self._bounds(insider=True)

    def _bounds(self, *, insider: bool) -> Bounds:
        number, threshold = self._number, self._needs.minimum_people
        far = 4 * float(self._records.max()) + 20 * self._needs.count_interval_width
        lower, upper = np.ones(2 * number), np.full(2 * number, far)
        if insider:
            upper[:number] = np.where(self.low, threshold - 1, far)
        return Bounds(lower, upper)

    def intervals(self) -> tuple[Floats, Floats]:
        """Least and most people of the unsafe counts in the outsider's eyes, as far as needed."""
        wanted = np.concatenate([self.low, np.zeros(self._number, dtype=bool)])
        truth = np.concatenate([self._people, self._records])
        low, high = self._possible.spread(
            truth, self._outsider, wanted, self._needs.count_interval_width, self._fitting
        )
        return low[: self._number], high[: self._number]

    def exact(self) -> Bools:
        """Hidden cells whose people or records the insider can calculate."""
        known = self._known(self._insider, np.ones(2 * self._number, dtype=bool))
        either: Bools = known[: self._number] | known[self._number :]
        return either

    def known_to_lone(self) -> Bools:
        """Unsafe cells whose people somebody alone in another hidden cell can calculate."""
        lone = [int(cell) for cell in np.flatnonzero(self._people == 1)]
        # What they could not find out together, none finds out alone. Of each other they know too much together.
        known = self._known_to(lone, self._unsafe & (self._people > 1))
        for cell in lone:
            strangers = ~_same_person(self._names, self._people == 1, cell)
            known |= self._known_to([other for other in lone if strangers[other]], _only(cell, len(known)))
        for suspect in map(int, np.flatnonzero(known)):
            strangers = ~_same_person(self._names, self._people == 1, suspect)
            apart = [other for other in lone if strangers[other] and other != suspect]
            known[suspect] = any(self._known_to([other], _only(suspect, len(known)))[suspect] for other in apart)
        return known

    def _known_to(self, lone: Iterable[int], wanted: Bools) -> Bools:
        """Wanted cells whose people can be calculated by readers who are alone in the cells of `lone`."""
        bounds = self._insider
        for cell in lone:
            bounds = self._with(bounds, cell)
        return self._known(bounds, np.concatenate([wanted, np.zeros_like(wanted)]))[: self._number]

    def _with(self, bounds: Bounds, lone: int) -> Bounds:
        """What a reader knows who is alone in a cell."""
        records = float(self._records[lone])
        return bounds.knowing(lone, 1, 1).knowing(lone + self._number, records, records)

    def _known(self, bounds: Bounds, wanted: Bools) -> Bools:
        """Unknowns that are the same in all possible tables."""
        truth = np.concatenate([self._people, self._records])
        low, high = self._possible.spread(truth, bounds, wanted, 1.0, self._fitting)
        known: Bools = wanted & (high - low < 1)
        return known


class _Amounts:
    """Unknowns: the values of the hidden cells."""

    def __init__(self, table: Masked, level: pl.Series, suggested: Floats) -> None:
        hidden = table.truth.filter(table.hidden)
        scale = _SCALE / (float(table.truth.select(pl.col("value", "first").abs().max()).max_horizontal()[0]) or 1.0)
        self._value = hidden["value"].to_numpy() * scale
        self._first = hidden["first"].to_numpy() * scale
        self._level = level.filter(table.hidden).fill_null(0).to_numpy() * scale
        self._lone: Bools = hidden["people"].to_numpy() == 1
        self._names, self._unsafe = _wholes(table, hidden), table.primary.filter(table.hidden).to_numpy()
        self._signed = bool((table.truth["value"] < 0).any())
        published = table.safe.with_columns(pl.col("value") * scale)
        self._possible = Possible(len(self._value), _all_equations(table, published, "value"), whole=False)
        self._fitting = self._possible.fitting(self._value + suggested[:, table.hidden.to_numpy()] * scale)
        far = 20 * _SCALE + 20 * float(self._level.max(initial=0.0))
        low = np.full_like(self._value, -far if self._signed else 0.0)
        self._bounds = Bounds(low, np.full_like(self._value, far))

    def exact(self) -> Bools:
        least = np.maximum(_EXACT * np.abs(self._value), _NOISE)
        low, high = self._possible.spread(self._value, self._bounds, np.ones_like(self._unsafe), least, self._fitting)
        known: Bools = high - low < least
        return known

    def near(self) -> tuple[Bools, Bools]:
        """Unsafe cells whose upper bound is too near: to any reader, and to somebody alone in another hidden cell."""
        near, to_lone = np.zeros(len(self._value), dtype=bool), np.zeros(len(self._value), dtype=bool)
        for cell in map(int, np.flatnonzero(self._unsafe)):
            enough = self._value[cell] + max(self._level[cell] - _ROUNDING, _NOISE)
            # What all contributors elsewhere could not find out together, none finds out alone.
            if self._possible.utmost(cell, self._together(cell), most=True)[cell] >= enough:
                continue
            table = self._possible.utmost(cell, self._bounds, most=True)
            near[cell] = table[cell] < enough
            for other in self._contributors_who_know_better(cell, table):
                better = self._possible.utmost(cell, self._knowing(self._bounds, int(other)), most=True)
                near[cell] |= better[cell] < enough
                to_lone[cell] |= bool(self._lone[other]) and better[cell] < enough
        return near, to_lone

    def _together(self, cell: int) -> Bounds:
        bounds = self._bounds
        for other in np.flatnonzero(~_same_person(self._names, self._lone, cell)):
            bounds = bounds if other == cell else self._knowing(bounds, int(other))
        return bounds

    def _contributors_who_know_better(self, cell: int, table: Floats) -> npt.NDArray[np.intp]:
        """Other hidden cells whose own contributors know that `table` is not the true one."""
        impossible = (table < self._first - _ROUNDING) & (not self._signed)
        impossible |= self._lone & (np.abs(table - self._value) > _ROUNDING)
        impossible &= ~_same_person(self._names, self._lone, cell)
        impossible[cell] = False
        return np.flatnonzero(impossible)

    def _knowing(self, bounds: Bounds, other: int) -> Bounds:
        """What a reader knows who is the largest contributor of a cell."""
        value = float(self._value[other])
        if self._lone[other]:
            return bounds.knowing(other, value, value)
        return bounds if self._signed else bounds.knowing(other, float(self._first[other]), np.inf)


def _only(cell: int, number: int) -> Bools:
    only: Bools = np.arange(number) == cell
    return only


def _wholes(table: Masked, hidden: pl.DataFrame) -> list[tuple[frozenset[str], ...]]:
    """Per hidden cell and dimension: its category and everything that is part of."""
    above = [
        {category: frozenset(ancestors(name, category, table.parents)) for category in set(hidden[name])}
        for name in table.dimensions
    ]
    rows = hidden.select(table.dimensions).iter_rows()
    return [tuple(known[category] for known, category in zip(above, row, strict=True)) for row in rows]


def _same_person(wholes: list[tuple[frozenset[str], ...]], lone: Bools, cell: int) -> Bools:
    """Which of the hidden cells hold just the person alone in `cell`; none when more people are in it.

    Two cells with one person each hold the same one when one lies in the other, or both share such a cell.
    """
    same = {cell} if lone[cell] else set[int]()
    others = {int(other) for other in np.flatnonzero(lone)} - same
    while new := {other for other in others if any(_nested(wholes[other], wholes[known]) for known in same)}:
        same, others = same | new, others - new
    found = np.zeros(len(wholes), dtype=bool)
    found[list(same)] = True
    return found


def _nested(one: tuple[frozenset[str], ...], other: tuple[frozenset[str], ...]) -> bool:
    pairs = list(zip(one, other, strict=True))
    return all(a >= b for a, b in pairs) or all(b >= a for a, b in pairs)


def _all_equations(table: Masked, published: pl.DataFrame, measure: str) -> list[Row]:
    along = [equations(published, table.dimensions, name, measure, table.parents) for name in table.dimensions]
    return [row for rows in along for row in rows]


def _records_rows(table: Masked, number: int) -> list[Row]:
    """Records add up; a cell has no fewer records than people."""
    sums = _all_equations(table, table.safe, "records")
    shifted: list[Row] = [
        (low, high, [column + number for column in columns], signs) for low, high, columns, signs in sums
    ]
    return shifted + [(0.0, np.inf, [cell + number, cell], [1.0, -1.0]) for cell in range(number)]


def _people_rows(table: Masked) -> list[Row]:
    """Along each dimension what holds for people in all rows of the true table: they add up, or overlap, or neither."""
    return [row for name in table.dimensions for row in _people_along(table, name)]


def _people_along(table: Masked, name: str) -> list[Row]:
    people, part = pl.col("people"), pl.col("sign") > 0
    total = people.filter(~part).first()
    sums = lines(table.truth, table.dimensions, name, table.parents)
    rows = sums.group_by(*rest(table.dimensions, name), "whole").agg(
        more=people.filter(part).sum() - total, room=total - people.filter(part).max()
    )
    if (rows["more"] == 0).all():
        return equations(table.safe, table.dimensions, name, "people", table.parents)
    if (rows["more"] >= 0).all() and (rows["room"] >= 0).all():
        return overlaps(table.safe, table.dimensions, name, "people", table.parents)
    return []
