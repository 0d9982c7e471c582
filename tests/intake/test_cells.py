"""Single cells: canonical forms by type, and what cannot be read."""

from pathlib import Path
from typing import Any

import pytest

from tests.intake.sources import read, source, values

DATE = {"type": "date"}
BRP = {"date": "%Y%m%d", "unknown_date_parts": True}
DUTCH = {"date": "%d-%m-%Y"}
COMMA = {"decimal": ","}

CELLS = {  # cell, column, file, what it becomes, then rules that name it
    "date": ("1980-05-17", DATE, {}, ["1980-05-17"]),
    "date without separators": ("19800517", DATE, BRP, ["1980-05-17"]),
    "date with one-digit parts": ("7-5-1980", DATE, DUTCH, ["1980-05-07"]),
    "no one-digit parts without separators": ("1980517", DATE, BRP, [None, "date-format"]),
    "31 February": ("31-02-1980", DATE, DUTCH, [None, "date-format"]),
    "29 February, leap year": ("29-02-2000", DATE, DUTCH, ["2000-02-29"]),
    "29 February, no leap year": ("29-02-1900", DATE, DUTCH, [None, "date-format"]),
    "day and month the other way": ("05-17-1980", DATE, DUTCH, [None, "date-format"]),
    "day unknown": ("19800500", DATE, BRP, ["1980-05-00"]),
    "day and month unknown": ("19800000", DATE, BRP, ["1980-00-00"]),
    "all unknown": ("00000000", DATE, BRP, ["0000-00-00"]),
    "year unknown, 29 February": ("00000229", DATE, BRP, ["0000-02-29"]),
    "31 of an unknown month": ("19800031", DATE, BRP, ["1980-00-31"]),
    "32 of an unknown month": ("19800032", DATE, BRP, [None, "date-format"]),
    "31 April of an unknown year": ("00000431", DATE, BRP, [None, "date-format"]),
    "unknown part where none may be": ("00-05-1980", DATE, DUTCH, [None, "date-format"]),
    "year nought where none may be": ("01-05-0000", DATE, DUTCH, [None, "date-format"]),
    "time after the date": ("1980-05-17T00:00", DATE, {}, [None, "date-format"]),
    "two-digit year": ("17-05-80", DATE, DUTCH, [None, "date-format"]),
    "integer": ("-12", {"type": "integer"}, {}, [-12]),
    "integer in thousands": ("1.234.567", {"type": "integer"}, COMMA, [1234567]),
    "integer with a fraction": ("1,5", {"type": "integer"}, COMMA, [None, "integer-format"]),
    "thousands in the wrong place": ("12.34", {"type": "integer"}, COMMA, [None, "integer-format"]),
    "integer too large": ("99999999999999999999", {"type": "integer"}, {}, [None, "integer-format"]),
    "decimal comma": ("1.234,56", {"type": "decimal"}, COMMA, [1234.56]),
    "decimal point": ("1,234.56", {"type": "decimal"}, {}, [1234.56]),
    "decimal point where the comma is declared": ("1234.56", {"type": "decimal"}, COMMA, [None, "decimal-format"]),
    "exponent": ("1e5", {"type": "decimal"}, {}, [None, "decimal-format"]),
    "infinite": ("9" * 400, {"type": "decimal"}, {}, [None, "decimal-format"]),
    "NaN": ("NaN", {"type": "decimal"}, {}, [None, "decimal-format"]),
    "currency": ("€ 12", {"type": "decimal"}, {}, [None, "decimal-format"]),
    "BSN": ("111222333", {"type": "bsn"}, {}, ["111222333"]),
    "BSN without its leading nought": ("11122233", {"type": "bsn"}, {}, ["011122233"]),
    "BSN with dots": ("1112.22.333", {"type": "bsn"}, {}, ["111222333"]),
    "BSN too long": ("1112223334", {"type": "bsn"}, {}, [None, "bsn-format"]),
    "BSN with a letter": ("11122233x", {"type": "bsn"}, {}, [None, "bsn-format"]),
    "BSN in other digits": ("١١١٢٢٢٣٣٣", {"type": "bsn"}, {}, [None, "bsn-format"]),
    "postcode": ("1234 ab", {"type": "postcode"}, {}, ["1234AB"]),
    "house number": ("0012", {"type": "house_number"}, {}, ["12"]),
    "municipality code": ("363", {"type": "municipality"}, {}, ["0363"]),
    "municipality name": ("Amsterdam", {"type": "municipality"}, {}, ["Amsterdam"]),
    "sex in words": ("vrouw", {"type": "sex"}, {}, ["V"]),
    "sex as a number": ("1", {"type": "sex"}, {}, ["M"]),
    "sex, another value": ("x", {"type": "sex"}, {}, ["X"]),
    "identifier keeps its noughts": ("00123", {"type": "identifier"}, {}, ["00123"]),
    "text is trimmed": ("\u00a0 Jansen \t", {"type": "text"}, {}, ["Jansen"]),
    "declared null": ("onbekend", DATE, {"null": ["onbekend", "-"]}, [None]),
    "empty is null whatever is declared": ("", {"type": "text"}, {"null": ["-"]}, [None]),
    "null is another text": ("NULL", {"type": "text"}, {}, ["NULL"]),
}


@pytest.mark.parametrize(("cell", "column", "file", "becomes"), CELLS.values(), ids=CELLS)
def test_cell(tmp_path: Path, cell: str, column: dict[str, Any], file: dict[str, Any], becomes: list[Any]) -> None:
    assert values(tmp_path, cell, column, **file) == becomes


def test_an_empty_required_cell_sets_its_row_apart(tmp_path: Path) -> None:
    declared = source("key", {"name": "day", "type": "date", "role": "payload", "required": True})
    extract = read(tmp_path, "key,day\n1,1980-05-17\n2,\n3,no\n", declared)
    assert extract.table.rows() == [(1, "1", "1980-05-17")]
    assert extract.quarantine.entries.rows() == [
        (2, "day", "required", "row"),
        (3, "day", "date-format", "cell"),
        (3, "day", "required", "row"),
    ]


def test_dropped_columns_are_read_only_where_something_is_asked_of_them(tmp_path: Path) -> None:
    declared = source(
        "kept",
        {"name": "remark", "type": "freetext", "role": "drop"},
        {"name": "income", "type": "decimal", "role": "drop"},
        {"name": "number", "type": "identifier", "role": "drop", "required": True},
        derived=[{"name": "class", "origin": "income", "coarsen": "band", "edges": [10]}],
    )
    extract = read(tmp_path, "kept,remark,income,number\nx,secret,5,1\n", declared)
    assert extract.table.columns == ["row", "kept", "income", "number"]
    assert [column.name for column in declared.kept] == ["kept", "income"]
