"""What the cells of a column look like: counts by form, never a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from intake.read.forms import date, decimal, integer
from intake.source import FileFormat

DAY_FORMS: Final = (
    "%Y-%m-%d", "%Y%m%d", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d", "%d%m%Y", "%m%d%Y",
)  # fmt: skip
_PATTERNS: Final = {
    "postcode": r"^[1-9][0-9]{3}\s?[A-Za-z]{2}$",
    "iban": r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$",
    "email": r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
    "phone": r"^(?:\+31|0031|0)[\s-]?[1-9](?:[\s-]?[0-9]){8}$",
    "sex": r"^(?i:m|v|f|o|man|vrouw|male|female|onbekend)$",
    "name": r"^\p{L}[\p{L}'’.\- ]+$",
    "proper": r"^\p{Lu}",
    "digits": r"^[0-9]{8,9}$",
    "noughts": r"^0[0-9]+$",
}
_WEIGHTS: Final = (9, 8, 7, 6, 5, 4, 3, 2, -1)


@dataclass(frozen=True, slots=True)
class Profile:
    """`filled` cells, `distinct` ones among them, mean `length` in characters, and how many read as each form.

    `eleven`: of `digits` (8 or 9 digits) those that pass the eleven test; random ones do one time in eleven.
    """

    name: str
    filled: int
    distinct: int
    length: float
    forms: Mapping[str, int]

    def share(self, form: str, of: str | None = None) -> float:
        return self.forms[form] / max(self.forms[of] if of else self.filled, 1)


def profiles(frame: pl.LazyFrame, names: list[str]) -> list[Profile]:
    """One for each column of text, in one scan."""
    wanted = {f"{place}:{form}": expr for place, name in enumerate(names) for form, expr in _counts(name).items()}
    found = frame.select(**wanted).collect(engine="streaming").row(0, named=True)
    by_place: dict[str, dict[str, float]] = {str(place): {} for place in range(len(names))}
    for key, count in found.items():
        place, _, form = key.partition(":")
        by_place[place][form] = count or 0
    return [_profile(name, counts) for name, counts in zip(names, by_place.values(), strict=True)]


def _profile(name: str, found: Mapping[str, float]) -> Profile:
    forms = {form: int(count) for form, count in found.items()}
    distinct = min(forms["distinct"], forms["filled"])  # it is estimated
    return Profile(name, forms["filled"], distinct, found["length"], forms)


def _counts(name: str) -> dict[str, pl.Expr]:
    cell = pl.col(name)
    forms = {form: cell.str.contains(pattern).sum() for form, pattern in _PATTERNS.items()}
    days = {form: _reads(date(cell, FileFormat(date=form, unknown_date_parts=True))) for form in DAY_FORMS}
    numbers = {
        "integer": _reads(integer(cell, FileFormat())),
        "decimal .": _reads(decimal(cell, FileFormat())),
        "decimal ,": _reads(decimal(cell, FileFormat(decimal=","))),
    }
    size = {
        "filled": cell.count(),
        "distinct": cell.drop_nulls().approx_n_unique(),
        "length": cell.str.len_chars().mean(),
    }
    return {**forms, **days, **numbers, **size, "eleven": _eleven(cell).sum()}


def _reads(form: pl.Expr) -> pl.Expr:
    return form.is_not_null().sum()


def _eleven(cell: pl.Expr) -> pl.Expr:
    digits = pl.when(cell.str.contains(_PATTERNS["digits"])).then(cell.str.zfill(9))
    parts = [digits.str.slice(place, 1).cast(pl.Int32) * weight for place, weight in enumerate(_WEIGHTS)]
    return (pl.sum_horizontal(parts, ignore_nulls=False) % 11 == 0) & (digits != "000000000")
