"""E-mail addresses, telephone numbers and bank accounts (IBAN)."""

import polars as pl

from pseudonymise.standardise.fold import PLACEHOLDERS, absent, glued
from pseudonymise.standardise.identifier import NO_NUMBER

SUBSCRIBER = 8
"""Digits at the end of a telephone number that remain when prefixes are written in another way."""
ACCOUNT = 10
"""Digits of a Dutch account number, with which a Dutch IBAN ends."""

_NO_PHONE = r"^\+?(?:[0-9]{0,5}|(?:31)?[0-9]?(?:0+|9{8,}|1{8,}))$"


def email(table: pl.DataFrame) -> pl.DataFrame:
    """The address, null unless it has one @, and for a placeholder in front of it; its local part without what stands
    behind a plus sign."""
    address = pl.col("email").str.replace(r"^mailto:", "").str.extract(r"^([^@\s]+@[^@\s]+)$")
    address = address.str.replace(f"{PLACEHOLDERS[:-1]}@.*$", "").replace("", None)
    found = table.select(address.alias(""))
    return found.with_columns(pl.col("").str.extract(r"^([^@+]+)").alias(".local"))


def phone(table: pl.DataFrame) -> pl.DataFrame:
    """International form as in E.164; a national number of ten digits with a leading zero is taken for a Dutch one.

    "+31 (0)6 12345678", "0031612345678" and "06-12345678" are alike; `.subscriber` is the last eight digits.
    """
    written = pl.col("phone").str.replace(r"\(0\)", "").str.replace_all(r"[^0-9+]+", "").str.replace(r"^\+", "00")
    digits = written.str.replace_all("+", "", literal=True)
    digits = digits.str.replace(r"^(?:0|31|0031|00310)(?P<national>[1-9][0-9]{8})$", "0031$national")
    number = absent(digits.str.replace(r"^00", "+"), _NO_PHONE)
    found = table.select(number.alias(""))
    return found.with_columns(absent(pl.col("").str.extract(rf"([0-9]{{{SUBSCRIBER}}})$"), "^0+$").alias(".subscriber"))


def iban(table: pl.DataFrame) -> pl.DataFrame:
    """Letters and digits; `.account` is the account number without country, check digits and Dutch bank.

    An account number of before the IBAN has the same `.account`. Check digits are not tested: a mistyped number still
    resembles the right one.
    """
    written = absent(glued(pl.col("iban")), NO_NUMBER)
    found = table.select(written.alias(""))
    account = pl.coalesce(
        pl.col("").str.extract(rf"^nl[0-9]{{2}}[a-z]{{4}}([0-9]{{{ACCOUNT}}})$"),
        pl.col("").str.extract(r"^([0-9]{7,10})$").str.zfill(ACCOUNT),
        pl.col("").str.extract(r"^[a-z]{2}[0-9]{2}([a-z0-9]{6,})$"),
    )
    return found.with_columns(account.alias(".account"))
