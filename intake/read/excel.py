"""Excel workbooks (ISO/IEC 29500): one sheet, its first row the header, each cell by the type the workbook gives it.

A number is a day only where its format says so; formulas and error values have no text and are broken.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from intake.read.content import Content
from intake.read.gathered import Gathered
from intake.read.header import check_header
from intake.read.markup import Attributes, parse
from intake.read.raw import LONGEST, Raw
from intake.read.typed import Broken, Cell, day, fraction, number
from intake.read.workbook import Workbook, unescaped
from intake.read.wrong_file import WrongFile
from intake.source import Column, Source

_LEAP: Final = 60
"""29 February 1900, which Excel counts and which never was."""


@dataclass(frozen=True, slots=True)
class _Day:
    """Days since the workbook's epoch; a fraction is a time of day."""

    serial: float


@dataclass(frozen=True, slots=True)
class _Number:
    literal: str


Value = str | _Day | _Number | Broken


def read_excel(content: Content, source: Source) -> Iterator[Raw]:
    """A row for each row of the sheet that holds anything. Raises `WrongFile`."""
    workbook = Workbook(content, source)
    sheet, gathered = _Sheet(workbook, source), Gathered(source)
    header: list[str] | None = None if source.file.header else [column.name for column in source.columns]
    for _ in parse(workbook.blocks(workbook.sheet()), sheet, source, "Excel"):
        for row in sheet.take():
            if header is None:
                header = _header(row, source)
            else:
                _keep(row, header, gathered, workbook, source)
        if gathered.waiting:
            yield gathered.take()
    if header is None:
        raise WrongFile(source.id, "is empty", remedy="Ask for the delivery again.")


def first_row(content: Content, source: Source) -> list[str]:
    """Texts of the first row that holds anything, empty where a cell is none."""
    with content:
        workbook = Workbook(content, source)
        sheet = _Sheet(workbook, source)
        for _ in parse(workbook.blocks(workbook.sheet()), sheet, source, "Excel"):
            if rows := sheet.take():
                return _texts(rows[0])
    return []


Row = dict[int, Value]
"""Filled cells by column, from 0; -1 stands for a column given twice."""


def _header(row: Row, source: Source) -> list[str]:
    header = _texts(row)
    check_header(header, source)
    return header


def _texts(row: Row) -> list[str]:
    cells = [row.get(place, "") for place in range(max(row) + 1)]
    return [cell.strip() if isinstance(cell, str) else "" for cell in cells]


def _keep(row: Row, header: list[str], gathered: Gathered, workbook: Workbook, source: Source) -> None:
    if -1 in row:
        return gathered.set_apart("doubled-column")
    if max(row) >= len(header):
        return gathered.set_apart("too-many-fields")
    columns = {column.name: column for column in source.read}
    wanted = [(columns[header[place]], value) for place, value in row.items() if header[place] in columns]
    return gathered.keep({column.name: _cell(value, column, workbook, source) for column, value in wanted})


def _cell(value: Value, column: Column, workbook: Workbook, source: Source) -> Cell:
    match value:
        case _Day():
            found = _date(value.serial, workbook.since_1904)
            return day(found, column, source.file) if found else Broken(f"{column.type}-format")
        case _Number():
            # Programs write the 17 digits of a binary fraction: 0.10000000000000001 is 0.1.
            whole = re.fullmatch("-?[0-9]{1,15}", value.literal)
            return number(value.literal, source.file) if whole else fraction(float(value.literal), source.file)
        case _:
            return value


def _date(serial: float, since_1904: bool) -> date | None:
    """None for a serial that is no day: with a time, before the epoch, and 29 February 1900."""
    whole = int(serial)
    if whole != serial or not (0 if since_1904 else 1) <= whole <= 2_958_465 or (whole == _LEAP and not since_1904):
        return None
    if since_1904:
        return date(1904, 1, 1) + timedelta(min(whole, 2_957_003))
    return date(1899, 12, 31 if whole < _LEAP else 30) + timedelta(whole)


class _Sheet:
    """Told of a sheet's XML; gives its rows."""

    def __init__(self, workbook: Workbook, source: Source) -> None:
        self._workbook, self._source = workbook, source
        self._rows: list[Row] = []
        self._row: Row = {}
        self._column, self._collect, self._inside, self._phonetic = -1, False, False, False
        self._begin({})

    def take(self) -> list[Row]:
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "sheetData":
            self._inside = True
        elif name == "mergeCell":
            remedy = "Have each cell filled for itself; what covers several belongs to no row."
            raise WrongFile(self._source.id, "has merged cells", remedy=remedy)
        elif not self._inside:
            return
        elif name == "row":
            self._row, self._column = {}, -1
        elif name == "c":
            self._begin(attributes)
        elif name == "f":
            self._formula = True
        self._collect = name in ("v", "t") and not self._phonetic
        self._phonetic = self._phonetic or name == "rPh"

    def text(self, text: str) -> None:
        if self._collect:
            self._length += len(text)
            if self._length > LONGEST:
                raise WrongFile(self._source.id, "holds a cell that is too long", remedy="Ask who made the workbook.")
            self._parts.append(text)

    def end(self, name: str) -> None:
        self._collect = False
        if name == "rPh":
            self._phonetic = False
        elif name == "sheetData":
            self._inside = False
        elif name == "c" and self._inside:
            self._finish()
        elif name == "row" and self._inside and self._row:
            self._rows.append(self._row)

    def _begin(self, attributes: Attributes) -> None:
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
        self._place = attributes.get("r")
        self._parts: list[str] = []
        self._length, self._formula = 0, False

    def _finish(self) -> None:
        self._column = self._column + 1 if self._place is None else _column(self._place)
        text = "".join(self._parts)
        if self._formula:
            value: Value = Broken("formula")
        elif not text:
            return
        else:
            value = self._value(text)
        self._row[-1 if self._column in self._row else self._column] = value

    def _value(self, text: str) -> Value:
        match self._kind:
            case "s":
                return self._workbook.shared(text)
            case "inlineStr" | "str":
                return unescaped(text)
            case "b":
                return {"0": "false", "1": "true"}.get(text, Broken("error-value"))
            case "n" if re.fullmatch(r"[+-]?[0-9]*\.?[0-9]+([eE][+-]?[0-9]{1,3})?", text):
                return _Day(float(text)) if self._workbook.is_day(self._style) else _Number(text)
            case _:  # errors such as #N/A, and ISO dates, which only the strict variant has
                return Broken("error-value")


def _column(place: str) -> int:
    """Of a cell's place: 0 for A7, 26 for AA7."""
    letters = place.rstrip("0123456789")
    found = 0
    for letter in letters:
        found = found * 26 + ord(letter) - ord("A") + 1
    return found - 1
