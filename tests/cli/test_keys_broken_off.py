"""The life of keys, killed between any two writes: doing the same again finishes it, once, and the log says so."""

import json
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import pytest

from tests.cli.killed import DEEDS, DONE, REFUSED

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class After:
    """How it stands when it is done, however often it was begun."""

    states: dict[str, str]
    said: list[tuple[str, int]]
    wrapping: int
    fewest: int
    """Writes it takes at least."""


AFTER = {
    "init": After({"1": "active"}, [("init", 1)], 2, 8),
    "rotate": After({"1": "active", "2": "pre-active"}, [("init", 1), ("rotate", 2)], 3, 5),
    "activate": After({"1": "retired", "2": "active"}, [("init", 1), ("rotate", 2), ("activate", 2)], 3, 5),
    "retire": After({"1": "retired"}, [("init", 1), ("retire", 1)], 2, 4),
    "destroy": After({"1": "destroyed"}, [("init", 1), ("destroy begun", 1), ("destroy", 1)], 1, 9),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """What `tests.cli.killed` tells of every deed."""
    folder, found = tmp_path_factory.mktemp("killed"), defaultdict(list)
    call = [sys.executable, "-m", "tests.cli.killed", str(folder)]
    for line in subprocess.run(call, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines():
        said = json.loads(line)
        found[said["deed"]].append(said)
    return found


@pytest.mark.parametrize("deed", DEEDS)
def test_killed_after_every_write_and_done_again(told: dict[str, list[dict[str, Any]]], deed: str) -> None:
    after = AFTER[deed]
    assert [each["killed"] for each in told[deed]] == [True] * (len(told[deed]) - 1) + [False]
    assert len(told[deed]) > after.fewest
    for each in told[deed]:
        assert each["again"] in (DONE, REFUSED), each
        assert (each["states"], [tuple(said) for said in each["said"]]) == (after.states, after.said), each
        assert each["wrapping"] <= after.wrapping + (deed == "init"), each
        assert each["public"]


def test_a_destruction_that_was_begun_stands_whatever_is_restored(told: dict[str, list[dict[str, Any]]]) -> None:
    """The first write is the register's, and nothing is gone yet; from the second, the log's, the key is as good as
    destroyed, and no backup of its files opens it in this room.
    """
    forgotten = [each["forgotten"] for each in told["destroy"]]
    assert forgotten == [DONE] + [REFUSED] * (len(forgotten) - 1)
