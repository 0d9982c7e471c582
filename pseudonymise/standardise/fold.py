"""Folding of text: what differs only in way of writing becomes equal."""

import polars as pl

_LETTERS = {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
"""Letters that Unicode does not decompose into a base letter and a mark."""

_NOTHING = r"(?:onbekend|onb|unknown|n ?b|n ?v ?t|n ?n|n a|none|null|geen|standaardwaarde|xxx+|\?+)"
PLACEHOLDERS = rf"^{_NOTHING}(?: {_NOTHING})*$"
"""What stands where nothing is known, once or more often; a single space may be anything that is no letter or digit."""


def fold(text: pl.Expr) -> pl.Expr:
    """NFKC, lower case, without diacritics, trimmed; marks of punctuation stay."""
    plain = _small(text).str.normalize("NFKD").str.replace_all(r"\p{M}+", "")
    return plain.str.replace_many(list(_LETTERS), list(_LETTERS.values())).str.strip_chars()


def accented(text: pl.Expr) -> pl.Expr:
    """As `fold`, and diacritics stay; a mark that makes no letter of its own with the one before it is left out."""
    return _small(text).str.normalize("NFKC").str.replace_all(r"\p{M}+", "").str.strip_chars()


def words(folded: pl.Expr) -> pl.Expr:
    """Letters and digits, with single spaces for everything else; null when none is left or for a placeholder."""
    spaced = folded.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()
    return absent(spaced, PLACEHOLDERS)


def letters(folded: pl.Expr) -> pl.Expr:
    """Letters only, glued; null when none is left."""
    return absent(folded.str.replace_all(r"[^\p{L}]+", ""), r"^$")


def glued(folded: pl.Expr) -> pl.Expr:
    """Letters and digits only, glued; null when none is left or for a placeholder."""
    return absent(folded.str.replace_all(r"[^\p{L}\p{N}]+", ""), PLACEHOLDERS)


def absent(text: pl.Expr, pattern: str) -> pl.Expr:
    """`text`, null where it is empty or `pattern` matches the whole of it."""
    # Each expression is computed as often as it is written; with when and then that would be three times.
    return text.str.replace(pattern, "").replace("", None)


def column(table: pl.DataFrame, name: str) -> pl.Expr:
    """The column, or null where the source has none of that type."""
    return pl.col(name) if name in table.columns else pl.lit(None, pl.String)


def _small(text: pl.Expr) -> pl.Expr:
    """Signs that nobody sees fall away, and every dash is a hyphen."""
    seen = text.cast(pl.String).str.normalize("NFKC").str.replace_all(r"\p{Cf}+", "").str.replace_all(r"\p{Pd}", "-")
    return seen.str.to_lowercase()
