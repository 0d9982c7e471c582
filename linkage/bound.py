"""Upper bounds of the match weight: what cannot reach the least weight worth keeping is dropped before it is compared.

Whether the whole values of a field are equal is seen from their codes, for all fields at once: each record's codes lie
side by side in a few words of 64 bits, and one comparison of words tells which of them agree. The bound is then what
the best level still possible would weigh, term frequency included, so no pair is lost that scoring would keep.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from linkage.block.runs import Records
from linkage.compare.agreement import compared_levels
from linkage.dictionary import Codes, numbers
from linkage.fitted import Factor
from linkage.pairing import Field, Pairing

Weights = np.ndarray[tuple[int], np.dtype[np.float32]]
Words = np.ndarray[tuple[int], np.dtype[np.uint64]]
Agreement = np.ndarray[tuple[int], np.dtype[np.uint16]]
"""Bit f is set where the whole values of field f are equal."""

_WORD = 64
MARGIN = 1e-3
"""Of a weight in log2: more than rounding to 32 bits can cost."""


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """Where the code of a field stands in a record's words."""

    field: int
    word: int
    mask: np.uint64


@dataclass(frozen=True, slots=True, repr=False)
class Bound:
    """Screens pairs of positions by the most they can weigh."""

    left: tuple[Words, ...]
    right: tuple[Words, ...]
    places: tuple[Place, ...]
    table: Weights
    """Most that levels can weigh, by agreement."""
    rarities: tuple[tuple[int, Weights], ...]
    """Fields with term frequency, and what agreement adds by left position."""
    least: float
    """Match weight worth keeping."""

    def __call__(self, left: Records, right: Records) -> np.ndarray:
        """Whether each pair can reach the least weight."""
        return np.asarray(self.most(left, self.agreement(left, right)) >= self.least - MARGIN)

    def agreement(self, left: Records, right: Records) -> Agreement:
        found = np.zeros(left.size, dtype=np.uint16)
        for number, (one, two) in enumerate(zip(self.left, self.right, strict=True)):
            different = one[left] ^ two[right]
            for place in self.places:
                if place.word == number:
                    found |= ((different & place.mask) == 0).astype(np.uint16) << np.uint16(place.field)
        return found

    def most(self, left: Records, agreement: Agreement) -> Weights:
        """Upper bound of the match weight of each pair."""
        weight: Weights = self.table[agreement]
        for field, rarity in self.rarities:
            weight += np.where(agreement & np.uint16(1 << field), rarity[left], np.float32(0))
        return weight


def bound(pairing: Pairing, factors: Sequence[Factor], rarities: Mapping[str, np.ndarray], least: float) -> Bound:
    """`rarities` are those of term frequency by field, `least` the match weight (log2) that is worth keeping."""
    whole = [number for number, field in enumerate(pairing.fields) if field.whole]
    sides = (pairing.left_codes, pairing.right_codes)
    places, words = _packed(whole, [[numbers(side[pairing.fields[f].name]) for side in sides] for f in whole])
    return Bound(
        left=words[0],
        right=words[1],
        places=places,
        table=_table(pairing, factors),
        rarities=tuple(
            (number, rarities[field.name].astype(np.float32))
            for number, field in enumerate(pairing.fields)
            if field.name in rarities
        ),
        least=least,
    )


def reachable_by_agreement(field: Field) -> np.ndarray:
    """Levels (columns) that are possible when whole values differ (row 0) or are equal (row 1)."""
    levels = np.arange(field.other + 1)
    equal = (levels >= 1) & (levels <= field.whole)
    return np.stack([~equal, equal])


def reachable_by_equality(field: Field, *, clear: bool) -> np.ndarray:
    """Levels (columns) that similarity may still make of the level that codes gave (rows)."""
    levels = np.arange(field.other + 1)
    better = np.isin(levels, compared_levels(field, clear=clear))
    return np.asarray((levels[:, None] == levels) | (better & (levels < levels[:, None])))


def upper(factor: Factor, reachable: Sequence[np.ndarray]) -> np.ndarray:
    """Most a factor can weigh, an axis for each of its fields and on it the rows of that field's `reachable`."""
    most = factor.weights
    for axis, allowed in enumerate(reachable):
        spread = np.moveaxis(most, axis, -1)[..., None, :]
        most = np.moveaxis(np.where(allowed, spread, -np.inf).max(axis=-1), -1, axis)
    return most


def _table(pairing: Pairing, factors: Sequence[Factor]) -> Weights:
    """By agreement of all fields: the most that all factors can weigh together."""
    every = np.arange(1 << len(pairing.fields))
    total = np.zeros(every.size)
    for factor in factors:
        most = upper(factor, [reachable_by_agreement(pairing.fields[f]) for f in factor.fields])
        total += most[tuple((every >> f) & 1 for f in factor.fields)]
    return total.astype(np.float32)


def _packed(
    fields: Sequence[int], columns: Sequence[Sequence[Codes]]
) -> tuple[tuple[Place, ...], tuple[tuple[Words, ...], tuple[Words, ...]]]:
    """Codes of each field side by side; a missing value gets a number of its own on each side, so it equals nothing."""
    places: list[Place] = []
    words: tuple[list[Words], list[Words]] = ([], [])
    used = _WORD
    for field, sides in zip(fields, columns, strict=True):
        width = (int(max(side.max(initial=0) for side in sides)) + 1).bit_length()
        if used + width > _WORD:
            used = 0
            for packed, side in zip(words, sides, strict=True):
                packed.append(np.zeros(side.size, dtype=np.uint64))
        for number, (packed, side) in enumerate(zip(words, sides, strict=True)):
            packed[-1] |= np.where(side == 0, number, side.astype(np.uint64) + 1).astype(np.uint64) << np.uint64(used)
        places.append(Place(field, len(words[0]) - 1, np.uint64(((1 << width) - 1) << used)))
        used += width
    return tuple(places), (tuple(words[0]), tuple(words[1]))
