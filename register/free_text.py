"""What people write in their own words: kept for good and read by many, so it names nobody by number or address."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from register.refusals import NamesSomebody, NotPlainText, TooLong

LONGEST: Final = 4000
"""Letters of one text, as the audit log keeps them."""
_BARRED: Final = re.compile(r"[\x00\ud800-\udfff]")
"""What no database or log can keep: NUL, and what bytes become that are no UTF-8."""
_STEERING: Final = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What steers a screen, or turns text round on it, instead of being read."""
_NINE: Final = [
    re.compile(rf"(?:(?<!\d)|(?<=(?<!\d)0))(?=(\d(?:{between}\d){{8}})(?!\d))")
    for between in (r"\s{0,2}", r"\.?", "-?", "/?", "_?", ",?")
]
"""Nine digits, or ten of which the first is 0, with one kind of sign between some of them or none; a day and a number
have two kinds. Looked for from every digit that begins a group, so that an earlier number hides none."""
_LOOSE: Final = r"[\s.,/_-]{0,2}"
_PLAIN: Final = {"Cf": "", "Mn": "", "Me": "", "Pd": "-"}
"""By category of Unicode: format signs (such as of zero width) and marks on another sign; dashes."""
_DOTS: Final = str.maketrans("·•∙⋅−\u2800\u3164\u115f\u1160", "....-    ")
_BLANKS: Final = re.compile(r"\s+")
_WEIGHTS: Final = (9, 8, 7, 6, 5, 4, 3, 2, -1)
PATTERNS: Final = {
    "an e-mail address": re.compile(r"[^\s@<>]\s{0,3}@\s{0,3}[^\s@<>]{1,255}\.[A-Za-z]{2}"),
    "an account number": re.compile(rf"(?i)NL(?:{_LOOSE}\d){{2}}(?:{_LOOSE}[A-Z]){{4}}(?:{_LOOSE}\d){{10}}(?!\d)"),
}


def check_names_nobody(texts: Iterable[str]) -> None:
    """Raises `NamesSomebody` for a number that meets the eleven test, a Dutch account number or an e-mail address, and
    `NotPlainText` or `TooLong` for what cannot be kept, or read.

    Names are not looked for: those of colleagues belong in a reason.
    """
    for text in texts:
        if _BARRED.search(text):
            raise NotPlainText
        if len(text) > LONGEST:
            raise TooLong(LONGEST)
        seen = _as_seen(text)
        if any(_meets_eleven_test(found) for pattern in _NINE for found in pattern.findall(seen)):
            raise NamesSomebody("a citizen service number (BSN)")
        for what, pattern in PATTERNS.items():
            if pattern.search(seen):
                raise NamesSomebody(what)
        if _STEERING.search(text) or (text.strip() and not seen.strip()):
            raise NotPlainText


def _as_seen(text: str) -> str:
    """What a reader takes it for: compatible signs are one (Unicode, NFKC), what shows no sign of its own is gone, and
    every dash, dot in the middle and run of blanks is the plain one."""
    shown = "".join(_PLAIN.get(unicodedata.category(sign), sign) for sign in unicodedata.normalize("NFKC", text))
    return _BLANKS.sub(" ", shown.translate(_DOTS))


def _meets_eleven_test(text: str) -> bool:
    """Weights 9, 8, …, 2 and -1 (Besluit burgerservicenummer, article 2)."""
    digits = [int(sign) for sign in text if sign.isdigit()]
    return sum(weight * digit for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11 == 0
