"""Columns that decide each other, such as city by postcode: their agreement among strangers says one thing twice.

Told from the values of each file by itself, before anything is fitted: where two such columns stand among few others, a
fit would take all who live in one place for matches.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

import numpy as np

from linkage.model import MOST_JOINED
from linkage.pairing import Pairing
from linkage.propose.keys import Codes, Key, single_keys

_LEAST_SHARE: Final = 0.5
_LEAST_BITS: Final = 2.0
_LEAST_PAIRS: Final = 50
_PER_RECORD: Final = {True: 5.0, False: 1.0}
"""Pairs of a file that must agree, for each record: so many that its doubles cannot be half of them. A file searched
for doubles may have two of each record, one of two files has few."""


@dataclass(frozen=True, slots=True)
class Decided:
    """Records of one file that agree on `by` agree on `field` in a share `given` of pairs, where `alone` is chance."""

    field: str
    by: str
    given: float
    alone: float

    @property
    def bits(self) -> float:
        """How much agreement on both would weigh too much if they were taken for independent (log2)."""
        return float(np.log2(self.given / self.alone))


def decided(pairing: Pairing) -> tuple[Decided, ...]:
    """What decides what, the strongest first."""
    whole = {field.name for field in pairing.fields if field.whole}
    keys = [key for key in single_keys(pairing) if key.on[0] in whole]
    found = (_decided(by, field) for by, field in permutations(keys, 2))
    telling = [one for one in found if one is not None and one.given >= _LEAST_SHARE and one.bits >= _LEAST_BITS]
    return tuple(sorted(telling, key=lambda one: (-one.bits, one.field, one.by)))


def _decided(by: Key, field: Key) -> Decided | None:
    """None where too few pairs agree for strangers to be seen among them."""
    known, both = by.where_other(field), by.with_other(field)
    records = sum(side.size for side in by.sides)
    agree, alike, chance, every = (
        sum(map(_pairs, sides))
        for sides in (known.sides, both.sides, field.sides, [np.sign(side) for side in field.sides])
    )
    if agree < max(_LEAST_PAIRS, _PER_RECORD[by.dedupe] * records) or not chance:
        return None
    return Decided(field.on[0], by.on[0], alike / agree, chance / every)


def _pairs(side: Codes) -> int:
    """Pairs of records of one side that agree."""
    counts = np.bincount(side.astype(np.int64))[1:]
    return int((counts * (counts - 1)).sum()) // 2


def joints(found: Sequence[Decided]) -> tuple[tuple[str, ...], ...]:
    """Fields that should weigh together, as many as a model allows; what decides comes first."""
    groups: list[list[str]] = []
    for one in found:
        touched = [group for group in groups if {one.by, one.field} & set(group)]
        merged = list(dict.fromkeys([*(name for group in touched for name in group), one.by, one.field]))
        if len(merged) <= MOST_JOINED:
            groups = [group for group in groups if group not in touched] + [merged]
    return tuple(tuple(group) for group in groups)
