"""Fields that decide each other, such as city by postcode: among strangers their agreement says one thing twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

import numpy as np

from linkage.model import MOST_JOINED
from linkage.pairing import Field
from linkage.propose.keys import Key, single_keys
from linkage.propose.rough import Rough

_LEAST_SHARE: Final = 0.5
_LEAST_BITS: Final = 2.0
_LEAST_STRANGERS: Final = 50.0
_FEW_MATCHES: Final = 5.0
"""So many times the expected matches must agree for the matches among them to be taken off by their number alone."""


@dataclass(frozen=True, slots=True)
class Decided:
    """Strangers who agree on `by` agree on `field` in a share `given` of cases, where `alone` would be chance."""

    field: str
    by: str
    given: float
    alone: float

    @property
    def bits(self) -> float:
        """How much agreement on both would weigh too much if they were taken for independent (log2)."""
        return float(np.log2(self.given / self.alone))


def decided(rough: Rough) -> tuple[Decided, ...]:
    """What decides what, the strongest first."""
    keys = {key.on[0]: key for key in single_keys(rough.pairing)}
    whole = [field for field in rough.pairing.fields if field.whole and field.name in keys]
    found = []
    for by, field in permutations(whole, 2):
        strangers = _counted(rough, keys[by.name], keys[field.name], by, field) or _weighed(rough, by, field)
        if strangers is not None and strangers[0] >= _LEAST_STRANGERS:
            alone = sum(rough.fitted.fields[rough.pairing.fields.index(field)].u[: field.whole])
            found.append(Decided(field.name, by.name, strangers[1] / strangers[0], max(alone, 1e-9)))
    telling = [one for one in found if one.given >= _LEAST_SHARE and one.bits >= _LEAST_BITS]
    return tuple(sorted(telling, key=lambda one: (-one.bits, one.field, one.by)))


def _counted(rough: Rough, by: Key, field: Key, one: Field, other: Field) -> tuple[float, float] | None:
    """Strangers who agree on the one field and have the other, and those of them who agree on both: all pairs less the
    expected matches. None where matches are too large a part of them."""
    known = by.where_other(field)
    of_one, of_other = (_whole_m(rough, each) for each in (one, other))
    matches = rough.expected * of_one
    if known.pairs < _FEW_MATCHES * matches:
        return None
    return known.pairs - matches, max(by.with_other(field).pairs - matches * of_other, 0.0)


def _weighed(rough: Rough, by: Field, field: Field) -> tuple[float, float] | None:
    """The same where matches are many: each candidate counts by its chance of being none. None where not all pairs that
    agree are candidates."""
    if (by.name,) not in [block.on for block in rough.pairing.model.blocks]:
        return None
    strangers = (1.0 - rough.chance) * (_equal(rough, by) & (rough.pairs[field.column].to_numpy() > 0))
    return float(strangers.sum()), float((strangers * _equal(rough, field)).sum())


def _whole_m(rough: Rough, field: Field) -> float:
    return sum(rough.fitted.fields[rough.pairing.fields.index(field)].m[: field.whole])


def joints(found: Sequence[Decided]) -> tuple[tuple[str, ...], ...]:
    """Fields that should weigh together, as many as a model allows; what decides comes first."""
    groups: list[list[str]] = []
    for one in found:
        touched = [group for group in groups if {one.by, one.field} & set(group)]
        merged = list(dict.fromkeys([*(name for group in touched for name in group), one.by, one.field]))
        if len(merged) <= MOST_JOINED:
            groups = [group for group in groups if group not in touched] + [merged]
    return tuple(tuple(group) for group in groups)


def _equal(rough: Rough, field: Field) -> np.ndarray:
    level = rough.pairs[field.column].to_numpy()
    return np.asarray((level >= 1) & (level <= field.whole))
