"""A domain's limit asks for what was shown of every kind of name that the room's sources have."""

import shutil
from pathlib import Path

import pytest

from flows.keys import init
from koppelkamer.room import Room, open_room
from pseudonymise.attack.plan import Plan
from pseudonymise.attack.shown import NotShown, kept_for, write_result
from tests.pseudonymise.attack.test_bench import harmless

SECOND = Path(__file__).parents[1] / "journeys" / "second_room"
SOURCES = {"only surnames": ({}, "surname"), "full names": ({"first_name": "family_name"}, "full_name")}


@pytest.mark.parametrize(("fields", "kind"), SOURCES.values(), ids=SOURCES)
def test_no_key_is_made_of_what_was_not_shown(tmp_path: Path, fields: dict[str, str], kind: str) -> None:
    room = limited(tmp_path / "room", fields)
    if kind == "full_name":
        write_result(harmless(Plan(id="full")), kept_for("standard", "surname", room.folder))
    with pytest.raises(NotShown, match=f"of fields of kind {kind}"):
        init(room)
    assert not room.keystore.exists()


def limited(folder: Path, fields: dict[str, str]) -> Room:
    """The second room with a limit, and with other names for its fields."""
    shutil.copytree(SECOND, folder)
    declared = folder / "room.toml"
    declared.write_text(declared.read_text().replace("[domain]\n", "[domain]\nlimit = 0.5\n", 1))
    tenants = folder / "sources" / "tenants.toml"
    text = tenants.read_text()
    for name, instead in fields.items():
        text = text.replace(f'field = "{name}"', f'field = "{instead}"')
    tenants.write_text(text)
    return open_room(folder)
