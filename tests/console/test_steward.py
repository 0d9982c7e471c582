"""The steward's page: what may be asked for, what runs, what came of it."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from register import jobs, schedules
from register.jobs import Outcome, end, take
from register.models import Job, JobState, Schedule, Work
from register.refusals import DpiaNotValid, NoInbox
from tests.browser import barriers, chromium
from tests.console.test_pages import client
from tests.register.room import approved, furnish, signed_in

pytestmark = pytest.mark.django_db


def ask(browser: Client, kind: str, subject: str, operation: str = "0" * 32) -> "tuple[int, str]":
    form = {"kind": kind, "subject": subject, "operation": operation}
    answer = browser.post("/work/ask/", form, follow=True)
    return answer.status_code, answer.text


def test_a_steward_asks_and_watches_what_comes_of_it() -> None:
    approved()
    browser = client("stef")
    assert 'aria-label="run insight"' in browser.get("/work/").text
    for _ in range(2):  # the second time is a form sent twice
        code, page = ask(browser, "run", "insight")
    assert (code, Job.objects.count()) == (200, 1)
    assert "waits for its turn" in page and "<script" not in page
    refreshes = ['http-equiv="refresh"' in text for text in (page, browser.get("/work/?watch").text)]
    assert refreshes == [False, True]
    assert 'aria-label="run insight"' not in page
    job = take("worker")
    assert job is not None
    assert "running, since " in browser.get("/work/").text
    end(job, Outcome(JobState.REFUSED, refusal=DpiaNotValid("DPIA %(dpia)s is suspended", dpia="DPIA-1")))
    page = browser.get("/work/?watch").text
    assert "<strong>refused</strong>" in page and "is suspended" in page and "Have the DPIA reviewed" in page
    assert 'http-equiv="refresh"' not in page


REFUSED = {
    "what has no inbox": ("receive", "residents", 409, "no inbox for residents"),
    "what is not approved": ("run", "nothing", 409, "such request is in the register"),
    "what nobody does": ("publish", "insight", 400, "Ask for work"),
}


@pytest.mark.parametrize(("kind", "subject", "code", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_asked_is_told(kind: str, subject: str, code: int, said: str) -> None:
    furnish()
    answered, page = ask(client("stef"), kind, subject)
    assert answered == code and said in page
    assert not Job.objects.exists()


def test_an_inbox_can_be_asked_for_and_the_page_speaks_dutch() -> None:
    furnish()
    jobs.sync_inboxes(["residents"])
    browser = client("stef", "nl")
    code, page = ask(browser, "receive", "residents")
    assert code == 200
    assert "ontvangen uit de postbus" in page and "wacht op zijn beurt" in page
    assert "Werk" in browser.get("/").text and "/work/" not in client("dora").get("/").text


def test_a_steward_makes_and_stops_a_schedule() -> None:
    approved()
    browser = client("stef")
    form = {"what": "run insight", "cron": "0 6 * * 1", "until": "2089-12-31", "operation": "1" * 32}
    for _ in range(2):  # the second time is a form sent twice
        page = browser.post("/work/schedule/", form, follow=True).text
    assert Schedule.objects.count() == 1
    assert "<code>0 6 * * 1</code>, until 2089-12-31" in page and "06:00" in page
    refused = browser.post("/work/schedule/", form | {"cron": "* * * * * *", "operation": "2" * 32})
    assert refused.status_code == 409 and "five fields" in refused.text
    assert browser.post("/work/schedule/", form | {"until": "soon", "operation": "3" * 32}).status_code == 400
    page = browser.post("/work/schedule/end/", {"kind": "run", "subject": "insight"}, follow=True).text
    assert "There are none." in page


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_page_can_be_used_by_everybody(monkeypatch: pytest.MonkeyPatch, live_server: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    approved()
    jobs.sync_inboxes(["residents"])
    stef = signed_in("stef")
    schedules.make(stef, Work.RECEIVE, "residents", "0 6 * * 1")
    jobs.ask(stef, Work.RECEIVE, "residents")
    job = take("worker")
    assert job is not None
    end(job, Outcome(JobState.REFUSED, refusal=NoInbox("residents")))
    jobs.ask(stef, Work.RUN, "insight")
    session = client("stef").cookies["sessionid"].value
    with chromium() as browser:
        page = browser.new_page(locale="en-GB", java_script_enabled=False)
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page.goto(live_server.url + "/work/")
        page.screenshot(path=tmp_path / "work.png", full_page=True)
        assert page.get_by_role("heading", level=1).inner_text() == "Work"
        assert barriers(page) == []
