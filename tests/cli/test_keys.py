"""The life of a room's keys through the commands: rotation, destruction, restored backups, wrong tries."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from audit import Log
from flows.deliveries import context_of
from flows.keyring import open_keyring
from koppelkamer.room import open_room
from tests.cli.rooms import HEADER, ROW, change, clear, state
from tests.cli.shell import Said, koppelkamer
from tests.journeys.second_room.way import Way
from tests.journeys.test_second_room import typed
from tests.pseudonymise.softhsm import CONFIGURATION, PIN, softhsm

pytestmark = pytest.mark.slow

DONE, REFUSED, WRONG = range(3)
NEXT = ("room.toml", 'id = "wateroverlast"', 'id = "wateroverlast"\nversion = 2')


def declare_next(room: Path) -> None:
    change(room / NEXT[0], *NEXT[1:])


def states(room: Path) -> dict[int, str]:
    return {key["version"]: key["state"] for key in koppelkamer("key", "status", "--json", at=room).facts["keys"]}


def logged(room: Path, name: str) -> list[Mapping[str, Any]]:
    """The fields of every event of that name in the audit log."""
    entries = Log(room / "audit" / "audit.jsonl", "audit").entries()
    return [entry.event.fields for entry in entries if entry.event.name == name]


def refused(said: Said, *parts: str, code: int = REFUSED) -> None:
    assert (said.code, said.out) == (code, ""), said
    assert "way out: " in said.err
    for part in parts:
        assert part in said.err


def test_only_suppliers_get_a_copy_and_deliver(way: Way, tmp_path: Path) -> None:
    room = way.copy("declared", tmp_path / "room")
    clear(room, [HEADER, ROW])
    change(room / "room.toml", '["supplier", "linkage-unit", "recipient"]', '["linkage-unit", "recipient"]')
    assert koppelkamer("key", "init", at=room).code == DONE
    (key,) = koppelkamer("key", "status", "--json", at=room).facts["keys"]
    assert key["parties"] == {"waterschap": ["linkage-unit", "recipient"], "corporatie": ["supplier"]}
    export = ("--partner", "waterschap", "--out", "copy", "--passphrase-file", "copied")
    refused(koppelkamer("key", "export", *export, at=room), "waterschap is no supplier")
    refused(koppelkamer("receive", "complaints", "bad.tsv", at=room), "waterschap is no supplier")


def test_a_rotation(way: Way, tmp_path: Path) -> None:
    """Copies first, then the switch. What was decided under the retired key leaves; what came in comes again."""
    room, copy = way.copy("decided", tmp_path / "room"), tmp_path / "copy"
    shutil.copytree(way.folder / "corporatie", copy, ignore=shutil.ignore_patterns("keys", "*.sealed"))
    declare_next(room)
    assert koppelkamer("key", "rotate", "--json", at=room).facts["state"] == "pre-active"
    (own,) = (facts["public key"] for typed, facts in way.said.items() if typed.startswith("key request"))
    export = ("--partner", "corporatie", "--out", copy / "keys", "--passphrase-file", copy / "passphrase")
    assert koppelkamer("key", "export", *export, "--public-key", own, "--json", at=room).facts["version"] == 2
    here = ("--source", "tenants.toml", "--keys", "keys", "--passphrase-file", "passphrase")
    assert koppelkamer("encode", "tenants.tsv", *here, "--out", "room.sealed", at=copy).code == DONE
    here = (*here, "--sign-with", "own", "--own-passphrase-file", "own-passphrase")
    assert koppelkamer("encode", "tenants.tsv", *here, "--out", "tenants.sealed", at=copy).code == DONE
    refused(koppelkamer("receive", "tenants", copy / "tenants.sealed", at=room), "version 2", "works with", "version 1")
    assert states(room) == {1: "active", 2: "pre-active"}

    assert koppelkamer("key", "activate", "--json", at=room).facts["retired"] == [1]
    refused(koppelkamer("receive", "tenants", way.delivery("tenants"), at=room), "version 1", "works with", "version 2")
    # Whoever made the copy can sign with its key, but not with the one the partner made itself.
    refused(koppelkamer("receive", "tenants", copy / "room.sealed", at=room), "tenants by corporatie does not hold")
    assert koppelkamer("receive", "tenants", copy / "tenants.sealed", at=room).code == DONE
    refused(koppelkamer("train", "complaints-tenants", at=room), "complaints", "another version of the key")
    assert koppelkamer("release", "wijken", at=room).code == DONE
    assert states(room) == {1: "retired", 2: "active"}
    said = [(fields["action"], fields["version"]) for fields in logged(room, "key changed")]
    assert said[-3:] == [("rotate", 2), ("export", 2), ("activate", 2)]


def test_destroyed_is_destroyed_whatever_is_restored(way: Way, tmp_path: Path) -> None:
    """The folder of keys alone opens nothing; with the wrapping keys too, the audit log still remembers."""
    room, before = way.copy("decided", tmp_path / "room"), tmp_path / "backup"
    shutil.copytree(room, before)
    facts = koppelkamer("key", "destroy", "--reason", "Het doel is bereikt.", "--json", at=room).facts
    assert facts["copies"] == ["corporatie", "waterschap"]
    (fields,) = [fields for fields in logged(room, "key changed") if fields["action"] == "destroy"]
    assert (fields["digest"], fields["reason"]) == (facts["record"], "Het doel is bereikt.")
    refused(koppelkamer("release", "wijken", at=room), "wateroverlast version 1 was destroyed")
    for part in ("keys", "wrapping"):
        shutil.rmtree(room / part)
        shutil.copytree(before / part, room / part)
        refused(koppelkamer("release", "wijken", at=room), "wateroverlast version 1 was destroyed")
    assert koppelkamer("verify", ".", at=room).code == DONE


def test_wrong_three_times(way: Way, tmp_path: Path) -> None:
    room = way.copy("keyed", tmp_path / "room")
    change(room / "room.toml", 'passphrase_file = "keys/passphrase"', "")
    screen = typed(["key", "status"], ["een", "twee", "drie"], at=room)
    assert "wrong three times" in screen
    assert not any(word in screen for word in ("een", "drie", "Traceback"))
    change(room / "room.toml", 'path = "keys"', 'path = "keys"\npassphrase_file = "keys/passphrase"')
    assert koppelkamer("key", "sign", at=room).code == DONE
    assert logged(room, "key store refused") == [{"key": "wateroverlast"}] * 3


def test_a_room_on_a_hardware_module(way: Way, tmp_path: Path) -> None:
    """Made, used, and destroyed beyond a backup of the whole room: the token is elsewhere."""
    (tmp_path / "hsm").mkdir()
    (token,) = softhsm(tmp_path / "hsm", "kamer")
    room, pin = way.copy("declared", tmp_path / "room"), tmp_path / "pin"
    pin.write_text(PIN)
    pin.chmod(0o600)
    kind = f'kind = "pkcs11"\nlibrary = "{token.library}"\ntoken = "kamer"\npassphrase_file = "{pin}"'
    change(room / "room.toml", 'passphrase_file = "keys/passphrase"', kind)

    def here(*arguments: object) -> Said:
        return koppelkamer(*arguments, at=room, environment={CONFIGURATION: str(tmp_path / "hsm" / "softhsm2.conf")})

    assert here("key", "init", "--json").facts["wrapping keys"] == "token kamer"
    assert not (room / "wrapping").exists()
    shutil.copytree(room, tmp_path / "backup")
    pin.write_text("0000")
    refused(here("key", "sign"), "token kamer refused the PIN")
    pin.write_text(PIN)
    assert here("key", "destroy", "--reason", "Proef voorbij.").code == DONE
    shutil.rmtree(room)
    shutil.copytree(tmp_path / "backup", room)
    assert here("key", "status", "--json").facts["keys"][0]["state"] == "destroyed"
    screens = "".join(path.read_text(errors="replace") for path in room.rglob("*") if path.is_file())
    assert PIN not in screens


def test_what_leaves_holds_no_token_of_the_room(way: Way) -> None:
    """A release is re-keyed by holding none: cells are counted from record tokens, and none of these goes along."""
    room, parcel = open_room(way.room), way.room / "parcels" / "wijken-1"
    lineage = room.store / "runs" / "wijken-1" / "lineage.parquet"
    records = open_keyring(room).vault("runs").read(lineage, context_of(room, lineage))["record"].unique()
    assert records.len() > 100
    assert pl.Binary not in pl.read_parquet_schema(parcel / "table.parquet").values()
    contents = [path.read_bytes() for path in parcel.iterdir()]
    forms = [form for record in records for form in (record, record.hex().encode())]
    assert not [form for form in forms if any(form in content for content in contents)]


@dataclass(frozen=True)
class Case:
    stage: str
    command: str
    code: int
    says: tuple[str, ...]
    harm: Callable[[Path], object] = lambda room: None


def domain_changed(room: Path) -> None:
    change(room / "room.toml", 'purpose = "wateroverlast"', 'purpose = "iets anders"')


def wrapping_lost(room: Path) -> None:
    (room / "wrapping" / "keys.json").unlink()


def no_module(room: Path) -> None:
    change(room / "room.toml", 'passphrase_file = "keys/passphrase"', 'passphrase_file = "pin"')
    change(room / "room.toml", 'path = "keys"', 'kind = "pkcs11"\nlibrary = "nergens.so"\ntoken = "kamer"')
    (room / "pin").touch(mode=0o600)


def declared(extra: str) -> Callable[[Path], object]:
    return lambda room: change(room / "room.toml", 'path = "keys"', f'path = "keys"\n{extra}')


CASES = {
    "a domain changed after it was signed": Case(
        "received", "train complaints-tenants", REFUSED, ("otherwise than it was signed", "key rotate"), domain_changed
    ),
    "the wrapping keys are not there": Case("keyed", "key status", WRONG, ("keys.json is missing",), wrapping_lost),
    "wrapping keys among what they wrap": Case(
        "keyed", "key status", WRONG, ("keep the two apart",), declared('wrapping = "keys/wrapping.json"')
    ),
    "a hardware module without a token": Case(
        "declared", "key init", WRONG, ("library and token",), declared('kind = "pkcs11"')
    ),
    "a hardware module that is not there": Case(
        "declared", "key init", WRONG, ("gives no token",),
        no_module,
    ),
    "the next version, not declared": Case("keyed", "key rotate", REFUSED, ("Set version = 2",)),
    "a version that was not made": Case("keyed", "key activate", WRONG, ("no key",), declare_next),
    "in use already": Case("keyed", "key activate", REFUSED, ("is active and cannot become active",)),
    "a public key that is none": Case(
        "keyed", "key export --partner corporatie --out copy --passphrase-file pass --public-key 00ff", WRONG,
        ("no public key", "64 hex digits"),
    ),
    "destroying without a reason": Case("keyed", "key destroy", WRONG, ("--reason",)),
    "destroying what is not there": Case("keyed", "key destroy --version 9 --reason x", WRONG, ("no key",)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_refused_changes_nothing(way: Way, tmp_path: Path, case: Case) -> None:
    room = way.copy(case.stage, tmp_path / "room")
    case.harm(room)
    before = state(room)
    refused(koppelkamer(*case.command.split(), at=room), *case.says, code=case.code)
    assert state(room) == before
