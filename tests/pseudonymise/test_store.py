"""Stored deliveries: what opens, and why the rest does not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from declare import Refusal, WrongInput
from pseudonymise.keys import DomainKeys, RoomKeys
from pseudonymise.manifest import Damaged
from pseudonymise.protect import protect
from pseudonymise.rekey import rekey
from pseudonymise.store import open_aside, open_protected, save_protected
from pseudonymise.vault import Unreadable
from tests.pseudonymise.conftest import DAY, domain, extract, new_store


@pytest.fixture
def stored(keys: DomainKeys, room: RoomKeys, tmp_path: Path) -> Path:
    save_protected([rekey(protect(extract(), keys), room)], room, tmp_path, "room/residents")
    return tmp_path


def test_what_is_stored_opens(stored: Path, keys: DomainKeys, room: RoomKeys) -> None:
    expected = rekey(protect(extract(), keys), room)
    table = open_protected(room, stored, "room/residents")
    assert table.table.equals(expected.table.table)
    assert (table.key_id, table.fields, table.once) == (room.key_id, expected.table.fields, True)
    assert open_aside(room, stored, "room/residents").table.equals(expected.aside.table)
    assert sorted(path.name for path in stored.iterdir()) == [
        "aside-00001.parquet", "manifest.json", "protected-00001.parquet",
    ]  # fmt: skip


def replace_in(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))


DAMAGES: dict[str, tuple[Callable[[Path], object], type[Refusal]]] = {
    "manifest gone": (lambda folder: (folder / "manifest.json").unlink(), WrongInput),
    "table gone": (lambda folder: (folder / "protected-00001.parquet").unlink(), Damaged),
    "table swapped": (
        lambda folder: (folder / "aside-00001.parquet").replace(folder / "protected-00001.parquet"),
        Damaged,
    ),
    "manifest changed": (lambda folder: replace_in(folder / "manifest.json", b'"once":true', b'"once":false'), Damaged),
    "manifest no JSON": (lambda folder: (folder / "manifest.json").write_text("{"), Damaged),
    "one byte": (lambda folder: replace_in(folder / "protected-00001.parquet", b"PARE", b"PARF"), Damaged),
}


@pytest.mark.parametrize(("damage", "refusal"), DAMAGES.values(), ids=DAMAGES)
def test_a_changed_store_does_not_open(
    stored: Path, room: RoomKeys, damage: Callable[[Path], object], refusal: type[Refusal]
) -> None:
    damage(stored)
    with pytest.raises(refusal):
        open_protected(room, stored, "room/residents")


def test_a_delivery_in_the_place_of_another(stored: Path, room: RoomKeys) -> None:
    with pytest.raises(Unreadable):
        open_protected(room, stored, "room/incomes")


def test_the_room_without_its_key(stored: Path, room: RoomKeys, tmp_path: Path) -> None:
    own = new_store(tmp_path / "keys")
    own.add_domain(domain())
    with pytest.raises(Damaged):
        open_protected(own.room("reports", day=DAY), stored, "room/residents")
