"""Columns of a Splink model get types: Splink compares text as it is, here names are read as names, dates as dates."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from linkage.model import FileField
from linkage.propose.kinds import RULES
from linkage.splink.sql import Unknown
from pseudonymise.standardise.field import KINDS

_ALONE: Final = {
    "postcode": "code", "house_number": "text", "house_addition": "text", "initials": "text", "prefix": "text",
    "partner_surname": "surname", "latitude": "number", "longitude": "number",
}  # fmt: skip
"""Types of a column that stands alone, where its name would make it a part of something else."""
_BY_MEASURE: Final = {"days": "date", "overlap": "list", "difference": "number", "ratio": "number"}
_DATES: Final = r"(?:^|_)(?:dob|date|birth|born|geboorte|geboren)"
_ISO: Final = "%Y-%m-%d"


@dataclass(frozen=True, slots=True)
class Column:
    """A column, the field it becomes, its type, and why."""

    name: str
    type: str
    why: str
    format: str = _ISO

    @property
    def kind(self) -> str:
        return KINDS[self.type]

    def declared(self, field: str) -> FileField:
        return FileField(field=field, type=self.type, column=self.name, format=self.format)

    def ending(self, piece: str) -> str:
        """Ending of the evidence for a piece of the column. Raises `Unknown` where there is none."""
        if not piece:
            return ""
        if self.kind == "email" and piece == "local":
            return ".local"
        part = self._date_part(piece) if self.kind == "date" else None
        if part is None:
            raise Unknown(f"type {self.type} has no such piece of a value; make it a column of its own")
        return f".{part}"

    def _date_part(self, piece: str) -> str | None:
        """year, year_month or month_day, also where the piece is told by its place in the text."""
        place = re.fullmatch(r"from(\d+)to(\d+)", piece)
        if not place:
            return piece if piece in ("year", "year_month", "month_day") else None
        written = self.format.replace("%Y", "YYYY").replace("%m", "MM").replace("%d", "DD")
        letters = re.sub(r"[^YMD]", "", written[int(place[1]) - 1 : int(place[2])])
        return {"YYYY": "year", "YYYYMM": "year_month", "MMDD": "month_day"}.get(letters)


def typed(name: str, measured: Collection[str] = (), formats: Collection[str] = ()) -> Column:
    """The column with a type told from what is measured of it, and else from its name."""
    if formats or "days" in measured:
        return _dated(name, sorted(formats) or [_ISO])
    if found := next((_BY_MEASURE[each] for each in measured if each in _BY_MEASURE), None):
        return Column(name, found, f"{found} by what is measured of it")
    words = re.sub(r"\W+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)).lower()
    if re.search(_DATES, words):
        return Column(name, "text", "dates as text, for no level says how they are written; type date knows more")
    if re.search(r"(?:^|_)e_?mail", words):
        return Column(name, "email", "email by its name")
    for rule in RULES:
        if re.search(rf"(?:^|_)(?:{rule.names})[0-9]*(?:_|$)", words):
            return Column(name, _ALONE.get(rule.type, rule.type), f"{rule.type} by its name")
    return Column(name, "text", "nothing says what it holds: text")


def _dated(name: str, formats: Sequence[str]) -> Column:
    if len(formats) == 1 and set(re.findall("%.", formats[0])) == {"%Y", "%m", "%d"}:
        return Column(name, "date", f"dates written {formats[0]}, as the levels say", formats[0])
    return Column(name, "text", f"dates written {' or '.join(formats)}, which is not read as dates here")


def as_text(column: Column) -> Column:
    return Column(column.name, "text", "text, for its levels ask what only text has")


def field_name(column: str) -> str:
    """A name that stands in block expressions and names of evidence."""
    return re.sub(r"\W+", "_", column).strip("_") or "field"
