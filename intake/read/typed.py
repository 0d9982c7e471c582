"""Values of formats that know types, as the text the source declares for them: a cell is text, empty or broken."""

import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from intake.source import Column, FileFormat


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell that has no text, with the rule that says why."""

    rule: str


Cell = str | Broken | None

NESTED: Final = Broken("nested-value")
DOUBLED: Final = Broken("doubled-value")
ILLEGIBLE: Final = r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\ufffe\uffff]"
"""Characters that stand in no text: control characters but white space, and the mark of a character lost."""
_HIGH: Final = bytes(byte for byte in range(0x80, 0xC0) if byte not in b"\x81\x8d\x8f\x90\x9d").decode("cp1252")
DECODED_WRONGLY: Final = ["â€", *(first + second for first in "ÂÃ" for second in _HIGH)]
"""What UTF-8 becomes that was read as Windows-1252: é is Ã©. A file in two encodings shows it in some rows."""
_FURTHEST: Final = 400
"""Digits that a power of ten may add; 1e999999999 would fill the memory."""


def number(literal: str, file: FileFormat) -> str:
    """A number written as JSON and Python write it (12, -0.5, 1.2E+3), in full and with the declared decimal mark.

    A fraction of nought falls away: 5.0 and 5 are one number, whatever wrote it.
    """
    if re.search("[eE]", literal):
        exact = Decimal(literal)
        if not exact.is_finite() or abs(exact.adjusted()) > _FURTHEST:
            return literal
        literal = f"{exact:f}"
    return re.sub(r"\.0+$", "", literal).replace(".", file.decimal)


def fraction(value: float, file: FileFormat) -> Cell:
    return number(repr(value), file) if math.isfinite(value) else Broken("not-a-number")


def truth(value: bool) -> str:
    return "true" if value else "false"


def day(value: date, column: Column, file: FileFormat) -> Cell:
    """A date in the declared form; broken where none is declared, or where it comes with a time."""
    if column.type != "date":
        return Broken("unexpected-date")
    if isinstance(value, datetime) and (value.hour or value.minute or value.second or value.microsecond):
        return Broken("date-format")
    parts = {"%Y": f"{value.year:04}", "%m": f"{value.month:02}", "%d": f"{value.day:02}"}
    return re.sub("%[Ymd]", lambda code: parts[code[0]], file.date)
