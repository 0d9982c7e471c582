"""Numbers, codes, categories and plain text."""

import polars as pl

from pseudonymise.standardise.fold import absent, glued, words
from pseudonymise.standardise.sound import sound

NO_NUMBER = r"^(?:0+|9{5,}|1{9})$"
_DIGITS = {"bsn": 9, "rsin": 9, "kvk": 8}
_SEXES = {
    "man": "m", "male": "m", "1": "m", "vrouw": "v", "female": "v", "f": "v", "w": "v", "2": "v",
    "o": None, "u": None, "0": None, "9": None,
}  # fmt: skip


def identifier(table: pl.DataFrame) -> pl.DataFrame:
    """Letters and digits; a BSN or RSIN of eight digits and a KvK number of seven get their leading zero.

    000000000 and the like are null.
    """
    number = pl.coalesce(glued(pl.col(name)) for name in table.columns)
    for digits in {_DIGITS[name] for name in table.columns if name in _DIGITS}:
        number = pl.when(number.str.contains(rf"^\d{{{digits - 1}}}$")).then("0" + number).otherwise(number)
    return table.select(absent(number, NO_NUMBER).alias(""))


def code(table: pl.DataFrame) -> pl.DataFrame:
    """Letters and digits of a code."""
    return table.select(absent(glued(pl.col("code")), NO_NUMBER).alias(""))


def text(table: pl.DataFrame) -> pl.DataFrame:
    """Folded words, and the sound of all of them together."""
    plain = table.select(words(pl.col("text")).alias(""))
    return plain.with_columns(sound(pl.col("")).alias(".sound"))


def category(table: pl.DataFrame) -> pl.DataFrame:
    """Folded words; sexes as m, v or x (ISO 5218 digits too), municipality codes with four digits."""
    value = words(pl.coalesce(pl.col(name) for name in table.columns))
    if "sex" in table.columns:
        value = value.replace(_SEXES)
    if "municipality" in table.columns:
        value = pl.when(value.str.contains(r"^\d{1,4}$")).then(value.str.zfill(4)).otherwise(value)
    return table.select(value.alias(""))
