"""Dutch numbers with a check in them, as expressions: what intake looks for in texts and a contract asks of columns."""

from typing import Final

import polars as pl

_WEIGHTS: Final = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_LETTERS: Final = {chr(ord("A") + place): str(10 + place) for place in range(26)}
_LONGEST: Final = 34
_AT_ONCE: Final = 9
"""Decimal digits: with the remainder of those before, a number of eleven digits."""
_CHUNKS: Final = -(-2 * _LONGEST // _AT_ONCE)

NO_BSN: Final = ("123456782", *(f"{digit * 8}0" for digit in "0123456789"))
"""Numbers that pass the eleven test and are typed where none is known."""

PLATES: Final = (
    "[a-z]{2}[0-9]{4}", "[0-9]{4}[a-z]{2}", "[0-9]{2}[a-z]{2}[0-9]{2}", "[a-z]{2}[0-9]{2}[a-z]{2}",
    "[a-z]{4}[0-9]{2}", "[0-9]{2}[a-z]{4}", "[0-9]{2}[a-z]{3}[0-9]", "[0-9][a-z]{3}[0-9]{2}", "[a-z]{2}[0-9]{3}[a-z]",
    "[a-z][0-9]{3}[a-z]{2}", "[a-z]{3}[0-9]{2}[a-z]", "[a-z][0-9]{2}[a-z]{3}", "[0-9][a-z]{2}[0-9]{3}",
    "[0-9]{3}[a-z]{2}[0-9]",
)  # fmt: skip
"""The layouts (sidecodes 1 to 14) of Dutch licence plates, without hyphens (RDW, Kentekenplaat en sidecodes)."""

PHONE: Final = (
    r"(?:(?:00|\+)31|0)"
    r"(?:6[1-58][0-9]{7}|[1-57][0-9]{8}|8[4578][0-9]{7}|9[17][0-9]{7}|97[0-9]{9}|(?:800|90[069])[0-9]{4}(?:[0-9]{3})?)"
)
"""Digits of a Dutch number: mobile, area, anywhere (085, 088), machines (097), services (0800, 0900)
(Nummerplan telefoon- en ISDN-diensten)."""


def meets_eleven_test(column: pl.Expr) -> pl.Expr:
    """Whether a text is a nine-digit number whose weighted digits add up to a multiple of eleven.

    Weights 9, 8, …, 2 and -1 (Besluit burgerservicenummer, article 2 and its explanation).
    """
    number = column.cast(pl.Int32, strict=False)  # nine digits fit, and division is dear
    terms = [number // 10**place % 10 * weight for place, weight in zip(range(8, -1, -1), _WEIGHTS, strict=True)]
    return column.str.contains(r"^[0-9]{9}$") & (pl.sum_horizontal(terms) % 11 == 0)


def has_iban_check_digits(column: pl.Expr) -> pl.Expr:
    """Whether a text is an IBAN with the right check digits (ISO 13616; the remainder by 97 of ISO 7064 is 1).

    Blanks and points do not count, nor does the case of letters. An account number without a country is left alone.
    """
    plain = column.str.replace_all(r"[\s.]+", "").str.to_uppercase()
    turned = plain.str.slice(4) + plain.str.slice(0, 4)
    digits = turned.str.replace_many(list(_LETTERS), list(_LETTERS.values())).str.zfill(_CHUNKS * _AT_ONCE)
    rest = pl.lit(0, pl.Int64)
    for place in range(_CHUNKS):
        chunk = digits.str.slice(place * _AT_ONCE, _AT_ONCE).cast(pl.Int64, strict=False)
        rest = (rest * 10**_AT_ONCE + chunk) % 97
    is_iban = plain.str.contains(rf"^[A-Z]{{2}}[0-9]{{2}}[A-Z0-9]{{1,{_LONGEST - 4}}}$")
    return plain.str.contains(r"^[0-9]+$") | (is_iban & (rest == 1))


def is_phone(column: pl.Expr) -> pl.Expr:
    """Whether a text is a Dutch telephone number, or one of another country in international form (E.164)."""
    written = column.str.replace(r"\(0\)", "").str.replace_all(r"[\s().\-/]+", "")
    return written.str.contains(rf"^(?:{PHONE}|(?:00|\+)(?:[124-9]|3[0-24-9])[0-9]{{6,13}})$")


def is_plate(column: pl.Expr) -> pl.Expr:
    """Whether a text has the layout of a Dutch licence plate; hyphens, blanks and case do not count."""
    plain = column.str.replace_all(r"[\s\-]+", "").str.to_lowercase()
    return plain.str.contains(rf"^(?:{'|'.join(PLATES)})$")
