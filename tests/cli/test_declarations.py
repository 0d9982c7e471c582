"""Declarations out of a room that has gone its way, and into another: the same register rows."""

import shutil
import sqlite3
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from declare import load
from koppelkamer.room import RoomDeclaration
from register.declarations import Request
from tests.cli.shell import koppelkamer
from tests.journeys.second_room.way import Way

_ROWS: Final = {
    "register_room": "name, title, demo",
    "register_partner": "id, name, kind",
    "register_membership": "(SELECT username FROM register_person WHERE id = person_id), role, partner_id",
    "register_agreement": "id, title, starts, until, digest",
    "register_agreement_parties": "agreement_id, partner_id",
    "register_sharingtriple": "agreement_id, source, recipient_id, purpose",
    "register_agreementground": "agreement_id, source, law, document",
    "register_standingconsent": "digest, agreement_id, partner_id, purpose, columns, until, declared",
    "register_source": "id, title, owner_id, entity, digest",
    "register_version": "kind, name, digest, replaces, content",
}
_UNDECLARED: Final = ("dictionary.toml", "policy.toml", "models")
"""Not in the register: an own file of the room, of which plans have the digest."""


def rows(room: Path) -> dict[str, list[Any]]:
    with sqlite3.connect(room / "register.db") as register:
        where = {"register_version": " WHERE kind <> 'request'"}
        return {
            table: sorted(register.execute(f"SELECT {columns} FROM {table}{where.get(table, '')}"))  # noqa: S608 # ours
            for table, columns in _ROWS.items()
        }


@pytest.fixture(scope="module")
def room(way: Way, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return way.copy("released", tmp_path_factory.mktemp("declarations") / "room")


@pytest.fixture(scope="module")
def out(room: Path) -> Path:
    said = koppelkamer("declarations", "--out", room.parent / "out", "--json", at=room)
    assert said.facts["declarations"] == {"room": 1, "agreement": 1, "source": 2, "request": 1, "replaced": 0}
    return room.parent / "out"


def test_what_comes_out_makes_the_same_rows_in_an_empty_room(room: Path, out: Path) -> None:
    other = room.parent / "other"
    shutil.copytree(out, other)
    for name in _UNDECLARED:
        (shutil.copytree if (room / name).is_dir() else shutil.copy)(room / name, other / name)
    assert koppelkamer("declarations", "--out", room.parent / "again", at=other).code == 0
    assert rows(other) == rows(room)
    for path in ("room.toml", "agreements/afspraak-water.toml", "sources/tenants.toml"):
        assert (room.parent / "again" / path).read_text() == (out / path).read_text()
    assert load(out / "requests" / "wijken.toml", Request) == load(room / "requests" / "wijken.toml", Request)


def test_history_tells_each_version_with_its_day_and_what_people_did(out: Path) -> None:
    history = tomllib.loads((out / "history.toml").read_text())
    assert {(each["kind"], each["id"]) for each in history["versions"]} == {
        ("room", "second"), ("agreement", "afspraak-water"), ("source", "tenants"), ("source", "complaints"),
        ("request", "wijken"),
    }  # fmt: skip
    assert all(len(each["digest"]) == 64 and each["at"] and each["account"] for each in history["versions"])
    assert history["requests"] == [{"id": "wijken", "state": "completed"}]


def test_a_change_leaves_the_version_before_it_and_says_what_it_replaced(room: Path) -> None:
    path = room / "agreements" / "wateroverlast.toml"
    before = path.read_text()
    path.write_text(before.replace('title = "Afspraak over wateroverlast"', 'title = "Nieuwe afspraak"'))
    out = room.parent / "changed"
    assert koppelkamer("declarations", "--out", out, "--json", at=room).facts["declarations"]["replaced"] == 1
    (old,) = (out / "versions").iterdir()
    assert 'title = "Afspraak over wateroverlast"' in old.read_text()
    assert 'title = "Nieuwe afspraak"' in (out / "agreements" / "afspraak-water.toml").read_text()
    first, last = (
        each for each in tomllib.loads((out / "history.toml").read_text())["versions"] if each["kind"] == "agreement"
    )
    assert last["replaces"] == first["digest"]
    path.write_text(before)


def test_addresses_and_files_of_secrets_stay_at_home(room: Path) -> None:
    path = room / "room.toml"
    before = path.read_text()
    secret = '[notices]\nwebhook = "https://hooks.example/s3cret"\n'
    path.write_text(before + "\n" + secret)
    out = room.parent / "secretless"
    assert koppelkamer("declarations", "--out", out, at=room).code == 0
    assert load(out / "room.toml", RoomDeclaration).notices is None
    assert not any(b"s3cret" in each.read_bytes() for each in out.rglob("*.toml"))
    path.write_text(before)


WRONG = {
    "a folder that is there": (("--out", "reports"), "is there already"),
    "a day before anything": (("--out", "early", "--at", "2001-01-01"), "nothing was declared"),
}


@pytest.mark.parametrize(("options", "says"), WRONG.values(), ids=WRONG)
def test_what_is_not_written(room: Path, options: tuple[str, ...], says: str) -> None:
    said = koppelkamer("declarations", *options, at=room)
    assert (said.code, says in said.err) == (2, True)
    assert not (room / "early").exists()
