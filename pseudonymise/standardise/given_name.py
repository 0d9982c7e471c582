"""Given names: the first one, its initial and its sound; from names, initials, or both."""

import polars as pl

from pseudonymise.standardise.fold import absent, column, fold, letters, words
from pseudonymise.standardise.sound import sound


def given_name(table: pl.DataFrame) -> pl.DataFrame:
    """Evidence by ending; `table` has `given_names`, `initials` or both. "J.P." as a name is initials."""
    names = fold(column(table, "given_names")).str.replace_all(r"[-'’`´]", "")
    found = table.select(
        first=letters(words(names).str.extract(r"^(\S+)")),
        initials=letters(words(fold(column(table, "initials")))),
    )
    first = pl.col("first")
    initial = first.fill_null(pl.col("initials")).str.slice(0, 1)
    named = found.select(name=absent(first, "^.$"), initial=initial)
    name = pl.col("name")
    return named.select(name.alias(""), pl.col("initial").alias(".initial"), sound(name).alias(".sound"))
