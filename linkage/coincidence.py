"""How often strangers agree: the chance of each level among pairs drawn at random."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from linkage.dictionary import numbers
from linkage.dictionary import together as as_one
from linkage.levels import with_levels
from linkage.pairing import Field, Pairing

Array = np.ndarray[tuple[int], np.dtype[np.float64]]

_SMOOTHING = 0.5
"""Pairs added to every level, so that none is impossible."""
_BY_ERROR = 0.05
"""Share of equal unique numbers that is left to chance and error."""
_UNIQUE = 0.95
"""Share of values that must be different for a number to pass for unique."""
_AS_IF_APART = 2.0
"""Pairs, seen and expected alike, by which every cell of fields taken together is held near independence."""
_RAKINGS = 50


def coincidence(pairing: Pairing, pairs: pl.DataFrame) -> dict[str, Array]:
    """Field → chance of each of its levels 1 … other in a random pair that can be compared; sums to 1.

    The chance that whole values are equal comes from their frequencies, without sampling error; the others are the
    shares seen in `pairs`, drawn by `random_pairs`.
    """
    return {field.name: _of_field(field, pairs[field.column], pairing) for field in pairing.fields}


def together(pairing: Pairing, pairs: pl.DataFrame, fields: Sequence[Field], alone: Sequence[Array]) -> Array:
    """Chance of the levels of several fields together in a random pair that can be compared on all; sums to 1.

    An axis for each field. Each field's own chances are kept, and so are those of the levels on which all whole values
    are equal, which come from their frequencies; in between stands what `pairs` show (raking: Deming and Stephan 1940).
    """
    levels = pairs.select(field.column for field in fields).to_numpy()
    seen, _ = np.histogramdd(levels[(levels > 0).all(axis=1)], bins=[np.arange(1, f.other + 2) for f in fields])
    apart = np.asarray(alone[0])
    for chance in alone[1:]:
        apart = np.multiply.outer(apart, chance)
    table = apart * (seen + _AS_IF_APART) / (seen.sum() * apart + _AS_IF_APART)
    whole = tuple(slice(0, field.whole) for field in fields)
    present = max((levels > 0).all(axis=1).mean(), 1e-9)
    # no more agree on all than agree on one of them
    most = min(float(chance[: field.whole].sum()) for field, chance in zip(fields, alone, strict=True))
    equal = _all_whole(fields, pairing) / present
    equal *= min(1.0, most / max(equal.sum(), 1e-300))
    for _ in range(_RAKINGS):
        for axis, chance in enumerate(alone):
            others = tuple(other for other in range(len(fields)) if other != axis)
            shape = [-1 if other == axis else 1 for other in range(len(fields))]
            table = table * np.reshape(chance / np.maximum(table.sum(axis=others), 1e-300), shape)
        table[whole] = equal
    return np.asarray(table / table.sum())


def _all_whole(fields: Sequence[Field], pairing: Pairing) -> Array:
    """Share of all pairs on each combination of the levels on which whole values are equal, an axis for each field.

    Whoever shares a family's name and address writes its accents as the family does: how a value is written in pairs
    that agree on all of them is another thing than how it is in pairs that agree on it alone.
    """
    shape = tuple(field.whole for field in fields)
    found = np.zeros(shape)
    for levels in np.ndindex(shape):
        asked = [part for field, level in zip(fields, levels, strict=True) for part in _asked(field, level)]
        found[levels] = _chance_equal(pairing, asked)
    for axis in range(len(fields)):
        found = np.diff(found, axis=axis, prepend=0.0)
    return np.maximum(found, _SMOOTHING / max(pairing.possible, 1))


def _asked(field: Field, level: int) -> list[str]:
    """Evidence that is equal on a level of whole values."""
    return [field.name + part for part in field.levels[level].equal[0]]


def random_pairs(pairing: Pairing) -> pl.DataFrame:
    """Columns `l`, `r` and levels. All pairs when there are no more than asked for; else a seeded draw.

    Rows are drawn from their order by value, so that the order in the file makes no difference.
    """
    asked, heights = pairing.model.random_pairs, (pairing.left.height, pairing.right.height)
    if heights[0] * heights[1] <= asked:
        left, right = np.divmod(np.arange(heights[0] * heights[1]), max(heights[1], 1))
    else:
        chance = np.random.default_rng(pairing.model.seed)
        left, right = (order[chance.integers(order.size, size=asked)] for order in pairing.by_value)
    pairs = pl.DataFrame({"l": left, "r": right}, schema={"l": pl.UInt32, "r": pl.UInt32})
    if pairing.model.dedupe:
        pairs = pairs.filter(pl.col("l") != pl.col("r"))
    return with_levels(pairs, pairing)


def _of_field(field: Field, levels: pl.Series, pairing: Pairing) -> Array:
    seen = np.bincount(levels.to_numpy(), minlength=field.other + 1).astype(np.float64)
    compared = seen[1:].sum()
    shares: Array = (seen[1:] + _SMOOTHING) / (compared + _SMOOTHING * field.other)
    if field.whole and compared:
        same = _chances_whole(field, pairing) / (compared / levels.len())
        same *= min(1.0, (1.0 - 1e-9) / max(same.sum(), 1e-300))
        shares[field.whole :] *= (1.0 - same.sum()) / shares[field.whole :].sum()
        shares[: field.whole] = np.maximum(same, _SMOOTHING / max(pairing.possible, 1))
    return np.asarray(shares / shares.sum())


def _chances_whole(field: Field, pairing: Pairing) -> Array:
    """Share of all pairs on each of the levels on which the whole values are equal."""
    wider = [_chance_equal(pairing, _asked(field, level)) for level in range(field.whole)]
    same = np.diff(wider, prepend=0.0).clip(min=0.0)
    return np.asarray(same * (_BY_ERROR if _is_unique(field, pairing) else 1.0))


def _is_unique(field: Field, pairing: Pairing) -> bool:
    """Whether it is a number that one of the sides holds once per entity, so that strangers share it by error only.

    The counts alone cannot tell: where a number is all there is to compare, they fit no matches as well as all matches.
    """
    sides = (side[field.name].drop_nulls() for side in (pairing.left_codes, pairing.right_codes))
    return field.kind == "identifier" and any(side.n_unique() >= _UNIQUE * max(side.len(), 1) for side in sides)


def chance_equal(left: pl.DataFrame, right: pl.DataFrame, columns: list[str], *, dedupe: bool) -> float:
    """Share of all pairs of rows whose values are equal in all of `columns`; `dedupe` says that both sides are one."""
    one, two = as_one([[numbers(side[column]) for column in columns] for side in (left, right)])
    most = int(max(one.max(initial=0), two.max(initial=0))) + 1
    times = [np.bincount(side, minlength=most)[1:].astype(np.float64) for side in (one, two)]
    equal = float(times[0] @ times[1])
    if dedupe:
        return (equal - float(times[0].sum())) / max(left.height * (left.height - 1), 1)
    return equal / max(left.height * right.height, 1)


def _chance_equal(pairing: Pairing, columns: list[str]) -> float:
    return chance_equal(pairing.left_codes, pairing.right_codes, columns, dedupe=pairing.model.dedupe)
