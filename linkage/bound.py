"""Upper bounds of the match weight: what cannot reach the least weight worth keeping is dropped before it is compared.

Whether the whole values of a field are equal is seen from their codes, for all fields at once: each record's codes lie
side by side in a few words of 64 bits, and one comparison of words tells which of them agree. The bound is then what
the best level still possible would weigh, term frequency included, so no pair is lost that scoring would keep.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from linkage.block.runs import Records
from linkage.compare.agreement import Agreement
from linkage.dictionary import numbers
from linkage.fitted import Factor
from linkage.packing import Outcomes, Packed
from linkage.pairing import Field, Pairing

Weights = np.ndarray[tuple[int], np.dtype[np.float32]]

MARGIN = 1e-3
"""Of a weight in log2: more than rounding to 32 bits can cost."""


@dataclass(frozen=True, slots=True, repr=False)
class Bound:
    """The most that pairs of positions can weigh, from whole values alone."""

    fields: tuple[int, ...]
    """Those that have whole values, by test."""
    whole: Packed
    table: Weights
    """Most that levels can weigh, by agreement."""
    rarities: tuple[tuple[int, Weights], ...]
    """Fields with term frequency, and what agreement adds by left position."""
    least: float
    """Match weight worth keeping."""

    def agreement(self, left: Records, right: Records) -> Outcomes:
        """Bit k is set where the whole values of the k-th of `fields` are equal."""
        return self.whole.outcomes(left, right)

    def equal(self, agreement: Outcomes, field: int) -> np.ndarray:
        """1 where the whole values of a field are equal, else 0."""
        if field not in self.fields:
            return np.zeros(agreement.size, dtype=np.uint32)
        return np.asarray((agreement >> np.uint32(self.fields.index(field))) & np.uint32(1))

    def most(self, left: Records, agreement: Outcomes) -> Weights:
        """Upper bound of the match weight of each pair."""
        weight: Weights = self.table.take(agreement)
        for field, rarity in self.rarities:
            weight += self.equal(agreement, field).astype(np.float32) * rarity.take(left)
        return weight


def bound(pairing: Pairing, factors: Sequence[Factor], rarities: Mapping[str, np.ndarray], least: float) -> Bound:
    """`rarities` are those of term frequency by field, `least` the match weight (log2) that is worth keeping."""
    fields = tuple(number for number, field in enumerate(pairing.fields) if field.whole)
    names = [pairing.fields[number].name for number in fields]
    codes = [(numbers(pairing.left_codes[name]), numbers(pairing.right_codes[name])) for name in names]
    return Bound(
        fields=fields,
        whole=Packed.of(codes),
        table=_table(pairing, factors, fields),
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


def reachable_by_equality(agreement: Agreement) -> np.ndarray:
    """Levels (columns) that similarity may still make of the level that codes gave (rows)."""
    levels = np.arange(agreement.field.other + 1)
    better = np.isin(levels, agreement.compared)
    return np.asarray((levels[:, None] == levels) | (better & (levels < levels[:, None])))


def upper(factor: Factor, reachable: Sequence[np.ndarray]) -> np.ndarray:
    """Most a factor can weigh, an axis for each of its fields and on it the rows of that field's `reachable`."""
    most = factor.weights
    for axis, allowed in enumerate(reachable):
        spread = np.moveaxis(most, axis, -1)[..., None, :]
        most = np.moveaxis(np.where(allowed, spread, -np.inf).max(axis=-1), -1, axis)
    return most


def _table(pairing: Pairing, factors: Sequence[Factor], fields: Sequence[int]) -> Weights:
    """By agreement of `fields`: the most that all factors can weigh together."""
    every = np.arange(1 << len(fields))
    total = np.zeros(every.size)
    for factor in factors:
        most = upper(factor, [reachable_by_agreement(pairing.fields[f]) for f in factor.fields])
        total += most[tuple((every >> fields.index(f)) & 1 if f in fields else every * 0 for f in factor.fields)]
    return total.astype(np.float32)
