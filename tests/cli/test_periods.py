"""Deliveries of a source with periods, by the real commands: what is newest, what is corrected, what is refused."""

import json
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cli.rooms import CANARY, HEADER, change, clear, flip, one, state
from tests.cli.shell import Said, koppelkamer
from tests.journeys.second_room.way import Way, declare, make_keys

DONE, REFUSED, WRONG = 0, 1, 2
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


def test_a_correction_of_an_earlier_month_takes_no_later_ones_place(room: Path) -> None:
    october = received(room, "2026-09")
    november = received(room, "2026-10", ROWS[:9])
    late = received(room, "2026-09", [*ROWS[1:8], ROWS[8].replace("kelder", "straat")])
    rows = {name: late["difference"][name] for name in ("added", "gone", "same", "changed")}
    assert rows == {"added": 0, "gone": 2, "same": 7, "changed": 1}
    assert {name: count for name, count in late["difference"]["columns"].items() if count} == {"aard": 1}
    assert (october["difference"], october["corrects"], late["corrects"]) == (None, None, october["delivery"])
    assert deliveries(room) == [("2026-09", None), ("2026-10", None), ("2026-09", "2026-09")]
    assert (october["period"], november["period"], late["period"]) == ("2026-09", "2026-10", "2026-09")
    logged = events(room, "delivery received")
    assert [event.get("corrects") for event in logged] == [None, None, october["delivery"]]
    assert {event["suite"] for event in logged} == {november["suite"]}
    assert one(room, "SELECT count(*) FROM register_delivery WHERE state = 'received'") == 3


def test_a_sealed_delivery_says_its_period_itself(room: Path) -> None:
    assert "none is named" in seal(room).out
    assert seal(room, "--period", "2026-10").facts["period"] == "2026-10"
    sealed = room.parent / "waterschap" / "sealed"
    before = state(room)
    other = receive(room, sealed, "--period", "2026-09")
    assert other.code == REFUSED and "says that it is about 2026-10, not 2026-09" in other.out
    assert state(room) == before
    assert receive(room, sealed).facts["period"] == "2026-10"


REFUSALS: dict[str, tuple[Sequence[object], int, str]] = {
    "without a period": ((), WRONG, "none is named"),
    "a fifth quarter": (("--period", "2026-Q5"), WRONG, "what is named is none"),
    "a week where months are declared": (("--period", "2026-W40"), WRONG, "what is named is none"),
    "a thirteenth month": (("--period", "2026-13"), WRONG, "what is named is none"),
    "a month of the next century": (("--period", "2126-10"), WRONG, "too far from today"),
    "the same file as another month": (
        ("--period", "2026-09"),
        REFUSED,
        "as the delivery of 2026-10, and now as that of",
    ),
    "the same file again": (("--period", "2026-10"), REFUSED, "came in on"),
}


def test_refused_by_name_and_nothing_is_changed(room: Path) -> None:
    received(room, "2026-10")
    before = state(room)
    for named, (more, code, why) in REFUSALS.items():
        said = receive(room, file_of(room), *more)
        assert (said.code, why in said.out, CANARY in said.out) == (code, True, False), named
    assert state(room) == before


def test_a_source_that_takes_up_periods_and_gives_them_up_again(room: Path) -> None:
    declared = room / "sources" / "complaints.toml"
    change(declared, 'period = "month"\n', "")
    plain = receive(room, file_of(room))
    assert plain.facts["period"] is None
    with_one = receive(room, file_of(room), "--period", "2026-10")
    assert (with_one.code, "not about a period" in with_one.out) == (WRONG, True)
    change(declared, 'owner = "waterschap"\n', 'owner = "waterschap"\nperiod = "month"\n')
    assert received(room, "2026-10")["delivery"] == plain.facts["delivery"]
    assert deliveries(room) == [("2026-10", None)]


def thresholds(room: Path, severity: str) -> None:
    """Sudden changes of the complaints count from now on."""
    with (room / "sources" / "complaints.toml").open("a") as declared:
        declared.write(f'\n[changes]\nseverity = "{severity}"\n')


def months(count: int, kind: str, first: int = 0) -> list[str]:
    """Rows of so many complaints, all of one kind."""
    return [f"K{first + number}\t{CANARY}\tZoë\t1980-02-03\t7003AS\t29\t{kind}\t7.5\t" for number in range(count)]


def test_a_sudden_change_is_told_and_does_not_stop(room: Path) -> None:
    thresholds(room, "warn")
    first = received(room, "2026-09", [*months(200, "riool"), *months(200, "kelder", 200)])
    assert (first["changes"], first["changes_why"]) == (None, "nothing-earlier")
    second = received(room, "2026-10", months(400, "riool", 400))
    sudden = [each for each in second["changes"] if each["outcome"] == "failed"]
    assert [(each["measure"], each["column"], each["distance"], each["vanished"]) for each in sudden] == [
        ("shares", "aard", 0.5, 1)
    ]
    assert second["changes_against"] == first["delivery"]
    measured = {(each["measure"], each["column"]) for each in second["changes"]}
    assert {("rows", None), ("empty", "home.number"), ("empty", "klager"), ("distribution", "schade")} <= measured
    # A correction of September is held beside what it corrects, and beside no month before it.
    late = received(room, "2026-09", months(400, "kelder", 9))
    assert (late["changes_why"], late["corrects"]) == ("nothing-earlier", first["delivery"])
    # And the month after is held beside October, whatever came in last.
    third = receive(room, file_of(room, months(100, "riool")), "--period", "2026-11")
    assert third.facts["changes_against"] == second["delivery"]
    assert [each["measure"] for each in third.facts["changes"] if each["outcome"] == "failed"] == ["rows"]


def test_a_sudden_change_that_stops_is_accepted_by_a_steward_with_a_reason_and_logged(room: Path) -> None:
    thresholds(room, "stop")
    received(room, "2026-09", months(200, "riool"))
    before = state(room)
    file, october = file_of(room, months(20, "kelder")), ("--period", "2026-10")
    refusals = {
        (): "number of rows by 0.9, beyond 0.2; shares of categories of aard by 1, beyond 0.1",
        ("--accept-changes", "--as", "otto"): "accepting sudden changes needs written reasons",
        ("--accept-changes", "--reason", "Zo is het.", "--as", "noor"): "accepting sudden changes here is for",
    }
    for more, why in refusals.items():
        said = receive(room, file, *october, *more)
        assert (said.code, why in said.out, CANARY in said.out) == (REFUSED, True, False), said.out
    assert state(room) == before
    accepted = receive(room, file, *october, "--accept-changes", "--reason", "Het was droog.", "--as", "otto").facts
    (event,) = events(room, "changes accepted")
    told = {"person": "otto", "source": "complaints", "delivery": accepted["delivery"], "reason": "Het was droog."}
    assert event.items() >= told.items()
    assert len(deliveries(room)) == 2


def test_where_nothing_can_be_compared_the_reason_is_said(room: Path) -> None:
    thresholds(room, "warn")
    declared = room / "sources" / "complaints.toml"
    received(room, "2026-09")
    change(declared, 'field = "complaint"', 'field = "report"')
    other = received(room, "2026-09", ROWS[:9])
    assert (other["difference"], other["difference_why"]) == (None, "other-declaration")
    change(declared, 'type = "identifier"\nrole = "identify"\nfield = "report"', 'type = "identifier"\nrole = "drop"')
    assert received(room, "2026-09", ROWS[:8])["difference_why"] == "key-not-kept"
    change(declared, 'key = ["klachtnr"]\n', "")
    assert received(room, "2026-09", ROWS[:7])["difference_why"] == "no-key"
    for path in (room / "store" / "deliveries").rglob("protected-00001.parquet"):
        flip(path)
    damaged = received(room, "2026-10", ROWS[:6])
    assert (damaged["changes"], damaged["changes_why"]) == (None, "unreadable")
    change(declared, 'severity = "warn"', 'severity = "stop"')
    said = receive(room, file_of(room, ROWS[:5]), "--period", "2026-11")
    assert said.code == DONE  # October itself is whole
    for path in (room / "store" / "deliveries").rglob("protected-00001.parquet"):
        path.unlink()
    said = receive(room, file_of(room, ROWS[:4]), "--period", "2026-12")
    assert (said.code, "cannot be told: the earlier delivery cannot be read" in said.out) == (REFUSED, True)
