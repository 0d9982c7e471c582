"""What people write in their own words: kept for good and read by many, so it names nobody by number or address."""

import re
from collections.abc import Iterable
from typing import Final

from register.refusals import NamesSomebody

_NINE: Final = re.compile("|".join(rf"(?<!\d)\d(?:{between}?\d){{8}}(?!\d)" for between in (r"\s", r"\.", "[-–]", "/")))
"""Nine digits, with one kind of sign between some of them or none; a day and a number have two kinds."""
_WEIGHTS: Final = (9, 8, 7, 6, 5, 4, 3, 2, -1)
PATTERNS: Final = {
    "an e-mail address": re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,255}\.[A-Za-z]{2}"),
    "an account number": re.compile(r"(?i)\bNL\s?\d{2}\s?[A-Z]{4}\s?(?:\d[\s.]?){10}(?!\d)"),
}


def check_names_nobody(texts: Iterable[str]) -> None:
    """Raises `NamesSomebody` for a number that meets the eleven test, a Dutch account number or an e-mail address.

    Names are not looked for: those of colleagues belong in a reason.
    """
    for text in texts:
        if any(_meets_eleven_test(found) for found in _NINE.findall(text)):
            raise NamesSomebody("a citizen service number (BSN)")
        for what, pattern in PATTERNS.items():
            if pattern.search(text):
                raise NamesSomebody(what)


def _meets_eleven_test(text: str) -> bool:
    """Weights 9, 8, …, 2 and -1 (Besluit burgerservicenummer, article 2)."""
    digits = [int(sign) for sign in text if sign.isdigit()]
    return sum(weight * digit for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11 == 0
