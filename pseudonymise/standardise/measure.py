"""Numbers, places and lists: compared in clear text only, by distance or by what they have in common."""

import polars as pl

from pseudonymise.standardise.fold import column, words

BETWEEN = "|"
"""Stands between the members of a list."""


def number(table: pl.DataFrame) -> pl.DataFrame:
    """A number in one way of writing; a decimal comma is a point. Marks between thousands make it unreadable: null."""
    return table.select(_number(pl.col("number")).cast(pl.String).alias(""))


def place(table: pl.DataFrame) -> pl.DataFrame:
    """Latitude and longitude in degrees (WGS 84) with five decimals, about a metre.

    Null outside the world, and at 0, 0, which stands for an address that was not found.
    """
    degrees = table.select(north=_degrees(column(table, "latitude")), east=_degrees(column(table, "longitude")))
    real = pl.col("north").is_between(-90, 90) & pl.col("east").is_between(-180, 180)
    somewhere = (pl.col("north") != 0) | (pl.col("east") != 0)
    return degrees.select(pl.when(real & somewhere).then(pl.concat_str("north", "east", separator=" ")).alias(""))


def members(table: pl.DataFrame) -> pl.DataFrame:
    """Members as folded words, each once and in order, with a bar between them; null when there is none."""
    split = pl.col("list").str.split(BETWEEN).list.eval(words(pl.element()).drop_nulls().unique().sort())
    return table.select(joined(split).alias(""))


def joined(lists: pl.Expr) -> pl.Expr:
    """The members with a bar between them; null for none."""
    return pl.when(lists.list.len() > 0).then(lists.list.join(BETWEEN))


def _number(text: pl.Expr) -> pl.Expr:
    plain = text.str.extract(r"^([+-]?[0-9]+(?:[.,][0-9]+)?)$").str.replace(",", ".", literal=True)
    value = plain.cast(pl.Float64, strict=False)
    return pl.when(value.is_finite()).then(_without_sign_of_zero(value))


def _degrees(text: pl.Expr) -> pl.Expr:
    return _without_sign_of_zero(_number(text).round(5))


def _without_sign_of_zero(value: pl.Expr) -> pl.Expr:
    return pl.when(value == 0).then(pl.lit(0.0)).otherwise(value)
