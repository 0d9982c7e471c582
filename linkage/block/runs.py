"""Runs: the right records that a left record is paired with lie side by side, so pairs need no join.

Right records are sorted by key once. A left record then has a *run* of them: where it starts, and how long it is. What
is paired can so be counted before it is paired, and paired a few left records at a time.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array

Indices = np.ndarray[tuple[int], np.dtype[np.int64]]
Records = np.ndarray[tuple[int], np.dtype[np.uint32]]


@dataclass(frozen=True, slots=True, repr=False)
class Entries:
    """Keys of one side: `key` of each entry, 0 for none, and the record it belongs to, in order of the records.

    A record has one entry, or where its evidence is a list one for each member; `order` sorts entries of one key.
    """

    record: Records
    key: Records
    order: Records | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Runs:
    """Left entry `i` is paired with `right[start[i] : start[i] + count[i]]`; `left` does not fall."""

    left: Records
    start: Indices
    count: Indices
    right: Records

    def between(self, first: int, last: int) -> tuple[Records, Records]:
        """Pairs of left records first … last-1, in order."""
        these = slice(*np.searchsorted(self.left, (first, last)))
        count = self.count[these]
        before = np.cumsum(count) - count
        inside = np.arange(int(count.sum())) - np.repeat(before - self.start[these], count)
        return np.repeat(self.left[these], count), self.right[inside]

    def of(self, chosen: np.ndarray) -> "Runs":
        """Those of the chosen left records only (a truth for each)."""
        these = np.flatnonzero(chosen[self.left])
        return Runs(self.left[these], self.start[these], self.count[these], self.right)

    def per_record(self, height: int) -> Indices:
        """Pairs of each left record."""
        return np.bincount(self.left, weights=self.count, minlength=height).astype(np.int64)


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
    sorted_right = _sorted(right, keys)
    held = np.bincount(right.key, minlength=keys)
    starts = np.cumsum(held) - held
    present = np.flatnonzero(left.key)
    key = left.key[present]
    start, count = starts[key], rights[key]
    if over.size:
        aside = np.full(keys, window) if window else _aside(most // np.maximum(lefts, 1), halved=halved)
        near = np.flatnonzero(np.isin(key, over))
        first, behind = start[near], start[near] + count[near]
        place = np.minimum(_places(left, right, sorted_right, present[near]), behind - 1)
        start[near] = np.maximum(place - aside[key[near]], first)
        count[near] = np.minimum(place + aside[key[near]] + 1, behind) - start[near]
    found = Runs(left.record[present], start, count, right.record[sorted_right])
    return Capped(found, over.astype(np.uint32), int(pairs.sum() - count.sum()))


def _aside(each: Indices, *, halved: bool) -> Indices:
    """How many entries to each side are near, when every entry may be in `each` pairs of its own."""
    return np.maximum(each, 1) if halved else np.maximum(each - 1, 0) // 2


def _sorted(entries: Entries, keys: int) -> Indices:
    """Entries by key, and by order among those of one key; without order by counting, in linear time."""
    if entries.order is not None:
        return np.lexsort((entries.order, entries.key))
    number = np.arange(entries.key.size, dtype=np.int32)
    ones = np.ones(number.size, dtype=np.int8)
    return np.asarray(coo_array((ones, (entries.key, number)), shape=(keys, number.size)).tocsr().indices)


def _places(left: Entries, right: Entries, sorted_right: Indices, these: Indices) -> Indices:
    """Where left entries stand among the sorted right ones; those of one order spread over the right ones of it, so
    that where both sides are one every entry stands at its own place."""
    if left.order is None or right.order is None:
        raise ValueError("entries that are taken by nearness need an order")
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
