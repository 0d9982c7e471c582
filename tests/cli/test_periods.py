"""Deliveries of a source with periods, by the real commands: what is newest, what is corrected, what is refused."""

import json
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cli.rooms import CANARY, HEADER, change, clear, flip, state
from tests.cli.shell import Said, koppelkamer
from tests.journeys.second_room.way import Way, declare, make_keys

REFUSED, WRONG = 1, 2
ROWS = [f"K{number}\t{CANARY}\tZoë\t1980-02-03\t7003AS\t29\t{kind}\t{number}.5\t" for number, kind in
        enumerate(["riool"] * 6 + ["kelder"] * 4, start=1)]  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A room where complaints come in per month, in clear too, and the partner's copy of the key beside it."""
    way = Way(tmp_path_factory.mktemp("periods"))
    declare(way)
    clear(way.room)
    source = way.room / "sources" / "complaints.toml"
    change(source, 'owner = "waterschap"', 'owner = "waterschap"\nkey = ["klachtnr"]\nperiod = "month"')
    change(source, 'type = "identifier"\nrole = "drop"', 'type = "identifier"\nrole = "identify"\nfield = "complaint"')
    with source.open("a") as declared:
        declared.write('\n[changes]\nseverity = "stop"\n')
    make_keys(way)
    home = way.folder / "waterschap"
    home.mkdir()
    way.do("key", "export", "--partner", "waterschap", "--out", home / "keys", "--passphrase-file", home / "passphrase")
    return way.folder


@pytest.fixture
def room(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "made")
    return tmp_path / "made" / "room"


def file_of(room: Path, rows: Sequence[str] = ROWS) -> Path:
    path = room.parent / "waterschap" / "complaints.tsv"
    path.write_bytes("".join(f"{line}\n" for line in [HEADER, *rows]).encode("latin-1"))
    return path


def receive(room: Path, file: Path, *more: object) -> Said:
    return koppelkamer("receive", "complaints", file, *more, "--json", at=room)


def received(room: Path, period: str, rows: Sequence[str] = ROWS, *more: object) -> dict[str, Any]:
    return receive(room, file_of(room, rows), "--period", period, *more).facts


def seal(room: Path, *more: object) -> Said:
    here = ("--source", room / "sources" / "complaints.toml", "--keys", "keys", "--passphrase-file", "passphrase")
    home = room.parent / "waterschap"
    return koppelkamer("encode", file_of(room), *here, "--out", home / "sealed", *more, "--json", at=home)


def deliveries(room: Path) -> list[tuple[str, str | None]]:
    """Period and what is corrected, in the order of receipt."""
    question = (
        "SELECT one.period, other.period FROM register_delivery one "
        "LEFT JOIN register_delivery other ON other.id = one.corrects_id ORDER BY one.id"
    )
    with sqlite3.connect(room / "register.db") as register:
        return register.execute(question).fetchall()


def events(room: Path, name: str) -> list[dict[str, Any]]:
    lines = [
        line
        for path in sorted((room / "audit").rglob("*"))
        if path.is_file()
        for line in path.read_bytes().splitlines()
    ]
    found = [json.loads(line) for line in lines if line.startswith(b"{") and f'"{name}"'.encode() in line]
    return [event.get("fields", event) for event in found]


def months(count: int, kind: str, first: int = 0) -> list[str]:
    """Rows of so many complaints, all of one kind."""
    return [f"K{first + number}\t{CANARY}\tZoë\t1980-02-03\t7003AS\t29\t{kind}\t7.5\t" for number in range(count)]


def sudden(facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    failed = [each for each in facts["changes"] if each["outcome"] == "failed"]
    return [(each["measure"], each["column"], each["distance"]) for each in failed]


ACCEPTED = ("--accept-changes", "--reason", "Het was droog.", "--as", "otto")


def test_months_one_after_the_other_a_sudden_change_and_a_late_correction(room: Path) -> None:
    half = [*months(200, "riool"), *months(200, "kelder", 200)]
    september = received(room, "2026-09", half)
    assert (september["changes"], september["changes_why"]) == (None, "nothing-earlier")
    refused_until_accepted(room, file_of(room, months(400, "riool", 400)))
    october = received(room, "2026-10", months(400, "riool", 400), *ACCEPTED)
    assert (sudden(october), october["changes_against"]) == ([("shares", "aard", 0.5)], september["delivery"])
    told = json.loads((Path(october["report"]) / "quality.json").read_text())
    assert [(each["period"], each["rows"]["in"]) for each in told["earlier"]] == [
        ("2026-09", {"at_least": 391, "at_most": 409})
    ]
    assert (told["verdict"], told["period"], told["form"]) == ("action", "2026-10", "clear")
    measured = {(each["measure"], each["column"]) for each in october["changes"]}
    assert {("rows", None), ("empty", "home.number"), ("empty", "klager"), ("distribution", "schade")} <= measured

    late = received(room, "2026-09", [*half[1:399], half[399].replace("kelder", "straat"), *months(2, "riool", 900)])
    rows = {name: late["difference"][name] for name in ("added", "gone", "same", "changed")}
    assert rows == {"added": 2, "gone": 1, "same": 398, "changed": 1}
    assert {name: count for name, count in late["difference"]["columns"].items() if count} == {"aard": 1}
    assert (late["corrects"], late["changes_why"]) == (september["delivery"], "nothing-earlier")
    assert (october["corrects"], october["difference"]) == (None, None)

    # What came in last is September's correction; the month before November is October all the same.
    november = received(room, "2026-11", months(100, "riool"), *ACCEPTED)
    assert (november["changes_against"], sudden(november)) == (october["delivery"], [("rows", None, 0.75)])
    assert deliveries(room) == [("2026-09", None), ("2026-10", None), ("2026-09", "2026-09"), ("2026-11", None)]
    logged = events(room, "delivery received")
    assert [event.get("corrects") for event in logged] == [None, None, september["delivery"], None]
    assert [event["period"] for event in logged] == ["2026-09", "2026-10", "2026-09", "2026-11"]
    assert {event["suite"] for event in logged} == {november["suite"]}
    told = {"person": "otto", "source": "complaints", "reason": "Het was droog."}
    taken = events(room, "changes accepted")
    assert [event["delivery"] for event in taken] == [october["delivery"], november["delivery"]]
    assert all(event.items() >= told.items() for event in taken)
    where_nothing_can_be_compared_the_reason_is_said(room)


def refused_until_accepted(room: Path, file: Path) -> None:
    before = state(room)
    refusals = {
        (): "differs suddenly from the one before: shares of categories of aard by 0.5, beyond 0.1",
        ("--accept-changes", "--as", "otto"): "recorded with reasons or a text in your own words",
        ("--accept-changes", "--reason", "Zo is het.", "--as", "noor"): "is here for: ",
    }
    for more, why in refusals.items():
        said = receive(room, file, "--period", "2026-10", *more)
        assert (said.code, why in said.out, CANARY in said.out) == (REFUSED, True, False), said.out
    left = {path: digest for path, digest in state(room).items() if before.get(path) != digest}
    assert {Path(path).name for path in left} == {"report.nl.html", "report.en.html", "quality.json"}
    (told,) = (json.loads(Path(path).read_text()) for path in left if path.endswith(".json"))
    assert (told["verdict"], told["stopped"]["rule"], told["period"]) == ("stopped", "sudden-change", "2026-10")
    assert {each["measure"] for each in told["changes"] if each["outcome"] == "failed"} == {"shares"}


def where_nothing_can_be_compared_the_reason_is_said(room: Path) -> None:
    declared = room / "sources" / "complaints.toml"
    for path in (room / "store" / "deliveries").rglob("protected-00001.parquet"):
        flip(path)
    said = receive(room, file_of(room, ROWS), "--period", "2026-12")
    assert (said.code, "cannot be told: the earlier delivery cannot be read" in said.out) == (REFUSED, True)
    change(declared, 'field = "complaint"', 'field = "report"')
    other = received(room, "2026-11", ROWS, *ACCEPTED)
    assert (other["difference"], other["difference_why"]) == (None, "other-declaration")


def test_a_sealed_delivery_says_its_period_itself(room: Path) -> None:
    assert "none is named" in seal(room).out
    assert seal(room, "--period", "2026-10").facts["period"] == "2026-10"
    sealed = room.parent / "waterschap" / "sealed"
    before = state(room)
    other = receive(room, sealed, "--period", "2026-09")
    assert other.code == REFUSED and "says that it is about 2026-10, not 2026-09" in other.out
    assert state(room) == before
    assert receive(room, sealed).facts["period"] == "2026-10"
    before = state(room)
    for more, (code, why) in REFUSALS.items():
        said = receive(room, file_of(room), *more)
        assert (said.code, why in said.out, CANARY in said.out) == (code, True, False), said.out
    assert state(room) == before


REFUSALS: dict[Sequence[object], tuple[int, str]] = {
    (): (WRONG, "none is named"),
    ("--period", "2126-10"): (WRONG, "too far from today"),
    ("--period", "2026-09"): (REFUSED, "as the delivery of 2026-10, and now as that of 2026-09"),
}
