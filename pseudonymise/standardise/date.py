"""Dates as YYYY-MM-DD; 00 or 0000, and any part that is not a number, is unknown."""

import polars as pl

from pseudonymise.standardise.fold import column

_PLACEHOLDER = r"^(?:1900-01-01|1901-01-01|9999-|0001-)"


def date(table: pl.DataFrame) -> pl.DataFrame:
    """Evidence by ending; parts of a date count also where the whole date is unknown.

    `table` has `date`, or `year`, `month` and `day` where a source keeps them in columns of their own.
    """
    text = pl.col("date") if "date" in table.columns else _of_parts(table)
    text = pl.when(~text.str.contains(_PLACEHOLDER)).then(text)
    dates = table.select(
        year=_part(text, r"^([0-9]{4})-"),
        month=_part(text, r"^.{4}-([0-9]{2})-"),
        day=_part(text, r"^.{4}-.{2}-([0-9]{2})$"),
    )
    swapped = (pl.col("day").cast(pl.UInt8) <= 12) & (pl.col("day") != pl.col("month"))
    return dates.select(
        _joined("year", "month", "day").alias(""),
        pl.col("year").alias(".year"),
        _joined("year", "month").alias(".year_month"),
        _joined("month", "day").alias(".month_day"),
        _joined("year", "day").alias(".year_day"),
        pl.when(swapped).then(_joined("year", "day", "month")).alias(".swapped"),
    )


def _of_parts(table: pl.DataFrame) -> pl.Expr:
    digits = {"year": 4, "month": 2, "day": 2}
    parts = [
        column(table, name).str.extract(rf"^(\d{{1,{width}}})$").fill_null("").str.zfill(width)
        for name, width in digits.items()
    ]
    return pl.concat_str(parts, separator="-")


def _part(text: pl.Expr, pattern: str) -> pl.Expr:
    part = text.str.extract(pattern)
    return pl.when(~part.str.contains("^0+$")).then(part)


def _joined(*date_parts: str) -> pl.Expr:
    return pl.concat_str(date_parts, separator="-")
