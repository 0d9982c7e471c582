"""A long run that is killed goes on from what it had finished, and comes to the very same files."""

import signal
import subprocess
import sys
from errno import ENOSPC
from importlib import import_module
from pathlib import Path
from shutil import copytree
from typing import Any

import polars as pl
import pytest

from declare import Fault, load
from linkage import Model, link_files, workbench
from linkage.score import Scorer
from linkage.unfinished import FOLDER
from tests.linkage.test_workbench import MODEL, contents, people

candidates = import_module("linkage.block.candidates")

KILLED = """
import os, signal, sys
from importlib import import_module
from pathlib import Path
from declare import load
from linkage import Model, link_files, workbench

workbench.LONG = 0
import_module("linkage.block.candidates").CHUNK = 400

def info(sentence, *counts):
    if sentence.endswith("shards scored") and counts[0] == 3:
        os.kill(os.getpid(), signal.SIGKILL)

workbench.LOG.info = info
left, right, model, out = map(Path, sys.argv[1:])
link_files(left, right, load(model, Model), out)
"""


def written(folder: Path) -> tuple[Path, Path, Path]:
    left, right, model = folder / "left.csv", folder / "right.csv", folder / "model.toml"
    people(200).write_csv(left)
    people(300).rename({"given_name": "voornaam"}).reverse().write_csv(right)
    model.write_text(MODEL.replace('right_format = "%d/%m/%Y"\n', ""))
    return left, right, model


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    return written(tmp_path)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a process leaves that is killed after its third shard."""
    folder = tmp_path_factory.mktemp("killed")
    out = folder / "out"
    ended = subprocess.run([sys.executable, "-c", KILLED, *map(str, written(folder)), str(out)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert len(shards(out)) == 3
    return out


def shards(out: Path) -> list[Path]:
    return sorted(out.rglob("*-*.parquet"))


@pytest.fixture
def long(monkeypatch):
    """Every run is a long one, in shards of a few hundred pairs."""
    monkeypatch.setattr(workbench, "LONG", 0)
    monkeypatch.setattr(candidates, "CHUNK", 400)


@pytest.fixture
def scored(monkeypatch) -> list[tuple[int, int]]:
    """Left records of the shards that are scored from now on."""
    seen: list[tuple[int, int]] = []
    original = Scorer.shard
    monkeypatch.setattr(Scorer, "shard", lambda self, blocks, rows: seen.append(rows) or original(self, blocks, rows))
    return seen


def run(files: tuple[Path, Path, Path], out: Path, **given: Any) -> dict[str, bytes]:
    link_files(files[0], files[1], load(files[2], Model), out, **given)
    return contents(out)


def test_a_killed_run_goes_on_and_comes_to_the_same_bytes(tmp_path, files, killed, long, scored, monkeypatch):
    copytree(killed, tmp_path / "out")
    assert not (tmp_path / "out" / "links.parquet").exists()
    whole = run(files, tmp_path / "whole")
    every, scored[:] = list(scored), []
    monkeypatch.setattr(workbench, "fit", lambda *_: pytest.fail("the model was fitted already"))
    assert run(files, tmp_path / "out") == whole
    assert scored == every[3:]
    assert not (tmp_path / "out" / FOLDER).exists()


@pytest.mark.parametrize("place", ["unfinished/thesis.txt", f"{FOLDER}/thesis.txt", f"{FOLDER}/mine/thesis.txt"])
def test_a_folder_of_the_users_own_stays(tmp_path, files, long, place):
    own, left_behind = tmp_path / "out" / place, tmp_path / "out" / FOLDER / ("0" * 32) / "0-9.parquet"
    for path in (own, left_behind):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    link_files(files[0], files[1], load(files[2], Model), tmp_path / "out")
    assert own.read_text() == "mine"
    assert not left_behind.parent.exists()


def test_shards_make_no_difference_to_the_result(tmp_path, files, long, monkeypatch):
    in_shards = run(files, tmp_path / "shards")
    monkeypatch.undo()
    assert run(files, tmp_path / "whole") == in_shards


def spoil_shard(left_behind: list[Path], _: tuple[Path, Path, Path]) -> None:
    left_behind[0].write_bytes(left_behind[0].read_bytes()[:-9])


def other_file(_: list[Path], files: tuple[Path, Path, Path]) -> None:
    people(200).reverse().write_csv(files[0])


def other_model(_: list[Path], files: tuple[Path, Path, Path]) -> None:
    files[2].write_text(files[2].read_text().replace("one_to_one =", "seed = 7\none_to_one ="))


SPOILT = {
    "a shard that cannot be read": (spoil_shard, 1),
    "another file under the same name": (other_file, 3),
    "another model": (other_model, 3),
}


@pytest.mark.parametrize(("spoil", "again"), SPOILT.values(), ids=SPOILT)
def test_what_no_longer_fits_is_made_again(tmp_path, files, killed, long, scored, spoil, again):
    copytree(killed, tmp_path / "out")
    spoil(shards(tmp_path / "out"), files)
    went_on = run(files, tmp_path / "out")
    first, scored[:] = list(scored), []
    assert run(files, tmp_path / "whole") == went_on
    assert len(scored) - len(first) == 3 - again


def test_another_program_begins_anew(tmp_path, files, killed, long, scored):
    copytree(killed, tmp_path / "out")
    went_on = run(files, tmp_path / "out", program="2.0+0123456789ab")
    again, scored[:] = list(scored), []
    assert run(files, tmp_path / "whole") == went_on
    assert again == scored


def test_a_full_disk_is_told_and_the_finished_shards_stay(tmp_path, files, long, scored, monkeypatch):
    write = pl.DataFrame.write_parquet

    def until_full(table: pl.DataFrame, path: Path) -> None:
        if len(scored) > 2:
            raise OSError(ENOSPC, "")
        write(table, path)

    with monkeypatch.context() as patch, pytest.raises(Fault, match="disk is full"):
        patch.setattr(pl.DataFrame, "write_parquet", until_full)
        run(files, tmp_path / "out")
    assert len(shards(tmp_path / "out")) == 2
    assert not list(tmp_path.rglob("*.part"))
    tried, scored[:] = list(scored), []
    went_on = run(files, tmp_path / "out")
    assert scored[0] == tried[2]
    assert went_on == run(files, tmp_path / "whole")


def test_a_given_model_is_not_kept_but_used(tmp_path, files, long):
    fitted = link_files(files[0], files[1], load(files[2], Model), tmp_path / "one").fitted
    assert run(files, tmp_path / "two", fitted=fitted) == contents(tmp_path / "one")
