"""The cheap half of the joint audit: two persons who exchange their cells in one release change no published sum.

A reader who cannot tell that other world from the true one does not know how many persons have that combination of
cells. So a pair of releases keeps a person apart from nobody when, in one of the two, there is somebody to exchange
with who differs in both.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gate.lineage.codes import Bools, Ints
from gate.lineage.people import ABSENT, Counted


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One release as the place of an exchange. `keys`: persons who may exchange there have the same."""

    own: Ints
    keys: Ints
    present: Bools
    in_key: Ints
    """How many persons have the same key."""
    in_both: Ints
    """How many of these are in the same cells."""


def open_pairs(releases: Sequence[Counted], bound: Sequence[Sequence[int]]) -> list[tuple[int, int, Ints]]:
    """Pairs of releases and the persons, counted in one of them at least, whom no exchange hides there."""
    sides = [_side(each, places) for each, places in zip(releases, bound, strict=True)]
    found = []
    for one in range(len(sides)):
        for other in range(one):
            there = sides[one].present | sides[other].present
            left = there & ~_hidden(sides[one], sides[other]) & ~_hidden(sides[other], sides[one])
            if left.any():
                found.append((other, one, np.flatnonzero(left)))
    return found


def _side(release: Counted, places: Sequence[int]) -> _Side:
    keys = np.where(release.present, release.alike(places), ABSENT)
    both = _together(keys, release.own)
    return _Side(release.own, keys, release.present, _sizes(keys), _sizes(both))


def _hidden(side: _Side, other: _Side) -> Bools:
    """Persons who may exchange their cells at `side` with somebody in other cells of both releases."""
    theirs = _together(side.keys, other.own)
    rest = side.in_key - side.in_both - _sizes(theirs)
    hidden: Bools = side.present & (rest > 0)
    unsure = np.flatnonzero(side.present & (rest <= 0))
    if len(unsure):
        among = np.isin(side.keys, side.keys[unsure]) & side.present
        all_three = _together(theirs, side.own)
        same = np.zeros(len(theirs), dtype=np.int64)
        same[among] = _sizes(np.unique(all_three[among], return_inverse=True)[1])
        hidden[unsure] = rest[unsure] + same[unsure] > 0
    return hidden


def _together(one: Ints, other: Ints) -> Ints:
    """One number for both; different where either differs."""
    together: Ints = (one + 1) * (int(other.max()) + 2) + other + 1
    return together


def _sizes(codes: Ints) -> Ints:
    """How often the number of each entry occurs."""
    if codes.max() < 1 << 23:
        sizes: Ints = np.bincount(codes + 1)[codes + 1]
        return sizes
    _, place, count = np.unique(codes, return_inverse=True, return_counts=True)
    found: Ints = count[place]
    return found
