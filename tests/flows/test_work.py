"""`koppelkamer work`: what lies in an inbox, what is refused, and a worker that is killed."""

import hashlib
import json
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.rooms import change, flip, one
from tests.cli.shell import Said, koppelkamer
from tests.journeys.second_room.way import Way

pytestmark = pytest.mark.slow


def with_inbox(way: Way, stage: str, to: Path) -> Path:
    room = way.copy(stage, to)
    change(room / "room.toml", 'parcels = "clear"', 'parcels = "clear"\n\n[intake.inbox]\ncomplaints = "inbox"')
    (room / "inbox").mkdir()
    return room


def leave(room: Path, file: Path, name: str = "today.sealed") -> Path:
    """As a supplier does: the file, then its digest."""
    there = Path(shutil.copy(file, room / "inbox" / name))
    there.with_name(name + ".sha256").write_text(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {name}\n")
    return there


def ask(room: Path, kind: str, subject: str, who: str = "otto") -> Said:
    return koppelkamer(who, kind, subject, at=room, program="tests.flows.worker:ask")


def served(room: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = koppelkamer("work", "--once", "--plain", "--json", at=room).facts["served"]
    return found


def killed(room: Path, place: str) -> None:
    assert koppelkamer(place, at=room, program="tests.flows.worker:killed").code == -signal.SIGKILL


def asked_and_served(room: Path, kind: str, subject: str) -> dict[str, Any]:
    assert ask(room, kind, subject).code == 0
    (job,) = served(room)
    return job


def deliveries(room: Path) -> int:
    return int(one(room, "SELECT count(*) FROM register_delivery"))


def test_what_is_whole_in_an_inbox_is_received_and_what_is_not_waits(way: Way, tmp_path: Path) -> None:
    room = with_inbox(way, "sealed", tmp_path / "room")
    there = leave(room, way.delivery("complaints"))
    content = there.read_bytes()
    there.write_bytes(content[:-1])  # still being written
    (room / "inbox" / "link.sealed").symlink_to(room / "room.toml")
    half = asked_and_served(room, "receive", "complaints")
    assert (half["state"], half["message"]) == ("refused", "no whole file of complaints lies in its inbox; 1 not whole")
    there.write_bytes(content)
    done = asked_and_served(room, "receive", "complaints")
    assert (done["state"], deliveries(room)) == ("done", 1)
    assert done["result"] == one(room, "SELECT digest FROM register_delivery")[:12]
    assert [path.name for path in (room / "inbox").iterdir()] == ["link.sealed"]
    again = leave(room, way.delivery("complaints"))
    replayed = asked_and_served(room, "receive", "complaints")
    assert (replayed["state"], deliveries(room)) == ("refused", 1) and "came in on" in replayed["message"]
    assert not again.exists() and (again.parent / "refused" / again.name).exists()


def test_a_file_that_is_whole_and_wrong_is_set_apart_with_its_reason(way: Way, tmp_path: Path) -> None:
    room = with_inbox(way, "sealed", tmp_path / "room")
    broken = Path(shutil.copy(way.delivery("complaints"), tmp_path / "broken.sealed"))
    flip(broken)
    leave(room, broken)
    job = asked_and_served(room, "receive", "complaints")
    assert (job["state"], deliveries(room)) == ("refused", 0)
    assert job["message"] and (room / "inbox" / "refused" / "today.sealed").exists()


KILLED = {
    "before the register has it": ("flows.receive.save_protected", 0),
    "after the register has it": ("flows.receive._record", 1),
    "before the file is gone": ("flows.work.receive", 1),
}


@pytest.mark.parametrize(("place", "so_far"), KILLED.values(), ids=KILLED)
def test_a_delivery_of_a_killed_worker_comes_in_once(way: Way, tmp_path: Path, place: str, so_far: int) -> None:
    room = with_inbox(way, "sealed", tmp_path / "room")
    leave(room, way.delivery("complaints"))
    assert ask(room, "receive", "complaints").code == 0
    killed(room, place)
    assert deliveries(room) == so_far
    (job,) = served(room)
    assert (job["state"], deliveries(room)) == ("done", 1)
    assert not list((room / "inbox").iterdir())


def test_a_run_of_a_killed_worker_is_done_once(way: Way, tmp_path: Path) -> None:
    room = way.copy("approved", tmp_path / "room")
    assert ask(room, "run", "wijken").code == 0
    killed(room, "flows.link.draft")
    assert one(room, "SELECT state FROM register_run") == "running"
    killed(room, "flows.link._finish")
    (job,) = served(room)
    assert (job["state"], job["result"]) == ("done", "wijken-2")
    assert (
        one(room, "SELECT group_concat(id || ' ' || state) FROM register_run") == "wijken-1 stopped,wijken-2 completed"
    )
    assert one(room, "SELECT count(*) FROM register_release") == 1


def test_a_job_whose_worker_dies_twice_has_failed_and_the_request_may_run_again(way: Way, tmp_path: Path) -> None:
    room = way.copy("approved", tmp_path / "room")
    assert ask(room, "run", "wijken").code == 0
    killed(room, "flows.link.draft")
    killed(room, "flows.link.draft")
    (job,) = served(room)
    assert (job["state"], one(room, "SELECT state FROM register_request")) == ("failed", "scheduled")
    assert one(room, "SELECT count(*) FROM register_run WHERE state = 'running'") == 0
    assert ask(room, "run", "wijken").code == 0


def test_a_draft_is_tried_and_submitted_and_then_stands_in_the_room(way: Way, tmp_path: Path) -> None:
    room = way.copy("trained", tmp_path / "room")
    text = (room / "requests" / "wijken.toml").read_text().replace('id = "wijken"', 'id = "buurten"')
    drafted, declared = tmp_path / "buurten.toml", room / "requests" / "buurten.toml"
    drafted.write_text(text)

    def served_draft(kind: str) -> dict[str, Any]:
        asked = koppelkamer("noor", kind, "buurten", str(drafted), at=room, program="tests.flows.worker:draft")
        assert asked.code == 0, asked.err
        (job,) = served(room)
        return job

    assert (served_draft("try")["state"], declared.exists()) == ("done", False)
    told = json.loads(one(room, "SELECT told FROM register_job"))
    assert told["in the way"] == [] and all(each["kept"] % told["least"] == 0 for each in told["sources"])
    assert (served_draft("submit")["result"], declared.read_text()) == ("buurten", text)
    assert one(room, "SELECT state FROM register_request WHERE id = 'buurten'") == "submitted"
    change(declared, "title = ", "title = 'By hand' # ")
    drafted.write_text(text.replace("title = ", 'title = "Anders" # '))
    refused = served_draft("submit")
    assert refused["state"] == "refused" and "otherwise than the draft takes it to be" in refused["message"]
    assert "By hand" in declared.read_text()
