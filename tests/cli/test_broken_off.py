"""Stopped in the middle, by a full disk or Ctrl-C: the room is as before, and the same command then works."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.rooms import CANARY, HEADER, ROW, clear, flip, one, only, state
from tests.cli.shell import PROGRAM, koppelkamer
from tests.cli.test_bad_input import DONE, FAULT, REFUSED, clear_message
from tests.journeys.second_room.way import Way

pytestmark = pytest.mark.slow


STATE = "SELECT state FROM register_request WHERE id = 'wijken'"
DELIVERIES = "SELECT count(*) FROM register_delivery"
RUNS = "SELECT group_concat(state, ', ') FROM (SELECT state FROM register_run ORDER BY started_at)"


FULL = {
    "tables do not fit": (30_000, 50_000, "could not be written"),
    "the register does not": (10, -65_536, "Make room"),
}


@pytest.mark.parametrize(("rows", "beyond", "says"), FULL.values(), ids=FULL)
def test_a_full_disk_leaves_no_half_delivery(way: Way, tmp_path: Path, rows: int, beyond: int, says: str) -> None:
    room = way.copy("received", tmp_path / "room")
    clear(room, [HEADER, *many(rows)])
    before = state(room)
    largest = (room / "register.db").stat().st_size + beyond
    said = koppelkamer("receive", "complaints", "bad.tsv", at=room, largest=largest)
    assert said.code == FAULT
    clear_message(said, says)
    assert not list(room.rglob("*.part"))
    assert one(room, DELIVERIES) == 2
    assert {name: content for name, content in state(room).items() if name in before} == before
    assert koppelkamer("receive", "complaints", "bad.tsv", at=room).code == DONE
    assert one(room, DELIVERIES) == 3


def many(rows: int) -> list[str]:
    """Complaints of as many persons, whose names do not compress away."""
    named = enumerate(suffixes(rows))
    return [ROW.replace("K1", f"K{row}").replace(CANARY, CANARY + suffix) for row, suffix in named]


def suffixes(count: int) -> list[str]:
    """Four letters each, all different."""
    return ["".join("abcdefghijklmnop"[row >> shift & 15] for shift in (0, 4, 8, 12)) for row in range(count)]


@pytest.mark.parametrize(
    ("stage", "command"),
    [("sealed", "receive complaints bad.tsv"), ("approved", "run wijken --as otto")],
    ids=["receiving", "running"],
)
def test_ctrl_c_leaves_the_room_as_it_was(way: Way, tmp_path: Path, stage: str, command: str) -> None:
    room = way.copy(stage, tmp_path / "room")
    if stage == "sealed":
        clear(room, [HEADER, ROW])
    before = state(room)
    code, err = stopped(command.split(), at=room)
    assert code == FAULT, err
    assert "stopped by you" in err
    assert "Traceback" not in err
    assert not list(room.rglob("*.part"))
    if stage == "sealed":
        assert state(room) == before
    else:
        assert one(room, STATE) == "scheduled"
        assert not list(room.glob("reports/wijken-*"))
    assert koppelkamer(*command.split(), at=room).code == DONE


def test_ctrl_c_in_the_workbench_leaves_no_results(tmp_path: Path) -> None:
    (tmp_path / "model.toml").write_text(WORKBENCH)
    rows = [f"{suffix},19{row % 90 + 10}-0{row % 9 + 1}-1{row % 8}" for row, suffix in enumerate(suffixes(30_000))]
    (tmp_path / "names.csv").write_text("\n".join(["naam,geboren", *rows]))
    code, err = stopped(["link", "names.csv", "names.csv", "--model", "model.toml", "--out", "out"], at=tmp_path)
    assert code == FAULT, err
    assert "stopped by you" in err
    assert not (tmp_path / "out").exists()


def stopped(command: list[str], at: Path) -> tuple[int, str]:
    """The exit code and the error stream of a command that gets Ctrl-C as soon as it says what it is doing."""
    process = subprocess.Popen([PROGRAM, *command], cwd=at, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stderr is not None
    first = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate()
    return process.returncode, first + rest


def test_a_changed_delivery_stops_the_run_and_can_be_delivered_again(way: Way, tmp_path: Path) -> None:
    room = way.copy("approved", tmp_path / "room")
    flip(only(room, "store/deliveries/tenants/*/protected-00001.parquet"), 0.05)
    said = koppelkamer("run", "wijken", "--as", "otto", at=room)
    assert said.code == REFUSED
    clear_message(said, "deliveries/tenants", "new delivery")
    assert (one(room, STATE), one(room, RUNS)) == ("scheduled", "stopped")
    assert koppelkamer("receive", "tenants", way.delivery("tenants"), at=room).code == DONE
    assert koppelkamer("run", "wijken", "--as", "otto", at=room).code == DONE
    assert one(room, RUNS) == "stopped, completed"


def test_torn_rows_are_set_apart_and_the_rest_comes_in(way: Way, tmp_path: Path) -> None:
    room = way.copy("sealed", tmp_path / "room")
    torn = [ROW.replace("K1", "K2").rsplit("\t", 3)[0], ROW.replace("K1", "K3") + "\tte\tveel"]
    clear(room, [HEADER, ROW, *torn])
    said = koppelkamer("receive", "complaints", "bad.tsv", "--json", at=room)
    assert (said.facts["rows in"], said.facts["rows kept"]) == (3, 1)
    assert sum(reason["count"] for reason in said.facts["quarantine"] if reason["scope"] == "row") == 2
    assert CANARY not in said.out + said.err


def test_a_second_release_changes_nothing(way: Way, tmp_path: Path) -> None:
    room = way.copy("released", tmp_path / "room")
    before = state(room)
    assert koppelkamer("release", "wijken", at=room).code == DONE
    after = state(room)
    assert {name for name in after if after[name] != before.get(name)} <= heads(room)
    assert after.keys() == before.keys()


def heads(room: Path) -> set[str]:
    """The logs' heads are signed anew, with the hour."""
    return {str(path) for path in (room / "audit").glob("*.head")}


WORKBENCH = """
id = "names"

[[fields]]
field = "surname"
type = "surname"
column = "naam"

[[fields]]
field = "born"
type = "date"
column = "geboren"
format = "%Y-%m-%d"

[[blocks]]
on = ["born"]

[[comparisons]]
field = "surname"

[[comparisons]]
field = "born"
"""
