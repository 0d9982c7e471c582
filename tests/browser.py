"""Debian's Chromium, and axe: what is wrong with a page for those who cannot see it or use a mouse."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import missing_service

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
"""Web Content Accessibility Guidelines 2.1, levels A and AA, as axe tags its rules, and what axe advises besides."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Skips where Chromium is not installed."""
    program = shutil.which("chromium")
    if program is None:
        missing_service("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def barriers(page: Page) -> list[str]:
    """Of the page at the same address, for the same reader: axe itself needs the script that our pages do without."""
    browser = page.context.browser
    assert browser is not None
    kept = page.context.storage_state()
    with browser.new_context(locale="en-GB", viewport=page.viewport_size, storage_state=kept) as scripted:
        same = scripted.new_page()
        same.goto(page.url)
        return _broken(same)


def barriers_of(pages: dict[str, str]) -> dict[str, list[str]]:
    """Of each page of HTML by its name, those that have any."""
    found = {}
    with chromium() as browser:
        page = browser.new_page()
        for name, content in pages.items():
            page.set_content(content)
            found[name] = _broken(page)
    return {name: broken for name, broken in found.items() if broken}


def _broken(page: Page) -> list[str]:
    """Each rule of axe that the page breaks, with where."""
    found = Axe().run(page, options={"runOnly": WCAG, "resultTypes": ["violations"]})
    return [f"{each['id']}: {node['target']} {node['html'][:80]}"
            for each in found.response["violations"] for node in each["nodes"]]  # fmt: skip
