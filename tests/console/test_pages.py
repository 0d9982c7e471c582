"""Who sees which page, what a decision on it does, and what no page shows."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from gate.registry import RULES, limits_of
from register.invitation import invite
from register.models import Decision, Request, Room
from release.report.words import catalogue
from tests.register.room import ANSWERS, approved, draft, examined, furnish, person, take

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough word"


def client(who: str | None = None, language: str = "en") -> Client:
    browser = Client(HTTP_ACCEPT_LANGUAGE=language, SERVER_NAME="localhost")
    if who:
        browser.force_login(person(who))
    return browser


@pytest.mark.parametrize("path", ["/", "/catalogue/", "/requests/insight/", "/console.css"])
def test_every_answer_says_what_a_browser_may_load(path: str) -> None:
    assert "script-src 'none'" in client().get(path).headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/requests/insight/decide/", "/releases/insight-1/decide/"])
def test_nobody_decides_without_signing_in(path: str) -> None:
    examined()
    before = Decision.objects.count()
    assert client().post(path, {"action": "approve"}).status_code == 302
    assert Decision.objects.count() == before


def fields(browser: Client, page: str) -> dict[str, str]:
    """The hidden fields of the form on a page."""
    form = browser.get(page).context["form"]
    return {"seen": form["seen"].value(), "operation": form["operation"].value()}


def test_the_legal_officer_approves() -> None:
    furnish()
    request = draft()
    take("ann", request, "submit")
    browser = client("lea")
    assert "Insight" in browser.get("/").text
    hidden = fields(browser, "/requests/insight/")
    for _ in range(2):  # the second time is a form sent twice
        answer = browser.post("/requests/insight/decide/", {"action": "approve", **hidden}, follow=True)
    assert Decision.objects.filter(action="approve").count() == 1
    assert "waits for the data owners" in answer.text


def test_a_refusal_is_shown_with_its_way_out() -> None:
    furnish()
    request = draft()
    take("ann", request, "submit")
    browser = client("lea")
    answer = browser.post(
        "/requests/insight/decide/", {"action": "approve", **fields(browser, "/requests/insight/"), "seen": "0" * 64}
    )
    assert answer.status_code == 409
    assert "changed since it was read" in answer.text and 'role="alert"' in answer.text


def test_a_step_that_is_not_yours_is_no_choice() -> None:
    furnish()
    take("ann", draft(), "submit")
    browser = client("dora")
    answer = browser.post("/requests/insight/decide/", {"action": "approve", **fields(browser, "/requests/insight/")})
    assert answer.status_code == 400
    assert Request.objects.get().state == "submitted"


def test_a_release_officer_answers_the_warnings() -> None:
    take("dora", examined("WARN"), "advise")
    browser = client("rob")
    hidden = fields(browser, "/releases/insight-1/")
    answer = browser.post("/releases/insight-1/decide/", {"action": "release", "reason": "fine", **hidden})
    assert "These warnings are not answered: B04" in answer.text
    given = {f"B04.{question}": text for question, text in ANSWERS["B04"].items()}
    answer = browser.post(
        "/releases/insight-1/decide/", {"action": "release", "reason": "fine", **hidden, **given}, follow=True
    )
    assert "<strong>released</strong>" in answer.text
    assert "Insight" in client().get("/catalogue/").text


def test_no_decision_without_a_token_of_the_page() -> None:
    furnish()
    draft()
    browser = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    browser.force_login(person("ann"))
    assert browser.post("/requests/insight/decide/", {"action": "submit"}).status_code == 403


def test_a_name_that_looks_like_markup_is_text() -> None:
    furnish()
    draft(title="<script>alert(1)</script>")
    page = client("ann").get("/requests/insight/").text
    assert "<script" not in page and "&lt;script&gt;" in page


def test_a_request_shows_the_words_it_rests_on() -> None:
    furnish()
    draft()
    page = client("owen").get("/requests/insight/").text
    assert "Where somebody lives." in page
    assert "residents.area" in page


def test_the_report_is_served_in_a_sandbox(tmp_path: Path, settings: Any) -> None:
    settings.REPORTS = tmp_path
    examined()
    browser = client("dora")
    assert browser.get("/releases/insight-1/report/nl/").status_code == 404
    (tmp_path / "insight-1").mkdir()
    (tmp_path / "insight-1" / "report.nl.html").write_text("<h1>Rapport</h1>")
    answer = browser.get("/releases/insight-1/report/nl/")
    assert answer.text == "<h1>Rapport</h1>"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "Rapport in het Nederlands" in browser.get("/releases/insight-1/").text


def test_signing_in_with_a_password() -> None:
    furnish()
    invite("dora").accept(PASSWORD)
    browser = client()
    wrong = browser.post("/sign-in/", {"login": "dora", "password": "wrong"})
    assert "are not correct" in wrong.text
    right = browser.post("/sign-in/", {"login": "dora", "password": PASSWORD}, follow=True)
    assert "Nothing waits for you" in right.text


def test_playing_somebody_exists_only_in_a_demo_room() -> None:
    approved()
    assert "Play somebody" in client().get("/sign-in/").text
    browser = client()
    assert browser.post("/act/", {"username": "dora"}, follow=True).status_code == 200
    browser.post(
        "/requests/insight/decide/", {"action": "hold", "reason": "x", **fields(browser, "/requests/insight/")}
    )
    assert Decision.objects.get(action="hold").how == "demo"
    assert browser.post("/act/", {"username": "nobody"}).status_code == 404
    Room.objects.update(demo=False)
    assert "Play somebody" not in client().get("/sign-in/").text
    assert client().post("/act/", {"username": "dora"}).status_code == 404


def test_the_console_speaks_dutch() -> None:
    furnish()
    page = client("ann", "nl").get("/").text
    assert "Wat op mij wacht" in page and '<html lang="nl"' in page
    browser = client("ann")
    browser.post("/language/", {"language": "nl", "next": "/"})
    assert "Wat op mij wacht" in browser.get("/").text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_rule_is_explained(language: str) -> None:
    page = client(language=language).get("/rules/").text
    for number, kind in RULES.items():
        title = catalogue(language)["rule"][number]["title"]
        assert f'<h2 id="{number}">{number} {escape(title)}</h2>' in page
        assert escape(kind.source) in page
        assert all(f"<code>{name}</code>" in page for name in limits_of(kind))


def test_a_remark_stands_on_the_page_of_the_request_once_and_as_text() -> None:
    furnish()
    draft()
    browser = client("owen")
    hidden = browser.get("/requests/insight/").context["remark_form"]["operation"].value()
    for _ in range(2):
        answer = browser.post(
            "/requests/insight/remark/", {"text": "<i>Which</i> years?", "operation": hidden}, follow=True
        )
    assert answer.text.count("&lt;i&gt;Which&lt;/i&gt; years?") == 1
    answer = browser.post("/requests/insight/remark/", {"text": "About 123456782", "operation": "b" * 32})
    assert (answer.status_code, "way out" in answer.text.lower()) == (409, True)
    assert "About 123456782" in answer.text, "what was typed is not lost"


def test_a_dutch_page_refuses_in_dutch() -> None:
    take("dora", examined("WARN"), "advise")
    browser = client("rob")
    sent = {"action": "release", "reason": "fine", **fields(browser, "/releases/insight-1/")}
    page = browser.post("/releases/insight-1/decide/", sent, headers={"accept-language": "nl"}).text
    alert = page[page.index('role="alert"') :].partition("</div>")[0]
    assert "Deze waarschuwingen zijn niet beantwoord: B04." in alert and "rechtmatig" in alert
    assert "lang=" not in alert
