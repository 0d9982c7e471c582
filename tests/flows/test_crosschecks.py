"""cross-checks.toml is read strictly, and no check reads a source that the file lists without a ground."""

import shutil
from pathlib import Path

import pytest

from declare import WrongInput
from flows.crosscheck import NotListed, _together
from koppelkamer.demo import population
from koppelkamer.room import Room, open_room

ROOM = Path(population.__file__).parent / "room"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(ROOM, tmp_path / "room")


def changed(folder: Path, old: str, new: str) -> Room:
    path = folder / "cross-checks.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return open_room(folder)


WRONG = {
    "an unknown key": ('purpose = "', 'purposes = "x"\npurpose = "', r"toml:6: unknown key purposes"),
    "two checks of one name": ('id = "inwoners-adressen"', 'id = "inwoners-dubbel"', "named twice"),
    "a check that would stop a delivery": ("fails_from = 0.002", 'severity = "stop"\nfails_from = 0.002', "severity"),
    "a threshold without a reason": ('reason = "een op de vijftig brieven zou terugkomen"', "", "missing key .*reason"),
}


@pytest.mark.parametrize(("old", "new", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_declaration_is_refused(folder: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(WrongInput, match=said):
        _ = changed(folder, old, new).cross_checks


def test_a_room_without_the_file_makes_no_cross_checks(folder: Path) -> None:
    (folder / "cross-checks.toml").unlink()
    with pytest.raises(WrongInput, match="declares no cross-checks"):
        _ = open_room(folder).cross_checks


def test_each_check_concerns_the_sources_it_reads(folder: Path) -> None:
    room = open_room(folder)
    assert _together(room, room.cross_checks) == {
        "inwoners-dubbel": {"residents"},
        "inkomens-inwoners": {"incomes", "residents"},
        "inwoners-adressen": {"residents", "addresses"},
        "inkomens-adressen": {"incomes", "addresses"},
    }


def test_a_source_without_a_ground_is_not_read(folder: Path) -> None:
    room = changed(folder, '[[sources]]\nid = "incomes"\nground = "AWR art. 67 lid 2"\n', "")
    with pytest.raises(NotListed, match="inkomens-inwoners reads incomes") as refused:
        _together(room, room.cross_checks)
    assert refused.value.exit_code == 1
