"""Package names are generic, so each must resolve inside this repository; and light rooms stay light."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.walls.test_types import ROOMS, ROOT

HEAVY = ("great_expectations", "recordlinkage", "prefect", "django", "pandas", "sklearn")
LIGHT = ("declare", "intake", "expectations", "pseudonymise", "linkage", "gate", "audit", "koppelkamer.cli")


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_resolves_inside_the_repository(room: str) -> None:
    spec = importlib.util.find_spec(room)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).is_relative_to(ROOT)


@pytest.mark.parametrize("room", LIGHT)
def test_a_light_import_loads_nothing_heavy(room: str) -> None:
    program = f"import {room}, sys; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_linkage_imports_with_the_keys_unimportable() -> None:
    program = "import sys; sys.modules['pseudonymise.keys'] = None; import linkage"
    subprocess.run([sys.executable, "-c", program], check=True)
