"""Columns to calculate with."""

import polars as pl


def number(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """The column as numbers. Raises `TypeError` for other columns: Polars would give null for text, which is no
    answer."""
    if not (dtype.is_numeric() or dtype in (pl.Boolean, pl.Null)):
        raise TypeError("the column does not hold numbers")
    return column.cast(pl.Float64) if dtype in (pl.Boolean, pl.Null) or dtype.is_decimal() else column


def point(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """The column as numbers or moments, which have a middle but no sum."""
    return column if dtype in (pl.Datetime, pl.Duration) else number(column, dtype)
