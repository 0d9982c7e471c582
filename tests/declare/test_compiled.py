"""What is compiled is kept where that can be done, under what it was made of; a broken place never stops it."""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

PLACE = "numba.core.config.CACHE_DIR"
SOURCE = """
import sys
from declare.compiled import compiler
import limits
from limits import MOST

@compiler(limits, sys.modules[__name__])
def least(number):
    return min(number, MOST)
"""


def loaded(folder: Path, most: int) -> ModuleType:
    """A module with a compiled function, and one whose constant is compiled in."""
    (folder / "loop.py").write_text(SOURCE)
    (folder / "limits.py").write_text(f"MOST = {most}\n")
    for name in ("limits", "loop"):
        spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
        assert spec and spec.loader
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def forget():
    yield
    for name in ("limits", "loop"):
        sys.modules.pop(name, None)


def kept(place: Path) -> list[Path]:
    return sorted(place.rglob("*.nbi"))


def test_a_constant_of_another_file_is_compiled_in_anew(tmp_path, monkeypatch):
    place = tmp_path / "place"
    monkeypatch.setattr(PLACE, str(place))
    # Python's own compiled files go by size and second, and both are the same here.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert loaded(tmp_path, 3).least(5) == 3
    assert loaded(tmp_path, 4).least(5) == 4
    assert len(kept(place)) == 2
    assert loaded(tmp_path, 3).least(5) == 3
    assert len(kept(place)) == 2


def test_what_cannot_be_read_is_compiled_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(PLACE, str(tmp_path))
    assert loaded(tmp_path, 3).least(5) == 3
    for index in kept(tmp_path):
        index.write_bytes(index.read_bytes()[:20])
    assert loaded(tmp_path, 3).least(5) == 3


@pytest.mark.parametrize("place", ["a file", "nothing"])
def test_where_nothing_can_be_kept_it_runs(tmp_path, monkeypatch, place):
    (tmp_path / "a file").touch()
    monkeypatch.setattr(PLACE, str(tmp_path / place / "under"))
    if place == "nothing":
        monkeypatch.setattr(Path, "mkdir", _refused)
    assert loaded(tmp_path, 3).least(5) == 3
    assert not kept(tmp_path)


def _refused(path: Path, *_: object, **__: object) -> None:
    raise PermissionError(13, os.strerror(13), str(path))
