"""Surnames: Dutch prefixes (tussenvoegsels) in all their spellings, partner names, double-barrelled names."""

from typing import Final

import polars as pl

from pseudonymise.standardise.fold import column, letters, words
from pseudonymise.standardise.sound import sound

PREFIX: Final = (
    "(?:van|von|vom|de|den|der|het|ten|ter|te|tot|aan|af|bij|boven|die|gen|in|onder|op|over|uit|uijt|ver|voor|zu|zum|zur|"
    "la|las|le|les|l|du|des|da|do|dos|di|del|dela|della|el|al|d|s|t|v|vd|vdn|vdr|vande|vanden|vander|vant)"
)
"""A word of the Dutch prefixes (Landelijke tabel 36 and its usual abbreviations) or of the commonest foreign ones."""

GLUE: Final = r"[\s./'’`´-]+"


def surname(table: pl.DataFrame) -> pl.DataFrame:
    """Evidence of a surname by ending; `table` has `surname`, and `partner_surname` where the source knows it.

    Of a double-barrelled name the part after the hyphen is the person's own and the part before it the partner's, as
    Dutch law writes married names (art. 1:9 BW); a known partner's name decides which part is not the own one.
    A prefix in a column of its own tells nothing more: prefixes are left out.
    """
    halves = table.select(
        _written(column(table, "surname")).str.splitn("-", 2).struct.unnest(),
        partner=_bare(column(table, "partner_surname")),
    )
    names = halves.select(first=_bare(pl.col("field_0")), second=_bare(pl.col("field_1")), partner="partner")
    first, second, partner = pl.col("first"), pl.col("second"), pl.col("partner")
    swap = second.eq(partner) & first.is_not_null()
    found = names.select(
        own=pl.when(swap | second.is_null()).then(first).otherwise(second),
        other=partner.fill_null(pl.when(swap).then(second).when(second.is_not_null()).then(first)),
    )
    own, other = pl.col("own"), pl.col("other")
    return found.select(own.alias(""), sound(own).alias(".sound"), pl.when(other != own).then(other).alias(".other"))


def _written(column: pl.Expr) -> pl.Expr:
    """The folded name, with a hyphen between a partner's name and the own name and nowhere else."""
    written = column
    # "Berg, van den" and "Berg,vd" → "Berg"
    written = written.str.replace(rf"\s*,\s*(?:{PREFIX}(?:{GLUE}|$))+$", "")
    # "De Vries e/v Jansen" (married to) and "Jansen geb. de Vries" (born) say the same as "Jansen-de Vries"
    written = written.str.replace(r"^(?P<own>.+?)\s+(?:e/v|e\.v\.|ev)\s+(?P<partner>.+)$", "$partner-$own")
    written = written.str.replace(r"\s+geb(?:oren)?[. ]\s*", "-")
    # a prefix joined by a hyphen (El-Idrissi) is no first half
    return written.str.replace_all(rf"(?P<start>^|[\s-])(?P<prefix>{PREFIX})-", "$start$prefix ")


def _bare(written: pl.Expr) -> pl.Expr:
    """The letters of a name without prefixes in front or behind; a name of nothing but prefixes keeps its last word."""
    spaced = words(written)
    spaced = spaced.str.replace(rf"^(?:{PREFIX}\s+)+(?P<rest>\S)", "$rest")
    spaced = spaced.str.replace(rf"(?P<rest>\S)(?:\s+{PREFIX})+$", "$rest")
    return letters(spaced)
