"""Names of persons as one field: from a column of full names, or from given names and surname together."""

from typing import Final

import polars as pl

from pseudonymise.standardise.fold import column, words
from pseudonymise.standardise.given_name import base, first_name
from pseudonymise.standardise.measure import joined
from pseudonymise.standardise.surname import GLUE, PREFIX, surname

_TITLES: Final = r"^(?:(?:dhr|mevr|mevrouw|mw|mr|mrs|ms|miss|dr|drs|ir|ing|prof)\b\.?\s*)+"
_SURNAME: Final = rf"(?:['’`´]?{PREFIX}{GLUE})*"
_WITHOUT_COMMA: Final = rf"^(?P<given>.*?)(?:^|\s)(?P<surname>{_SURNAME}[^\s-]+(?:-{_SURNAME}[^\s-]+)*)$"
"""The surname is the last word, with the prefixes before it and what a hyphen joins to it."""


def full_name(table: pl.DataFrame) -> pl.DataFrame:
    """Evidence by ending; `table` has `full_name`, or columns of a surname and of given names or initials.

    The whole value is first given name and own surname; `.swapped` is what it would be if they stood in each other's
    place. `.words` holds every word but the prefixes, in order, with a bar between them.
    """
    named = _split(table) if "full_name" in table.columns else table
    given, family = first_name(named, "given_names", "initials"), surname(named)
    return pl.DataFrame(
        {
            "": _together(given, family),
            ".swapped": _together(*_exchanged(named)),
            ".words": _words(named),
            ".surname": family[""],
            ".other": family[".other"],
            ".base": given.select(base(pl.col("name"))).to_series(),
            ".initial": given["initial"],
            ".sound": family[".sound"],
        }
    )


def _split(table: pl.DataFrame) -> pl.DataFrame:
    """Columns `given_names`, `surname` of "Jan van den Berg" and of "Berg, Jan van den"."""
    written = pl.col("full_name").str.replace(_TITLES, "").str.replace_all(r"\s*-\s*", "-").str.strip_chars()
    written = written.str.replace(r"\s*,\s*", ", ")
    comma = written.str.extract_groups(rf"^(?P<surname>[^,]+),(?P<given>.*?)(?:\s(?:['’`´]?{PREFIX}(?:{GLUE}|$))+)?$")
    plain = written.str.extract_groups(_WITHOUT_COMMA)
    return table.select(
        pl.coalesce(form.struct.field(part) for form in (comma, plain)).alias(name)
        for name, part in (("given_names", "given"), ("surname", "surname"))
    )


def _exchanged(named: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Given name and surname, as if each stood in the other's column."""
    other = named.select(given_names=column(named, "surname"), surname=column(named, "given_names"))
    return first_name(other, "given_names", "initials"), surname(other)


def _together(given: pl.DataFrame, family: pl.DataFrame) -> pl.Series:
    both = pl.concat([given, family], how="horizontal")
    return both.select(pl.concat_str("name", "", separator=" ")).to_series()


def _words(named: pl.DataFrame) -> pl.Series:
    texts = [column(named, name) for name in ("given_names", "initials", "surname", "partner_surname")]
    every = words(pl.concat_str(texts, separator=" ", ignore_nulls=True)).str.split(" ")
    kept = every.list.eval(pl.element().filter(~pl.element().str.contains(f"^{PREFIX}$")).unique().sort())
    return named.select(joined(kept)).to_series()
