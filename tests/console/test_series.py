"""The form that proposes a standing decision, and the pages that tell of it."""

import pytest

from register.models import StandingDecision
from tests.console.test_pages import client, fields
from tests.register.test_standing import UNTIL, again, in_force, released

pytestmark = pytest.mark.django_db
PAGE = "/releases/insight-1/go-on/"
FILLED = {"sources": ["incomes"], "every_days": "28", "until": UNTIL.isoformat(), "reason": "every month the same"}


def test_an_officer_proposes_and_a_form_sent_twice_proposes_once() -> None:
    released()
    browser = client("rob")
    hidden = fields(browser, PAGE)
    for _ in range(2):
        answer = browser.post(PAGE, FILLED | hidden)
        assert (answer.status_code, answer["Location"]) == (302, "/series/insight-s1/")
    assert StandingDecision.objects.count() == 1
    assert browser.post(PAGE, FILLED | hidden | {"every_days": "7"}).status_code == 409
    for language, word in (("nl", "voorgesteld"), ("en", "proposed")):
        assert word in client("dora", language).get("/series/insight-s1/").text


WRONG = {
    "no source": ({"sources": []}, 400),
    "no day": ({"until": "tomorrow"}, 400),
    "never": ({"every_days": "0"}, 400),
    "longer than the basis": ({"until": "2088-01-02"}, 409),
    "a page out of date": ({"seen": "0" * 64}, 409),
    "naming somebody": ({"reason": "voor jan@example.nl"}, 409),
}


@pytest.mark.parametrize(("other", "status"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_proposed_is_shown_again_with_what_was_typed(other: dict[str, object], status: int) -> None:
    released()
    browser = client("rob")
    answer = browser.post(PAGE, FILLED | fields(browser, PAGE) | other)
    assert (answer.status_code, StandingDecision.objects.count()) == (status, 0)
    assert ("every month the same" in answer.text) == ("reason" not in other)


def test_nobody_else_proposes() -> None:
    released()
    hidden = fields(client("rob"), PAGE)
    assert client("dora").post(PAGE, FILLED | hidden).status_code == 403
    assert not StandingDecision.objects.exists()


def test_the_page_of_a_release_by_itself_tells_of_the_opinion_it_rests_on() -> None:
    in_force()
    page = client("rob").get(f"/releases/{again().id}/").text
    assert "Standing decision insight-s1</a>" in page and "none yet" not in page
