"""A proposed declaration loads, reads the file it was made from, marks what is of persons, and shows no value."""

import json
import random
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from declare import WrongInput
from intake import Source, read_extract
from intake.propose import Proposal, propose_source
from koppelkamer.cli import main
from tests.intake.made import gzipped, texts, workbook, zipped

SURNAMES = ["Jansen", "Ünal", "de Vries", "Kanarievogel", "Bakker", "Visser", "Smit", "Meijer"]
NAMES = [f"{first}{last}" for first in SURNAMES for last in ("", "-Koster", "-Mulder")]
HEADER = ["klantnr", "nummer", "wie", "geboren", "bedrag", "postcode", "soort"]


def bsn(rng: random.Random) -> str:
    while True:
        digits = [rng.randint(0, 9) for _ in range(8)]
        rest = sum(digit * weight for digit, weight in zip(digits, range(9, 1, -1), strict=True)) % 11
        if rest < 10 and any(digits):
            return "".join(map(str, [*digits, rest]))


def table(days: Sequence[str]) -> list[list[str]]:
    rng = random.Random(1)
    return [
        [f"{9_000_000_0 + row}", bsn(rng), NAMES[row % len(NAMES)], days[row % len(days)], f"{row}.234,5{row % 10}",
         f"{1000 + row}AB", "xy"[row % 2]]
        for row in range(60)
    ]  # fmt: skip


ROWS = table(["17-05-1980", "01-02-1990"])


def csv(rows: Sequence[Sequence[str]], separator: str = ";") -> str:
    return "".join(separator.join(cells) + "\r\n" for cells in rows)


def fixed(rows: Sequence[Sequence[str]]) -> str:
    return "".join("".join(f"{cell:<22}" for cell in cells) + "\n" for cells in rows)


def parquet(folder: Path) -> bytes:
    pl.DataFrame(ROWS, schema=HEADER, orient="row").write_parquet(folder / "made")
    return (folder / "made").read_bytes()


WHOLE = [HEADER, *ROWS]
XML = "".join(
    "<mens>" + "".join(f"<{n}>{cell}</{n}>" for n, cell in zip(HEADER, cells, strict=True)) + "</mens>"
    for cells in ROWS
)
MADE: dict[str, tuple[bytes, dict[str, Any]]] = {  # content, what [file] says
    "semicolons in Windows-1252": (csv(WHOLE).encode("cp1252"), {"separator": ";", "encoding": "windows-1252"}),
    "tabs in UTF-16": (csv(WHOLE, "\t").encode("utf-16"), {"separator": "\t", "encoding": "utf-16"}),
    "pipes in UTF-8": (csv(WHOLE, "|").encode(), {"separator": "|", "encoding": "utf-8"}),
    "no header": (csv(ROWS).encode(), {"header": False}),
    "fixed width": (fixed(ROWS).encode(), {"kind": "fixed"}),
    "JSON lines in gzip": (
        gzipped("\n".join(json.dumps(dict(zip(HEADER, cells, strict=True))) for cells in ROWS).encode()),
        {"kind": "jsonl", "packing": "gzip"},
    ),
    "XML in ZIP": (zipped({"x.xml": f"<l>{XML}</l>"}), {"kind": "xml", "packing": "zip", "record": "mens"}),
    "Excel": (workbook("".join(texts(*cells) for cells in WHOLE)), {"kind": "excel"}),
    "Parquet": (b"", {"kind": "parquet"}),
}


def proposed(folder: Path, content: bytes) -> tuple[Proposal, Source]:
    (folder / "file").write_bytes(content)
    found = propose_source(folder / "file")
    return found, Source.model_validate(tomllib.loads(found.text))


@pytest.mark.parametrize("name", MADE)
def test_the_file_is_read_by_what_is_proposed(tmp_path: Path, name: str) -> None:
    content, file = MADE[name]
    found, declared = proposed(tmp_path, content or parquet(tmp_path))
    said = tomllib.loads(found.text)["file"]
    assert {key: said.get(key) for key in file} == file
    assert (said["date"], said["decimal"], found.rows) == ("%d-%m-%Y", ",", 60)
    kinds = [column.type for column in declared.columns]
    assert kinds == ["integer", "bsn", "full_name", "date", "decimal", "postcode", "category"]
    extract = read_extract(declared, tmp_path / "file")
    assert extract.rows_in == 60
    assert extract.quarantine.entries.is_empty()
    assert list(found.marks.values()) == ["BSN-like", "name-like", "postcode"]


@pytest.mark.parametrize("name", MADE)
def test_no_value_is_shown(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_bytes(MADE[name][0] or parquet(tmp_path))
    assert main(["check", str(tmp_path / "file"), "--propose"]) == 0
    shown = "".join(capsys.readouterr())
    assert "[[columns]]" in shown
    assert not [cell for cells in ROWS for cell in cells if len(cell) > 2 and cell in shown]


DAYS = {  # days, form proposed, what is said
    "day first": (["17-05-1980", "01-02-1990"], "%d-%m-%Y", "60 cells fit, 30 would fit %m-%d-%Y"),
    "month first": (["05-17-1980", "01-02-1990"], "%m-%d-%Y", "60 cells fit, 30 would fit %d-%m-%Y"),
    "either": (["05-07-1980", "01-02-1990"], "%d-%m-%Y", "AMBIGUOUS: all 60 days"),
    "year first": (["1980-05-17"], "%Y-%m-%d", "days are %Y-%m-%d: 60 cells fit"),
    "with unknown parts": (["19800500", "19800517", "00000000"], "%Y%m%d", "days are %Y%m%d: 60 cells fit"),
}


@pytest.mark.parametrize(("days", "form", "says"), DAYS.values(), ids=DAYS)
def test_the_order_of_day_and_month_is_told(tmp_path: Path, days: list[str], form: str, says: str) -> None:
    found, declared = proposed(tmp_path, csv([HEADER, *table(days)]).encode())
    assert declared.file.date == form
    assert says in found.text


AMOUNTS = {  # cells, decimal mark proposed, whether it is told that either could be
    "comma": (["1.234,5", "2"], ",", False),
    "point": (["1,234.5", "2.5"], ".", False),
    "either": (["1.234", "2.345"], ".", True),
    "whole": (["1234", "2"], ".", False),
}


@pytest.mark.parametrize(("cells", "mark", "either"), AMOUNTS.values(), ids=AMOUNTS)
def test_the_decimal_mark_is_told(tmp_path: Path, cells: list[str], mark: str, either: bool) -> None:
    found, declared = proposed(tmp_path, csv([["a", "b"], *(["x", cell] for cell in cells * 9)]).encode())
    assert declared.file.decimal == mark
    assert ("AMBIGUOUS" in found.text) == either


def test_stray_quotes_and_running_text_are_told(tmp_path: Path) -> None:
    found, declared = proposed(tmp_path, b'maat;opmerking\n19";' + b"een lange tekst " * 5 + b"\n")
    assert (declared.file.quote, found.marks) == ("", {"opmerking": "free text"})
    assert declared.columns[1].type == "freetext"


REFUSED = {
    "nothing": (b"", "the file is empty"),
    "lines of every length": (b"a\nabc\nab\nabcdefgh\n", "the lines differ in length"),
    "a column that may not be named so": (b"row,b\n1,2\n", "names that no declaration can hold"),
    "several files": (zipped({"a": "x", "b": "y"}), "holds 2 files"),
    "half an archive": (zipped({"a": "x"})[:-9], "is no whole Excel workbook"),
    "JSON that is none": (b"{a}\n", "no line is a JSON object"),
    "XML of one element": (b"<a>1</a>", "no element is seen to repeat"),
    "XML with entities": (b'<!DOCTYPE l [<!ENTITY a "b">]><l><r><a>1</a></r></l>', "no element is seen to repeat"),
    "half a Parquet file": (b"PAR1" + b"x" * 90, "it is no whole Parquet file"),
}


@pytest.mark.parametrize(("content", "says"), REFUSED.values(), ids=REFUSED)
def test_refused(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(WrongInput) as refusal:
        propose_source(tmp_path / "file")
    assert says in refusal.value.message


def test_a_proposal_never_takes_the_place_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_bytes(csv(WHOLE).encode())
    call = ["check", str(tmp_path / "file"), "--propose", str(tmp_path / "source.toml")]
    assert main(call) == 0
    assert main(call) == 2
    assert main(["check", str(tmp_path / "file")]) == 2
    assert "is there already" in capsys.readouterr().err


KINDS = {  # cells of a column, type proposed, its mark
    "codes with noughts in front": (["0518", "0363", "1680"], "identifier", None),
    "numbers without": (["518", "363", "0"], "integer", None),
    "a few surnames": (["Jansen", "Ünal", "Kanarievogel", "Visser"], "full_name", "name-like"),
    "two kinds": (["Water", "Land", "Water", "Land"], "category", None),
    "one kind": (["Water"], "category", None),
}


@pytest.mark.parametrize(("cells", "kind", "mark"), KINDS.values(), ids=KINDS)
def test_what_a_short_column_is_taken_for(tmp_path: Path, cells: list[str], kind: str, mark: str | None) -> None:
    found, declared = proposed(tmp_path, csv([["c", "d"], *([cell, "x"] for cell in cells)]).encode())
    assert (declared.columns[0].type, found.marks.get("c")) == (kind, mark)
