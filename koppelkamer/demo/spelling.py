"""How the same name or date gets written down differently: styles, dropped accents, typing errors."""

import string
from collections.abc import Callable
from typing import Final

import numpy as np
import polars as pl

from koppelkamer.demo.names import full_surname

_BASE: Final = {"ı": "i", "ł": "l", "Ł": "L", "ø": "o", "ß": "ss", "đ": "d", "Đ": "D"}
"""Letters that do not come apart into a base letter and an accent."""


def without_accents(text: pl.Expr) -> pl.Expr:
    """`Yıldız` as `Yildiz`, `Zoë` as `Zoe`."""
    return text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.replace_many(_BASE)


def encodable(texts: pl.Series, encoding: str) -> pl.Series:
    """Texts that do not fit `encoding` without accents: in Windows-1252 `Yıldız` becomes `Yildiz`, `Özkan` stays."""
    bare = pl.select(without_accents(pl.lit(texts))).to_series()
    kept = [text if _fits(text, encoding) else other for text, other in zip(texts, bare, strict=True)]
    return pl.Series(texts.name, kept, dtype=pl.String)


def plain(prefix: pl.Expr, surname: pl.Expr) -> pl.Expr:
    """`van den Berg`."""
    return full_surname(prefix, surname)


def behind(prefix: pl.Expr, surname: pl.Expr) -> pl.Expr:
    """`Berg, van den`."""
    return pl.when(prefix == "").then(surname).otherwise(pl.concat_str(surname, pl.lit(", "), prefix))


def dotted(prefix: pl.Expr, surname: pl.Expr) -> pl.Expr:
    """`v.d. Berg`; a short prefix that nobody shortens stays."""
    return full_surname(prefix.map_batches(_each(_dotted), pl.String), surname)


def compact(prefix: pl.Expr, surname: pl.Expr) -> pl.Expr:
    """`vd Berg`."""
    return full_surname(prefix.map_batches(_each(lambda text: _dotted(text).replace(".", "")), pl.String), surname)


def capitalised(prefix: pl.Expr, surname: pl.Expr) -> pl.Expr:
    """`Van Den Berg`."""
    return full_surname(prefix.str.to_titlecase().str.replace_all("'T", "'t", literal=True), surname)


def mistyped(text: pl.Series, chosen: pl.Series, rng: np.random.Generator) -> pl.Series:
    """The chosen texts with one character inserted, deleted, substituted or transposed; the first stays."""
    typed, keys = text.to_list(), string.ascii_lowercase
    for row in np.flatnonzero(chosen.to_numpy()):
        kind, place, key = int(rng.integers(4)), rng.random(), keys[rng.integers(len(keys))]
        if typed[row] is not None and len(typed[row]) > 2:
            typed[row] = _edited(typed[row], 1 + int(place * (len(typed[row]) - 2)), key, kind)
    return pl.Series(text.name, typed, dtype=pl.String)


def swapped(date: pl.Expr) -> pl.Expr:
    """`05-11-1980` for `11-05-1980`; as it was when there is no such month."""
    day, rest, year = date.str.slice(0, 2), date.str.slice(3, 2), date.str.slice(5)
    return pl.when(day <= "12").then(pl.concat_str(rest, pl.lit("-"), day, year)).otherwise(date)


def amount(value: float) -> str:
    """`1.234,56`."""
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def _each(change: Callable[[str], str]) -> Callable[[pl.Series], pl.Series]:
    """`change` applied to the few distinct texts of a column."""
    return lambda column: column.replace_strict(
        {text: change(text) for text in column.unique()}, return_dtype=pl.String
    )


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _dotted(prefix: str) -> str:
    words = prefix.split()
    if len(words) < 2 and prefix not in ("van", "von"):
        return prefix
    return "".join(word if word.startswith("'") else f"{word[0]}." for word in words)


def _edited(text: str, place: int, key: str, kind: int) -> str:
    """`text` with one character changed at `place` (from 1, not the last)."""
    before, here, after = text[:place], text[place], text[place + 1 :]
    match kind:
        case 0:
            return before + key + here + after
        case 1:
            return before + after
        case 2:
            return before + (key if key != here else before[-1]) + after
        case _:
            return before + after[0] + here + after[1:]
