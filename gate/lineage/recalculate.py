"""All sums of amounts of one delivery together: can a reader calculate one that its own release hides, or the sum of a
group that two releases tell apart?

The reader is given more than any has: of which records each sum is made. Only what each of them gives is unknown to
it, and not below zero where no amount is. For each sum that owes too much to one or two persons, other amounts with the
same published sums are sought by which it lies as far above as in its own table it must (D06). What one release alone
tells is not looked at: its own audit decided on that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import polars as pl

from gate.disclosure.moves import Floats, Moves, Sums
from gate.lineage.amounts import by_value
from gate.lineage.codes import Bools, Coded, Ints, same_amounts
from gate.lineage.dominance import Dominance, largest

MOST: Final = 5_000
"""Groups of records in the same cells of all releases up to which an answer is sought."""
CELLS: Final = 50_000_000
"""The same for groups times published cells."""
_ENOUGH: Final = 1 - 1e-6
_SCALE: Final = 1000.0
_ABSENT: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """Sums over `parts` (a row a sum, a column a group of records in the same cells of all releases)."""

    parts: Bools
    release: Ints
    """The release that has each as a cell, or -1."""
    shown: Bools


def recalculable(releases: Sequence[Coded], limits: Dominance) -> bool | None:
    """Whether a sum that needs protection can be calculated too closely; None where there are too many to look at.

    `releases`: the new one first; those that publish sums of its column from its delivery count.
    """
    new = releases[0]
    some = [by_value(each) for each in releases if each.delivery == new.delivery and same_amounts(new, each)]
    if len(some) < 2:
        return False
    own, members = _own(some)
    groups, which = np.unique(own, axis=0, return_inverse=True)
    which = which.reshape(-1)
    if len(groups) > MOST or len(groups) * sum(each.table.height for each in some) > CELLS:
        return None
    told = _told(some, groups)
    targets = _targets(told, groups)
    levels = _levels(targets, which, members, limits)
    search = _Search(
        told, targets, levels, np.bincount(which, members["amount"].to_numpy(), len(groups)).astype(np.float64)
    )
    return any(not search.alone(target) for target in search.open(told.shown))


def _own(releases: Sequence[Coded]) -> tuple[Ints, pl.DataFrame]:
    """The cell of each record in each release; `person` and `amount` of each."""
    every = pl.concat([each.members.select("record", "person", "amount") for each in releases]).unique("record")
    found = every.sort("record")
    for at, each in enumerate(releases):
        cells = each.members.select("record", pl.col("cell").cast(pl.Int64).alias(f"cell {at}")).unique("record")
        found = found.join(cells, on="record", how="left", maintain_order="left")
    own = found.select(pl.col(f"cell {at}").fill_null(_ABSENT) for at in range(len(releases))).to_numpy()
    return own, found.select("person", "amount")


def _told(releases: Sequence[Coded], groups: Ints) -> _Told:
    """Every cell, subtotal and margin that has a record."""
    parts, release, shown = [], [], []
    for at, each in enumerate(releases):
        there = groups[:, at] != _ABSENT
        for margin in each.margins.values():
            cells = np.full(len(groups), _ABSENT)
            cells[there] = margin.cast(pl.Int64).fill_null(_ABSENT).to_numpy()[groups[there, at]]
            for cell in np.unique(cells[cells != _ABSENT]).tolist():
                parts.append(cells == cell)
                release.append(at)
                shown.append(bool(each.shown[cell]))
    return _Told(np.array(parts), np.array(release), np.array(shown))


def _targets(told: _Told, groups: Ints) -> Bools:
    """Hidden cells, groups in the same cells of two releases, and in those of all; no sum that is published."""
    found = [told.parts[~told.shown], np.eye(len(groups), dtype=bool)]
    for one, other in combinations(range(groups.shape[1]), 2):
        _, code = np.unique(groups[:, [one, other]], axis=0, return_inverse=True)
        found.append(code.reshape(-1) == np.arange(code.max() + 1)[:, None])
    every = np.unique(np.packbits(np.concatenate(found), axis=1), axis=0)
    published = {row.tobytes() for row in np.packbits(told.parts[told.shown], axis=1)}
    kept = np.array([row for row in every if row.tobytes() not in published], dtype=np.uint8)
    return np.unpackbits(kept.reshape(-1, every.shape[1]), axis=1, count=len(groups)).astype(bool)


def _levels(targets: Bools, which: Ints, members: pl.DataFrame, limits: Dominance) -> Floats:
    """By how much each target must be able to rise; 0 for what one or two persons do not make up."""
    target, group = np.nonzero(targets)
    inside = pl.DataFrame({"target": target, "group": group})
    amounts = inside.join(members.with_columns(group=pl.Series(which)), on="group")
    unsafe = largest(amounts.select("target", "person", "amount"), ["target"]).filter(
        limits.unsafe() & (pl.col("total") > 0)
    )
    levels = np.zeros(len(targets))
    levels[unsafe["target"].to_numpy()] = unsafe.select(limits.level().alias("level"))["level"].to_numpy()
    return levels


class _Search:
    """Moves of groups, told sums and targets; what is published stays."""

    def __init__(self, told: _Told, targets: Bools, levels: Floats, value: Floats) -> None:
        wanted = levels > 0
        self._told, self._levels = told, levels[wanted]
        self._groups = len(value)
        scale = _SCALE / (float(np.abs(value).max(initial=0.0)) or 1.0)
        self._levels, amounts = self._levels * scale, value * scale
        far = 10 * float(np.abs(amounts).sum() + self._levels.max(initial=0.0)) + _SCALE
        self._first = self._groups + len(told.parts)
        sums = np.concatenate([told.parts, targets[wanted]])
        lines = [(self._groups + at, np.flatnonzero(parts)) for at, parts in enumerate(sums)]
        number = self._groups + len(sums)
        down = np.full(number, far)
        down[: self._groups] = far if (amounts < 0).any() else amounts
        self._up, self._down = np.full(number, far), down
        self._up[self._first :] = self._levels
        self._moves = Moves(Sums.of(lines, number), np.ones(number)) if len(self._levels) else None

    def open(self, shown: Bools, among: Sequence[int] | None = None) -> Iterator[int]:
        """Targets that cannot rise as far as they must while the sums `shown` stay."""
        left = list(range(len(self._levels)) if among is None else among)
        while left:
            risen = self._risen(left, shown)
            if not risen:
                yield from (target for target in left if not self._risen([target], shown))
                return
            left = [target for target in left if target not in risen]

    def alone(self, target: int) -> bool:
        """Whether one release by itself tells as much."""
        every = range(int(self._told.release.max()) + 1)
        return any([*self.open(self._told.shown & (self._told.release == each), [target])] for each in every)

    def _risen(self, targets: Sequence[int], shown: Bools) -> set[int]:
        """Those that some other amounts raise far enough; as many at once as go together."""
        if self._moves is None:
            return set()
        wish, free = np.zeros(len(self._up)), np.ones(len(self._up), dtype=bool)
        places = self._first + np.array(targets)
        wish[places] = 1.0
        free[self._groups : self._first] = ~shown
        moves = self._moves.farthest(wish, self._up, self._down, free)
        return {each for each, at in zip(targets, places, strict=True) if moves[at] >= self._levels[each] * _ENOUGH}
