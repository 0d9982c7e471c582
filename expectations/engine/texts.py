"""What text has to look like: LIKE patterns, forms of dates, JSON."""

import re
from collections.abc import Callable
from typing import Any, Final

import polars as pl

_MONTHS: Final = tuple("jan feb mar apr may jun jul aug sep oct nov dec".split())  # noqa: SIM905 - a list of words
_LONG_MONTHS: Final = "january|february|march|april|may|june|july|august|september|october|november|december"
_LONG_DAYS: Final = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"

_DIRECTIVES: Final = {
    "Y": r"(?P<Y>[0-9]{4})",
    "y": r"(?P<y>[0-9]{2})",
    "m": r"(?P<m>1[0-2]|0[1-9]|[1-9])",
    "b": f"(?P<b>{'|'.join(_MONTHS)})",
    "B": f"(?P<b>{_LONG_MONTHS})",
    "d": r"(?P<d>3[01]|[12][0-9]|0[1-9]|[1-9]| [1-9])",
    "a": "(?:mon|tue|wed|thu|fri|sat|sun)",
    "A": f"(?:{_LONG_DAYS})",
    "H": "(?:2[0-3]|[01][0-9]|[0-9])",
    "I": "(?:1[0-2]|0[1-9]|[1-9])",
    "M": "(?:[0-5][0-9]|[0-9])",
    "S": "(?:[0-5][0-9]|[0-9])",
    "f": "[0-9]{1,6}",
    "p": "(?:am|pm)",
    "z": r"(?:[+-][0-9]{2}:?[0-5][0-9](?::?[0-5][0-9](?:\.[0-9]{1,6})?)?|z)",
    "%": "%",
}
_SHORTHAND: Final = {"c": "%a %b %d %H:%M:%S %Y", "x": "%m/%d/%y", "X": "%H:%M:%S"}
_STRING: Final = r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"'
_SCALAR: Final = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|-?Infinity|NaN|true|false|null"


def like(pattern: str, escape: str | None = None) -> str:
    """The regular expression for a pattern of SQL LIKE: `%` any text, `_` one character, case counts (ISO/IEC 9075-2,
    8.5). Raises `ValueError` where an escape character stands before anything but `%`, `_` or itself."""
    parts, characters = [], iter(pattern)
    for character in characters:
        if character != escape:
            parts.append({"%": ".*", "_": "."}.get(character) or pl.escape_regex(character))
        elif (escaped := next(characters, "")) in {"%", "_", escape}:
            parts.append(pl.escape_regex(escaped))
        else:
            raise ValueError("an escape character stands before %, _ or itself")
    return rf"(?s)\A{''.join(parts)}\z"


def is_date_of(column: pl.Expr, form: str) -> pl.Expr:
    """Whether `datetime.strptime` reads the text by this format in the C locale, null being no.

    Raises `ValueError` for directives that count weeks or days of the year, and for names of time zones.
    """
    pattern = rf"(?i)\A{_pattern(form)}\z"
    names = re.findall(r"\(\?P<(\w)>", pattern)
    if not names:
        return column.str.contains(pattern)
    found = column.str.extract_groups(pattern)
    return _is_day({name: found.struct.field(name) for name in names})


def _pattern(form: str) -> str:
    return "".join(_part(part) for part in re.findall(r"%.?|\s+|[^%\s]+", form))


def _part(part: str) -> str:
    if not part.startswith("%"):
        return r"\s+" if part.isspace() else pl.escape_regex(part)
    directive = part[1:]
    if directive in _SHORTHAND:
        return _pattern(_SHORTHAND[directive])
    if directive not in _DIRECTIVES:
        raise ValueError(f"no text is tested for {part}")
    return _DIRECTIVES[directive]


def _is_day(parts: dict[str, pl.Expr]) -> pl.Expr:
    """Whether year, month and day exist together; 1900 and 1 are what `strptime` takes for what is not there."""
    year, month = parts.get("Y", pl.lit("1900")), parts.get("m", pl.lit("1"))
    if "y" in parts:
        short = parts["y"].cast(pl.Int32, strict=False)
        year = (short + pl.when(short < 69).then(2000).otherwise(1900)).cast(pl.String)  # as POSIX has it
    if "b" in parts:
        numbers = {name: str(number) for number, name in enumerate(_MONTHS, 1)}
        month = parts["b"].str.to_lowercase().str.slice(0, 3).replace_strict(numbers, default=None)
    day = parts.get("d", pl.lit("1")).str.strip_chars()
    date = pl.concat_str(year, month.str.zfill(2), day.str.zfill(2), separator="-")
    return date.str.to_date("%Y-%m-%d", strict=False).is_not_null() & (year != "0000")


def is_json(column: pl.Expr) -> pl.Expr:
    """Whether the text is JSON as Python reads it, up to 127 levels deep.

    Texts and other values are first reduced to one form, since the parser behind Polars has a narrower idea of numbers
    than Python and answers nothing for `null`. What is put in their place fits nowhere else, so no fault is hidden.
    """
    reduced = column.str.replace_all(_STRING, '""').str.replace_all(_SCALAR, "[]")
    return reduced.str.json_path_match("$").is_not_null()


def judged(column: pl.Expr, accepts: Callable[[Any], bool]) -> pl.Expr:
    """What a library says of each different value, asked once per value and not per row."""

    def accepted(values: pl.Series) -> pl.Series:
        different = values.drop_nulls().unique()
        fine = [value for value in different.to_list() if accepts(value)]
        return values.is_in(pl.Series(fine, dtype=values.dtype).implode())

    return column.map_batches(accepted, return_dtype=pl.Boolean)
