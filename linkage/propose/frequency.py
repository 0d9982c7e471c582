"""Whether term frequency pays for a field, told from the data: among pairs that agree on it, matches should become
commoner in step with the value's rarity."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from linkage.dictionary import numbers
from linkage.frequency import frequencies
from linkage.pairing import Field
from linkage.propose.rough import Rough

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]

PAYS: Final = 0.5
"""Least slope: 1 is what the theory says, 0 is no difference between rare and common values."""
KINDS: Final = frozenset({"surname", "given_name", "full_name", "text", "code", "category", "number"})
_BINS: Final = 8
_LEAST_VALUES: Final = 20
_LEAST_SPREAD: Final = 1.0


@dataclass(frozen=True, slots=True)
class Rarity:
    """How the log2 odds of a match move with each halving of a value's frequency."""

    field: str
    slope: float | None
    """None where values are too few or too equal in number to tell."""

    @property
    def pays(self) -> bool:
        return self.slope is not None and self.slope >= PAYS


def rarity(rough: Rough) -> tuple[Rarity, ...]:
    """For every field whose values may be rare or common."""
    return tuple(Rarity(field.name, _slope(rough, field)) for field in rough.pairing.fields if field.kind in KINDS)


def _slope(rough: Rough, field: Field) -> float | None:
    level = rough.pairs[field.column].to_numpy()
    agree = np.flatnonzero((level >= 1) & (level <= field.whole))
    frequency = frequencies(rough.pairing, field.name)
    if agree.size < 100 or frequency.size <= _LEAST_VALUES:
        return None
    left = rough.pairs["l"].to_numpy()[agree]
    rare = -np.log2(frequency[numbers(rough.pairing.left_codes[field.name])[left]])
    edges = np.unique(np.quantile(rare, np.linspace(0, 1, _BINS + 1)))
    place = np.clip(np.searchsorted(edges, rare, side="right") - 1, 0, edges.size - 2)
    others = _others(rough, field)[agree]
    points = [
        (float(rare[place == b].mean()), *_share(others[place == b]))
        for b in range(edges.size - 1)
        if (place == b).any()
    ]
    return _fitted([(x, share, count) for x, share, count in points if 0.001 < share < 0.999])


def _others(rough: Rough, field: Field) -> Floats:
    """Bayes factors of all that is compared but this field."""
    from linkage.score import scorer

    ready = scorer(rough.pairing, rough.fitted)
    weight = rough.pairs["match_weight"].to_numpy().copy()
    for factor in ready.factors:
        if field in ready.fields(factor):
            weight -= ready.of_factor(rough.pairs, factor)
    if field.name in ready.rarities:
        weight -= ready.of_rarity(rough.pairs, field.name)
    return np.asarray(np.exp2(np.clip(weight, -200, 200)))


def _share(factors: Floats) -> tuple[float, int]:
    """Share of matches among pairs with these Bayes factors, by expectation–maximisation, and how many pairs."""
    share = 0.5
    for _ in range(100):
        share = float(np.mean(share * factors / (share * factors + 1.0 - share)))
        share = min(max(share, 1e-9), 1.0 - 1e-9)
    return share, factors.size


def _fitted(points: list[tuple[float, float, int]]) -> float | None:
    if len(points) < 3:
        return None
    x, share, count = (np.asarray(column) for column in zip(*points, strict=True))
    if np.ptp(x) < _LEAST_SPREAD:
        return None
    weight = np.sqrt(count * share * (1 - share))
    return float(np.polyfit(x, np.log2(share / (1 - share)), 1, w=weight)[0])
