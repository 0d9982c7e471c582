"""How often strangers agree: the chance of each level among pairs drawn at random."""

import numpy as np
import polars as pl

from linkage.block import with_levels
from linkage.compare.agreement import by_equality
from linkage.pairing import Field, Pairing

Array = np.ndarray[tuple[int], np.dtype[np.float64]]

_SMOOTHING = 0.5
"""Pairs added to every level, so that none is impossible."""
_BY_ERROR = 0.05
"""Share of equal unique numbers that is left to chance and error."""
_UNIQUE = 0.95
"""Share of values that must be different for a number to pass for unique."""


def coincidence(pairing: Pairing) -> dict[str, Array]:
    """Field → chance of each of its levels 1 … other in a random pair that can be compared; sums to 1.

    The chance that whole values are equal comes from their frequencies, without sampling error; the others are the
    shares seen in `random_pairs` pairs.
    """
    pairs = random_pairs(pairing)
    return {field.name: _of_field(field, pairs[field.column], pairing) for field in pairing.fields}


def random_pairs(pairing: Pairing) -> pl.DataFrame:
    """Columns `l`, `r` and levels. All pairs when there are no more than asked for; else a seeded draw.

    Rows are drawn from their order by value, so that the order in the file makes no difference.
    """
    asked = pairing.model.random_pairs
    if pairing.left_codes.height * pairing.right_codes.height <= asked:
        pairs = _positions(pairing.left_codes, "l").join(_positions(pairing.right_codes, "r"), how="cross")
    else:
        chance = np.random.default_rng(pairing.model.seed)
        pairs = pl.DataFrame(
            [
                _by_value(pairing.left_codes).gather(chance.integers(pairing.left_codes.height, size=asked)).alias("l"),
                _by_value(pairing.right_codes)
                .gather(chance.integers(pairing.right_codes.height, size=asked))
                .alias("r"),
            ]
        )
    if pairing.model.dedupe:
        pairs = pairs.filter(pl.col("l") != pl.col("r"))
    return with_levels(with_equality(pairs, pairing), pairing)


def with_equality(pairs: pl.DataFrame, pairing: Pairing) -> pl.DataFrame:
    """Pairs `l`, `r` with their level numbers from codes alone."""
    left = pairing.left_codes[pairs["l"]].rename(lambda column: f"l:{column}")
    right = pairing.right_codes[pairs["r"]].rename(lambda column: f"r:{column}")
    wide = pl.concat([pairs, left, right], how="horizontal")
    return wide.select("l", "r", *map(by_equality, pairing.fields))


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
    wider = [
        _chance_equal(pairing, [field.name + part for part in level.equal[0]]) for level in field.levels[: field.whole]
    ]
    same = np.diff(wider, prepend=0.0).clip(min=0.0)
    return np.asarray(same * (_BY_ERROR if _is_unique(field, pairing) else 1.0))


def _is_unique(field: Field, pairing: Pairing) -> bool:
    """Whether it is a number that one of the sides holds once per entity, so that strangers share it by error only.

    The counts alone cannot tell: where a number is all there is to compare, they fit no matches as well as all matches.
    """
    sides = (side[field.name].drop_nulls() for side in (pairing.left_codes, pairing.right_codes))
    return field.kind == "identifier" and any(side.n_unique() >= _UNIQUE * max(side.len(), 1) for side in sides)


def _chance_equal(pairing: Pairing, columns: list[str]) -> float:
    """Share of all pairs whose values are equal in all of `columns`."""
    left, right = (
        side.select(columns).drop_nulls().group_by(columns).agg(pl.len().alias(name))
        for side, name in ((pairing.left_codes, "left"), (pairing.right_codes, "right"))
    )
    both = left.join(right, on=columns).select(pl.col("left", "right").cast(pl.Float64))
    equal = float((both["left"] * both["right"]).sum())
    if pairing.model.dedupe:
        return (equal - float(both["left"].sum())) / (2 * max(pairing.possible, 1))
    return equal / max(pairing.possible, 1)


def _positions(codes: pl.DataFrame, name: str) -> pl.DataFrame:
    return pl.select(pl.int_range(codes.height, dtype=pl.UInt32).alias(name))


def _by_value(codes: pl.DataFrame) -> pl.Series:
    return codes.with_row_index("position").sort(codes.columns)["position"]
