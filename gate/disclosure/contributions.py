"""Could the amounts of a cell be those of its people? Where they cannot, rules would pass that should not."""

from typing import Final

import polars as pl

from gate.disclosure.sums import beside_total
from gate.subject import Cells, SubjectError

RANGE: Final = ("lowest", "highest")
ROUNDING: Final = 1e-6
"""Amounts may differ by rounding, relative to the largest."""


def check_contributions(table: pl.DataFrame, cells: Cells) -> None:
    """Raises `SubjectError` where `first` and `second`, and `lowest` and `highest`, do not fit people and value."""
    ranged = set(RANGE) <= set(table.columns)
    if ranged:
        _check_range(table)
    signed = bool((table["value"] < 0).any()) or (ranged and bool((table["lowest"] < 0).any()))
    value, first, second, people = (pl.col(name) for name in ("value", "first", "second", "people"))
    within = ROUNDING * (1 + pl.max_horizontal(value.abs(), first))
    least = pl.lit(value=False) if signed else (people >= 2) & (value < first + second - within)
    wrong = {
        "in order": (second < 0) | (first < second),
        "of nobody": (people == 0) & ((value != 0) | (first != 0)),
        "of one": (people == 1) & (((value.abs() - first).abs() > within) | (second > within)),
        "of two": (people == 2) & ~_near(value.abs(), first + second, within) & ~_near(value, first - second, within)
        & ~_near(value, second - first, within),
        "too much": (people >= 2) & (value.abs() > first + (people - 1) * second + within),
        "too little": least,
    }  # fmt: skip
    if table.filter(pl.any_horizontal(*wrong.values())).height:
        raise _Unfit()
    # Who counts the fewest persons of several link sets may find the largest contributor of a part in another set.
    if not signed and not cells.least and any(_below_a_part(table, cells, name) for name in cells.dimensions):
        raise _Unfit()


class _Unfit(SubjectError):
    def __init__(self) -> None:
        super().__init__(
            "the largest contributions of a cell do not fit its people and value, or those of its parts",
            remedy="Sum the magnitude per person first; first and second are the two largest, without sign. Where "
            "contributions lie below 0, give lowest and highest too.",
        )


def _near(one: pl.Expr, other: pl.Expr, within: pl.Expr) -> pl.Expr:
    return (one - other).abs() <= within


def _below_a_part(table: pl.DataFrame, cells: Cells, name: str) -> bool:
    """Somebody contributes no less to the whole than to a part of it."""
    measures = ("first", "second")
    beside = beside_total(table, cells.dimensions, name, cells.parents, measures)
    below = [pl.col(each) > pl.col(f"total {each}") + ROUNDING * (1 + pl.col(f"total {each}")) for each in measures]
    return not beside.filter(pl.any_horizontal(below)).is_empty()


def _check_range(table: pl.DataFrame) -> None:
    """The larger of the two, without sign, is the first contribution; somebody alone makes both."""
    lowest, highest = (pl.col(name) for name in RANGE)
    off = (pl.max_horizontal(lowest.abs(), highest.abs()) - pl.col("first")).abs() > ROUNDING * (1 + pl.col("first"))
    fits = ~off & (lowest <= highest) & ((pl.col("people") != 1) | (lowest == highest))
    if table.filter(~fits.fill_null(value=False)).height:
        raise SubjectError(
            "the least and greatest contributions of a cell do not fit its largest",
            remedy="Sum the magnitude per person first; lowest and highest are with sign, and 0 where nobody is.",
        )
