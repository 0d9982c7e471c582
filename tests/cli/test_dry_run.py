"""`koppelkamer try`: all that stands in a request's way at once, and counts only when nothing does."""

from pathlib import Path

from audit.log import Log
from tests.cli.shell import koppelkamer
from tests.journeys.second_room.way import Way


def _processing(room: Path) -> list[str]:
    return [entry.event.name for entry in Log(room / "audit" / "processing.jsonl", "processing").entries()]


def test_everything_in_the_way_is_told_at_once_and_nothing_counted(way: Way, tmp_path: Path) -> None:
    room = way.copy("keyed", tmp_path / "room")
    asked = room / "requests" / "wijken.toml"
    lapsed = asked.read_text().replace('status = "approved"', 'status = "suspended"')
    asked.write_text(lapsed.replace('recipients = ["waterschap"]', 'recipients = ["corporatie"]'))
    facts = koppelkamer("try", "wijken", "--as", "noor", "--json", at=room).facts
    told = " ".join(each["what"] for each in facts["in the way"])
    for reason in ("is not trained", "no delivery of tenants", "is suspended", "does not let complaints go to"):
        assert reason in told
    assert all(each["way out"] for each in facts["in the way"])
    assert facts["sources"] == []
    assert "request tried" not in _processing(room)


def test_the_requester_sees_rounded_counts_and_how_it_went_before(way: Way, tmp_path: Path) -> None:
    room = way.copy("released", tmp_path / "room")
    before = koppelkamer(
        "decide", "wijken", "hold", "--as", "siem", "--reason", "Even wachten.", "--json", at=room
    ).facts
    facts = koppelkamer("try", "wijken", "--as", "noor", "--json", at=room).facts
    assert facts["in the way"] == []
    assert all(one["kept"] % facts["least"] == 0 for one in facts["sources"])
    assert 0.5 < facts["link rates"]["complaints-tenants"] <= 1
    assert [table["cells"] for table in facts["tables"]] == [12]
    assert _processing(room)[-1] == "request tried"
    after = koppelkamer("decide", "wijken", "resume", "--as", "siem", "--reason", "Verder.", "--json", at=room).facts
    assert (before["state"], after["state"]) == ("on_hold", "completed")  # trying changed nothing


def test_somebody_elses_request_is_not_counted(way: Way, tmp_path: Path) -> None:
    room = way.copy("trained", tmp_path / "room")
    said = koppelkamer("try", "wijken", "--as", "otto", at=room)
    assert (said.code, "the requester" in said.err) == (1, True)
    assert "request tried" not in _processing(room)
