"""The owner's page: accepting and withdrawing standing consents, and what its sources were used for."""

import re
from typing import Any

import pytest
from django.test import Client

from register.consents import accept
from register.models import ConsentAcceptance, OutboxEvent, StandingConsent
from register.session import act_as
from tests.console.test_pages import client
from tests.register.room import AGREEMENT, CONSENT, draft, furnish, take, unguarded

pytestmark = pytest.mark.django_db


def room(**consent: Any) -> StandingConsent:
    furnish(agreement=AGREEMENT | {"consents": [CONSENT | consent]})
    return StandingConsent.objects.get()


def operation(browser: Client) -> str:
    found = re.search(r'name="operation" value="([0-9a-f]{32})"', browser.get("/sources/").text)
    assert found is not None
    return found[1]


def decide(browser: Client, consent: StandingConsent, action: str, **more: str) -> Any:
    given = {"action": action, "operation": operation(browser)} | more
    return browser.post(f"/consents/{consent.pk}/decide/", given, follow=True)


def test_an_owner_accepts_uses_and_withdraws_a_standing_consent() -> None:
    consent, browser = room(), client("owen")
    assert "waits for your acceptance" in browser.get("/sources/").text
    assert "decides by itself" in decide(browser, consent, "accept").text
    request = draft()
    take("ann", request, "submit")
    page = client("lea").get("/requests/insight/").text
    assert "covered by a standing consent" in page
    assert "no standing consent for this purpose" in page, "of the other owner"
    take("lea", request, "approve")
    assert "automatically, by the standing consent of City (accepted by" in browser.get("/requests/insight/").text
    page = browser.get("/sources/").text
    assert "(automatically)" in page and "Decided by it" in page
    page = decide(browser, consent, "withdraw", reason="<b>enough</b>").text
    assert "&lt;b&gt;enough&lt;/b&gt;" in page and "<b>enough" not in page
    assert "Accept exactly this" in page


def test_exactly_what_is_new_is_on_the_page_of_the_request() -> None:
    consent = room(columns={"residents": []}, minimum_people=50)
    accept(act_as("owen"), consent)
    request = draft()
    take("ann", request, "submit")
    page = client("owen").get("/requests/insight/").text
    assert "this column <code>residents.area</code>" in page
    assert "smaller cells than agreed <code>10 &lt; 50</code>" in page
    assert "<li>this recipient" not in page


BAD: dict[str, tuple[str, dict[str, str], int]] = {
    "another's consent": ("tess", {"action": "accept"}, 409),
    "no step": ("owen", {"action": "eat"}, 400),
    "no operation": ("owen", {"action": "accept", "operation": "x"}, 400),
    "withdrawn without a reason": ("owen", {"action": "withdraw"}, 409),
    "a reason of ten megabytes": ("owen", {"action": "withdraw", "reason": "a" * 10_000_000}, 400),
}


@pytest.mark.parametrize(("who", "given", "status"), BAD.values(), ids=BAD)
def test_bad_input_decides_nothing(who: str, given: dict[str, str], status: int) -> None:
    consent = room()
    answer = client(who).post(f"/consents/{consent.pk}/decide/", {"operation": "0" * 32} | given)
    assert answer.status_code == status
    assert not ConsentAcceptance.objects.exists()


def test_a_form_sent_twice_or_from_a_stale_page_decides_once() -> None:
    consent, browser = room(), client("owen")
    stale = operation(browser)
    for _ in range(2):
        assert decide(browser, consent, "accept", operation=stale).status_code == 200
    assert decide(browser, consent, "accept").status_code == 409
    StandingConsent.objects.update(declared=False)
    with unguarded():
        ConsentAcceptance.objects.all().delete()
    answer = browser.post(f"/consents/{consent.pk}/decide/", {"action": "accept", "operation": "1" * 32})
    assert "changed since it was read" in answer.text


def test_nobody_accepts_under_the_event_of_something_else() -> None:
    consent = room()
    other = OutboxEvent.objects.first()
    assert other is not None
    assert decide(client("owen"), consent, "accept", operation=other.operation).status_code == 409
    assert not ConsentAcceptance.objects.exists()
