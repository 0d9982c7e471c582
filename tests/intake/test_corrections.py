"""Rows that lost something go back to their supplier as delivered, and come again corrected."""

import csv
import gzip
import io
import json
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake import Source
from intake.corrections import csv_of, delivered_rows, read_corrections, written
from intake.read import read_extract
from intake.read.wrong_file import WrongFile
from tests.intake.sources import source

PEOPLE = source(
    {"name": "name", "type": "surname", "role": "identify", "field": "name", "required": True},
    {"name": "born", "type": "date", "role": "identify", "field": "born"},
    {"name": "income", "type": "decimal", "role": "payload"},
    {"name": "remark", "type": "freetext", "role": "drop"},
    file={"separator": ";", "decimal": ",", "date": "%d-%m-%Y", "encoding": "cp1252"},
)
FILE = '''name;born;income;remark
Jansen;01-02-1980;12,5;
;01-02-1980;-7,25;"=1+1; ""so"""
Pietersen;31-02-1980;8;x
too;few
Bär;03-04-1990;-7,25;café
'''
DIGEST = "a" * 64


def rows_of(file: Path, declared: Source, numbers: Iterable[int]) -> list[dict[str, str]]:
    """As a steward reads them."""
    extract = read_extract(declared, file)
    wanted = pl.Series(numbers, dtype=pl.UInt32)
    tables = delivered_rows(declared, file, wanted, delivery=extract.delivery)
    return list(csv.DictReader(io.StringIO(b"".join(written(tables, declared, ())).decode())))


@pytest.fixture
def delivered(tmp_path: Path) -> Path:
    path = tmp_path / "delivery.csv"
    path.write_bytes(FILE.encode("cp1252"))
    return path


def test_rows_that_lost_something_are_those_set_apart_and_those_with_an_emptied_cell(delivered: Path) -> None:
    assert read_extract(PEOPLE, delivered).quarantine.correctable.to_list() == [2, 3, 4]


def test_they_go_back_as_delivered_with_columns_that_no_extract_holds(delivered: Path) -> None:
    assert rows_of(delivered, PEOPLE, [2, 3, 4]) == [
        {"row": "2", "name": "", "born": "01-02-1980", "income": "'-7,25", "remark": '\'=1+1; "so"'},
        {"row": "3", "name": "Pietersen", "born": "31-02-1980", "income": "8", "remark": "x"},
        {"row": "4", "name": "", "born": "", "income": "", "remark": ""},
    ]


def test_a_file_that_changed_meanwhile_gives_nothing_away_as_its_own(delivered: Path) -> None:
    extract = read_extract(PEOPLE, delivered)
    delivered.write_bytes(delivered.read_bytes().replace(b"Jansen", b"Pieter"))
    with pytest.raises(WrongFile, match="changed after it was checked"):
        list(delivered_rows(PEOPLE, delivered, pl.Series([2], dtype=pl.UInt32), delivery=extract.delivery))


def corrected(folder: Path, text: str, declared: Source = PEOPLE) -> Path:
    path = folder / "rows.csv"
    path.write_bytes(text.encode())
    return path


READ = {  # file → row, name, born, income of the rows kept
    "with the reasons": (
        "row,name,born,income,remark,reden,reason\n"
        "3,Pietersen,28-02-1980,8,x,a,b\n2,Bakker,01-02-1980,\"'-7,25\",,,\n",
        [(3, "Pietersen", "1980-02-28", 8.0), (2, "Bakker", "1980-02-01", -7.25)],
    ),
    "without them": ("row,name,born,income,remark\n4,Vries,,,\n", [(4, "Vries", None, None)]),
    "with another order of columns and a byte order mark": (
        "\ufeffname,row,income,remark,born\nVries,4,\"1.000,5\",,\n", [(4, "Vries", None, 1000.5)],
    ),
    "a number nobody guarded": ('row,name,born,income,remark\n4,Vries,,"-1,5",\n', [(4, "Vries", None, -1.5)]),
    "still without a name": ("row,name,born,income,remark\n4,,,,\n7,Bos,,,\n", [(7, "Bos", None, None)]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "kept"), READ.values(), ids=READ)
def test_corrected_rows_are_read_as_the_source_writes_them(text: str, kept: list[object], tmp_path: Path) -> None:
    extract = read_corrections(PEOPLE, corrected(tmp_path, text), DIGEST)
    assert extract.table.select("row", "name", "born", "income").rows() == kept
    assert (extract.supplements, extract.rows_in) == (DIGEST, text.strip().count("\n"))


WRONG = {
    "no row column": ("name,born,income,remark\nVries,,,\n", "lacks columns: row"),
    "an edited header": ("row,name,born,salary,remark\n4,Vries,,,\n", "lacks columns: income"),
    "a column more": ("row,name,born,income,remark,note\n4,Vries,,,,\n", "not declared, at place 6"),
    "semicolons": ("row;name;born;income;remark\n4;Vries;;;\n", "lacks row, name"),
    "a row twice": ("row,name,born,income,remark\n4,Vries,,,\n4,Bos,,,\n", "has row 4 more than once"),
    "no number": ("row,name,born,income,remark\n4,Vries,,,\n,Bos,,,\n", "no row number in its row 2"),
    "row nought": ("row,name,born,income,remark\n0,Vries,,,\n", "no row number in its row 1"),
    "a number with a fraction": ("row,name,born,income,remark\n4.0,Vries,,,\n", "no row number in its row 1"),
    "a number beyond all": (f"row,name,born,income,remark\n{2**32},Vries,,,\n", "no row number in its row 1"),
    "too few fields": ("row,name,born,income,remark\n4,Vries\n", "too few or too many fields in its row 1"),
    "no rows": ("row,name,born,income,remark\n", "a header and no rows"),
    "nothing": ("", "is empty"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_a_file_of_corrections_that_is_none_is_refused_whole(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match=message) as refused:
        read_corrections(PEOPLE, corrected(tmp_path, text), DIGEST)
    assert "Vries" not in str(refused.value)


def parquet(rows: pl.DataFrame) -> bytes:
    made = io.BytesIO()
    rows.with_columns(pl.col("born").str.to_date(), pl.col("income").cast(pl.Float64)).write_parquet(made)
    return made.getvalue()


def jsonl(rows: pl.DataFrame) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows.to_dicts()).encode()


def xml(rows: pl.DataFrame) -> bytes:
    cells = ["".join(f"<{name}>{text or ''}</{name}>" for name, text in row.items()) for row in rows.to_dicts()]
    return f"<all>{''.join(f'<one>{each}</one>' for each in cells)}</all>".encode()


def fixed(rows: pl.DataFrame) -> bytes:
    return "".join("".join((text or "").ljust(12) for text in row) + "\n" for row in rows.rows()).encode()


FORMATS = {
    "parquet": (parquet, {}),
    "jsonl": (jsonl, {}),
    "xml": (xml, {"record": "one"}),
    "fixed": (fixed, {}),
}


@pytest.mark.parametrize("kind", FORMATS)
def test_whatever_the_format_the_rows_go_back_in_one_form(tmp_path: Path, kind: str) -> None:
    """Values of a format that knows types are written as the source declares; packed files are unpacked."""
    write, more = FORMATS[kind]
    rows = pl.DataFrame({"name": ["Bos", None], "born": ["1980-02-01", "1990-04-03"], "income": ["1.5", "-7.25"]})
    columns = [
        {"name": "name", "type": "surname", "role": "identify", "field": "name", "required": True},
        {"name": "born", "type": "date", "role": "drop"},
        {"name": "income", "type": "decimal", "role": "payload"},
    ]
    places = [{"start": 12 * place + 1, "width": 12} if kind == "fixed" else {} for place in range(3)]
    declared = source(
        *(column | place for column, place in zip(columns, places, strict=True)),
        file={"kind": kind, "packing": "gzip"} | more,
    )
    path = tmp_path / "delivery"
    path.write_bytes(gzip.compress(write(rows)))
    (row,) = rows_of(path, declared, [2])
    assert {name: text.strip() for name, text in row.items()} == {
        "row": "2", "name": "", "born": "1990-04-03", "income": "'-7.25",
    }  # fmt: skip
    again = read_corrections(declared, corrected(tmp_path, "row,name,born,income\n2,Bos,,'-7.25\n"), DIGEST)
    assert again.table.rows() == [(2, "Bos", -7.25)]


CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), include_characters="\t\n="), max_size=9
) | st.from_regex(r"\A'{0,3}[=+@-][a-z]{0,3}\Z")


@settings(deadline=None)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=5))
def test_whatever_stands_in_a_cell_comes_back_as_it_was(cells: list[tuple[str, str]]) -> None:
    """And no field begins as a formula does."""
    declared = source({"name": "a", "type": "freetext", "role": "payload", "freetext": "mask"}, "b")
    table = pl.DataFrame(
        {"row": range(1, len(cells) + 1), "a": [a for a, _ in cells], "b": [b for _, b in cells]},
        schema_overrides={"row": pl.UInt32},
    )
    text = b"".join(written([table], declared, ())).decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert [(unguarded(a), unguarded(b)) for _, a, b in rows] == cells
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for row in rows for cell in row)


def unguarded(cell: str) -> str:
    """The slow twin: an apostrophe falls away where, behind all of them, a formula would begin."""
    signs = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(signs) else cell


def test_a_header_with_a_name_of_ours_keeps_both() -> None:
    declared = source("reason", "reden_")
    table = pl.DataFrame({"row": [1], "reason": ["a"], "reden_": ["b"], "why": ["c"]})
    header, line = b"".join(written([table], declared, ("why",))).decode().splitlines()
    assert header == '"row","reason","reden_","why"' and line == '"1","a","b","c"'
    taken = b"".join(written([], declared, ("reden", "reason"))).decode()
    assert taken == '"row","reason","reden_","reden__","reason__"\n'


def test_numbers_stay_numbers() -> None:
    assert csv_of(pl.DataFrame({"row": [1], "text": ["-1"]})) == b'"1","\'-1"\n'
