"""Upper bounds of the match weight: what cannot reach the least weight worth keeping is dropped before it is compared.

The bound of a pair is what the best levels still possible would weigh, term frequency included, so no pair is lost that
scoring would keep.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from linkage.arrays import Bounds
from linkage.compare.agreement import Agreement
from linkage.fitted import Factor

MARGIN = 1e-3
"""Of a weight in log2: more than rounding to 32 bits can cost."""
_NEVER = 1 << 8
"""Behind every level."""


@dataclass(frozen=True, slots=True, repr=False)
class Share:
    """A field's share in the bound of its factor."""

    factor: int
    stride: int
    """Cells of the factor's table from one state of the field to the next."""
    spread: float
    """Bits between its best and its worst level, the other fields being missing."""


def bounds(
    agreements: Sequence[Agreement],
    factors: Sequence[Factor],
    rarities: Mapping[str, np.ndarray],
    least: float,
    height: int,
) -> Bounds:
    """`rarities` are those of term frequency by field, for each of the `height` left records; `least` is the match
    weight (log2) that is worth keeping."""
    tables = [upper(factor, [reachable(agreements[field]) for field in factor.fields]) for factor in factors]
    shares = [_share(number, factors, tables, agreement.field.other) for number, agreement in enumerate(agreements)]
    names = [agreement.field.name for agreement in agreements]
    rarity = np.zeros((height, len(rarities)), dtype=np.float32)
    for column, added in enumerate(rarities.values()):
        rarity[:, column] = added
    return Bounds(
        order=np.argsort([len(one.measures) / share.spread for one, share in zip(agreements, shares, strict=True)]),
        useful=np.array([min((measure.best for measure in one.measures), default=_NEVER) for one in agreements]),
        hopeful=np.array([agreement.field.other + 1 for agreement in agreements]),
        table=np.concatenate([table.ravel() for table in tables]).astype(np.float32),
        first=np.cumsum([0, *(table.size for table in tables)])[:-1],
        factor=np.array([share.factor for share in shares]),
        stride=np.array([share.stride for share in shares]),
        whole=np.array([agreement.field.whole for agreement in agreements]),
        rare=np.array([list(rarities).index(name) if name in rarities else -1 for name in names]),
        rarity=rarity,
        least=np.float32(least - MARGIN),
    )


def _share(field: int, factors: Sequence[Factor], tables: Sequence[np.ndarray], other: int) -> Share:
    number = next(number for number, factor in enumerate(factors) if field in factor.fields)
    axis, table = factors[number].fields.index(field), tables[number]
    stride = int(np.prod(table.shape[axis + 1 :]))
    alone = table.ravel()[stride * np.arange(1, other + 1)]
    return Share(number, stride, max(float(np.ptp(alone)), 1e-3))


def reachable(agreement: Agreement) -> np.ndarray:
    """Levels (columns) that are possible in each state of a field (rows): one of them, or those that similarity may
    still make of one."""
    levels = np.arange(agreement.field.other + 1)
    better = np.isin(levels, agreement.compared)
    known = levels[:, None] == levels
    return np.concatenate([known, known | (better & (levels < levels[:, None]))])


def upper(factor: Factor, reachable: Sequence[np.ndarray]) -> np.ndarray:
    """Most a factor can weigh, an axis for each of its fields and on it the rows of that field's `reachable`."""
    most = factor.weights
    for axis, allowed in enumerate(reachable):
        spread = np.moveaxis(most, axis, -1)[..., None, :]
        most = np.moveaxis(np.where(allowed, spread, -np.inf).max(axis=-1), -1, axis)
    return most
