"""Dates of which parts may be unknown (YYYY-MM-DD with 00 or 0000): the first and the last day that they may be."""

from datetime import date

import polars as pl


def earliest(day: pl.Expr) -> pl.Expr:
    """Text that sorts before or with every day that `day` may be."""
    return day.str.replace(r"-00$", "-01").str.replace("-00-", "-01-", literal=True)


def latest(day: pl.Expr) -> pl.Expr:
    """Text that sorts after or with every day that `day` may be. Only the order counts: February may have 31 days."""
    year_known = day.str.replace(r"^0000-", "9999-")
    return year_known.str.replace(r"-00$", "-31").str.replace("-00-", "-12-", literal=True)


def in_order(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Whether `first` may lie on or before `second`."""
    return earliest(first) <= latest(second)


def within(day: pl.Expr, begins: pl.Expr, ends: pl.Expr) -> pl.Expr:
    """Whether `day` may lie in the period from `begins` until, not on, `ends`; null has no limit."""
    after = (earliest(begins) <= latest(day)).fill_null(value=True)
    before = (earliest(day) < latest(ends)).fill_null(value=True)
    return after & before


def years_before(day: date, years: int) -> str:
    """The same day so many years ago; 29 February only when that year has one."""
    return f"{day.year - years:04d}-{day:%m-%d}"
