"""Broken files: each is refused by name or its rows are counted; nothing crashes, is lost, invented or shown."""

import io
import struct
import traceback
import zipfile
import zlib
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from declare import WrongInput
from intake import Source
from intake.quarantine import CELL_RULES, ROW_RULES
from tests.intake.made import gzipped, row, texts, workbook, zipped
from tests.intake.sources import read, source

CANARY = "Kanarievogel"
A = [{"name": "a", "type": "text", "role": "payload"}, {"name": "day", "type": "date", "role": "payload"}]
PLACED = [A[0] | {"start": 1, "width": 12}, A[1] | {"start": 14, "width": 10}]
GOOD = f"a,day\n{CANARY},1980-05-17\n".encode()
ARCHIVE = zipped({"levering.csv": GOOD})
SHEET = texts("a", "day") + texts(CANARY, "1980-05-17")


def csv(**file: Any) -> Source:
    return source(*A, file=file)


def fixed(**file: Any) -> Source:
    return source(*PLACED, file={"kind": "fixed", "date": "%Y-%m-%d", **file})


def jsonl(**file: Any) -> Source:
    return source(*A, file={"kind": "jsonl", **file})


def xml(**file: Any) -> Source:
    return source(*A, file={"kind": "xml", "record": "r", **file})


def excel(**file: Any) -> Source:
    return source(*A, file={"kind": "excel", **file})


def parquet(**file: Any) -> Source:
    return source(*A, file={"kind": "parquet", **file})


def table(**columns: Any) -> bytes:
    content = io.BytesIO()
    pl.DataFrame(columns).write_parquet(content)
    return content.getvalue()


def changed(content: bytes, place: int, byte: int = 0xFF) -> bytes:
    return content[:place] + bytes([content[place] ^ byte]) + content[place + 1 :]


def encrypted(archive: bytes) -> bytes:
    """The flag that says so, in both places."""
    local, central = 6, archive.index(b"PK\1\2") + 8
    return changed(changed(archive, local, 1), central, 1)


def twice() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("levering.csv", GOOD)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("levering.csv", GOOD)
    return packed.getvalue()


def bomb() -> bytes:
    """What no register does: rows that shrink to a thousandth."""
    return gzipped(b"a,day\n" + b"x,1980-05-17\n" * 100_000)


def lies_about_its_size() -> bytes:
    """The directory says the member is shorter than it is."""
    central = ARCHIVE.index(b"PK\1\2") + 24
    return ARCHIVE[:central] + struct.pack("<L", len(GOOD) - 5) + ARCHIVE[central + 4 :]


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><l><r a="&c;"/></l>'
)
OUTSIDE = b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/hostname">]><l><r><a>&x;</a></r></l>'
MANY = b"<l>" + b"<x>" * 100_000 + CANARY.encode() + b"</x>" * 100_000 + b"</l>"
SECRET = f"<l><r><a>{CANARY}</a><day>1980-05-17</day></r></l>".encode()

REFUSED: dict[str, tuple[Source, bytes, str]] = {  # source, content, what the message says
    "CSV where workbooks are declared": (excel(), GOOD, "is no whole Excel workbook"),
    "a workbook where CSV is declared": (csv(), workbook(SHEET), "does not fit"),
    "a workbook of before 2007": (excel(), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "of before 2007"),
    "gzip where none is declared": (csv(), gzipped(GOOD), "byte 1 "),
    "gzip declared and not there": (csv(packing="gzip"), GOOD, "is no whole gzip file"),
    "gzip cut short": (csv(packing="gzip"), gzipped(GOOD)[:-9], "is no whole gzip file"),
    "gzip without its checksum": (csv(packing="gzip"), gzipped(GOOD)[:-8], "is no whole gzip file"),
    "gzip with a wrong checksum": (csv(packing="gzip"), changed(gzipped(GOOD), -6), "is no whole gzip file"),
    "gzip with something after it": (csv(packing="gzip"), gzipped(GOOD) + b"more", "is no whole gzip file"),
    "gzip of nothing": (csv(packing="gzip"), gzipped(b""), "is empty"),
    "gzip that is empty": (csv(packing="gzip"), b"", "is no whole gzip file"),
    "gzip of noughts without end": (csv(packing="gzip"), gzipped(b"a,day\n" + b"\0" * 20_000), "holds a NUL (line 2)"),
    "gzip that grows a thousandfold": (csv(packing="gzip"), bomb(), "more than 200 times its size"),
    "ZIP declared and not there": (csv(packing="zip"), GOOD, "is no whole ZIP archive"),
    "ZIP cut short": (csv(packing="zip"), ARCHIVE[:-30], "is no whole ZIP archive"),
    "ZIP without its head": (csv(packing="zip"), ARCHIVE[20:], "is no whole ZIP archive"),
    "ZIP with a changed byte": (csv(packing="zip"), changed(ARCHIVE, 50), "is no whole ZIP archive"),
    "ZIP that lies about a size": (csv(packing="zip"), lies_about_its_size(), "is no whole ZIP archive"),
    "ZIP with a password": (csv(packing="zip"), encrypted(ARCHIVE), "is encrypted with a password"),
    "ZIP packed another way": (csv(packing="zip"), zipped({"a": GOOD}, zipfile.ZIP_BZIP2), "not read here"),
    "ZIP of nothing": (csv(packing="zip"), zipped({}), "holds 0 files"),
    "ZIP of folders": (csv(packing="zip"), zipped({"a/": b"", "b/": b""}), "holds 0 files"),
    "ZIP of several files": (csv(packing="zip"), zipped({CANARY: GOOD, "b.csv": GOOD}), "holds 2 files"),
    "ZIP without the declared file": (csv(packing="zip", member="b.csv"), ARCHIVE, "lacks the declared member"),
    "ZIP with one name twice": (csv(packing="zip"), twice(), "two members of one name"),
    "ZIP with a path out of it": (csv(packing="zip"), zipped({"../../levering.csv": GOOD}), "leads out of it"),
    "ZIP with a path from the root": (csv(packing="zip"), zipped({"/etc/cron.d/x": GOOD}), "leads out of it"),
    "ZIP with a path of another system": (csv(packing="zip"), zipped({"..\\x": GOOD}), "leads out of it"),
    "ZIP in gzip": (csv(packing="gzip"), gzipped(ARCHIVE), "does not fit"),
    "a ZIP bomb of one sheet": (excel(), workbook("<row/>" * 300_000), "more than 200 times its size"),
    "XML with laughs by the billion": (xml(), LAUGHS, "document type declaration"),
    "XML with a file from elsewhere": (xml(), OUTSIDE, "document type declaration"),
    "XML with an undeclared entity": (xml(), b"<l><r><a>&x;</a></r></l>", "not well-formed XML (line 1)"),
    "XML cut short": (xml(), SECRET[:-4], "not well-formed XML (line 1)"),
    "XML with two roots": (xml(), SECRET + SECRET, "not well-formed XML (line 1)"),
    "XML with a character that may not be": (xml(), SECRET.replace(b"1980", b"19\x0180"), "not well-formed XML"),
    "XML with a NUL": (xml(), SECRET.replace(b"1980", b"19\x0080"), "holds a NUL"),
    "XML in another encoding than declared": (xml(), f"<l>{CANARY}é</l>".encode("latin-1"), "does not fit"),
    "XML that says another encoding": (xml(), b'<?xml version="1.0" encoding="latin1"?>' + SECRET, "another encoding"),
    "XML that says no encoding at all": (xml(), b'<?xml version="1.0" encoding="x-y"?>' + SECRET, "another encoding"),
    "XML without a record": (xml(), MANY, "no element of the declared name"),
    "XML of another source": (xml(), b"<l><r><x>1</x></r></l>", "looks like another source's file"),
    "XML in which no record has a column": (xml(), b"<l><r><a>1</a></r></l>", "lacks columns: day"),
    "an empty XML file": (xml(), b"", "not well-formed XML (line 1)"),
    "JSON lines of another source": (jsonl(), b'{"x":1}\n', "looks like another source's file"),
    "JSON lines in which none has a column": (jsonl(), b'{"a":"1"}\n{"a":"2"}\n', "lacks columns: day"),
    "one JSON array instead of lines": (jsonl(), b'[\n{"a":1,"day":""},\n{"a":2}\n]\n', "lacks columns: day"),
    "JSON lines in another encoding": (jsonl(), '{"a":"é"}'.encode("latin-1"), "does not fit"),
    "JSON lines that are empty": (jsonl(), b"\n\n", "lacks a, day"),
    "fixed width without a line": (fixed(), b"\n\r\n", "holds no rows"),
    "a workbook with two sheets": (excel(), workbook(SHEET, sheets=["x", CANARY]), "holds 2 sheets"),
    "a workbook without the declared sheet": (excel(sheet="b"), workbook(SHEET), "lacks the declared sheet"),
    "a workbook with merged cells": (
        excel(), workbook(SHEET, after='<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'), "has merged cells",
    ),
    "a workbook with a title above its header": (excel(), workbook(texts(CANARY) + SHEET), "another source's file"),
    "a workbook with a header twice": (excel(), workbook(texts("a", "day", "a")), "stand in the header twice: a"),
    "a workbook with a column too many": (excel(), workbook(texts("a", "day", CANARY)), "not declared, at place 3"),
    "a workbook with a header only": (excel(), workbook(texts("a", "day")), "holds no rows"),
    "a workbook without a row": (excel(), workbook(""), "is empty"),
    "a workbook of broken XML": (excel(), workbook("<row>"), "not well-formed Excel"),
    "a workbook with entities": (excel(), workbook("", parts={"xl/styles.xml": LAUGHS}), "document type declaration"),
    "a workbook without its sheet": (excel(), zipped({"_rels/.rels": "<x/>"}), "is no whole Excel workbook"),
    "a workbook without a list of parts": (excel(), zipped({"x": "y"}), "is no whole Excel workbook"),
    "a workbook cut short": (excel(), workbook(SHEET)[:-40], "is no whole Excel workbook"),
    "Parquet cut short": (parquet(), table(a=[CANARY], day=["x"])[:-3], "is no whole Parquet file"),
    "Parquet without its middle": (parquet(), b"PAR1" + table(a=[CANARY], day=["x"])[40:], "is no whole Parquet file"),
    "Parquet declared and CSV there": (parquet(), GOOD, "is no whole Parquet file"),
    "Parquet that lacks a column": (parquet(), table(a=[CANARY]), "lacks columns: day"),
    "Parquet with an undeclared column": (parquet(), table(a=["1"], day=["2"], x=[CANARY]), "not declared, at place 3"),
    "Parquet with lists": (parquet(), table(a=[[CANARY]], day=["2"]), "days nor truth values: a"),
    "Parquet with bytes": (parquet(), table(a=[b"\xff"], day=["2"]), "days nor truth values: a"),
    "Parquet without a row": (parquet(), table(a=[], day=[]), "holds no rows"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("intake.read.content.FREE", 2**16)  # so that a bomb may be small
    declared, content, says = REFUSED[name]
    with pytest.raises(WrongInput) as refusal:
        read(tmp_path, content, declared)
    assert says in refusal.value.message
    assert refusal.value.remedy
    assert CANARY not in "".join(traceback.format_exception(refusal.value)) + refusal.value.remedy
    assert refusal.value.__context__ is None


DEEP = f'{{"a":{"[" * 100_000}'
COUNTED: dict[str, tuple[Source, bytes, list[int], dict[str, list[int]]]] = {  # rows kept whole, rows by rule
    "a day that does not exist": (csv(), b"a,day\nx,1980-02-31\nx,1980-02-28\n", [2], {"date-format": [1]}),
    "month and day the other way": (csv(), b"a,day\nx,1980-17-05\nx,1980-05-17\n", [2], {"date-format": [1]}),
    "ragged rows": (
        csv(), b"a,day\nx\nx,1980-05-17,,\n,\n", [3], {"too-few-fields": [1], "too-many-fields": [2]},
    ),
    "quotes across lines": (csv(), b'a,day\n"x\ny",1980-05-17\nz,\n', [2], {"line-break": [1]}),
    "control characters": (csv(), b"a,day\nx\x01,\ny,\n", [2], {"text-format": [1]}),
    "formulas are text": (csv(), b'a,day\n"=HYPERLINK(""http://x"")",\n@SUM(A1),\n+1,\n-1,\n', [1, 2, 3, 4], {}),
    "a cell of a million characters": (csv(), b"a,day\n" + b"x" * 10**6 + b",\n", [1], {}),
    "two encodings in one file": (
        csv(encoding="cp1252"), b"a,day\nJos\xe9,\nJos\xc3\xa9,\nRen\xc3\xab,\n", [1], {"decoded-wrongly": [2, 3]},
    ),
    "text decoded wrongly before": (csv(), "a,day\nJosÃ©,\nJosé,\nâ€œx,\n".encode(), [2], {"decoded-wrongly": [1, 3]}),
    "lines too short and too long": (
        fixed(), f"{CANARY} 1980-05-17\n{CANARY} 1980\n{CANARY}  1980-05-17\n".encode(), [1],
        {"line-too-short": [2], "line-too-long": [3]},
    ),
    "a letter of two bytes is one character": (
        fixed(), "Kanarievogél 1980-05-17\r".encode(), [1], {},
    ),
    "lines that are no JSON": (
        jsonl(), f'{{"a":"x","day":null}}\n{CANARY}\n{{"a":"{CANARY}\n{DEEP}\n[1]\n1\n{{"a":NaN}}\n'.encode(), [1],
        {"not-a-json-object": [2, 3, 4, 5, 6, 7]},
    ),
    "half a character in JSON": (
        jsonl(), b'{"a":"\\ud800"}\n{"a":"\\u00e9","day":""}', [2], {"not-a-json-object": [1]},
    ),
    "a NUL in JSON": (jsonl(), b'{"a":"x\\u0000","day":""}\n{"a":"y"}', [2], {"text-format": [1]}),
    "keys twice and keys unknown": (
        jsonl(), b'{"a":1,"a":2}\n{"a":1,"day":null,"x":3}\n{"day":"1980-05-17"}', [3],
        {"doubled-column": [1], "undeclared-column": [2]},
    ),
    "JSON in JSON": (jsonl(), b'{"a":{"b":1},"day":[]}\n{"a":1}', [2], {"nested-value": [1]}),
    "numbers without measure": (jsonl(), b'{"a":1e99999999999,"day":1e400}\n', [], {"date-format": [1]}),
    "a number of a million digits": (jsonl(), b'{"a":' + b"9" * 10**6 + b',"day":null}\n', [1], {}),
    "elements in elements, twice, and text between": (
        xml(),
        b"<l><r><a><b>1</b></a><day/></r><r><a>1</a><a>2</a></r><r>x<a>1</a></r><r><x/></r><r><r/></r><r a='1'/></l>",
        [6],
        {"nested-value": [1], "doubled-value": [2], "text-between-cells": [3], "undeclared-column": [4, 5]},
    ),
    "an attribute and an element of one name": (
        xml(), b"<l><r a='1'><a>2</a><day/></r></l>", [], {"doubled-value": [1]},
    ),
    "cells beyond the header, and twice": (
        excel(),
        workbook(texts("a", "day") + texts("x", "", "y") + row('<c r="A3"><v>1</v></c>', '<c r="A3"><v>2</v></c>')
                 + texts("x", "1980-05-17")),
        [3], {"too-many-fields": [1], "doubled-column": [2]},
    ),
    "rows that stand in no order": (
        excel(), workbook(texts("a", "day", number=9) + texts("x", number=5) + texts("y", number=2)), [1, 2], {},
    ),
    "formulas and errors": (
        excel(),
        workbook(texts("a", "day") + row("<c><f>A1</f><v>1</v></c>") + row('<c t="e"><v>#REF!</v></c>') + texts("x")),
        [3], {"formula": [1], "error-value": [2]},
    ),
    "numbers that are no numbers": (
        parquet(), table(a=[float("nan"), 1.5], day=[None, None]), [2], {"not-a-number": [1]},
    ),
    "days where none are declared": (
        parquet(), table(a=pl.Series([0, None], dtype=pl.Date), day=[None, None]), [2], {"unexpected-date": [1]},
    ),
    "text that Parquet may hold": (parquet(), table(a=["x\0", "\ufffd", "y"], day=["1980-02-31", "", ""]), [3], {
        "text-format": [1, 2], "date-format": [1],
    }),
    "gzip in two members": (csv(packing="gzip"), gzipped(b"a,day\nx,\n") + gzipped(b"y,\nz\n"), [1, 2], {
        "too-few-fields": [3],
    }),
}  # fmt: skip


@pytest.mark.parametrize("name", COUNTED)
def test_counted(tmp_path: Path, name: str) -> None:
    declared, content, whole, rules = COUNTED[name]
    extract = read(tmp_path, content, declared)
    entries = extract.quarantine.entries
    found = {rule: sorted(set(rows)) for rule, rows in entries.group_by("rule").agg("row").iter_rows()}
    assert found == rules
    numbers = set(extract.table.get_column("row")) | extract.quarantine.rows
    assert numbers == set(range(1, extract.rows_in + 1))
    assert extract.rows_in == extract.height + len(extract.quarantine.rows)
    assert sorted(numbers - set(entries.get_column("row"))) == whole
    assert CANARY not in repr(extract) + entries.write_json()
    named = entries.filter(~pl.col("rule").str.ends_with("-format") & (pl.col("rule") != "line-break"))
    assert set(named.get_column("rule")) <= {*ROW_RULES, *CELL_RULES}


def test_each_rule_occurs_here() -> None:
    assert {*ROW_RULES, *CELL_RULES} <= {rule for case in COUNTED.values() for rule in case[3]}


def test_a_required_cell_that_is_broken_sets_its_row_apart(tmp_path: Path) -> None:
    declared = source(A[0] | {"required": True}, A[1], file={"kind": "jsonl"})
    extract = read(tmp_path, b'{"a":[],"day":null}\n{"a":"x"}', declared)
    assert extract.table.get_column("row").to_list() == [2]
    assert extract.quarantine.entries.get_column("rule").to_list() == ["nested-value", "required"]


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import intake.read.parquet as reader

    convert = reader._raw

    def meanwhile(*given: Any) -> Any:
        with (tmp_path / "delivery.csv").open("ab") as file:
            file.write(b"more")
        return convert(*given)

    monkeypatch.setattr(reader, "_raw", meanwhile)
    with pytest.raises(WrongInput, match="changed while it was read"):
        read(tmp_path, table(a=["x"], day=["1980-05-17"]), parquet())


def test_deflate_that_ends_in_the_middle_of_a_block_is_no_end(tmp_path: Path) -> None:
    """A stream without its last block, with a checksum of what is there."""
    stream = zlib.compressobj(wbits=31)
    cut = stream.compress(GOOD) + stream.flush(zlib.Z_SYNC_FLUSH)
    with pytest.raises(WrongInput, match="no whole gzip file"):
        read(tmp_path, cut, csv(packing="gzip"))
