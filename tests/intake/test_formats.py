"""Every format says the same: tables round trip through all of them, and small files are read as they are declared."""

import io
import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake import Extract, Source
from tests.intake.made import gzipped, row, texts, workbook, zipped
from tests.intake.sources import read, source

BRP = Path(__file__).parent / "data" / "brp_tabellen"
DAY = {"name": "day", "type": "date", "role": "payload"}
AMOUNT = {"name": "amount", "type": "decimal", "role": "payload"}

Table = Sequence[tuple[str | None, str | None]]
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co", "Zs", "Zl", "Zp"])
WORD = st.text(LETTERS.filter(lambda letter: letter not in "\ufffdÃÂâ"), min_size=1, max_size=8)
ODD = ["=1+1", "@x", '"', "a;b", "a,b", "<b>&", "0012", "1e5", "NaN", "-"]
CELL = st.none() | WORD | st.sampled_from(ODD)
TABLE = st.lists(st.tuples(WORD, CELL), min_size=1, max_size=8)


def csv(table: Table) -> bytes:
    quoted = [[f'"{(cell or "").replace(chr(34), chr(34) * 2)}"' for cell in cells] for cells in [("a", "b"), *table]]
    return "\r\n".join(";".join(cells) for cells in quoted).encode("utf-16")


def fixed(table: Table) -> bytes:
    return "\n".join(f"{a or '':<8}{b or '':<8}" for a, b in table).encode()


def jsonl(table: Table) -> bytes:
    return "\n".join(json.dumps({"a": a, "b": b}) for a, b in table).encode()


def xml(table: Table) -> bytes:
    rows = [f"<r><a>{escape(a or '')}</a><b>{escape(b or '')}</b></r>" for a, b in table]
    return f"<rs>{''.join(rows)}</rs>".encode("utf-16-le")


def excel(table: Table) -> bytes:
    book = openpyxl.Workbook()
    for place, cells in enumerate([("a", "b"), *table], start=1):
        for letter, text in zip("AB", cells, strict=True):
            book.active[f"{letter}{place}"].value = text
            book.active[f"{letter}{place}"].data_type = "s"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def parquet(table: Table) -> bytes:
    content = io.BytesIO()
    pl.DataFrame(table, schema={"a": pl.String, "b": pl.String}, orient="row").write_parquet(content)
    return content.getvalue()


PLACED = [
    {"name": name, "type": "text", "role": "payload", "start": start, "width": 8}
    for name, start in (("a", 1), ("b", 9))
]
FORMATS: dict[str, tuple[Callable[[Table], bytes], Source]] = {
    "CSV": (csv, source("a", "b", file={"encoding": "utf-16", "separator": ";"})),
    "fixed width": (fixed, source(*PLACED, file={"kind": "fixed"})),
    "JSON lines": (jsonl, source("a", "b", file={"kind": "jsonl"})),
    "XML": (xml, source("a", "b", file={"kind": "xml", "record": "r", "encoding": "utf-16-le"})),
    "Excel": (excel, source("a", "b", file={"kind": "excel"})),
    "Parquet": (parquet, source("a", "b", file={"kind": "parquet"})),
}
PACKINGS: dict[str | None, Callable[[bytes], bytes]] = {
    None: lambda content: content,
    "gzip": gzipped,
    "zip": lambda content: zipped({"folder/": b"", "folder/levering": content}),
}


def packed(declared: Source, packing: str | None) -> Source:
    file = declared.file.model_dump(exclude_unset=True) | ({"packing": packing} if packing else {})
    return Source.model_validate(declared.model_dump(exclude_unset=True) | {"file": file})


@pytest.mark.parametrize(("write", "declared"), FORMATS.values(), ids=FORMATS)
@settings(deadline=None, max_examples=16)
@given(table=TABLE, packing=st.sampled_from(list(PACKINGS)), block=st.sampled_from([64, 2**20]))
def test_a_table_comes_back(
    write: Callable[[Table], bytes], declared: Source, table: Table, packing: str | None, block: int
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("intake.read.BLOCK", block)
        extract = read(Path(folder), PACKINGS[packing](write(table)), packed(declared, packing))
    assert extract.quarantine.entries.is_empty()
    assert extract.table.select("a", "b").rows() == table
    assert extract.table.get_column("row").to_list() == list(range(1, len(table) + 1))


TYPED: dict[str, tuple[bytes, dict[str, Any]]] = {  # each holds 17 May 1980 with 1234.5, then two empty cells
    "JSON lines": (b'{"day":"17-05-1980","amount":1.2345e3}\n{"day":null,"amount":""}\n', {"kind": "jsonl"}),
    "XML": (
        b'<?xml version="1.0" encoding="UTF-8"?><x:l xmlns:x="urn:x"><!-- --><x:r day="17-05-1980"><x:amount>'
        b"<![CDATA[1234]]>,5</x:amount></x:r><x:r><x:amount/></x:r></x:l>",
        {"kind": "xml", "record": "r"},
    ),
    "Excel": (
        workbook(texts("day", "amount") + row('<c s="1"><v>29358</v></c>', "<c><v>1234.5</v></c>") + "<row/>"
                 + row('<c r="C7" t="s"><v>0</v></c>') * 0 + row('<c t="inlineStr"><is><t> </t></is></c>')),
        {"kind": "excel"},
    ),
    "Excel, counting from 1904": (
        workbook(texts("day", "amount") + row('<c s="1"><v>27896</v></c>', "<c><v>1234.5</v></c>") + texts(" ", " "),
                 book='<workbookPr date1904="1"/>'),
        {"kind": "excel"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "file"), TYPED.values(), ids=TYPED)
def test_typed_values_are_read_as_declared(tmp_path: Path, content: bytes, file: dict[str, Any]) -> None:
    extract = read(tmp_path, content, source(DAY, AMOUNT, file={"date": "%d-%m-%Y", "decimal": ",", **file}))
    assert extract.table.rows() == [(1, "1980-05-17", 1234.5), (2, None, None)]
    assert extract.quarantine.entries.is_empty()


NOON = pl.Series([date(1980, 5, 17)]).cast(pl.Datetime).dt.offset_by("12h")
ARROW: dict[str, tuple[pl.Series, str, list[Any], list[str]]] = {  # values, type, what is read, rules
    "days": (pl.Series([date(1980, 5, 17), None]), "date", ["1980-05-17", None], []),
    "midnights": (pl.Series([date(1980, 5, 17)]).cast(pl.Datetime), "date", ["1980-05-17"], []),
    "a time of day": (
        pl.Series([date(1980, 5, 17)]).cast(pl.Datetime).dt.offset_by("3h"),
        "date",
        [None],
        ["date-format"],
    ),
    "days in a text column": (pl.Series([date(1980, 5, 17)]), "text", [None], ["unexpected-date"]),
    "fractions": (pl.Series([0.1, 5.0, 1e22, None]), "decimal", [0.1, 5.0, 1e22, None], []),
    "no numbers": (pl.Series([float("nan"), float("inf")]), "decimal", [None, None], ["not-a-number"] * 2),
    "whole numbers": (pl.Series([12345678, -1], dtype=pl.Int64), "bsn", ["012345678", None], ["bsn-format"]),
    "a key written as a fraction": (pl.Series([123456782.0]), "bsn", ["123456782"], []),
    "exact fractions": (pl.Series(["1.50"]).str.to_decimal(scale=2), "decimal", [1.5], []),
    "truth values": (pl.Series([True, False, None]), "category", ["true", "false", None], []),
    "categories": (pl.Series(["x", "y", "x"], dtype=pl.Categorical), "text", ["x", "y", "x"], []),
    "nothing": (pl.Series([None, None]), "text", [None, None], []),
}


@pytest.mark.parametrize(("values", "kind", "becomes", "rules"), ARROW.values(), ids=ARROW)
def test_columns_of_parquet(tmp_path: Path, values: pl.Series, kind: str, becomes: list[Any], rules: list[str]) -> None:
    content = io.BytesIO()
    values.alias("value").to_frame().write_parquet(content)
    declared = source({"name": "value", "type": kind, "role": "payload"}, file={"kind": "parquet"})
    extract = read(tmp_path, content.getvalue(), declared)
    assert extract.table.get_column("value").to_list() == becomes
    assert extract.quarantine.entries.get_column("rule").to_list() == rules


EXCEL: dict[str, tuple[str, str, list[Any]]] = {  # cell, type, what it becomes and the rules that name it
    "a day": ('<c s="1"><v>29358</v></c>', "date", ["1980-05-17"]),
    "1 January 1900": ('<c s="1"><v>1</v></c>', "date", ["1900-01-01"]),
    "28 February 1900": ('<c s="1"><v>59</v></c>', "date", ["1900-02-28"]),
    "29 February 1900, that never was": ('<c s="1"><v>60</v></c>', "date", [None, "date-format"]),
    "1 March 1900": ('<c s="1"><v>61</v></c>', "date", ["1900-03-01"]),
    "day nought": ('<c s="1"><v>0</v></c>', "date", [None, "date-format"]),
    "a day before all days": ('<c s="1"><v>-5</v></c>', "date", [None, "date-format"]),
    "the last day": ('<c s="1"><v>2958465</v></c>', "date", ["9999-12-31"]),
    "a day after the last": ('<c s="1"><v>2958466</v></c>', "date", [None, "date-format"]),
    "a day with a time": ('<c s="1"><v>29358.5</v></c>', "date", [None, "date-format"]),
    "a day's number without its format": ("<c><v>29358</v></c>", "date", [None, "date-format"]),
    "a house number that became a day": ('<c s="1"><v>29358</v></c>', "house_number", [None, "unexpected-date"]),
    "a number as text": ('<c t="inlineStr"><is><t>0012</t></is></c>', "identifier", ["0012"]),
    "a key as a number": ("<c><v>12345678</v></c>", "bsn", ["012345678"]),
    "a key as a power": ("<c><v>1.23456782E8</v></c>", "bsn", ["123456782"]),
    "seventeen digits of a tenth": ("<c><v>0.10000000000000001</v></c>", "text", ["0.1"]),
    "a format that only looks like one of days": ('<c s="2"><v>5</v></c>', "integer", [5]),
    "a formula": ("<c><f>1+1</f><v>2</v></c>", "integer", [None, "formula"]),
    "a formula without a value": ("<c><f>1+1</f></c>", "integer", [None, "formula"]),
    "a text that looks like a formula": ('<c t="inlineStr"><is><t>=1+1</t></is></c>', "text", ["=1+1"]),
    "an error": ('<c t="e"><v>#N/A</v></c>', "text", [None, "error-value"]),
    "a truth value": ('<c t="b"><v>1</v></c>', "category", ["true"]),
    "a shared text": ('<c t="s"><v>0</v></c>', "text", ["gedeeld"]),
    "a shared text that is not there": ('<c t="s"><v>7</v></c>', "text", [None, "error-value"]),
    "a number that is none": ("<c><v>0x12</v></c>", "text", [None, "error-value"]),
    "a number beyond all bounds": ("<c><v>1E999</v></c>", "decimal", [None, "not-a-number"]),
    "an escaped letter": ('<c t="inlineStr"><is><t>_x0041_</t></is></c>', "text", ["A"]),
    "half a character": ('<c t="inlineStr"><is><t>_xD800_</t></is></c>', "text", [None, "error-value"]),
    "a NUL": ('<c t="inlineStr"><is><t>_x0000_</t></is></c>', "text", [None, "text-format"]),
}


@pytest.mark.parametrize(("cell", "kind", "becomes"), EXCEL.values(), ids=EXCEL)
def test_cells_of_excel(tmp_path: Path, cell: str, kind: str, becomes: list[Any]) -> None:
    shared = "<si><r><t>ge</t></r><r><t>deeld</t></r><rPh><t>x</t></rPh></si>"
    styles = '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/>'
    content = workbook(texts("key", "value") + row("<c><v>1</v></c>", cell), texts=shared, styles=styles)
    declared = source("key", {"name": "value", "type": kind, "role": "payload"}, file={"kind": "excel"})
    extract = read(tmp_path, content, declared)
    assert [*extract.table["value"], *extract.quarantine.entries["rule"]] == becomes


def test_the_workbook_of_another_program_is_read_as_that_program_meant_it(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    written = [("x", date(1980, 5, 17), 1.5), ("é", date(2026, 11, 22), 1e16), (None, None, -3)]
    for cells in [("a", "day", "amount"), *written]:
        book.active.append(cells)
    book.save(tmp_path / "book.xlsx")
    extract = read(tmp_path, (tmp_path / "book.xlsx").read_bytes(), source("a", DAY, AMOUNT, file={"kind": "excel"}))
    assert extract.table.drop("row").rows() == [(a, day and day.isoformat(), amount) for a, day, amount in written]


@pytest.mark.parametrize("table", sorted(path.name for path in BRP.glob("*.csv")))
def test_national_tables_are_read_as_published(tmp_path: Path, table: str) -> None:
    content = (BRP / table).read_bytes()
    lines = content.decode("utf-16").splitlines()
    names = [name.strip('" ') for name in lines[0].split('","')]
    extract: Extract = read(tmp_path, content, source(*names, file={"encoding": "utf-16"}))
    assert extract.rows_in == extract.table.height == len(lines) - 1
    codes = [line.split('","')[0].strip('"') for line in lines[1:]]
    assert extract.table[names[0]].to_list() == codes


def test_a_file_without_header_has_its_columns_in_the_order_declared(tmp_path: Path) -> None:
    for content, kind in ((b"1,2\n3,4\n", "csv"), (workbook(texts("1", "2") + texts("3", "4")), "excel")):
        extract = read(tmp_path, content, source("a", "b", file={"kind": kind, "header": False}))
        assert extract.table.rows() == [(1, "1", "2"), (2, "3", "4")]
