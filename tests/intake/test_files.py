"""Whole files: those that are refused, and how rows are split."""

import json
from pathlib import Path
from typing import Any

import pytest

from declare import WrongInput
from intake import Source, read_extract
from intake.read.wrong_file import WrongFile
from tests.intake.sources import read, source

SPECTRUM = Path(__file__).parent / "data" / "csv_spectrum"
AB = source("a", "b")
WINDOWS = source("a", "b", file={"encoding": "windows-1252"})
UTF16 = source("a", "b", file={"encoding": "utf-16"})
LATIN = source("a", "b", file={"encoding": "iso-8859-1"})
UNQUOTED = source("a", "b", file={"quote": ""})
FIVE = source("bsn", "naam", "geboortedatum", "postcode", "plaats")

REFUSED = {  # source, content, what the message says
    "no bytes": (AB, b"", "is empty"),
    "only line ends": (AB, b"\r\n\r\n", "is empty"),
    "only a byte order mark": (AB, b"\xef\xbb\xbf", "is empty"),
    "header only": (AB, b"a,b\n", "a header and no rows"),
    "missing column": (AB, b"a\n1\n", "lacks columns: b"),
    "another source's file": (FIVE, b"bsn,naam,loon,kvk,sector\n1,2,3,4,5\n", "another source's file"),
    "no header": (FIVE, b"1,2,3,4,5\n", "has no header"),
    "wrong separator": (AB, b"a;b\n1;2\n", "another source's file"),
    "doubled column": (AB, b"a,b,a\n1,2,3\n", "stand in the header twice: a"),
    "undeclared column": (AB, b"a,b,c\n1,2,3\n", "not declared, at place 3"),
    "column in other case": (AB, b"a,B\n1,2\n", "lacks columns: b"),
    "byte that is not UTF-8": (AB, b"a,b\n1,2\n3,\xe9\n", "byte 10 (line 3)"),
    "UTF-16 declared as UTF-8": (AB, "a,b\n1,2\n".encode("utf-16"), "byte 0 (line 1)"),
    "UTF-8 declared as Windows-1252": (WINDOWS, "a,b\n1,é\n".encode(), "is written in UTF-8"),
    "byte that Windows-1252 has not": (WINDOWS, b"a,b\n1,\x81\n", "byte 6 (line 2)"),
    "Windows-1252 declared as ISO 8859-1": (
        LATIN,
        b"a,b\n1,\x93\n",
        "control character that stands in no text (line 2)",
    ),
    "UTF-16 without byte order mark": (UTF16, "a,b\n1,2\n".encode("utf-16-le"), "no byte order mark"),
    "UTF-16 cut in half": (UTF16, "a,b\n1,2\n".encode("utf-16")[:-1], "does not fit"),
    "a character lost earlier": (
        AB,
        "a,b\n1,\ufffd\n".encode(),
        "U+FFFD, the mark of a character lost earlier (line 2)",
    ),
    "NUL": (AB, b"a,b\n1,x\0\n", "holds a NUL (line 2)"),
    "quote never closed": (AB, b'a,b\n1,2\n3,"4\n5,6\n', "a quote in a place where none may stand (line 3)"),
    "quote at the end of a text": (AB, b'a,b\n1,19"\n5,6\n', "a quote in a place where none may stand (line 2)"),
    "text after a closing quote": (AB, b'a,b\n1,"2"x\n', "a quote in a place where none may stand (line 2)"),
    "quote inside quotes not doubled": (AB, b'a,b\n1,"2"x"3"\n', "a quote in a place where none may stand (line 2)"),
    "two stray quotes that swallow a row": (AB, b'a,b\n"1,2\n3,4\n"5,6\n', "a quote in a place where none may stand"),
}


@pytest.mark.parametrize(("declared", "content", "says"), REFUSED.values(), ids=REFUSED)
def test_refused(tmp_path: Path, declared: Source, content: bytes, says: str) -> None:
    with pytest.raises(WrongInput) as refusal:
        read(tmp_path, content, declared)
    assert says in refusal.value.message
    assert refusal.value.remedy
    assert refusal.value.exit_code == 2


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match="cannot be opened"):
        read_extract(AB, tmp_path / "nothing.csv")


READ = {  # source, content, values of a and b by row
    "plain": (AB, b"a,b\n1,2\n3,4\n", [("1", "2"), ("3", "4")]),
    "no line end at the end": (AB, b"a,b\n1,2", [("1", "2")]),
    "columns in another order": (AB, b"b,a\n2,1\n", [("1", "2")]),
    "spaces around names and values": (AB, b" a , b \n 1 ,\t2 \n", [("1", "2")]),
    "quoted header": (AB, b'"a","b"\n1,2\n', [("1", "2")]),
    "CRLF": (AB, b"a,b\r\n1,2\r\n3,4\r\n", [("1", "2"), ("3", "4")]),
    "CR only": (AB, b"a,b\r1,2\r3,4\r", [("1", "2"), ("3", "4")]),
    "empty lines between": (AB, b"\n\na,b\n\n1,2\n\n\n3,4\n\n", [("1", "2"), ("3", "4")]),
    "byte order mark": (AB, b"\xef\xbb\xbfa,b\n1,2\n", [("1", "2")]),
    "UTF-16": (UTF16, "a,b\n1,ë\n".encode("utf-16"), [("1", "ë")]),
    "UTF-16, other order": (UTF16, b"\xfe\xff" + "a,b\n1,ë\n".encode("utf-16-be"), [("1", "ë")]),
    "Windows-1252": (WINDOWS, "a,b\n1,é€\n".encode("cp1252"), [("1", "é€")]),
    "all ASCII in Windows-1252": (WINDOWS, b"a,b\n1,2\n", [("1", "2")]),
    "separator in quotes": (AB, b'a,b\n"1,1",2\n', [("1,1", "2")]),
    "doubled quotes": (AB, b'a,b\n"""1""","2""2"\n', [('"1"', '2"2')]),
    "quotes around nothing": (AB, b'a,b\n"",""\n1,2\n', [(None, None), ("1", "2")]),
    "quote amid text": (AB, b'a,b\n1,5"x pipe\n3,4\n', [("1", '5"x pipe'), ("3", "4")]),
    "file without quoting": (UNQUOTED, b'a,b\n"1,2"\n', [('"1', '2"')]),
    "a field of half a million characters": (AB, b"a,b\n1," + b"x" * 500_000 + b"\n", [("1", "x" * 500_000)]),
}


@pytest.mark.parametrize(("declared", "content", "rows"), READ.values(), ids=READ)
def test_read(tmp_path: Path, declared: Source, content: bytes, rows: list[tuple[str, str]]) -> None:
    extract = read(tmp_path, content, declared)
    assert extract.table.select("a", "b").rows() == rows
    assert extract.table.get_column("row").to_list() == list(range(1, len(rows) + 1))
    assert extract.rows_in == len(rows)
    assert extract.quarantine.entries.is_empty()


SET_APART = {  # content, rows kept, (row, column, rule) set apart
    "too few fields": (b"a,b\n1,2\n3\n5,6\n", [1, 3], [(2, None, "too-few-fields")]),
    "too many fields": (b"a,b\n1,2,9\n3,4\n", [2], [(1, None, "too-many-fields")]),
    "all of them": (b"a,b\n1\n2\n", [], [(1, None, "too-few-fields"), (2, None, "too-few-fields")]),
    "after a line break in quotes": (b'a,b\n"1\n1",2\n3\n', [], [(1, "a", "line-break"), (2, None, "too-few-fields")]),
    "empty lines do not count": (b"a,b\n\n1,2\n\n3\n", [1], [(2, None, "too-few-fields")]),
    "a line of spaces is a row": (b"a,b\n1,2\n  \n", [1], [(2, None, "too-few-fields")]),
}


@pytest.mark.parametrize(("content", "kept", "entries"), SET_APART.values(), ids=SET_APART)
def test_rows_set_apart(tmp_path: Path, content: bytes, kept: list[int], entries: list[tuple[int, str, str]]) -> None:
    extract = read(tmp_path, content, AB)
    assert extract.table.get_column("row").to_list() == kept
    assert extract.quarantine.entries.select("row", "column", "rule").rows() == entries
    assert extract.rows_in == len(kept) + len(extract.quarantine.rows)


def spectrum_source(content: bytes) -> Source:
    names = content.decode().splitlines()[0].split(",")
    # Free text may hold line breaks; as it can only be dropped, `checks` asks for it all the same.
    check = {"expectation": "expect_column_values_to_not_be_null", "severity": "warn"}
    return source(*({"name": name, "type": "freetext", "role": "drop", "checks": [check]} for name in names))


@pytest.mark.parametrize("name", sorted(path.stem for path in (SPECTRUM / "csvs").iterdir()))
def test_csv_spectrum(tmp_path: Path, name: str) -> None:
    content = (SPECTRUM / "csvs" / f"{name}.csv").read_bytes()
    expected = json.loads((SPECTRUM / "json" / f"{name}.json").read_text("utf-8"))
    if name == "location_coordinates":  # the published case lost its degree signs, and its JSON is about another row
        with pytest.raises(WrongInput, match="U\\+FFFD"):
            read(tmp_path, content, spectrum_source(content))
        content = content.replace(b"\xef\xbf\xbd", "°".encode())
        expected = [
            expected | {"Contact Phone Number": "2095257564", "Location Coordinates": "37°36'37.8\"N 121°2'17.9\"W"}
        ]
    extract = read(tmp_path, content, spectrum_source(content))
    wanted = [{key: value.strip() or None for key, value in record.items()} for record in expected]
    assert extract.table.drop("row").to_dicts() == wanted


SETTINGS = {  # kind and file that holds other columns, the setting to look at
    "csv": ({}, "x,y\n1,2\n", "`separator`"),
    "jsonl": ({"kind": "jsonl"}, '{"x": 1}\n', "`kind`"),
    "xml": ({"kind": "xml", "record": "r"}, "<t><r><x>1</x></r></t>", "`record`"),
}


@pytest.mark.parametrize(("file", "content", "setting"), SETTINGS.values(), ids=SETTINGS)
def test_another_file_is_told_by_the_setting_that_its_kind_has(
    tmp_path: Path, file: dict[str, Any], content: str, setting: str
) -> None:
    with pytest.raises(WrongFile, match="another source's file") as refusal:
        read(tmp_path, content, source("a", "b", file=file))
    assert refusal.value.remedy == f"Check which file belongs to which source, and {setting}."
