"""What a room takes in: sealed deliveries always, clear text where it may come."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.rooms import change, clear, one
from tests.cli.shell import koppelkamer
from tests.cli.test_bad_input import DONE, REFUSED, sealed_only
from tests.journeys.second_room.way import Way

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("room_of_sealed", [False, True], ids=["a room that takes both", "a room of sealed deliveries"])
def test_a_sealed_file_comes_in_also_where_clear_text_would_do(way: Way, tmp_path: Path, room_of_sealed: bool) -> None:
    room = way.copy("sealed", tmp_path / "room")
    (sealed_only if room_of_sealed else clear)(room)
    home = Path(shutil.copytree(way.delivery("complaints").parent, tmp_path / "waterschap"))
    declared = ("--source", room / "sources" / "complaints.toml", "--keys", "keys", "--passphrase-file", "passphrase")
    leaves = koppelkamer("encode", "complaints.tsv", *declared, "--out", "again.sealed", "--json", at=home).facts
    assert leaves["leaves"]["tokens"]["family_name"] > 0
    facts = koppelkamer("receive", "complaints", home / "again.sealed", "--json", at=room).facts
    assert one(room, "SELECT rows_kept FROM register_delivery") == facts["rows kept"] == leaves["rows kept"]
    told = json.loads((Path(facts["report"]) / "quality.json").read_text())
    assert (told["form"], told["rows"]["in"]["at_least"]) == ("sealed", leaves["rows in"])
    filled = {each["name"]: each["filled"] for each in told["columns"] if each["filled"] is not None}
    assert filled.keys() == leaves["leaves"]["tokens"].keys() | leaves["leaves"]["payload"].keys()
    assert all(least <= 1 <= most for least, most in [filled["family_name"]])
    assert "Waterschap" in (Path(facts["report"]) / "report.nl.html").read_text()


def test_the_same_file_under_another_declaration_takes_the_place_of_the_first(way: Way, tmp_path: Path) -> None:
    room = way.copy("received", tmp_path / "room")
    home = Path(shutil.copytree(way.delivery("tenants").parent, tmp_path / "corporatie"))
    for declared in (room / "sources" / "tenants.toml", home / "tenants.toml"):
        change(declared, 'title = "Huurders"', 'title = "Huurders in maart"')
    keys = ("--keys", "keys", "--passphrase-file", "passphrase")
    keys = (*keys, "--sign-with", "own", "--own-passphrase-file", "own-passphrase")
    sealed = home / "again.sealed"
    koppelkamer("encode", "tenants.tsv", "--source", "tenants.toml", *keys, "--out", sealed, "--json", at=home)
    assert koppelkamer("receive", "tenants", sealed, at=room).code == DONE
    assert one(room, "SELECT count(*) FROM register_delivery") == 2
    assert koppelkamer("receive", "tenants", sealed, at=room).code == REFUSED
