"""Coarsened copies of columns: years, bands and areas instead of dates, amounts and postcodes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Final

import polars as pl

from intake.source import Derived, Source


def derive(table: pl.DataFrame, source: Source) -> pl.DataFrame:
    """One text column per `source.derived`, by its name, rows as in `table` (canonical form, as in an Extract).

    Null where the origin is empty or too little of it is known.
    """
    return table.select(_COARSEN[each.coarsen](each).alias(each.name) for each in source.derived)


def possible(derived: Derived, column: str) -> pl.Expr:
    """Boolean: whether a value of `column` can come of `derived`; null for an empty one."""
    value = pl.col(column)
    match derived.coarsen:
        case "year":
            return value.str.contains(r"^[0-9]{4}$")
        case "postcode-4":
            return value.str.contains(r"^[1-9][0-9]{3}$")
        case "band":
            return value.is_in(_labels(f"<{derived.edges[0]:g}", derived.edges))
        case "age-band":
            return value.is_in(_labels(_range(0, derived.edges[0]), derived.edges))


def _year(derived: Derived) -> pl.Expr:
    year = pl.col(derived.origin).str.head(4)
    return pl.when(year != "0000").then(year)


def _postcode_4(derived: Derived) -> pl.Expr:
    return pl.col(derived.origin).str.extract(r"^([1-9][0-9]{3})[A-Z]{2}$")


def _band(derived: Derived) -> pl.Expr:
    """`<20000`, `20000-34999`, …, `50000+`: every lower edge belongs to its band, fractions to the band below."""
    first = f"<{derived.edges[0]:g}"
    return _cut(pl.col(derived.origin), derived.edges, _labels(first, derived.edges))


def _age_band(derived: Derived) -> pl.Expr:
    """`0-17`, `18-24`, …, `65+` in whole years on the reference date; null when unknown parts leave two bands open."""
    if derived.reference is None:
        raise ValueError("an age band needs a reference date")
    labels = _labels(_range(0, derived.edges[0]), derived.edges)
    ages = [_age(derived.origin, derived.reference, rest) for rest in ("12-31", "01-01")]
    youngest, oldest = (_cut(age, derived.edges, labels) for age in ages)
    return pl.when(youngest == oldest).then(youngest)


def _age(origin: str, reference: date, rest: str) -> pl.Expr:
    """Age in years with unknown month and day taken from `rest` (MM-DD); null before birth or without a year."""
    text = pl.col(origin)
    year, month, day = text.str.slice(0, 4), text.str.slice(5, 2), text.str.slice(8, 2)
    # Only the order of (month, day) counts, so that 31 may stand in for any unknown last day.
    birthday = pl.concat_str(_known(month, rest[:2]), _known(day, rest[3:]))
    had_it = (birthday <= f"{reference:%m%d}").cast(pl.Int32)
    age = reference.year - year.cast(pl.Int32, strict=False) - 1 + had_it
    return pl.when((year != "0000") & (age >= 0)).then(age)


def _known(part: pl.Expr, instead: str) -> pl.Expr:
    return pl.when(part == "00").then(pl.lit(instead)).otherwise(part)


def _cut(value: pl.Expr, edges: Sequence[float], labels: Sequence[str]) -> pl.Expr:
    """The label of the last edge that the value reaches; the first label below all edges."""
    label = pl.lit(labels[0])
    for edge, reached in zip(edges, labels[1:], strict=True):
        label = pl.when(value >= edge).then(pl.lit(reached)).otherwise(label)
    return pl.when(value.is_not_null()).then(label)


def _labels(first: str, edges: Sequence[float]) -> list[str]:
    return [first, *(_range(low, high) for low, high in pairwise(edges)), f"{edges[-1]:g}+"]


def _range(low: float, high: float) -> str:
    whole = float(low).is_integer() and float(high).is_integer()
    return f"{low:.0f}-{high - 1:.0f}" if whole else f"{low:g} to <{high:g}"


_COARSEN: Final[Mapping[str, Callable[[Derived], pl.Expr]]] = {
    "year": _year,
    "age-band": _age_band,
    "band": _band,
    "postcode-4": _postcode_4,
}
