"""A series that goes on by itself: from the decision of people to the parcel that a worker writes, and what ends it."""

import re
import shutil
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest

from koppelkamer.demo.bsn import passes
from tests.cli.rooms import change, one
from tests.cli.shell import koppelkamer
from tests.flows.persons import NUMBERS, approve, decide, declare, do, run
from tests.flows.test_work import ask, killed, served

pytestmark = pytest.mark.slow

KINDS = ("tenant", "owner")
LARGEST = 50
MORE = tuple(islice((str(number) for number in count(900_000_000) if passes(str(number))), 4 * LARGEST))


def receive(room: Path, name: str, people: dict[tuple[str, str], int]) -> None:
    """A delivery of so many residents of each quarter and kind, who stay where they were."""
    rows = [
        f"{MORE[LARGEST * place + number]},30,{kind},2015-06-01,{quarter}"
        for place, ((quarter, kind), largest) in enumerate(people.items())
        for number in range(largest)
    ]
    (room / name).write_text("\n".join(["bsn,age,kind,moved,quarter", *rows, ""]))
    do(room, "receive", "residents", name)


def by_kind(noord: tuple[int, int], zuid: tuple[int, int]) -> dict[tuple[str, str], int]:
    counted = {"noord": noord, "zuid": zuid}
    return {(quarter, kind): counted[quarter][place] for quarter in counted for place, kind in enumerate(KINDS)}


FIRST, NEXT = by_kind((20, 20), (20, 20)), by_kind((35, 35), (35, 35))
"""What leaves of either passes every rule."""
TELLING = by_kind((50, 50), (50, 0))
"""Who lives in one quarter is a tenant, which the gate warns of."""


@pytest.fixture(scope="module")
def going_on(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A room whose people decided on a first release of a week ago, and that the next ones go on by themselves."""
    room = tmp_path_factory.mktemp("series") / "room"
    declare(room, "")
    change(room / "policy.toml", '"D04", ', '"D04", "D05", ')
    request = room / "requests" / "quarters.toml"
    change(request, 'columns = ["quarter"]', 'columns = ["quarter", "kind"]')
    change(request, 'dimensions = ["residents.quarter"]', 'dimensions = ["residents.quarter", "residents.kind"]')
    (room / "visits.csv").write_text("\n".join(["bsn,reason", *(f"{number},pomp" for number in NUMBERS[:60]), ""]))
    for command in ("key init", "key sign", "receive visits visits.csv"):
        do(room, *command.split())
    receive(room, "first.csv", FIRST)
    approve(room)
    decide(room, run(room))
    do(room, "release", "quarters")
    terms = ("--vary", "residents", "--until", "2030-12-31", "--every", "7", "--reason", "Elke week hetzelfde.")
    do(room, "go-on", "quarters-1", *terms, "--as", "tineke")
    do(room, "decide", "quarters-s1", "advise", "--as", "siem")
    do(room, "decide", "quarters-s1", "allow", "--as", "tineke", "--reason", "Zoals geadviseerd.")
    a_week_later(room)
    return room


def a_week_later(room: Path) -> None:
    assert koppelkamer(at=room, program="tests.flows.worker:a_week_later").code == 0


def series(room: Path) -> tuple[str, int, int]:
    """State of the standing decision, releases by it, and parcels that the register knows of."""
    return (
        one(room, "SELECT state FROM register_standingdecision"),
        one(room, "SELECT count(*) FROM register_standingrelease"),
        one(room, "SELECT count(*) FROM register_release WHERE manifest_digest <> ''"),
    )


def told(jobs: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(job["work"], job["state"], job["result"]) for job in jobs]


DONE = [("run", "done", "quarters-2"), ("release", "done", "quarters-2")]
SAID = {
    "nl": "doorlopende besluit quarters-s1 van Tineke Wolters van [^,]+, dat .* tot en met 31 december 2030 geldt",
    "en": "standing decision quarters-s1 of Tineke Wolters of [^,]+, which holds until 31 December 2030 at the latest",
}


CRON = "0 6 * * *"


def scheduled(room: Path) -> list[tuple[str, str, str]]:
    """What the worker did at the next time of the schedule."""
    assert koppelkamer(CRON, at=room, program="tests.flows.worker:comes_due").code == 0
    return told(served(room))


def test_a_scheduled_delivery_becomes_a_parcel_and_a_warning_ends_series_and_schedule(
    going_on: Path, tmp_path: Path
) -> None:
    room = Path(shutil.copytree(going_on, tmp_path / "room"))
    do(room, "schedule", "quarters", "--cron", CRON, "--as", "otto")
    receive(room, "next.csv", NEXT)
    assert scheduled(room) == DONE
    assert series(room) == ("in_force", 1, 2)
    do(room, "verify", ".")
    for folder in ("reports", "parcels"):
        for language, sentence in SAID.items():
            page = (room / folder / "quarters-2" / f"report.{language}.html").read_text()
            assert re.search(sentence, page), (folder, language)
    a_week_later(room)
    receive(room, "telling.csv", TELLING)
    assert scheduled(room) == [("run", "done", "quarters-3")]
    assert series(room) == ("stopped", 1, 2)
    assert one(room, "SELECT outcome || ' ' || state FROM register_release WHERE id = 'quarters-3'") == "WARN examined"
    assert koppelkamer("release", "quarters", at=room).code == 1
    assert not (room / "parcels" / "quarters-3").exists()
    (schedule,) = koppelkamer("schedule", "--json", at=room).facts["schedules"]
    assert schedule["due"] == "ended with quarters-s1" and schedule["last"].startswith("done")
    assert scheduled(room) == []


def test_past_its_last_day_a_worker_ends_the_series_before_its_schedule_comes_due(
    going_on: Path, tmp_path: Path
) -> None:
    room = Path(shutil.copytree(going_on, tmp_path / "room"))
    do(room, "schedule", "quarters", "--cron", CRON, "--as", "otto")
    said = koppelkamer("2031-01-01", at=room, program="tests.flows.worker:on_day")
    assert (said.code, said.out, said.err) == (0, "quarters-s1: its last day is over\n", "")
    assert one(room, "SELECT why FROM register_standingstep WHERE action = 'stop'") == "over"
    assert one(room, "SELECT series_id FROM register_schedule WHERE ended_at IS NOT NULL") == "quarters-s1"
    assert one(room, "SELECT count(*) FROM register_job") == 0


KILLED = ("flows.link._finish", "flows.release._write")


@pytest.mark.parametrize("place", KILLED)
def test_a_killed_worker_leaves_nothing_undone_and_nothing_doubled(going_on: Path, tmp_path: Path, place: str) -> None:
    room = Path(shutil.copytree(going_on, tmp_path / "room"))
    receive(room, "next.csv", NEXT)
    assert ask(room, "run", "quarters").code == 0
    killed(room, place)
    assert told(served(room))[-1] == DONE[-1]
    assert told(served(room)) == []
    assert series(room) == ("in_force", 1, 2)
    assert one(room, "SELECT count(*) FROM register_job WHERE state = 'done'") == len(DONE)
    do(room, "verify", ".")


def test_a_hold_keeps_a_parcel_until_the_series_goes_on(going_on: Path, tmp_path: Path) -> None:
    room = Path(shutil.copytree(going_on, tmp_path / "room"))
    receive(room, "next.csv", NEXT)
    assert run(room).code == 0  # on the command line; the parcel waits for a worker
    do(room, "decide", "quarters-s1", "hold", "--as", "siem", "--reason", "Een klacht.")
    (job,) = served(room)
    assert (job["work"], job["state"]) == ("release", "refused")
    assert "standing decision quarters-s1 is" in job["message"]
    assert series(room) == ("on_hold", 1, 1) and not (room / "parcels" / "quarters-2").exists()
    do(room, "decide", "quarters-s1", "resume", "--as", "siem", "--reason", "Afgehandeld.")
    assert told(served(room)) == DONE[1:]
    assert series(room) == ("in_force", 1, 2)


def test_another_plan_ends_the_series_on_the_command_line_too(going_on: Path, tmp_path: Path) -> None:
    room = Path(shutil.copytree(going_on, tmp_path / "room"))
    change(room / "policy.toml", "value = 0.67", "value = 0.66")
    do(room, "key", "sign")
    assert run(room).code == 1
    assert series(room) == ("stopped", 0, 1)
    assert run(room).code == 1
