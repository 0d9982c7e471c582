"""Text as it may stand in a CSV file: nothing that a spreadsheet would run, or that steers a screen."""

from typing import Final

import polars as pl

_FORMULA: Final = r"[\s\x{FEFF}]*[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]|[\t\r]"
"""A spreadsheet takes text that begins so for a formula (OWASP, CSV injection), some also in full width."""
_QUOTED: Final = rf"^'({_FORMULA})"
_STEERS: Final = (
    (0x00, 0x08), (0x0B, 0x0C), (0x0E, 0x1F), (0x7F, 0x9F), (0x061C, 0x061C), (0x200E, 0x200F), (0x202A, 0x202E),
    (0x2066, 0x2069),
)  # fmt: skip
"""Control characters but for tab and line ends, and signs that turn text around (Boucher and Anderson 2021)."""
_STEERING: Final = "[" + "".join(rf"\x{{{first:X}}}-\x{{{last:X}}}" for first, last in _STEERS) + "]"
_STEADY: Final = {sign: "�" for first, last in _STEERS for sign in range(first, last + 1)}


def steady(text: str) -> str:
    """The same with � for what steers: for a page, which runs no formula."""
    return text.translate(_STEADY)


def harmless(table: pl.DataFrame) -> pl.DataFrame:
    """The same with an apostrophe before text, also of a header, that would be a formula, and � for what steers."""
    text = [name for name, kind in table.schema.items() if kind == pl.String]
    shown = table.with_columns(_of(name) for name in text)
    return shown.rename(dict(zip(table.columns, harmless_names(table), strict=True)))


def harmless_names(table: pl.DataFrame) -> list[str]:
    """The headers, in the order of the columns."""
    names = pl.DataFrame({"name": table.columns}, schema={"name": pl.String})
    return names.select(_of("name"))["name"].to_list()


def as_meant(table: pl.DataFrame) -> pl.DataFrame:
    """Without these apostrophes: what `harmless` wrote is read back."""
    text = [name for name, kind in table.schema.items() if kind == pl.String]
    names = pl.Series(table.columns, dtype=pl.String).str.replace(_QUOTED, "$1")
    plain = table.with_columns(pl.col(text).str.replace(_QUOTED, "$1"))
    return plain.rename(dict(zip(table.columns, names, strict=True)))


def _of(name: str) -> pl.Expr:
    shown = pl.col(name).str.replace_all(_STEERING, "�")
    formula = shown.str.contains(rf"^(?:{_FORMULA})")
    return pl.when(formula).then(pl.concat_str(pl.lit("'"), shown)).otherwise(shown).alias(name)
