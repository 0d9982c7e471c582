"""All releases together: is there anybody, or a small group, whom their figures give away?

What a reader may not be able to calculate: how many persons have a combination of cells that fewer than the limit have,
over any two or more releases; and what a hidden cell holds that has fewer. For each of these another possible world is
shown in which that number differs. Nothing is taken for safe without such a world, so what all figures determine never
passes; what no world is found for does not pass either.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import polars as pl

from gate.lineage.codes import Bools, Coded, Ints
from gate.lineage.exchange import open_pairs
from gate.lineage.kinds import Kinds, groups_of, kinds
from gate.lineage.people import ABSENT, Counted, bound, counted, related
from gate.lineage.worlds import Worlds

_FEW: Final = 4
"""Releases of which every combination is looked at by itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Fewer persons than the limit: those in the same `cells` as one another in each of these `releases`."""

    persons: Ints
    releases: tuple[int, ...]
    cells: Ints


@dataclass(frozen=True, slots=True, eq=False)
class HiddenCell:
    """The persons of a hidden cell, or margin, of one release."""

    persons: Ints
    release: int
    cell: int


def given_away(releases: Sequence[Coded], least: int) -> int:
    """How many small groups nothing hides. Releases that have nobody in common tell nothing of each other's people."""
    return sum(_given_away(some, least) for some in _sharing(releases) if len(some) > 1)


def _sharing(releases: Sequence[Coded]) -> list[list[Coded]]:
    """The releases, together where they count a person in common, directly or by way of others."""
    found: list[tuple[pl.Series, list[Coded]]] = []
    for release in releases:
        people, some = release.members["person"].unique(), [release]
        apart = []
        for theirs, others in found:
            if people.is_in(theirs.implode()).any():
                people, some = pl.concat([people, theirs]).unique(), [*others, *some]
            else:
                apart.append((theirs, others))
        found = [*apart, (people, some)]
    return [some for _, some in found]


def _given_away(releases: Sequence[Coded], least: int) -> int:
    everybody = counted(releases)
    pairs = related(everybody)
    places = bound(everybody, pairs)
    targets: list[Group | HiddenCell] = [*_groups(everybody, places, least)]
    targets += _hidden_cells(everybody, places, least)
    targets = [target for target in targets if not _told_by_rows(target, everybody)]
    if not targets:
        return 0
    near = _in_hidden(everybody)
    for target in targets:
        near[target.persons] = True
    found = kinds(everybody, groups_of(everybody, pairs), near)
    search = _Search(found, everybody, Worlds(found, releases, least), least)
    return len({target.persons.tobytes() for target in targets if not search.hides(target)})


def _told_by_rows(target: Group | HiddenCell, everybody: Sequence[Counted]) -> bool:
    """Whether rows that left have the group in them, and by their columns each cell it is in of other releases."""
    if isinstance(target, HiddenCell) or (target.cells == ABSENT).any():
        return False
    rows = [release for release in target.releases if everybody[release].coded.rows]
    others = [release for release in target.releases if release not in rows]
    return any(all(_decided(everybody[other], everybody[each]) for other in others) for each in rows)


def _decided(table: Counted, rows: Counted) -> bool:
    """Whether what the rows tell decides the cell of everybody who is in both."""
    held = {variable for dimension in rows.coded.dimensions for variable in dimension.variables}
    if not all(held & set(dimension.variables) for dimension in table.coded.dimensions):
        return False
    both = table.present & rows.present
    pairs = np.unique(np.stack([rows.own[both], table.own[both]], axis=1), axis=0)
    return len(np.unique(pairs[:, 0])) == len(pairs)


def culprits(new: Sequence[Coded], earlier: Sequence[Coded], least: int) -> list[Coded]:
    """The fewest of `earlier` that suffice to give somebody away together with `new` (QuickXplain, Junker 2004); none
    where the tables of `new` do so among themselves."""
    if not earlier or given_away(new, least):
        return []
    return _fewest([], list(earlier), lambda some: given_away([*new, *some], least) > 0)


def _fewest(known: list[Coded], among: list[Coded], enough: Callable[[list[Coded]], bool]) -> list[Coded]:
    if known and enough(known):
        return []
    if len(among) == 1:
        return among
    first, second = among[: len(among) // 2], among[len(among) // 2 :]
    right = _fewest(known + first, second, enough)
    return _fewest(known + right, first, enough) + right


def _groups(everybody: Sequence[Counted], places: Sequence[Sequence[int]], least: int) -> Iterator[Group]:
    """Small groups in the same cells of all releases among which no exchange hides them."""
    matter = np.zeros((everybody[0].persons, len(everybody)), dtype=bool)
    for one, other, persons in open_pairs(everybody, places):
        matter[persons, one] = matter[persons, other] = True
    own = np.stack([each.own for each in everybody], axis=1)
    patterns, which = np.unique(matter, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        if not pattern.any():
            continue
        among = tuple(np.flatnonzero(pattern).tolist())
        _, group, size = np.unique(own[:, among], axis=0, return_inverse=True, return_counts=True)
        group = group.reshape(-1)
        small = (which.reshape(-1) == number) & (size[group] < least)
        for each in np.unique(group[small]):
            persons = np.flatnonzero(group == each)
            yield Group(persons, among, own[persons[0], among])


def _hidden_cells(everybody: Sequence[Counted], places: Sequence[Sequence[int]], least: int) -> Iterator[HiddenCell]:
    """Hidden cells with few persons, in releases where others tell more than what the release itself shows.

    Where all cells of the margin over the related dimensions are shown, whoever hides the cell within its own release
    (which the audit of that release shows) hides it among all: cells are exchanged among persons alike in the rest.
    """
    for number, (each, tied) in enumerate(zip(everybody, places, strict=True)):
        release, inside = each.coded, each.coded.counted_in()
        if release.shown[release.over(tied).unique().to_numpy()].all():
            continue
        unseen = inside.filter(release.table["people"].is_null().gather(inside["cell"])).unique(["cell", "person"])
        for cell, persons in unseen.group_by("cell", maintain_order=True).agg("person").iter_rows():
            if len(persons) < least:
                yield HiddenCell(np.sort(np.array(persons, dtype=np.int64)), number, cell)


def _in_hidden(everybody: Sequence[Counted]) -> Bools:
    """Persons counted in a hidden cell of any release."""
    found = np.zeros(everybody[0].persons, dtype=bool)
    for each in everybody:
        found |= each.present & ~each.coded.shown[each.cell]
    return found


class _Search:
    """Worlds found for one target are tried on the next: one of them often hides many."""

    def __init__(self, found: Kinds, everybody: Sequence[Counted], worlds: Worlds, least: int) -> None:
        self._cells = found.cells
        self._everybody = everybody
        self._own = np.stack([each.own for each in everybody], axis=1)
        self._worlds, self._least = worlds, least
        self._known: list[Ints] = []

    def hides(self, target: Group | HiddenCell) -> bool:
        if isinstance(target, HiddenCell):
            return self._differs(self._counted_in(target))
        same = self._cells[:, target.releases] == target.cells
        # Whoever shares two cells with the group is in every group that could hold it: all of these change with it.
        wider = (same.sum(axis=1) >= 2) & (same & (target.cells != ABSENT)).any(axis=1)
        return self._differs(same.all(axis=1), wider) or self._one_by_one(target)

    def _one_by_one(self, target: Group) -> bool:
        """Every small group that holds this one, by itself, where few releases matter."""
        if len(target.releases) > _FEW:
            return False
        places = range(len(target.releases))
        return all(
            self._differs((self._cells[:, releases] == target.cells[list(some)]).all(axis=1))
            for number in range(2, len(places) + 1)
            for some in combinations(places, number)
            for releases in [[target.releases[place] for place in some]]
            if (target.cells[list(some)] != ABSENT).any() and self._is_small(releases, target.cells[list(some)])
        )

    def _is_small(self, releases: Sequence[int], cells: Ints) -> bool:
        return int((self._own[:, releases] == cells).all(axis=1).sum()) < self._least

    def _counted_in(self, target: HiddenCell) -> Bools:
        """Kinds that are counted in the hidden cell."""
        cells = self._cells[:, target.release]
        margins = self._everybody[target.release].coded.margins.values()
        found = np.zeros(len(cells), dtype=bool)
        for margin in margins:
            found |= (cells != ABSENT) & (margin.eq(target.cell).fill_null(value=False).to_numpy()[cells])
        return found

    def _differs(self, target: Bools, only: Bools | None = None) -> bool:
        """Whether there is a world with another number of persons of these kinds; kinds in `only` all go one way."""
        if not target.any():
            return False
        if any(_moves(world, target, only) for world in self._known):
            return True
        world = self._worlds.other(target, only=only)
        if world is not None:
            self._known.append(world)
        return world is not None


def _moves(world: Ints, target: Bools, only: Bools | None) -> bool:
    change = world[target].sum()
    return bool(change != 0 and (only is None or (world[only] * np.sign(change) >= 0).all()))
