"""Who is restricted is in no run: in no source in which the same number occurs, and not by an earlier run either."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.deliveries import context_of
from flows.keyring import open_keyring
from koppelkamer.room import open_room
from tests.cli.rooms import flip, only, state
from tests.cli.shell import Said, koppelkamer
from tests.flows.persons import NUMBERS, PERSONS, decide, do, rows, run

pytestmark = pytest.mark.slow

USED = PERSONS - 13 - 13 - 1
ONE, OTHER = NUMBERS[31], NUMBERS[33]
"""Two who are used of both sources, as long as they are not restricted."""


@pytest.fixture(scope="module")
def home(asked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A room with an approved request, and beside it what the corporation has: its copy of the key, and lists."""
    folder = tmp_path_factory.mktemp("restrictions")
    shutil.copytree(asked, folder / "room")
    shutil.copy(asked / "sources" / "residents.toml", folder)
    key = ("--out", folder / "keys", "--passphrase-file", folder / "secret")
    do(folder / "room", "key", "export", "--partner", "corporatie", *map(str, key))
    seal(folder, "one", [ONE])
    seal(folder, "both", [ONE, OTHER])
    seal(folder, "lift", [ONE])
    seal(folder, "delivery", [ONE], restriction=False)
    shutil.copy(folder / "one.sealed", folder / "broken.sealed")
    flip(folder / "broken.sealed", 0.9)
    return folder


def seal(folder: Path, name: str, numbers: Sequence[str], *, restriction: bool = True) -> None:
    found = sealed(folder, name, numbers, restriction=restriction)
    assert found.code == 0, found.err or found.out


def sealed(folder: Path, name: str, numbers: Sequence[str], *, restriction: bool = True) -> Said:
    lines = [",".join(row) for row in rows() if row[0] in numbers]
    (folder / f"{name}.csv").write_text("\n".join(["bsn,age,kind,moved,quarter", *lines, ""]))
    here = ("--source", "residents.toml", "--keys", "keys", "--passphrase-file", "secret", "--out", f"{name}.sealed")
    marked = ("--restriction",) if restriction else ()
    return koppelkamer("encode", f"{name}.csv", *here, *marked, "--json", at=folder)


@pytest.fixture
def fresh(home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(home, tmp_path / "home")) / "room"


def restrict(room: Path, name: str, *more: str, by: str = "quinten", source: str = "residents") -> Said:
    said = ("restrict", source, room.parent / f"{name}.sealed", "--as", by, "--json")
    return koppelkamer(*said, *(more or ("--reason", "Betwist.")), at=room)


def seen(room: Path, release: str) -> dict[str, int]:
    """Source → rows that linkage saw."""
    opened = open_room(room)
    path = opened.store / "runs" / release / "entities.parquet"
    entities = open_keyring(opened).vault("runs").read(path, context_of(opened, path))
    return dict(entities["source"].value_counts().iter_rows())


def told(room: Path, release: str) -> Any:
    return json.loads(only(room, f"reports/{release}/facts.json").read_bytes())["restricted"]


def test_a_restricted_person_is_in_no_source_of_any_later_run_until_it_is_lifted(fresh: Path) -> None:
    """And what was decided before is not released with them in it."""
    decide(fresh, run(fresh))
    assert seen(fresh, "quarters-1") == {"residents": USED, "visits": 60}
    assert restrict(fresh, "both").facts["persons"] == "fewer than 10"

    late = koppelkamer("release", "quarters", "--json", at=fresh)
    assert late.code == 1
    assert "were restricted since it was run" in late.out
    assert not (fresh / "parcels" / "quarters-1").exists()

    assert run(fresh).code in (0, 1)
    assert seen(fresh, "quarters-2") == {"residents": USED - 2, "visits": 58}
    assert restrict(fresh, "lift", "--lift", "--reason", "Rechtgezet.").code == 0
    assert run(fresh).code in (0, 1)
    assert seen(fresh, "quarters-3") == {"residents": USED - 1, "visits": 59}
    assert told(fresh, "quarters-1") == told(fresh, "quarters-2") == told(fresh, "quarters-3") == [0, 9]
    check_nothing_is_told(fresh)


def check_nothing_is_told(room: Path) -> None:
    """The log says who did it and why; neither log, register nor report holds a number or a token."""
    log = (room / "audit" / "audit.jsonl").read_text()
    assert log.count('"restricted"') == log.count('"restriction lifted"') == 1
    assert "Betwist." in log
    opened = open_room(room)
    tokens = pl.concat(
        open_keyring(opened).vault("restrictions").read(path, context_of(opened, path))["token"]
        for path in sorted((opened.store / "restrictions").glob("*.parquet"))
    )
    secrets = [ONE.encode(), OTHER.encode(), *tokens, *(token.hex().encode() for token in tokens)]
    assert len(secrets) == 2 + 2 * 3
    files = [path for path in room.rglob("*") if path.is_file() and path.suffix not in (".csv", ".sealed")]
    assert not [path for path in files for secret in secrets if secret in path.read_bytes()]


REFUSED: dict[str, tuple[str, str, tuple[str, ...], str]] = {
    "a list of another source": ("one", "visits", ("--reason", "x"), "this is a delivery of residents, not of visits"),
    "a delivery": ("delivery", "residents", ("--reason", "x"), "and no list of persons who are restricted"),
    "a broken seal": ("broken", "residents", ("--reason", "x"), ""),
    "no such file": ("none", "residents", ("--reason", "x"), "does not exist"),
    "no such source": ("one", "nothing", ("--reason", "x"), "declares no such source"),
    "no reason": ("one", "residents", ("--reason", " "), "recorded with reasons"),
    "an end that is past": ("one", "residents", ("--reason", "x", "--until", "2020-01-01"), "cannot end on 2020-01-01"),
    "nobody to lift": ("one", "residents", ("--reason", "x", "--lift"), "has not restricted; nothing was lifted"),
}


@pytest.mark.parametrize(("name", "source", "more", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_leaves_everything_as_it_was(
    home: Path, name: str, source: str, more: tuple[str, ...], said: str
) -> None:
    room = home / "room"
    before = kept(room)
    by = "pia" if source == "visits" else "quinten"
    found = restrict(room, name, *more, by=by, source=source)
    assert found.code in (1, 2)
    assert said in found.out
    assert ONE not in found.out + found.err
    assert kept(room) == before


def kept(room: Path) -> tuple[dict[str, Any], list[Any]]:
    with sqlite3.connect(room / "register.db") as register:
        return state(room), register.execute("SELECT * FROM register_restriction").fetchall()


def test_only_the_holder_of_the_source_restricts(home: Path) -> None:
    found = restrict(home / "room", "one", "--reason", "x", by="otto")
    assert found.code == 1
    assert "is here for: data_steward of corporatie, data_owner of corporatie" in found.out


def test_a_list_is_no_delivery(home: Path) -> None:
    before = kept(home / "room")
    found = koppelkamer("receive", "residents", home / "one.sealed", "--json", at=home / "room")
    assert found.code == 1
    assert "no delivery" in found.out
    assert kept(home / "room") == before


EMPTY: dict[str, Callable[[str], str]] = {
    "nobody": lambda _: "bsn,age,kind,moved,quarter\n",
    "nobody with a number": lambda row: f"bsn,age,kind,moved,quarter\n{row}\n{row.replace(ONE, '')}\n",
}


@pytest.mark.parametrize("make", EMPTY.values(), ids=EMPTY)
def test_a_list_that_does_not_name_everybody_is_refused(fresh: Path, make: Callable[[str], str]) -> None:
    (row,) = (",".join(row) for row in rows() if row[0] == ONE)
    (fresh.parent / "empty.csv").write_text(make(row))
    here = ("--source", "residents.toml", "--keys", "keys", "--passphrase-file", "secret", "--out", "empty.sealed")
    made = koppelkamer("encode", "empty.csv", *here, "--restriction", "--json", at=fresh.parent)
    found = made if made.code else restrict(fresh, "empty")
    assert found.code in (1, 2)
    assert not list((fresh / "store").glob("restrictions/*.parquet"))


def test_a_list_that_is_gone_stops_every_run_and_counts_once(fresh: Path) -> None:
    assert restrict(fresh, "one", "--reason", "x", "--until", "2090-01-01").code == 0
    again = restrict(fresh, "one")
    assert (again.code, "came in before" in again.out) == (1, True)
    only(fresh, "store/restrictions/*.parquet").unlink()
    found = run(fresh)
    assert found.code == 2
    assert "does not exist" in found.out
