"""The steward's page: what may be asked for, what runs, what came of it."""

import pytest
from django.test import Client

from register import jobs
from register.jobs import Outcome, end, take
from register.models import Job, JobState
from tests.console.test_pages import client
from tests.register.room import approved, furnish

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
    assert "waits for its turn" in page and 'http-equiv="refresh"' in page and "<script" not in page
    assert 'aria-label="run insight"' not in page
    job = take("worker")
    assert job is not None
    assert "running, since " in browser.get("/work/").text
    end(job, Outcome(JobState.REFUSED, message="DPIA DPIA-1 is suspended", remedy="Have it renewed."))
    page = browser.get("/work/").text
    assert "<strong>refused</strong>" in page and "is suspended" in page and "Have it renewed." in page
    assert 'http-equiv="refresh"' not in page


REFUSED = {
    "what has no inbox": ("receive", "residents", 409, "no inbox for residents"),
    "what is not approved": ("run", "nothing", 409, "knows no such request"),
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
