"""The ledger of releases through the real commands: what left is remembered, and nothing leaves unremembered."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.cli.shell import koppelkamer
from tests.flows import three

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def approved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three approved requests of three partners; nothing has run."""
    return three.made(tmp_path_factory.mktemp("three") / "room")


@pytest.fixture(scope="module")
def two_left(approved: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of two partners have left."""
    room = Path(shutil.copytree(approved, tmp_path_factory.mktemp("left") / "room"))
    for partner in ("police", "care"):
        three.decide(room, f"by-{partner}", three.run(room, f"by-{partner}"))
        three.do(room, "release", f"by-{partner}")
    return room


@pytest.fixture
def room(two_left: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(two_left, tmp_path / "room"))


def findings(room: Path, release: str) -> dict[str, dict[str, str]]:
    found = json.loads((room / "reports" / release / "findings.json").read_bytes())["findings"]
    return {each["rule"]: each for each in found}


def test_the_third_request_is_refused_also_when_an_earlier_release_is_revoked(room: Path) -> None:
    assert koppelkamer("verify", room, at=room).code == 0
    three.do(room, "decide", "by-care-1", "revoke", "--as", "tineke", "--reason", "Toch niet.")
    assert three.run(room, "by-school").code == 1
    found = findings(room, "by-school-1")["D09"]
    assert (found["outcome"], found["about"]) == ("FAIL", "by-care-1, by-police-1")
    assert not (room / "parcels" / "by-school-1").exists()


def test_the_same_people_have_the_same_noise_in_both_releases(two_left: Path) -> None:
    """The districts differ, everybody is in both; the ledger, and so every rule, knows the counts without noise."""
    totals = set()
    for partner, truth in (("police", {"in": 13, "out": 33}), ("care", {"in": 14, "out": 32})):
        folder = two_left / "parcels" / f"by-{partner}-1"
        table = pl.read_csv(folder / "table.csv")
        shown = dict(zip(table[f"residents.{partner}"], table["people"], strict=True))
        assert shown.keys() == {"*", "in", "out"}
        assert all(abs(shown[name] - count) <= 5 and shown[name] >= 10 for name, count in truth.items())
        totals.add(shown["*"])
        assert "noise of at most 5" in (folder / "README.txt").read_text()
        assert "noise of at most 5" in (folder / "table.csv-metadata.json").read_text()
        assert "changed" not in (folder / "report.en.html").read_text().split("noise of at most")[1][:200]
        assert findings(two_left, f"by-{partner}-1")["D10"]["outcome"] == "PASS"
    assert len(totals) == 1


def test_the_third_passes_where_the_others_never_left(approved: Path, tmp_path: Path) -> None:
    room = Path(shutil.copytree(approved, tmp_path / "room"))
    assert three.run(room, "by-school").facts["verdict"]["outcome"] == "PASS"


def test_what_left_between_run_and_release_counts(approved: Path, tmp_path: Path) -> None:
    room = Path(shutil.copytree(approved, tmp_path / "room"))
    for partner in three.PAIRS:
        three.decide(room, f"by-{partner}", three.run(room, f"by-{partner}"))
    for partner in ("police", "care"):
        three.do(room, "release", f"by-{partner}")
    said = koppelkamer("release", "by-school", at=room)
    assert said.code == 1
    assert "by-care-1, by-police-1" in said.err
    assert not (room / "parcels" / "by-school-1").exists()
    assert not (room / "store" / "ledger" / "by-school-1").exists()


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


HARM: dict[str, Callable[[Path], None]] = {
    "an entry is gone": lambda ledger: shutil.rmtree(ledger / "by-care-1"),
    "a bit of it flipped": lambda ledger: flip(ledger / "by-care-1" / "members.parquet"),
    "one entry in the place of another": lambda ledger: shutil.copy(
        ledger / "by-care-1" / "table.parquet", ledger / "by-police-1" / "table.parquet"
    ),
    "its key is gone": lambda ledger: (ledger / "key.parquet").unlink(),
}


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM)
def test_without_a_whole_ledger_nothing_runs(room: Path, harm: Callable[[Path], None]) -> None:
    harm(room / "store" / "ledger")
    said = koppelkamer("run", "by-school", "--as", "otto", at=room)
    assert said.code == 1
    assert "the ledger of releases cannot be relied on" in said.err


def test_verify_notices_a_parcel_without_an_entry(room: Path) -> None:
    shutil.rmtree(room / "store" / "ledger" / "by-care-1")
    said = koppelkamer("verify", room, at=room)
    assert said.code == 1
    assert "by-care-1 left and has no entry" in said.err


def test_the_ledger_shows_nobody(room: Path) -> None:
    """No token that the room's other tables have, and no name, stands in it."""
    content = b"".join(path.read_bytes() for path in (room / "store" / "ledger").rglob("*.parquet"))
    assert b"police" not in content
    assert b"residents" not in content


EXTRACT = """kind = "extract"
environment = "de gesloten leeszaal"
[output.needs]
"residents.police" = "om te zien waar het water staat"
"""


def test_rows_leave_sealed_and_the_ledger_knows_who_is_in_them(approved: Path, tmp_path: Path) -> None:
    """Also where other parcels leave in clear; nothing of it goes to a partner without an address."""
    room, secret = Path(shutil.copytree(approved, tmp_path / "room")), tmp_path / "passphrase"
    (room / "requests" / "rows.toml").write_text(three.request("rows", "police", EXTRACT))
    said = koppelkamer("submit", "rows", "--as", "noor", at=room)
    assert said.code == 1 and "koppelkamer parcel key" in said.err
    secret.write_text("zes natte laarzen in mei")
    secret.chmod(0o600)
    opening = ("--passphrase-file", secret, "--json")
    address = koppelkamer("parcel", "key", "--out", "my.key", *opening, at=tmp_path).facts["address"]
    declared = (room / "room.toml").read_text()
    (room / "room.toml").write_text(declared.replace('id = "police"\n', f'id = "police"\nseal_to = "{address}"\n', 1))
    three.approve(room, "rows")
    ran = three.run(room, "rows")
    outcomes = {
        rule: found["outcome"] for rule, found in findings(room, "rows-1").items() if found["outcome"] != "PASS"
    }
    assert outcomes == {"D08": "NOT ASSESSABLE", "D09": "NOT ASSESSABLE", "B13": "WARN"}
    three.decide(room, "rows", ran)
    parcel = Path(three.do(room, "release", "rows").facts["parcel"])
    assert {path.name for path in parcel.iterdir()} == {"decision.json", "manifest.json", "manifest.sig", "payload.age"}
    key = ("--key", room / "keys" / "room.pub")
    koppelkamer("parcel", "open", parcel, "--identity", "my.key", *key, *opening, "--out", "opened", at=tmp_path)
    rows = pl.read_parquet(tmp_path / "opened" / "rows.parquet")
    assert rows.columns == ["pseudonym", "residents.police"]
    assert rows.height == rows["pseudonym"].n_unique() == sum(three.QUARTERS.values())
    assert rows["pseudonym"].is_sorted()
    assert rows["residents.police"].value_counts().sort("count")["count"].to_list() == [13, 33]
    assert pl.read_csv(tmp_path / "opened" / "rows.csv").equals(rows)
    told = (tmp_path / "opened" / "README.txt").read_text()
    assert "de gesloten leeszaal" in told and "om te zien waar het water staat" in told
    assert "table." not in told
    page = (room / "reports" / "rows-1" / "report.nl.html").read_text()
    assert "om te zien waar het water staat" in page and "de gesloten leeszaal" in page
    three.run(room, "by-school")
    later = findings(room, "by-school-1")
    assert [later[rule]["outcome"] for rule in ("D08", "D09")] == ["PASS", "PASS"]
    assert koppelkamer("verify", room, at=room).code == 0
