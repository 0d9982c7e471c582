"""People at the console of a real room, each in a browser of their own, with a password and a second factor."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, FloatRect, Page, expect

from tests.authenticator import code_of
from tests.browser import barriers

PASSWORD = "as the water rises so do we"
PICTURES = os.environ.get("KOPPELKAMER_PICTURES")
"""A folder, such as docs/images/manual; without it no pictures are taken for the manual."""
QUESTIONS = ("legitimate", "suitable", "necessary", "proportionate")


@contextmanager
def console(room: Path) -> Iterator[str]:
    """Its address."""
    program = [sys.executable, "-m", "tests.journeys.served", str(room)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        yield process.stdout.readline().strip()
        process.stdin.close()


class Someone:
    """One person, from the invitation on."""

    def __init__(self, browser: Browser, address: str, username: str) -> None:
        context = browser.new_context(
            locale="en-GB", java_script_enabled=False, viewport={"width": 1100, "height": 800}
        )
        self.page: Page = context.new_page()
        self.username, self._address = username, address
        self.recovery = ""
        """One of the codes for when the second factor is lost."""

    def come_in(self, link: str) -> None:
        """Choose a password, sign in with it, set up the second factor."""
        self.open(urlsplit(link).path)
        for field in ("new_password1", "new_password2"):
            self.page.locator(f"#id_{field}").fill(PASSWORD)
        self.page.get_by_role("button", name="Choose this password").click()
        self.page.locator("#id_login").fill(self.username)
        self.page.locator("#id_password").fill(PASSWORD)
        self.page.locator("main form button").click()
        secret = self.page.locator("code").first.inner_text()
        self.page.locator("#id_code").fill(code_of(secret))
        self.page.get_by_role("button", name="Set up").click()
        self.recovery = self.page.locator("code").first.inner_text()
        self.open("/")
        expect(self.page.get_by_role("heading", level=1)).to_have_text("What waits for me")

    def open(self, path: str) -> None:
        answer = self.page.goto(self._address + path)
        assert answer is not None and answer.ok, (self.username, path, answer and answer.status)

    def follow(self, name: str) -> None:
        """To what waits, from the first page."""
        self.open("/")
        self.page.locator("main").get_by_role("link", name=name).first.click()

    def decide(self, choice: str, reason: str = "", answer: str = "") -> None:
        """On the page that is open; `answer` to each question about each warning."""
        self.page.get_by_label(choice, exact=True).check()
        self.page.get_by_label("Reasons").fill(reason)
        for question in self.page.locator("form fieldset textarea").all() if answer else ():
            question.fill(answer)
        self.page.get_by_role("button", name="Record this decision").click()
        expect(self.page.locator("ol").get_by_text(choice).last).to_be_visible()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def state(self) -> str:
        return self.page.locator("p.state strong").first.inner_text()

    def said(self) -> str:
        """The text of the page."""
        return re.sub(r"\s+", " ", self.page.locator("main").inner_text())

    def is_barred(self) -> list[str]:
        """What keeps somebody from using the page."""
        return barriers(self.page)

    def picture(self, name: str, start: str = "header") -> None:
        """For the manual, of the page from `start` on, as far as a screen goes."""
        if PICTURES is None:
            return
        whole, box = (self.page.locator(each).first.bounding_box() for each in ("html", start))
        assert whole is not None and box is not None
        top = box["y"] - whole["y"]
        part = FloatRect(x=0, y=top, width=1100, height=min(1000, whole["height"] - top))
        self.page.screenshot(path=Path(PICTURES, f"{name}.png"), full_page=True, clip=part)
