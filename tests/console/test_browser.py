"""The DPO's way in a real browser: sign in, read the page and the report, give an opinion; all by keyboard."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from register.invitation import invite
from register.models import Opinion
from tests.browser import barriers, chromium
from tests.register.room import examined

PASSWORD = "a long enough word"


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    # Playwright runs an event loop in this thread, and Django takes any loop for a reason to refuse its ORM.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with chromium() as browser:
        yield browser.new_page(locale="en-GB", java_script_enabled=False)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(40):
        if page.locator(f"{selector}:focus").count():
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{selector} cannot be reached by keyboard")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_dpo_reads_and_advises(live_server: Any, page: Page, settings: Any, tmp_path: Path) -> None:
    settings.REPORTS, settings.AUDIT = tmp_path, tmp_path / "audit"
    release = examined()
    invite("dora").accept(PASSWORD)
    (tmp_path / release.id).mkdir()
    (tmp_path / release.id / "report.en.html").write_text("<!doctype html><h1>Report</h1>")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(live_server.url)
    assert barriers(page) == []
    tab_to(page, "#id_login")
    page.keyboard.type("dora")
    tab_to(page, "#id_password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    assert barriers(page) == []
    page.get_by_role("rowheader").get_by_role("link", name="Insight").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Insight")
    assert barriers(page) == []
    expect(page.get_by_text("PASS", exact=True)).to_be_visible()
    page.get_by_role("link", name="Report in English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Report")
    page.go_back()
    page.get_by_label("give a favourable opinion").check()
    page.get_by_label("Reasons").fill("Coarse enough, and only what the question needs.")
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    expect(page.get_by_text("advised, waits for the release officer")).to_be_visible()

    for path in ("/catalogue/", "/rules/", f"/requests/{release.request_id}/", "/account/", "/log/", "/log/check/"):
        page.goto(live_server.url + path)
        assert barriers(page) == []
    opinion = Opinion.objects.get(release=release)
    assert (opinion.person.username, opinion.favourable) == ("dora", True)
    assert all(url.startswith(live_server.url) for url in asked)
