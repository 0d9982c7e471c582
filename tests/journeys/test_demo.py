"""`koppelkamer demo`: the whole way through Prefect, by somebody who never had the truth."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shell import PROGRAM

pytestmark = pytest.mark.slow

PERSONS = "600"


@dataclass(frozen=True)
class Demo:
    room: Path
    facts: dict[str, Any]

    def events(self, log: str) -> list[dict[str, Any]]:
        lines = (self.room / "audit" / f"{log}.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Gone by somebody who never had the truth."""
    room = tmp_path_factory.mktemp("demo") / "room"
    command = [sys.executable, "-m", "tests.journeys.without_truth", str(room), PERSONS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Demo(room, json.loads(done.stdout))


def test_the_way_is_gone_without_the_truth(demo: Demo) -> None:
    assert not (demo.room / "truth").exists()


def parcel(demo: Demo, name: str) -> bytes:
    return (Path(demo.facts["parcel"]) / name).read_bytes()


def test_linkage_says_how_good_it_is(demo: Demo) -> None:
    assert {link["model"] for link in demo.facts["links"]} == {"reports-residents", "incomes-residents"}
    for link in demo.facts["links"]:
        assert link["links"] > 100
        assert 0.9 < link["precision"] <= 1
        assert 0.8 < link["recall"] <= 1


def test_every_row_is_kept_or_set_apart_for_a_reason(demo: Demo) -> None:
    for facts in demo.facts["received"].values():
        apart = [reason for reason in facts["quarantine"] if reason["scope"] == "row"]
        out = facts["rows in"] - facts["rows kept"]
        assert max((reason["count"] for reason in apart), default=0) <= out <= sum(each["count"] for each in apart)
    assert sum(facts["rows in"] - facts["rows kept"] for facts in demo.facts["received"].values()) > 0


def test_what_cross_checks_found_stands_in_the_report_of_each_delivery(demo: Demo) -> None:
    """In counts that tell nothing of few: at this size all that was planted is few."""
    assert demo.facts["crosschecked"].keys() == {"residents", "incomes"}
    for source, told in demo.facts["crosschecked"].items():
        (folder,) = (demo.room / "reports" / "deliveries" / source).iterdir()
        assert json.loads((folder / "quality.json").read_text())["pollution"] == told
        page = (folder / "report.nl.html").read_text()
        rows = [row for kind in told.values() for row in kind]
        assert all(row["check"] in page and row["reason"] in page for row in rows)
        assert {row["count"]["at_most"] - row["count"]["at_least"] for row in rows} == {19}
        assert "failed" in {row["outcome"] for row in rows}


def test_each_cross_check_stands_in_the_processing_log(demo: Demo) -> None:
    made = [event["fields"] for event in demo.events("processing") if event["name"] == "sources cross-checked"]
    assert [each["activity"] for each in made] == [
        f"crosscheck/{name}"
        for name in ("inwoners-dubbel", "inkomens-inwoners", "inwoners-adressen", "inkomens-adressen")
    ]
    assert len({each["plan"] for each in made}) == 1


STEPS = [
    ("meldingen", "submit", "a.verweij"), ("meldingen", "approve", "g.hoogland"),
    ("meldingen", "approve", "d.terpstra"), ("meldingen", "approve", "f.boujettif"),
    ("meldingen", "advise", "h.vanrijn"), ("meldingen", "run", "b.ozkan"), ("meldingen", "finish", "b.ozkan"),
    ("meldingen-1", "advise", "h.vanrijn"), ("meldingen-1", "release", "i.kuipers"),
]  # fmt: skip


def test_each_step_was_taken_by_another_person_in_the_right_role(demo: Demo) -> None:
    taken = [event["fields"] for event in demo.events("audit") if event["name"] == "decided"]
    about = [(step["id"], step["action"], step["person"]) for step in taken if step["id"].startswith("meldingen")]
    assert about == STEPS


def test_the_owner_who_agreed_beforehand_was_not_asked(demo: Demo) -> None:
    given = [event["fields"] for event in demo.events("audit") if event["name"] == "decided by standing consent"]
    assert [(one["person"], one["request"]) for one in given] == [("e.lamers", "meldingen")]


def test_the_processing_log_names_nobody(demo: Demo) -> None:
    people = {person for _, _, person in STEPS}
    assert demo.events("processing")
    assert not [event for event in demo.events("processing") if people & set(map(str, event["fields"].values()))]


def test_prefect_knows_flows_by_ids_only(demo: Demo) -> None:
    with sqlite3.connect(demo.room / "store" / "prefect" / "prefect.db") as database:
        rows = database.execute(
            "SELECT flow.name, flow_run.parameters, flow_run.state_type FROM flow_run "
            "JOIN flow ON flow.id = flow_run.flow_id ORDER BY flow_run.start_time"
        ).fetchall()
    runs = [(name, json.loads(parameters)["ids"], state) for name, parameters, state in rows]
    assert all(json.loads(parameters).keys() == {"ids"} for _, parameters, _ in rows)
    received = {facts["source"]: facts["delivery"] for facts in (p for name, p, _ in runs if name == "receive")}
    assert set(received) == {"addresses", "incomes", "reports", "residents"}
    assert all(re.fullmatch("[0-9a-f]{64}", delivery) for delivery in received.values())
    others = [(name, parameters) for name, parameters, _ in runs if name != "receive"]
    assert others == [
        ("link", {"request": "meldingen"}), ("release", {"subject": "meldingen"}), ("link", {"request": "risicolijst"})
    ]  # fmt: skip
    assert {state for _, _, state in runs} == {"COMPLETED"}


def test_a_list_of_persons_is_refused(demo: Demo) -> None:
    refused = demo.facts["refused"]
    assert refused["outcome"] == "FAIL"
    assert "B13" in {finding["rule"] for finding in refused["findings"] if finding["outcome"] == "FAIL"}
    assert [path.name for path in (demo.room / "parcels").iterdir()] == ["meldingen-1"]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_report_is_one_page_that_asks_nothing_of_the_network(demo: Demo, language: str) -> None:
    page = (Path(demo.facts["report"]) / f"report.{language}.html").read_text()
    assert f'lang="{language}"' in page
    assert "<script" not in page
    assert not re.findall(r"""(?:src|href|url\()\s*=?\s*["']?\s*(?:https?:)?//""", page)


def test_the_room_verifies_and_the_screen_fits(demo: Demo) -> None:
    assert any(line.startswith("parcel meldingen-1") for line in demo.facts["verified"])
    screen = demo.facts["screen"]
    assert len(screen) <= 60
    assert max(map(len, screen)) <= 200
    for said in ("quarantine", "precision", "recall", "report.nl.html", "parcels/meldingen-1", "koppelkamer verify"):
        assert any(said in line for line in screen)


def test_the_public_site_shows_what_was_released_until_it_is_revoked(demo: Demo, tmp_path: Path) -> None:
    page = Path(demo.facts["site"]) / "meldingen-1"
    assert (page / "table.csv").read_bytes() == parcel(demo, "table.csv")
    room = shutil.copytree(demo.room, tmp_path / "room")
    said("decide", "meldingen-1", "revoke", "--as", "i.kuipers", "--reason", "a mistake in the source", room=room)
    (line,) = [each for each in verified(room).stdout.splitlines() if "parcel meldingen-1" in each]
    assert "was revoked on" in line
    refused = verified(room / "parcels" / "meldingen-1")
    assert (refused.returncode, "was revoked on" in refused.stderr) == (1, True)
    facts = said("publish", "--out", str(tmp_path / "site"), room=room)
    assert facts["releases"] == ["meldingen-1"]
    assert sorted(path.name for path in (tmp_path / "site" / "meldingen-1").iterdir()) == [
        "index.en.html",
        "index.html",
    ]


def verified(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(PROGRAM), "verify", str(path)], capture_output=True, text=True, check=False)


def said(*call: str, room: Path) -> dict[str, Any]:
    done = subprocess.run(
        [str(PROGRAM), *call, "--room", str(room), "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
