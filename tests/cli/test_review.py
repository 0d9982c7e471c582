"""The review in a real browser: three labels by keyboard, killed, gone on with, and finished."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Page, expect

from declare import load
from linkage import Model, link_files
from tests.browser import barriers, chromium
from tests.cli.shell import PROGRAM

MODEL = """
id = "persons"
[[fields]]
field = "surname"
type = "surname"
column = "surname"
[[fields]]
field = "birth_date"
type = "date"
column = "born"
[[blocks]]
on = ["birth_date"]
[[comparisons]]
field = "surname"
[[comparisons]]
field = "birth_date"
"""


@pytest.fixture
def page() -> Iterator[Page]:
    with chromium() as browser:
        yield browser.new_page(locale="nl-NL")


def started(folder: Path) -> tuple["subprocess.Popen[str]", str]:
    """The command at work, and the address it told."""
    call = [
        PROGRAM,
        "review",
        "out/pairs.parquet",
        "--left",
        "people.csv",
        "--right",
        "people.csv",
        "--model",
        "m.toml",
    ]
    more = ["--out", "labels.csv", "--size", "5", "--language", "nl", "--annotations", "labels.json", "--json"]
    process = subprocess.Popen([*call, *more], cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if found := re.search(r"http://127\.0\.0\.1:\d+/[\w-]+/", line):
            return process, found[0]
    pytest.fail(said)


@pytest.mark.browser
def test_a_review_by_keyboard_killed_and_gone_on_with(page: Page, tmp_path: Path) -> None:
    names = ["Jansen", "Bakker", "Smit", "Mulder"]
    people = [(names[n % 4], f"19{50 + n}-0{n % 8 + 1}-11") for n in range(40)]
    pl.DataFrame(people, schema=["surname", "born"], orient="row").write_csv(tmp_path / "people.csv")
    (tmp_path / "m.toml").write_text(MODEL)
    file = tmp_path / "people.csv"
    link_files(file, file, load(tmp_path / "m.toml", Model), tmp_path / "out")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    process, address = started(tmp_path)
    page.goto(address)
    assert barriers(page) == []
    expect(page.get_by_role("heading", level=1)).to_have_text("Horen deze twee records bij elkaar?")
    for number, key in enumerate("jno", start=1):
        expect(page.locator("#where")).to_contain_text(f"Paar {number} van 5")
        page.keyboard.press(key)
    expect(page.locator("#where")).to_have_text("Paar 4 van 5; 3 beoordeeld")
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="Onzeker")).to_have_class("chosen")
    process.kill()
    process.communicate()
    assert pl.read_csv(tmp_path / "labels.csv")["label"].to_list() == ["match", "other", "unsure"]

    process, again = started(tmp_path)
    page.goto(again)
    for number in (4, 5):
        expect(page.locator("#where")).to_contain_text(f"Paar {number} van 5")
        page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_have_text("Alle 5 paren zijn beoordeeld.")
    page.get_by_role("button", name="Stoppen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Gestopt")
    out, err = process.communicate(timeout=30)
    facts = json.loads(out)
    assert (process.returncode, facts["labelled"], facts["of"]) == (0, 5, 5)
    assert facts["estimate"]["precision"] is not None
    assert "Jansen" not in out + err
    assert [pair["label"] for pair in json.loads((tmp_path / "labels.json").read_text())["pairs"]] == [1, 0, None, 1, 1]
    assert all(url.startswith((address, again)) for url in asked)
