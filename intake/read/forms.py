"""Canonical forms: for each semantic type how a trimmed cell is read; null where it cannot be."""

import re
from collections.abc import Callable, Mapping
from typing import Final

import polars as pl

from intake.source import FileFormat, SemanticType

Form = Callable[[pl.Expr, FileFormat], pl.Expr]

_DATE_PARTS: Final = {"%Y": ("year", r"[0-9]{4}"), "%m": ("month", r"[0-9]{2}"), "%d": ("day", r"[0-9]{2}")}
_SEX: Final = {
    **dict.fromkeys(["M", "MAN", "MALE", "1"], "M"),
    **dict.fromkeys(["V", "F", "VROUW", "FEMALE", "2"], "V"),
    **dict.fromkeys(["O", "U", "ONBEKEND", "UNKNOWN", "0", "9"], "O"),
}
"""BRP (M, V, O), ISO/IEC 5218 (0, 1, 2, 9) and words. Anything else, such as X, stays as it is."""


def date(cell: pl.Expr, file: FileFormat) -> pl.Expr:
    """YYYY-MM-DD. Unknown parts stay 00 or 0000 where the source allows them; a day that does not exist is null."""
    parts = cell.str.extract_groups(_date_pattern(file.date)).struct
    year, month, day = parts.field("year"), parts.field("month").str.zfill(2), parts.field("day").str.zfill(2)
    text = pl.concat_str(year, month, day, separator="-")
    if not file.unknown_date_parts:
        return pl.when(_exists(year, month, day)).then(text)
    # 2000 is a leap year and January has 31 days: an unknown part rules nothing out.
    known = (_known(year, "0000", "2000"), _known(month, "00", "01"), _known(day, "00", "01"))
    return pl.when(_exists(*known)).then(text)


def _known(part: pl.Expr, unknown: str, instead: str) -> pl.Expr:
    return pl.when(part == unknown).then(pl.lit(instead)).otherwise(part)


def _exists(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    # Polars reads strictly here; pyarrow would turn 31 February into 2 March.
    text = pl.concat_str(year, month, day, separator="-")
    return text.str.to_date("%Y-%m-%d", strict=False).is_not_null() & (year != "0000")


def _date_pattern(declared: str) -> str:
    """A regular expression with groups year, month and day. One digit will do for a day or month between separators."""
    separated = re.search(r"%[Ymd][^%]+%", declared) is not None
    pattern = re.escape(declared)
    for code, (name, digits) in _DATE_PARTS.items():
        loose = r"[0-9]{1,2}" if separated and name != "year" else digits
        pattern = pattern.replace(re.escape(code), f"(?P<{name}>{loose})")
    return f"^{pattern}$"


def integer(cell: pl.Expr, file: FileFormat) -> pl.Expr:
    thousands = _thousands(file)
    digits = pl.when(cell.str.contains(_number(thousands))).then(cell.str.replace_all(thousands, "", literal=True))
    return digits.cast(pl.Int64, strict=False)


def decimal(cell: pl.Expr, file: FileFormat) -> pl.Expr:
    """Float64; the declared decimal mark, and the other one as thousands mark in groups of three."""
    thousands = _thousands(file)
    pattern = _number(thousands, decimals=rf"(?:{re.escape(file.decimal)}[0-9]+)?")
    plain = cell.str.replace_all(thousands, "", literal=True).str.replace(file.decimal, ".", literal=True)
    number = pl.when(cell.str.contains(pattern)).then(plain).cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _thousands(file: FileFormat) -> str:
    return "," if file.decimal == "." else "."


def _number(thousands: str, decimals: str = "") -> str:
    return rf"^[+-]?(?:[0-9]+|[0-9]{{1,3}}(?:{re.escape(thousands)}[0-9]{{3}})+){decimals}$"


def bsn(cell: pl.Expr, _: FileFormat) -> pl.Expr:
    """Nine digits, of a RSIN too; dots and spaces fall away, a lost leading zero comes back.

    The eleven test is a contract check.
    """
    digits = cell.str.replace_all(r"[ .]", "")
    return pl.when(digits.str.contains(r"^[0-9]{8,9}$")).then(digits.str.zfill(9))


def kvk(cell: pl.Expr, _: FileFormat) -> pl.Expr:
    """Eight digits of the trade register; dots and spaces fall away, a lost leading zero comes back."""
    digits = cell.str.replace_all(r"[ .]", "")
    return pl.when(digits.str.contains(r"^[0-9]{7,8}$")).then(digits.str.zfill(8))


def postcode(cell: pl.Expr, _: FileFormat) -> pl.Expr:
    return cell.str.to_uppercase().str.replace_all(r"\s", "")


def house_number(cell: pl.Expr, _: FileFormat) -> pl.Expr:
    return cell.str.replace(r"^0+([0-9])", "$1")


def bag_id(cell: pl.Expr, _: FileFormat) -> pl.Expr:
    """Sixteen digits; noughts that a spreadsheet took from the municipality in front come back."""
    digits = cell.str.replace_all(r"[ .]", "")
    return pl.when(digits.str.contains(r"^[0-9]{13,16}$")).then(digits.str.zfill(16))


def licence_plate(cell: pl.Expr, _: FileFormat) -> pl.Expr:
    return cell.str.to_uppercase().str.replace_all(r"[\s.\-]", "")


def national_code(cell: pl.Expr, _: FileFormat) -> pl.Expr:
    """Four digits of a national table; lost noughts come back."""
    return pl.when(cell.str.contains(r"^[0-9]{1,4}$")).then(cell.str.zfill(4))


def investigation(cell: pl.Expr, _: FileFormat) -> pl.Expr:
    """Category, group and element in six digits; a lost nought comes back."""
    return pl.when(cell.str.contains(r"^[0-9]{5,6}$")).then(cell.str.zfill(6))


def municipality(cell: pl.Expr, _: FileFormat) -> pl.Expr:
    """A code gets its four digits back; a name stays."""
    return pl.when(cell.str.contains(r"^[0-9]{1,3}$")).then(cell.str.zfill(4)).otherwise(cell)


def sex(cell: pl.Expr, _: FileFormat) -> pl.Expr:
    return cell.str.to_uppercase().replace(_SEX)


FORMS: Final[Mapping[SemanticType, Form]] = {
    "bag_id": bag_id,
    "bsn": bsn,
    "country": national_code,
    "date": date,
    "decimal": decimal,
    "house_number": house_number,
    "integer": integer,
    "investigation": investigation,
    "kvk": kvk,
    "licence_plate": licence_plate,
    "municipality": municipality,
    "nationality": national_code,
    "postcode": postcode,
    "rsin": bsn,
    "sex": sex,
}
"""Types without an entry are trimmed text."""
