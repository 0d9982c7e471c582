"""How alike two values are, pairs side by side; the only module that knows the engine (polars-ds).

Text is read first (`numbers`, `dates`, `places`, `members`; null where it cannot be), once for each distinct value, and
then measured: every function gives a Float64 column, null where either value is null. Characters count, not bytes.
"""

import numpy as np
import polars as pl
import polars_ds as pds

EARTH = 6371.0088
"""Mean radius in kilometres (IUGG)."""
BETWEEN = "|"
"""Stands between the members of a list (`pseudonymise.standardise.measure`)."""


def jaro_winkler(left: pl.Series, right: pl.Series) -> pl.Series:
    """Similarity, 0..1, prefix weight 0.1. Winkler (1990)."""
    return _both(pds.str_jw(pl.col("left").fill_null(""), pl.col("right").fill_null(""), weight=0.1), left, right)


def osa(left: pl.Series, right: pl.Series) -> pl.Series:
    """Edits that turn one text into the other: insertion, deletion, substitution, exchange of neighbours.

    Optimal string alignment: no part is edited twice. Boytsov (2011), doi:10.1145/1963190.1963191.
    """
    return _both(pds.str_osa(pl.col("left").fill_null(""), pl.col("right").fill_null("")), left, right)


def numbers(texts: pl.Series) -> pl.Series:
    """As Float64."""
    return texts.cast(pl.Float64, strict=False)


def dates(texts: pl.Series) -> pl.Series:
    """As days since 1970-01-01 (Int32); null where there is no such day."""
    return texts.str.to_date("%Y-%m-%d", strict=False).cast(pl.Int32)


def places(texts: pl.Series) -> pl.Series:
    """As latitude and longitude in radians, `field_0` and `field_1`."""
    degrees = texts.str.split_exact(" ", 1).struct.unnest()
    return degrees.select(pl.all().cast(pl.Float64, strict=False).radians()).to_struct()


def members(lists: pl.Series) -> pl.Series:
    """As a column of lists."""
    return lists.str.split(BETWEEN)


def difference(left: pl.Series, right: pl.Series) -> pl.Series:
    """Of two numbers, never negative."""
    return _both((pl.col("left") - pl.col("right")).abs(), left, right)


def ratio(left: pl.Series, right: pl.Series) -> pl.Series:
    """Difference of two numbers as a share of the one furthest from zero; two zeros differ by none."""
    apart = (pl.col("left") - pl.col("right")).abs()
    largest = pl.max_horizontal(pl.col("left").abs(), pl.col("right").abs())
    return _both(pl.when(apart == 0).then(0.0).otherwise(apart / largest), left, right)


def kilometres(left: pl.Series, right: pl.Series) -> pl.Series:
    """Along the surface of a sphere, by the haversine formula; some 0.5 % off, for the earth is flattened."""
    north, east, other_north, other_east = (
        degrees.to_numpy() for side in (left, right) for degrees in side.struct.unnest()
    )
    half = np.sin((other_north - north) / 2) ** 2
    half = half + np.cos(north) * np.cos(other_north) * np.sin((other_east - east) / 2) ** 2
    return pl.Series(left.name, 2 * EARTH * np.arcsin(np.sqrt(np.minimum(half, 1.0))), nan_to_null=True)


def overlap(left: pl.Series, right: pl.Series) -> pl.Series:
    """How many members two lists have in common."""
    return _both(pl.col("left").list.set_intersection("right").list.len(), left, right)


def jaccard(left: pl.Series, right: pl.Series) -> pl.Series:
    """Members in common as a share of all members of either list, 0..1. Jaccard (1901)."""
    shared = pl.col("left").list.set_intersection("right").list.len()
    return _both(shared / pl.col("left").list.set_union("right").list.len(), left, right)


def _both(measured: pl.Expr, left: pl.Series, right: pl.Series) -> pl.Series:
    """`measured` over columns left and right. The plugin takes one row for a constant and panics when that is null, so
    it never sees a null."""
    pairs = pl.DataFrame({"left": left, "right": right})
    present = pl.col("left").is_not_null() & pl.col("right").is_not_null()
    return pairs.select(pl.when(present).then(measured.cast(pl.Float64))).to_series()
