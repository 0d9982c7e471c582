"""The check digits of an IBAN, as an expectation. Importing this loads Great Expectations."""

from typing import ClassVar, Final

import polars as pl
from great_expectations.expectations.expectation import ColumnMapExpectation

from expectations.engine.register import Columns, Types, map_metric

_LETTERS: Final = {chr(ord("A") + place): str(10 + place) for place in range(26)}
_LONGEST: Final = 34
_AT_ONCE: Final = 9
"""Decimal digits: with the remainder of those before, a number of eleven digits."""
_CHUNKS: Final = -(-2 * _LONGEST // _AT_ONCE)


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


def _expected(columns: Columns, _: Types) -> pl.Expr:
    return has_iban_check_digits(columns[0])


class ExpectColumnValuesToHaveIbanCheckDigits(ColumnMapExpectation):  # type: ignore[misc]
    """Every value is an IBAN with the right check digits, or an account number of before the IBAN."""

    map_metric: ClassVar[str] = "column_values.iban_check_digits"


map_metric("column_values.iban_check_digits", _expected)
