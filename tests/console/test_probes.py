"""The page of probes: who sees one, who speaks on it, and what a wrong form does."""

from typing import Any

import pytest
from django.test import Client

from register.models import Probe, ProbeVoice
from tests.browser import barriers_of
from tests.console.test_pages import client
from tests.register.test_probes import agreed, asked

pytestmark = pytest.mark.django_db


def say(browser: Client, probe: Probe, **given: str) -> Any:
    content = {"partner": "tax", "about": "answer", "agreed": "yes", "seen": probe.digest} | given
    return browser.post(f"/probes/{probe.id}/speak/", content, follow=True)


def test_the_partner_that_was_asked_confirms_and_decides_and_the_asker_follows_it() -> None:
    agreed(sources=["incomes", "residents"])
    probe, browser = asked(signal="<b>three</b> reports"), client("tess")
    assert "an answer waits for your word" in browser.get("/").text
    page = browser.get("/probes/").text
    assert "&lt;b&gt;three&lt;/b&gt;" in page and "koppelkamer probe first show" in page
    assert "may be read" in say(browser, probe).text
    assert "an answer waits for your word" not in browser.get("/").text
    assert "Decision 7" in say(browser, probe, about="case", reference="Decision 7").text
    page = client("ann").get("/probes/").text
    assert "may be read" in page and '<form method="post" action="/probes/' not in page


def test_a_partner_keeps_its_answer_back_with_reasons() -> None:
    agreed()
    probe, browser = asked(), client("owen")
    answer = say(browser, probe, partner="city", agreed="no")
    assert (answer.status_code, 'role="alert"' in answer.text) == (409, True)
    assert "kept back" in say(browser, probe, partner="city", agreed="no", reason="Not ours.").text


WRONG: dict[str, tuple[dict[str, str], int]] = {
    "for another partner": ({"partner": "city"}, 409),
    "on another answer": ({"seen": "d" * 64}, 409),
    "neither yes nor no": ({"agreed": "perhaps"}, 400),
    "a very long reason": ({"agreed": "no", "reason": "x" * 4_001}, 400),
    "a case without a written decision": ({"about": "case"}, 409),
}


@pytest.mark.parametrize(("given", "status"), WRONG.values(), ids=WRONG)
def test_a_wrong_form_decides_nothing(given: dict[str, str], status: int) -> None:
    agreed()
    assert say(client("tess"), asked(), **given).status_code == status
    assert not ProbeVoice.objects.exists()


def test_a_form_sent_twice_speaks_once() -> None:
    agreed()
    probe, browser = asked(), client("tess")
    assert say(browser, probe).status_code == 200
    assert say(browser, probe).status_code == 409
    assert ProbeVoice.objects.count() == 1


def test_who_has_no_part_in_a_probe_does_not_see_it() -> None:
    agreed()
    asked(models={"residents": "m"})
    assert "First" not in client("tess").get("/probes/").text


@pytest.mark.browser
def test_nothing_bars_anybody_from_the_page() -> None:
    agreed()
    say(client("tess"), asked())
    pages = {who: client(who).get("/probes/").text for who in ("owen", "ann")}
    assert barriers_of(pages) == {}
