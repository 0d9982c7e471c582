"""The bias run reads a protected attribute only where the agreement declares a ground for it."""

import shutil
from pathlib import Path
from typing import Any

import pytest

import koppelkamer.demo
from flows.bias import Inputs, questions_of
from koppelkamer.room import Room, open_room
from tests.gate.policies import signed

DEMO = Path(koppelkamer.demo.__file__).parent / "room"
GROUND = "convenant.toml"


class NoKeys:
    """Whoever asks this key ring for a key has tried to decrypt."""

    @property
    def room_keys(self) -> Any:
        raise PermissionError


def room(folder: Path, *, ground: bool) -> Room:
    shutil.copytree(DEMO, folder / "room")
    path = folder / "room" / "agreements" / GROUND
    text = path.read_text(encoding="utf-8")
    assert "[[bias]]" in text
    before, _, after = text.partition("[[bias]]")
    path.write_text(text if ground else before + after.partition("\n\n")[2], encoding="utf-8")
    return open_room(folder / "room")


def inputs(opened: Room) -> Inputs:
    deliveries = dict.fromkeys(("reports", "residents", "incomes"), "0" * 64)
    return Inputs(opened.request("meldingen"), (), deliveries, signed())


def test_without_a_ground_nothing_is_decrypted_and_the_attribute_is_named(tmp_path: Path) -> None:
    opened = room(tmp_path, ground=False)
    asked = questions_of(opened, NoKeys(), inputs(opened))  # type: ignore[arg-type]
    assert asked.aside == {}
    assert asked.without_ground == ("nationality",)
    assert "religion" in asked.not_assessable
    assert "nationality" not in asked.not_assessable


def test_with_a_ground_it_is(tmp_path: Path) -> None:
    opened = room(tmp_path, ground=True)
    with pytest.raises(PermissionError):
        questions_of(opened, NoKeys(), inputs(opened))  # type: ignore[arg-type]


def test_the_step_is_that_of_the_policy(tmp_path: Path) -> None:
    opened = room(tmp_path, ground=False)
    asked = questions_of(opened, NoKeys(), inputs(opened))  # type: ignore[arg-type]
    assert (asked.step, asked.minimum_group) == (0.1, 30)
    without = Inputs(opened.request("meldingen"), (), {"reports": "0" * 64}, signed(("B04",)))
    assert questions_of(opened, NoKeys(), without).step is None  # type: ignore[arg-type]
