"""Kinds of person: who is counted in the same cells of every release, and kinds nobody is known to be of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Final

import numpy as np

from gate.lineage.codes import Bools, Ints
from gate.lineage.people import ABSENT, Counted, Place

MOST: Final = 4000
"""Kinds up to which all possible ones are looked at; beyond, those that occur."""


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """`cells`: one row per kind, the cell in each release or `ABSENT`. `truth`: persons of each. `records`: of each
    person of the kind, in each release. `of`: the kind of each person, `ABSENT` for those who stay as they are."""

    cells: Ints
    truth: Ints
    records: Ints
    of: Ints


def kinds(releases: Sequence[Counted], groups: Sequence[Sequence[Place]], near: Bools) -> Kinds:
    """All possible kinds where there are not too many of them, else those of the persons in `near`.

    A kind has a number of records in every release, and for each group of related dimensions the categories somebody
    with these numbers has. Persons counted in several cells of one release are of no kind.
    """
    persons = np.flatnonzero(np.all([each.plain for each in releases], axis=0))
    records = np.stack([each.records[persons] for each in releases], axis=1)
    profiles = [_rows([releases[at].categories(place)[persons] for at, place in group]) for group in groups]
    strata = _rows(list(records.T))
    key = np.stack([strata, *profiles], axis=1)
    possible = _possible(key)
    if possible is None:
        chosen = near[persons]
        persons, records, key = persons[chosen], records[chosen], key[chosen]
        possible = np.unique(key, axis=0)
    return _kinds(releases, groups, persons, key, records, possible)


def _possible(key: Ints) -> Ints | None:
    """Every stratum with every combination of the profiles that occur in it; None when these are too many."""
    strata = np.unique(key[:, 0])
    if len(strata) > MOST:
        return None
    parts = [key[key[:, 0] == stratum] for stratum in strata]
    choices = [[np.unique(column).tolist() for column in part.T] for part in parts]
    if sum(prod(map(len, each)) for each in choices) > MOST:
        return None
    return np.array([kind for each in choices for kind in product(*each)], dtype=np.int64).reshape(-1, key.shape[1])


def _kinds(
    releases: Sequence[Counted],
    groups: Sequence[Sequence[Place]],
    persons: Ints,
    key: Ints,
    records: Ints,
    possible: Ints,
) -> Kinds:
    placed = _place(possible, key)
    of = np.full(releases[0].persons, ABSENT)
    of[persons] = placed
    stratum = _first(key[:, 0], records)[possible[:, 0]]
    shape = (len(possible), len(releases))
    cells = np.full(shape, ABSENT)
    for at, release in enumerate(releases):
        categories = [np.zeros(0, dtype=np.int64)] * len(release.coded.names)
        for column, group in enumerate(groups, start=1):
            for number, place in group:
                if number == at:
                    values = release.categories(place)[persons]
                    categories[place] = _first(key[:, column], values)[possible[:, column]]
        there = stratum[:, at] > 0
        cells[there, at] = release.cells_of([each[there] for each in categories])
    truth = np.bincount(placed, minlength=len(possible))
    return Kinds(cells, truth, stratum, of)


def _rows(columns: Sequence[Ints]) -> Ints:
    """One number for each different row."""
    found: Ints = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)[1].reshape(-1)
    return found


def _first(codes: Ints, values: Ints) -> Ints:
    """For each code the values of somebody who has it."""
    _, where = np.unique(codes, return_index=True)
    found = np.zeros((int(codes.max()) + 1, *values.shape[1:]), dtype=np.int64)
    found[codes[where]] = values[where]
    return found


def _place(possible: Ints, key: Ints) -> Ints:
    """The row of `possible` that each row of `key` is."""
    numbers = _rows(list(np.concatenate([possible, key]).T))
    place = np.zeros(int(numbers.max()) + 1, dtype=np.int64)
    place[numbers[: len(possible)]] = np.arange(len(possible))
    return place[numbers[len(possible) :]]


def groups_of(releases: Sequence[Counted], pairs: Iterable[tuple[Place, Place]]) -> list[list[Place]]:
    """Dimensions that are related, directly or by way of others."""
    groups = [{(at, place)} for at, each in enumerate(releases) for place in range(len(each.coded.names))]
    for one, other in pairs:
        mine, theirs = (next(group for group in groups if at in group) for at in (one, other))
        if mine is not theirs:
            groups.remove(theirs)
            mine |= theirs
    return [sorted(group) for group in groups]
