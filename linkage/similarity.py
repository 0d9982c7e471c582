"""Similarity of strings; the only module that knows the engine (polars-ds). Characters count, not bytes."""

import polars as pl
import polars_ds as pds


def jaro_winkler(left: pl.Series, right: pl.Series) -> pl.Series:
    """Similarity of each pair, 0..1, prefix weight 0.1; null where either is null. Winkler (1990)."""
    pairs = pl.DataFrame({"left": left, "right": right})
    # The plugin takes one row for a constant and panics when that is null.
    alike = pds.str_jw(pl.col("left").fill_null(""), pl.col("right").fill_null(""), weight=0.1)
    both = pl.col("left").is_not_null() & pl.col("right").is_not_null()
    return pairs.select(pl.when(both).then(alike)).to_series()


def dice(left: pl.DataFrame, right: pl.DataFrame) -> pl.Series:
    """Dice coefficient of each pair of encodings, 0..1: one column per word of bits, rows side by side."""
    both = pl.concat([left.rename(lambda word: f"l {word}"), right.rename(lambda word: f"r {word}")], how="horizontal")
    common = _ones([pl.col(f"l {word}") & pl.col(f"r {word}") for word in left.columns])
    sizes = _ones([pl.col(word) for word in both.columns])
    return both.select(2 * common / sizes).to_series()


def _ones(words: list[pl.Expr]) -> pl.Expr:
    return pl.sum_horizontal(word.bitwise_count_ones() for word in words).cast(pl.Float64)
