"""No name and no BSN turns up where it should not: not in logs, errors, Prefect's database, reports, register, parcel.

One walk through the demo room in a process of its own (`driver`), with canaries in every column of every source, each
step failing in every way before it succeeds. Then all it said and all it left is searched.
"""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pytest

from tests.walls import canaries, driver
from tests.walls.test_types import ROOT

pytestmark = pytest.mark.slow

SOURCES: Final = ("addresses", "incomes", "reports", "residents")
CLEAR: Final = ("deliveries", "truth")
"""The partners' own files, and what only the generator knows."""
PARTS: Final = ("audit/audit.jsonl", "checked/", "parcels/", "partners/", "register.db", "reports/", "store/prefect/")
MAY_CHANGE: Final = {
    "encode": set(),
    "check": set(),
    "receive": {"store/deliveries"},
    "train": set(),
    "crosscheck": {"reports"},
    "submit": set(),
    "run": {"register", "store/runs", "reports"},
    "release": {"reports", "parcels"},
}
"""What a command that failed may leave: files that the next attempt replaces, and the row of a run that stopped."""
FAULT: Final = re.compile(r"koppelkamer: \w+ stopped on \w+ at \w+\.py:\d+; nothing is half-written")
SAID: Final = {
    "error": FAULT,
    "panic": FAULT,
    "interrupt": re.compile(r"koppelkamer: stopped by you; nothing is half-written"),
    "full disk": re.compile(
        r"koppelkamer: (the disk is full; [\w.-]+ was not written|the parcel could not be written \([\w ]+\))"
    ),
}


@dataclass(frozen=True)
class Walked:
    """What the process left: the room, its streams, its temporary files, and what it told about itself."""

    room: Path
    left: Path
    streams: bytes
    outcome: dict[str, Any]

    @cached_property
    def search(self) -> canaries.Search:
        return canaries.Search()

    def stumbles(self, command: str) -> list[dict[str, Any]]:
        return [each for each in self.outcome["stumbles"] if each["command"] == command]


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Walked:
    base = tmp_path_factory.mktemp("walls")
    room, left, outcome = base / "room", base / "left", base / "outcome.json"
    left.mkdir()
    apart = {"HOME": str(left), "TMPDIR": str(left), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.walls.driver", str(room), str(outcome)],
        env={**os.environ, **apart}, cwd=left, capture_output=True, check=False,
    )  # fmt: skip
    assert outcome.is_file(), done.stderr.decode()[-2000:]
    return Walked(room, left, done.stdout + done.stderr, json.loads(outcome.read_text()))


def test_the_walk_over_canaries_reaches_its_parcel(walked: Walked) -> None:
    assert walked.outcome["code"] == 0
    assert list(walked.room.glob("parcels/*/table.csv"))


def test_every_column_of_every_source_holds_canaries_that_are_found(walked: Walked) -> None:
    delivered = b"".join(
        (walked.room / "deliveries" / f"{source}.csv").read_bytes().decode(code).encode()
        for source, code in zip(SOURCES, ("utf-8", "cp1252", "utf-8", "utf-8"), strict=True)
    )
    planted = walked.outcome["planted"]
    assert {name.split(".")[0] for name in planted} == set(SOURCES)
    assert len(planted) == 44
    for name, values in planted.items():
        for value in values:
            assert value.encode() in delivered, name
            assert walked.search.found(value.encode()), name


@pytest.mark.parametrize("source", SOURCES)
def test_canaries_are_found_in_the_files_of_the_partners(walked: Walked, source: str) -> None:
    found = walked.search.found((walked.room / "deliveries" / f"{source}.csv").read_bytes())
    assert {"Kwïkstaart", "9753 QX"} <= found


DISGUISES: Final = {
    "standardised": b"... kwikstaartvogel ...",
    "capitals": "KWÏKSTAART".encode(),
    "utf-16": "Kwïkstaart".encode("utf-16-le"),
    "windows-1252": "Kwïkstaart".encode("cp1252"),
    "escaped in json": rb'{"naam": "Kw\u00efkstaart"}',
    "escaped in repr": rb"Kw\xefkstaart",
    "escaped in html": b"Kw&#239;kstaart",
    "hexadecimal": "Kwïkstaart".encode().hex().encode(),
    "base64": base64.b64encode(b'x="948371614"'),
    "among letters": b"a948371614b",
    "date": b"born 1871-03-17",
    "amount": b"[6482973.15]",
    "postal code": b"9753qx",
    "md5": hashlib.md5(b"948371614", usedforsecurity=False).digest(),
    "sha256": hashlib.sha256(b"kwikstaartvogel").hexdigest().encode(),
}


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES)
def test_a_canary_in_disguise_is_found(disguise: bytes) -> None:
    assert canaries.Search().found(disguise)


def test_nothing_is_said_of_a_canary(walked: Walked) -> None:
    assert b"koppelkamer verify" in walked.streams
    assert walked.search.found(walked.streams) == set()


def test_no_file_of_the_room_holds_a_canary(walked: Walked) -> None:
    searched = dict(canaries.files(walked.room, leave=CLEAR))
    found = {name: hits for name, content in searched.items() if (hits := walked.search.found(content))}
    assert found == {}
    parts = (
        "register.db",
        "audit/audit.jsonl",
        "store/prefect/prefect.db",
        "reports/",
        "parcels/",
        "store/runs/",
        "partners/",
    )
    assert [part for part in parts if not any(name.startswith(part) for name in searched)] == []


def test_nothing_half_written_is_left(walked: Walked) -> None:
    assert list(walked.room.rglob("*.part")) == []


@pytest.mark.parametrize("database", ["register.db", "store/prefect/prefect.db"])
def test_no_cell_of_a_database_holds_a_canary(walked: Walked, database: str) -> None:
    searched = dict(canaries.cells(walked.room / database))
    assert {"register_run", "flow_run"} & searched.keys()
    assert {name: hits for name, content in searched.items() if (hits := walked.search.found(content))} == {}


def test_no_temporary_file_holds_a_canary(walked: Walked) -> None:
    found = {name: hits for name, content in canaries.files(walked.left) if (hits := walked.search.found(content))}
    assert found == {}


def test_no_packed_table_of_a_parcel_holds_a_canary(walked: Walked) -> None:
    import polars as pl

    for path in walked.room.glob("parcels/*/table.parquet"):
        assert walked.search.found(canaries.table_bytes(pl.read_parquet(path))) == set()


def test_no_decrypted_table_holds_a_canary_outside_its_payload(walked: Walked) -> None:
    assert walked.outcome["protected"] == {source: [] for source in SOURCES}


def test_no_key_lies_in_clear(walked: Walked) -> None:
    assert set(walked.outcome["handles"]) == {"LeafKey", "Mailbox", "SealingKey", "SigningKey", "StoredMaster"}
    assert walked.outcome["secrets"] == []


@pytest.mark.parametrize(
    ("command", "count"),
    [
        ("encode", len(driver.ENCODE)),
        ("receive", len(driver.RECEIVE_CLEAR) + len(driver.RECEIVE_SEALED) + 2),
        ("train", len(driver.TRAIN)),
        ("crosscheck", len(driver.CROSSCHECK)),
        ("submit", len(driver.SUBMIT)),
        ("run", len(driver.RUN) + 2),
        ("release", len(driver.RELEASE) + 1),
    ],
)
def test_a_step_that_fails_says_type_and_place_and_can_be_taken_again(walked: Walked, command: str, count: int) -> None:
    stumbles = [each for each in walked.stumbles(command) if each["error"] in SAID]
    assert len(stumbles) == count
    for each in stumbles:
        assert each["code"] == 3, each["name"]
        assert _told(each["said"], SAID[each["error"]]), each
        assert set(each["changed"]) <= MAY_CHANGE[command], each["name"]
        assert each["running"] == 0, each["name"]


def test_a_wrong_file_is_refused_without_quoting_it(walked: Walked) -> None:
    stumbles = [each for each in walked.stumbles("receive") if each["error"] == "wrong file"]
    assert len(stumbles) == len(driver.wrong_files(b"a\nb\n"))
    for each in stumbles:
        refused = 1 if "a sealed one" in each["name"] else 2  # it is taken for a damaged delivery
        assert (each["code"], each["changed"]) == (refused, []), each["name"]
        assert walked.search.found(each["said"].encode()) == set(), each["name"]


def _told(said: str, wanted: re.Pattern[str]) -> bool:
    """Whether besides lines of progress there is the one message and its way out, and nothing else."""
    lines = [line for line in said.splitlines() if not line.startswith("· ")]
    return len(lines) == 2 and bool(wanted.fullmatch(lines[0])) and lines[1].startswith("  way out: ")
