"""Persons over several releases: in which cells each is counted, and which cells go together in a reader's eyes.

Two dimensions of two releases are related when they share a variable, or when the data show that not everything goes
together: one decides the other, or a combination that chance alone would bring never occurs. Categories of related
dimensions are possible together only where somebody has them; all others always are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Final

import numpy as np
import polars as pl

from gate.lineage.codes import Bools, Coded, Ints

ABSENT: Final = -1
_BEYOND: Final = 12.0
"""Nats: an empty combination is taken for impossible when chance leaves any of a table empty once in e^12 tables."""


@dataclass(frozen=True, repr=False, eq=False)
class Counted:
    """The persons of one release; every array has one entry for each person of all releases."""

    coded: Coded
    persons: int

    @cached_property
    def records(self) -> Ints:
        """How many records of each person are counted."""
        return np.bincount(self._person, minlength=self.persons)

    @cached_property
    def present(self) -> Bools:
        present: Bools = self.records > 0
        return present

    @cached_property
    def plain(self) -> Bools:
        """Whether a person is counted in one cell only (margins aside), or not at all."""
        first, last = np.full(self.persons, 1 << 40), np.full(self.persons, ABSENT)
        np.minimum.at(first, self._person, self._cell)
        np.maximum.at(last, self._person, self._cell)
        plain: Bools = (first == last) | ~self.present
        return plain

    @cached_property
    def cell(self) -> Ints:
        """The cell a person is counted in; any of them when there are several; `ABSENT` without."""
        found = np.full(self.persons, ABSENT)
        found[self._person] = self._cell
        return found

    @cached_property
    def own(self) -> Ints:
        """One number for each set of cells; `ABSENT` for nobody counted."""
        return self._sets(self._cell, once=True)

    def categories(self, place: int) -> Ints:
        """The category a person has in one dimension, as a number."""
        codes = self._codes[place]
        return np.where(self.present, codes[self.cell], ABSENT)

    def alike(self, places: Sequence[int]) -> Ints:
        """One number for each number of records together with their categories in the dimensions `places`."""
        size = self.coded.table.height
        code = np.zeros(size, dtype=np.int64)
        for place in places:
            code = code * (self._codes[place].max() + 1) + self._codes[place]
        code = np.unique(code, return_inverse=True)[1]
        sets = self._sets(code[self._cell], once=False)
        return np.unique(sets * (self.records.max() + 1) + self.records, return_inverse=True)[1]

    def cells_of(self, categories: Sequence[Ints]) -> Ints:
        """The cells of these categories, numbered as in `categories`; the table has every combination."""
        sizes = [int(codes.max()) + 1 for codes in self._codes]
        place = np.zeros(int(np.prod(sizes)), dtype=np.int64)
        place[np.ravel_multi_index(self._codes, sizes)] = np.arange(self.coded.table.height)
        found: Ints = place[np.ravel_multi_index(list(categories), sizes)]
        return found

    @cached_property
    def _codes(self) -> list[Ints]:
        return [self.coded.table[name].rank("dense").cast(pl.Int64).to_numpy() - 1 for name in self.coded.names]

    @cached_property
    def _person(self) -> Ints:
        return self.coded.members["person"].cast(pl.Int64).to_numpy()

    @cached_property
    def _cell(self) -> Ints:
        return self.coded.members["cell"].cast(pl.Int64).to_numpy()

    def _sets(self, codes: Ints, *, once: bool) -> Ints:
        """Per person a number for what its records have, each value `once` or as often as it occurs; a person whose
        records agree has their value."""
        found = np.full(self.persons, ABSENT)
        found[self._person] = codes
        mixed = np.flatnonzero(~self._constant(codes))
        rows = np.isin(self._person, mixed)
        values: dict[int, list[int]] = {}
        for person, code in zip(self._person[rows].tolist(), codes[rows].tolist(), strict=True):
            values.setdefault(person, []).append(code)
        numbers: dict[tuple[int, ...], int] = {}
        for person, each in values.items():
            named = tuple(sorted(set(each) if once else each))
            found[person] = codes.max() + 1 + numbers.setdefault(named, len(numbers))
        return found

    def _constant(self, codes: Ints) -> Bools:
        last = np.full(self.persons, ABSENT)
        last[self._person] = codes
        differs = np.zeros(self.persons, dtype=bool)
        differs[self._person[last[self._person] != codes]] = True
        return ~differs


def counted(releases: Sequence[Coded]) -> list[Counted]:
    persons = 1 + max(int(release.members["person"].max()) for release in releases)  # type: ignore[arg-type]
    return [Counted(release, persons) for release in releases]


Place = tuple[int, int]
"""A release, and a dimension of it."""


def related(all_counted: Sequence[Counted]) -> set[tuple[Place, Place]]:
    """Pairs of dimensions of different releases, each pair once."""
    places = [(number, place) for number, each in enumerate(all_counted) for place in range(len(each.coded.names))]
    codes = {at: all_counted[at[0]].categories(at[1]) for at in places}
    plain = [each.plain & each.present for each in all_counted]
    variables = {at: set(all_counted[at[0]].coded.dimensions[at[1]].variables) for at in places}
    # A row that is alone in what it has decides everything, and tells nothing by that.
    rows = {at for at in places if all_counted[at[0]].coded.rows}

    def tied(one: Place, other: Place) -> bool:
        return not {one, other} & rows and _tied(codes[one], codes[other], plain[one[0]] & plain[other[0]])

    return {
        (one, other)
        for one, other in combinations(places, 2)
        if one[0] != other[0] and (variables[one] & variables[other] or tied(one, other))
    }


def bound(all_counted: Sequence[Counted], pairs: set[tuple[Place, Place]]) -> list[list[int]]:
    """Of each release the dimensions related to another release: to a dimension of it, or to being counted in it."""
    found = [{place for pair in pairs for number, place in pair if number == mine} for mine in range(len(all_counted))]
    for mine, one in enumerate(all_counted):
        for place in set(range(len(one.coded.names))) - found[mine]:
            codes, among = one.categories(place), one.plain & one.present
            if any(_tied(codes, other.present.astype(np.int64), among) for other in all_counted if other is not one):
                found[mine].add(place)
    return [sorted(each) for each in found]


def _tied(one: Ints, other: Ints, among: Bools) -> bool:
    """Whether one decides the other (and there is something to decide), or a combination is missing beyond chance."""
    if not among.any():
        return False
    left, right = one[among], other[among]
    rows, columns = int(left.max()) + 1, int(right.max()) + 1
    table = np.bincount(left * columns + right, minlength=rows * columns).reshape(rows, columns)
    table = table[table.any(axis=1)][:, table.any(axis=0)]
    if min(table.shape) == 1:
        return False
    decided = ((table > 0).sum(axis=1) == 1).all() or ((table > 0).sum(axis=0) == 1).all()
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return bool(decided or ((table == 0) & (expected >= _BEYOND + np.log(table.size))).any())
