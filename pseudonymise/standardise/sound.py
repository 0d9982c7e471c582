"""A phonetic code for Dutch and English names: spellings that sound alike get one code."""

from typing import Final

import polars as pl

_RULES: Final = (
    (r"[^\p{L}\p{N}]+", ""),
    ("ph", "f"),
    ("sch|sh", "s"),
    ("ks|cks|x", "ks"),
    ("c(?P<front>[eiy])", "s$front"),
    ("ck|q|c", "k"),
    ("kh|gh|g", "g"),
    ("th|dt", "t"),
    ("uw", "u"),
    ("[vw]", "f"),
    ("z", "s"),
    ("kn", "n"),
    ("[dt]$", "t"),
    # In front h, j and a vowel count, vowels all alike (Eijk, IJk, Yk); elsewhere they do not.
    ("^h", "H"),
    ("^j", "J"),
    ("^[aeiouy]+", "A"),
    ("[aeiouyhj]+", "."),
)
"""Replaced from first to last, in the manner of Soundex; the dots keep double consonants apart from repeated ones."""

LENGTH: Final = 6


def sound(folded: pl.Expr) -> pl.Expr:
    """Code of at most six signs of a folded name; null for null or when nothing can be heard."""
    code = folded
    for pattern, heard in _RULES:
        code = code.str.replace_all(pattern, heard)
    for consonant in "bdfgklmnprst":
        code = code.str.replace_all(f"{consonant}{consonant}+", consonant)
    return code.str.replace_all(".", "", literal=True).str.slice(0, LENGTH).replace("", None)
