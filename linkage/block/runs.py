"""Runs: the right records that a left record is paired with lie side by side, so pairs need no join.

Right records are sorted by key once. A left record then has a *run* of them: where it starts, and how long it is. What
is paired can so be counted before it is paired, and paired a few left records at a time.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

Indices = np.ndarray[tuple[int], np.dtype[np.int64]]
Counts = np.ndarray[tuple[int], np.dtype[np.signedinteger]]
Records = np.ndarray[tuple[int], np.dtype[np.uint32]]


class NoOrder(Exception):
    """Entries that are taken by nearness need an order."""


@dataclass(frozen=True, slots=True, repr=False)
class Entries:
    """Keys of one side: `key` of each entry, 0 for none, and the record it belongs to, in order of the records.

    A record has one entry, or where its evidence is a list one for each member; `order` sorts entries of one key.
    """

    record: Records
    key: Records
    order: Records | None = None


class Runs(NamedTuple):
    """Left entry `i` is paired with `right[start[i] : start[i] + length[i]]`. Entries of one key lie together, so that
    the right records of a key, once fetched, are near for all of them."""

    left: Records
    start: Counts
    length: Counts
    right: Records
    halved: bool = False
    """Both sides are one: only pairs whose left record stands before the right one count."""

    def rows(self, first: int, last: int) -> "Runs":
        """Those of left records first … last-1."""
        return self._of((self.left >= first) & (self.left < last))

    def of(self, chosen: np.ndarray) -> "Runs":
        """Those of the chosen left records only (a truth for each)."""
        return self._of(chosen[self.left])

    def _of(self, chosen: np.ndarray) -> "Runs":
        if chosen.all():
            return self
        these = np.flatnonzero(chosen)
        return self._replace(left=self.left[these], start=self.start[these], length=self.length[these])

    def pairs(self) -> tuple[Records, Records]:
        """All pairs."""
        before = np.cumsum(self.length) - self.length
        inside = np.arange(int(self.length.sum())) - np.repeat(before - self.start, self.length)
        left, right = np.repeat(self.left, self.length), self.right[inside]
        if not self.halved:
            return left, right
        these = np.flatnonzero(left < right)
        return left[these], right[these]

    def per_record(self, height: int) -> Indices:
        """Pairs of each left record; where both sides are one, the other way round too."""
        return np.bincount(self.left, weights=self.length, minlength=height).astype(np.int64)


@dataclass(frozen=True, slots=True, repr=False)
class Capped:
    """Runs, and the keys of which no more than a window was taken."""

    runs: Runs
    keys: Records
    left_out: int


def runs(left: Entries, right: Entries, *, most: int, window: int | None, halved: bool) -> Capped:
    """Every left entry with all right entries of its key; with `window`, or where a key would give over `most` pairs,
    only with those that lie near it in `order`: `window` to each side, or as many as `most` allows, but one at least.

    `halved` says that both sides are one, so that only half of the pairs count. Entries need an `order` for that.
    """
    keys = int(max(left.key.max(initial=0), right.key.max(initial=0))) + 1
    lefts, rights = (np.bincount(side.key, minlength=keys) for side in (left, right))
    lefts[0] = rights[0] = 0
    pairs = lefts * rights
    over = np.flatnonzero(pairs > (2 * most if halved else most)) if window is None else np.flatnonzero(pairs)
    sorted_right = _sorted(right)
    held = np.bincount(right.key, minlength=keys)
    starts = np.cumsum(held) - held
    present = _sorted(replace(left, order=None))[np.count_nonzero(left.key == 0) :]
    key = left.key[present]
    start, count = starts[key], rights[key]
    if over.size:
        aside = np.full(keys, window) if window else _aside(most // np.maximum(lefts, 1), halved=halved)
        near = np.flatnonzero(np.isin(key, over))
        first, behind = start[near], start[near] + count[near]
        place = np.minimum(_places(left, right, sorted_right, present[near]), behind - 1)
        start[near] = np.maximum(place - aside[key[near]], first)
        count[near] = np.minimum(place + aside[key[near]] + 1, behind) - start[near]
    narrow = np.int32 if sorted_right.size < 1 << 31 else np.int64
    found = Runs(left.record[present], start.astype(narrow), count.astype(narrow), right.record[sorted_right], halved)
    return Capped(found, over.astype(np.uint32), int(pairs.sum() - count.sum()))


def _aside(each: Indices, *, halved: bool) -> Indices:
    """How many entries to each side are near, when every entry may be in `each` pairs of its own."""
    return np.maximum(each, 1) if halved else np.maximum(each - 1, 0) // 2


def _sorted(entries: Entries) -> Indices:
    """Entries by key, and by order among those of one key."""
    if entries.order is not None:
        return np.lexsort((entries.order, entries.key))
    # the key in front of the number of the entry: so plain numbers are sorted, which is much faster than indices
    number = np.arange(entries.key.size, dtype=np.uint64)
    return np.sort(entries.key.astype(np.uint64) << np.uint64(32) | number).astype(np.uint32).astype(np.int64)


def _places(left: Entries, right: Entries, sorted_right: Indices, these: Indices) -> Indices:
    """Where left entries stand among the sorted right ones; those of one order spread over the right ones of it, so
    that where both sides are one every entry stands at its own place."""
    if left.order is None or right.order is None:
        raise NoOrder
    wide = np.uint64(32)
    ranks = (right.key.astype(np.uint64) << wide | right.order)[sorted_right]
    asked = left.key[these].astype(np.uint64) << wide | left.order[these]
    first, behind = np.searchsorted(ranks, asked), np.searchsorted(ranks, asked, side="right")
    sorted_left = np.argsort(asked, kind="stable")
    before = np.searchsorted(asked[sorted_left], asked)
    equals = np.searchsorted(asked[sorted_left], asked, side="right") - before
    turn = np.empty(asked.size, dtype=np.int64)
    turn[sorted_left] = np.arange(asked.size)
    return np.asarray(first + (turn - before) * (behind - first) // equals)
