"""A purpose gets no more of a source than its agreement says: what linkage sees, what may be asked, what is read."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from declare import WrongInput
from flows.deliveries import context_of
from flows.keyring import open_keyring
from flows.minimise import ColumnsNotForPurpose, check_request
from koppelkamer.room import open_room
from tests.cli.rooms import change, only, state
from tests.cli.shell import koppelkamer
from tests.flows.persons import MINIMISATION, PERSONS, declare, request, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ran(asked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    room = Path(shutil.copytree(asked, tmp_path_factory.mktemp("ran") / "room"))
    found = run(room)
    assert found.facts["release"] == "quarters-1"
    return room


@pytest.fixture
def fresh(asked: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(asked, tmp_path / "room"))


def facts_of(room: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(only(room, "reports/quarters-1/facts.json").read_bytes())
    return found


def test_linkage_saw_no_row_that_was_left_out(ran: Path) -> None:
    room = open_room(ran)
    path = room.store / "runs" / "quarters-1" / "entities.parquet"
    entities = open_keyring(room).vault("runs").read(path, context_of(room, path))
    seen = entities["source"].value_counts().rows_by_key("source", unique=True)
    assert seen["visits"] == (60,)
    assert seen["residents"] == (PERSONS - 13 - 13 - 1,)


def test_the_report_says_what_was_left_out_in_bounds(ran: Path) -> None:
    (use,) = facts_of(ran)["uses"]
    assert (use["source"], use["rows_before"], use["columns"]) == ("residents", PERSONS, ["quarter", "kind"])
    rules = [(line["rule"], line["column"], line["terms"], line["rows"], line["unknown"]) for line in use["left_out"]]
    assert rules == [
        ("age", "age", ["12"], [10, 19], [1, 9]),
        ("leave-out", "kind", ["child of the house"], [10, 19], [0, 0]),
        ("period", "moved", ["2010-01-01", "2025-12-31"], [1, 9], [0, 0]),
    ]
    assert use["rows_at_most"] == PERSONS - 21


def test_nothing_else_in_the_report_gives_the_exact_number_away(ran: Path) -> None:
    """53 residents were seen; told is at most 59, and so many were eligible as far as anybody can read."""
    facts = facts_of(ran)
    assert facts["leaves"]["records_eligible"] == facts["uses"][0]["rows_at_most"] == 59
    assert [fact["of"] for fact in facts["quality"] if fact["what"] == "unlinked"] == [59]


def test_the_page_says_it_in_two_languages(ran: Path) -> None:
    pages = [only(ran, f"reports/quarters-1/report.{language}.html").read_text() for language in ("nl", "en")]
    assert "jonger dan 12 jaar (age): 10 tot 19, waarvan onbekend minder dan 10" in pages[0]
    assert "moved: buiten 1 januari 2010 tot en met 31 december 2025: minder dan 10" in pages[0]
    assert "80 rows before, at most 59 after" in pages[1]
    assert "Only these may be asked for: quarter, kind." in pages[1]
    assert "<h2>Contact voor betrokkenen</h2>" in pages[0]
    assert "<dt>Woningcorporatie Thuis</dt><dd>loket@thuis.example</dd>" in pages[0]


def test_a_column_that_the_purpose_may_not_use_is_refused_when_asked(fresh: Path) -> None:
    before = state(fresh)
    (fresh / "requests" / "ages.toml").write_text(request("ages", "quarter", "age"))
    said = koppelkamer("submit", "ages", "--as", "noor", at=fresh)
    assert said.code == 1
    assert "does not let wateroverlast use residents.age" in said.err
    assert state(fresh) == before


def test_other_rules_need_approval_anew(fresh: Path) -> None:
    before = state(fresh)
    change(fresh / "agreements" / "afspraak-water.toml", "least = 12", "least = 11")
    said = run(fresh)
    assert said.code == 1
    assert "was approved for other contents: agreement changed" in said.out
    assert state(fresh) == before


RULES = {
    "a column nobody keeps": (
        '"quarter", "kind"',
        '"quarter", "floor"',
        "names floor, which that source does not keep",
    ),
    "an identifier": ('column = "kind"', 'column = "bsn"', "names bsn, which that source does not keep"),
    "ages in a column of words": ('column = "age", least', 'column = "kind", least', "kind, which does not hold ages"),
    "a day where ages are": ('"age", least = 12', '"kind", least = 12, on = 2026-01-01', "does not hold days or years"),
    "days in a column of words": ('column = "moved"', 'column = "kind"', "kind, which does not hold days or years"),
}


@pytest.mark.parametrize(("old", "new", "said"), RULES.values(), ids=RULES)
def test_a_rule_that_does_not_fit_its_source_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in MINIMISATION
    declare(tmp_path / "room", MINIMISATION.replace(old, new))
    room = open_room(tmp_path / "room")
    with pytest.raises(WrongInput) as refused:
        check_request(room, room.request("quarters"))
    assert said in refused.value.message


def test_what_a_population_is_held_against_is_read_too(tmp_path: Path) -> None:
    declare(tmp_path / "room", MINIMISATION)
    population = '[output.population]\ncolumn = "residents.age"\nsource = "CBS"\npeople = { a = 1, b = 2 }\n[effect]'
    change(tmp_path / "room" / "requests" / "quarters.toml", "[effect]", population)
    room = open_room(tmp_path / "room")
    with pytest.raises(ColumnsNotForPurpose):
        check_request(room, room.request("quarters"))
