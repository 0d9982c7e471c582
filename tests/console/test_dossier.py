"""What the DPO and the release officer read before they decide: findings, what leaves, and what changed since."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from register import jobs
from register.models import JobState, Work
from register.refusals import NoEffect
from release.report import to_json
from tests.console.test_access import browser_of
from tests.register.room import approved, examined, signed_in, take
from tests.release.example import CHANGES, FACTS, UNCHANGED

pytestmark = pytest.mark.django_db
SHOWN = {
    "the first": (None, "This is the first of its series."),
    "unlike the one before": (CHANGES, "3,104 people, 2,990 before"),
    "like the one before": (UNCHANGED, "nothing"),
}


@pytest.fixture
def written(settings: Any, tmp_path: Path) -> Path:
    settings.REPORTS = tmp_path
    take("dora", examined("WARN"), "advise")
    (tmp_path / "insight-1").mkdir()
    return tmp_path / "insight-1" / "facts.json"


@pytest.mark.parametrize(("changes", "said"), SHOWN.values(), ids=SHOWN)
def test_a_release_is_compared_with_the_one_before(written: Path, changes: Any, said: str) -> None:
    written.write_bytes(to_json(replace(FACTS, changes=changes)))
    page = browser_of("dora").get("/releases/insight-1/").text
    assert said in page
    assert ("/releases/meldingen-1/" in page) is (changes is not None)


def test_each_warning_has_its_words_and_its_four_questions(written: Path) -> None:
    written.write_bytes(to_json(FACTS))
    page = browser_of("rob").get("/releases/insight-1/").text
    for line in FACTS.findings:
        assert (f"<h3>{line.rule} " in page) is (line.outcome != "PASS")
    assert page.count("<textarea") == 1 + 4
    assert "favourable" in page


def test_who_asked_reads_on_the_request_why_it_waits_and_what_would_help(written: Path) -> None:
    written.write_bytes(to_json(FACTS))
    page = browser_of("ann").get("/requests/insight/").text
    found = [line for line in FACTS.findings if line.outcome != "PASS"]
    assert found and all(f"<h3>{line.rule} " in page for line in found)
    assert "advised, waits for the release officer" in page and page.count("Way out: ") == len(found)


def test_who_asked_reads_on_the_request_why_the_room_refused() -> None:
    approved()
    jobs.ask(signed_in("stef"), Work.RUN, "insight")
    job = jobs.take("one")
    assert job is not None
    jobs.end(job, jobs.Outcome(JobState.REFUSED, refusal=NoEffect("insight")))
    page = browser_of("ann").get("/requests/insight/").text
    assert NoEffect("insight").message[1:] in page and "Way out: " in page


def test_a_report_of_another_version_is_left_out_and_the_page_stands(written: Path) -> None:
    written.write_bytes(b'{"release": "insight-1"}')
    answer = browser_of("dora").get("/releases/insight-1/")
    assert answer.status_code == 200 and "What would leave" not in answer.text


def test_what_is_under_way_can_be_found_by_who_may_hold_it(written: Path) -> None:
    page = browser_of("dora").get("/").text
    assert "Under way in this room" in page and page.count("/releases/insight-1/") == 1
    held = browser_of("dora").get("/releases/insight-1/").text
    assert 'value="hold"' in held
