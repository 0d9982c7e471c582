"""Given names: the first one, its initial, its sound and its base; from names, initials, or both."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

from pseudonymise.standardise.fold import absent, column, letters, words
from pseudonymise.standardise.sound import sound

NICKNAMES: Final = Path(__file__).with_name("nicknames.toml")


def given_name(table: pl.DataFrame) -> pl.DataFrame:
    """Evidence by ending; `table` has `given_names`, `initials` or both. "J.P." as a name is initials."""
    found = first_name(table, "given_names", "initials")
    name = pl.col("name")
    return found.select(
        name.alias(""),
        pl.col("initial").alias(".initial"),
        sound(name).alias(".sound"),
        base(name).alias(".base"),
    )


def first_name(table: pl.DataFrame, names: str, initials: str) -> pl.DataFrame:
    """Columns `name`, null where only an initial is known, and `initial`."""
    written = column(table, names).str.replace_all(r"[-'’`´]", "")
    found = table.select(
        first=letters(words(written).str.extract(r"^(\S+)")), initials=letters(words(column(table, initials)))
    )
    first = pl.col("first")
    initial = first.fill_null(pl.col("initials")).str.slice(0, 1)
    return found.select(name=absent(first, "^.$"), initial=initial)


def base(name: pl.Expr) -> pl.Expr:
    """The name that a short or calling form stands for; any other name as it is."""
    return name.replace(nicknames())


@cache
def nicknames() -> dict[str, str]:
    """Form → base name."""
    groups = tomllib.loads(NICKNAMES.read_text(encoding="utf-8")).values()
    return {form: base for group in groups for base, forms in group.items() for form in forms.split()}
