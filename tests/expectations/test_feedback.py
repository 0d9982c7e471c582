"""Which failed rules throw doubt on a national register, and what is proposed to report back."""

import csv
import io
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from expectations import ValidatedExtract, validate
from expectations.feedback import REPORT, counts, is_doubt, register_of, reports
from expectations.quality import summary
from expectations.sent_back import sent_back
from intake import Source
from tests.intake.sources import read, source


def column(name: str, kind: str, role: str = "payload", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "role": role} | more


def check(rule: str, **arguments: Any) -> dict[str, Any]:
    return {"expectation": f"expect_column_{rule}", "arguments": arguments, "severity": "warn"}


BSN = column("bsn", "bsn", "identify", field="bsn")
BORN = column("geboren", "date", checks=[check("pair_days_to_be_in_order", column_A="geboren", column_B="overleden")])
DIED = column("overleden", "date")
TOWN = column(
    "gemeente", "municipality",
    checks=[check("pair_national_code_to_hold_on_day", column_A="gemeente", column_B="geboren", codes="municipality")],
)  # fmt: skip
OBJECT, STATUS = column("object", "bag_id"), column("status", "bag_status")
KVK, RSIN = column("kvk", "kvk"), column("rsin", "rsin")

CASES: dict[str, tuple[list[dict[str, Any]], str, str, tuple[str | None, ...]]] = {
    # columns, entity, row → registratie, idAttribuut, idWaarde, attribuut, betwijfeldeWaarde
    "a number that fails the eleven test": ([BSN], "person", "111222334", ("BRP", None, None, "bsn", "111222334")),
    "death before birth": (
        [BSN, BORN, DIED], "person", "111222333,1980-01-01,1979-12-31",
        ("BRP", "bsn", "111222333", "geboren", "1980-01-01"),
    ),
    "a municipality that was no more": (
        [BSN, column("geboren", "date"), TOWN], "person", "111222333,2020-01-01,0006",
        ("BRP", "bsn", "111222333", "gemeente", "0006"),
    ),
    "withdrawn and in use": (
        [OBJECT, STATUS], "location", "0363010000000001,Verblijfsobject ingetrokken",
        ("BAG", "object", "0363010000000001", "status", "Verblijfsobject ingetrokken"),
    ),
    "a company's RSIN": (
        [KVK, RSIN], "company", "01234567,111222334", ("HR", "kvk", "01234567", "rsin", "111222334"),
    ),
    "text as delivered": ([BSN], "person", "1112.22.334", ("BRP", None, None, "bsn", "1112.22.334")),
}  # fmt: skip


def validated(folder: Path, columns: list[dict[str, Any]], entity: str, row: str) -> tuple[ValidatedExtract, Path]:
    declared = source(*columns, entity=entity)
    names = ",".join(each["name"] for each in columns)
    return validate(read(folder, f"{names}\n{row}\n", declared)), folder / "delivery.csv"


@pytest.mark.parametrize(("columns", "entity", "row", "told"), CASES.values(), ids=CASES)
def test_what_is_reported_back(
    columns: list[dict[str, Any]], entity: str, row: str, told: tuple[str | None, ...], tmp_path: Path
) -> None:
    found, file = validated(tmp_path, columns, entity, row)
    content = {name: b"".join(pieces).decode() for name, pieces in sent_back(found, file)}["terugmeldingen.csv"]
    (line,) = csv.DictReader(io.StringIO(content))
    names = ("registratie", "idAttribuut", "idWaarde", "attribuut", "betwijfeldeWaarde")
    assert tuple(line[name] or None for name in names) == told
    assert line["voorgesteldeWaarde"] == "" and line["toelichting"] and line["explanation"]
    assert summary(found)["terugmeldingen"] == {told[0]: 1}


def test_a_row_without_doubt_is_not_reported(tmp_path: Path) -> None:
    found, file = validated(tmp_path, [BSN, column("sekse", "sex")], "person", "111222333,nb")
    content = {name: b"".join(pieces) for name, pieces in sent_back(found, file)}["terugmeldingen.csv"]
    assert content.count(b"\n") == 1 and found.quarantine.entries.height == 1
    assert summary(found)["terugmeldingen"] == {}


def test_a_doubt_stays_one_where_the_source_lets_it_pass(tmp_path: Path) -> None:
    lenient = BSN | {"rules": {"bsn-eleven-test": {"mostly": 0.01, "severity": "warn"}}}
    found, _ = validated(tmp_path, [lenient], "person", "111222334\n111222333")
    assert found.quarantine.entries.is_empty() and found.doubted.get_column("row").to_list() == [1]


def test_reports_twin() -> None:
    """The slow, readable way: one report for each doubted cell of a row that is there."""
    declared = source(BSN, BORN, DIED)
    texts = {"bsn": ["a", "b", "c"], "geboren": ["1", "2", "3"], "overleden": ["4", "5", "6"]}
    rows = pl.DataFrame({"row": pl.Series([2, 5, 6], dtype=pl.UInt32)} | texts)
    doubted = pl.DataFrame(
        [(2, "bsn", "bsn-eleven-test"), (5, "geboren", "pair-days-to-be-in-order"), (5, "bsn", "bsn-eleven-test"),
         (9, "bsn", "bsn-eleven-test")],
        schema={"row": pl.UInt32, "column": pl.String, "rule": pl.String}, orient="row",
    )  # fmt: skip
    slow = sorted(_report(rows, cell, declared) for cell in doubted.iter_rows() if cell[0] in rows["row"])
    found = reports(rows, doubted, declared)
    assert found.select("row", "attribuut", "rule", "registratie", "idWaarde", "betwijfeldeWaarde").rows() == slow
    assert found.schema == REPORT


def _report(rows: pl.DataFrame, cell: tuple[int, str, str], declared: Source) -> tuple[Any, ...]:
    number, name, rule = cell
    row = rows.row(by_predicate=pl.col("row") == number, named=True)
    return number, name, rule, register_of(rule, declared).code, None if name == "bsn" else row["bsn"], row[name]


def test_counts_are_by_register() -> None:
    declared = source(BSN, entity="location")
    failed = {"bsn-eleven-test": 2, "municipality-unknown": 3, "sex-code": 9, "bag-withdrawn": 0}
    quality = [{"rule": rule, "unexpected": count} for rule, count in failed.items()]
    assert counts(quality, declared) == {"BAG": 3, "BRP": 2}
    assert not is_doubt("sex-code")
