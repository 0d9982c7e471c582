"""What may come in at the console and should not: one clear answer, and nothing recorded."""

from typing import Any

import pytest
from django.test import Client

from register.models import Decision, Membership, Opinion
from tests.console.test_access import browser_of
from tests.register.room import examined

pytestmark = pytest.mark.django_db
PAGE = "/releases/insight-1/"


@pytest.fixture
def dpo() -> Client:
    examined()
    return browser_of("dora")


def given(browser: Client, **other: str) -> dict[str, str]:
    form: Any = browser.get(PAGE).context["form"]
    return {"action": "advise", "seen": form["seen"].value(), "operation": form["operation"].value()} | other


BAD = {
    "a stale page": ({"seen": "0" * 64}, 409, "changed since it was read"),
    "no step": ({"action": ""}, 400, "Choose one of the steps."),
    "a step of another role": ({"action": "release"}, 400, "Choose one of the steps."),
    "a step there is not": ({"action": "'; DROP TABLE register_person; --"}, 400, "Choose one of the steps."),
    "reasons of 5,000 letters": ({"reason": "x" * 5_000}, 400, "nothing was recorded"),
    "an operation that is none": ({"operation": "<script>"}, 400, "nothing was recorded"),
    "a field of 10 MB": ({"reason": "x" * 10_000_000}, 400, "larger than"),
}


@pytest.mark.parametrize(("other", "code", "said"), BAD.values(), ids=BAD)
def test_one_clear_answer_and_nothing_recorded(dpo: Client, other: dict[str, str], code: int, said: str) -> None:
    answer = dpo.post(f"{PAGE}decide/", given(dpo, **other))
    assert answer.status_code == code
    assert said in answer.text
    assert "<script" not in answer.text
    assert not Opinion.objects.exists()


def test_a_form_sent_twice_decides_once(dpo: Client) -> None:
    form = given(dpo)
    before = Decision.objects.count()
    assert [dpo.post(f"{PAGE}decide/", form).status_code for _ in range(2)] == [302, 302]
    assert Decision.objects.count() == before + 1


def test_a_role_that_ends_while_the_form_is_open_decides_nothing(dpo: Client) -> None:
    form = given(dpo)
    Membership.objects.filter(person__username="dora").delete()
    answer = dpo.post(f"{PAGE}decide/", form)
    assert answer.status_code == 403 and "Your roles in this room: none." in answer.text
    assert not Opinion.objects.exists()


@pytest.mark.parametrize("path", ["/releases/none/", "/requests/%3Cscript%3E/", "/log/audit/0/", "/nothing/"])
def test_what_is_not_there_is_said_in_the_pages_of_the_room(dpo: Client, path: str) -> None:
    answer = dpo.get(path)
    assert answer.status_code == 404
    assert "There is no such page" in answer.text and "<nav" in answer.text


def test_a_form_from_elsewhere_is_refused_with_a_sentence() -> None:
    examined()
    browser = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="en", SERVER_NAME="localhost")
    answer = browser.post("/act/", {"username": "dora"})
    assert answer.status_code == 403
    assert "did not come from a page of this room" in answer.text
    answer = browser.post("/act/", {"username": "x" * 10_000_000})
    assert answer.status_code == 400 and "larger than any form" in answer.text
