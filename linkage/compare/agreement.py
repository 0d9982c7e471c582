"""The level of each pair, first from codes, then, where it may still be better, from similarity.

A level that needs similarity can only improve a pair, so the level is the least number of those that hold.
"""

import numpy as np
import polars as pl

from linkage.pairing import Field, Pairing
from linkage.similarity import dice, jaro_winkler
from pseudonymise.protected import bits

CHUNK = 2_000_000
"""Pairs whose strings or encodings are laid side by side at once."""


def by_equality(field: Field) -> pl.Expr:
    """Level number (UInt8) from columns `l:<evidence>` and `r:<evidence>` of codes."""
    present = pl.any_horizontal(_both_present(part) for part in field.presence)
    level = pl.when(present).then(field.other).otherwise(0)
    for number, condition in reversed(list(enumerate(field.levels, start=1))):
        if condition.equal:
            holds = pl.any_horizontal(_all_equal(field.name, alternative) for alternative in condition.equal)
            if condition.incomplete:
                holds &= ~_both_present(field.name)
            level = pl.when(holds).then(number).otherwise(level)
    return level.cast(pl.UInt8).alias(field.column)


def with_similarity(pairs: pl.DataFrame, pairing: Pairing, field: Field) -> pl.Series:
    """Level numbers (UInt8) of `pairs`, bettered where the values are similar enough."""
    found = pairs[field.column]
    limits = _limits(field, clear=pairing.clear)
    if not limits:
        return found
    levels = found.to_numpy().copy()
    left, right = pairs["l"].to_numpy(), pairs["r"].to_numpy()
    missing_left = pairing.left_codes[field.name].is_null().to_numpy()
    missing_right = pairing.right_codes[field.name].is_null().to_numpy()
    first = min(number for number, _ in limits)
    asked = np.flatnonzero((levels > first) & ~missing_left[left] & ~missing_right[right])
    for start in range(0, asked.size, CHUNK):
        some = asked[start : start + CHUNK]
        alike = _similarity(pairing, field, left[some], right[some])
        for number, limit in limits:
            levels[some] = np.where(alike >= limit, np.minimum(levels[some], number), levels[some])
    return pl.Series(field.column, levels)


def _limits(field: Field, *, clear: bool) -> list[tuple[int, float]]:
    limits = [(number, level.jaro_winkler if clear else level.dice) for number, level in enumerate(field.levels, 1)]
    return [(number, limit) for number, limit in limits if limit is not None]


def _similarity(
    pairing: Pairing, field: Field, left: np.ndarray[tuple[int], np.dtype[np.uint32]],
    right: np.ndarray[tuple[int], np.dtype[np.uint32]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:  # fmt: skip
    if pairing.clear:
        values = jaro_winkler(
            pairing.left.table[field.name].gather(left), pairing.right.table[field.name].gather(right)
        )
    else:
        words = bits(field.name)
        values = dice(pairing.left.table.select(words)[left], pairing.right.table.select(words)[right])
    return values.fill_null(0.0).fill_nan(0.0).to_numpy()


def _both_present(part: str) -> pl.Expr:
    return pl.col(f"l:{part}").is_not_null() & pl.col(f"r:{part}").is_not_null()


def _all_equal(name: str, alternative: tuple[str, ...]) -> pl.Expr:
    return pl.all_horizontal(_equal(name, part) for part in alternative)


def _equal(name: str, part: str) -> pl.Expr:
    one, _, two = part.partition("=")
    other = two if "=" in part else one
    equal = pl.col(f"l:{name}{one}") == pl.col(f"r:{name}{other}")
    if other != one:
        equal = equal.fill_null(value=False) | (pl.col(f"l:{name}{other}") == pl.col(f"r:{name}{one}"))
    return equal.fill_null(value=False)
