"""The page of a quality report: what it says, in which words, and that nothing but what may be told is in it."""

import json
import re
from dataclasses import asdict
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from expectations import validate
from expectations.quality import summary
from expectations.reasons import _REASONS
from expectations.report import Masking, render, tell, write_report
from expectations.report.trend import trend
from expectations.report.words import LANGUAGES, Language, words
from koppelkamer.cli import main
from tests.browser import barriers_of, chromium
from tests.expectations.facts import LOOSE, PLACE, REQUIRED, Delivery, declared
from tests.intake.sources import read, source, text_column

SOURCE = declared()
TEXTS = {
    "columns": {"opmerking": "mask"}, "measured_on": 1000,
    "kinds": {kind: {"recall": 0.99, "precision": 1.0} for kind in ("bsn", "email", "iban", "name", "phone", "plate")},
}  # fmt: skip
SEVERAL = Delivery(
    1000, short=frozenset({1, 2, 3}), missing={REQUIRED: frozenset(range(10, 40))}, shape=frozenset(range(100, 207)),
    unlike={REQUIRED: frozenset({300}), LOOSE: frozenset(range(300, 600))},
)  # fmt: skip


def told(delivery: Delivery = SEVERAL, **more: Any) -> dict[str, Any]:
    return tell({**delivery.facts(), **more}, SOURCE, Masking(10))


class Page(HTMLParser):
    """Tags with their attributes, and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_opens_offline_and_is_readable_without_eyes(language: Language) -> None:
    page = Page(render(told(), language))
    tags = [tag for tag, _ in page.tags]
    assert not {"script", "link", "img", "iframe"} & set(tags)
    assert not [value for _, attributes in page.tags for name, value in attributes.items()
                if name in ("href", "src") and not str(value).startswith("#")]  # fmt: skip
    policy = [attributes["content"] for _, attributes in page.tags if "http-equiv" in attributes]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")
    assert tags.count("caption") == tags.count("table") > 3
    named = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    pointed = {value for _, attributes in page.tags for name, value in attributes.items() if name == "aria-labelledby"}
    assert pointed <= named


def test_both_languages_have_all_words() -> None:
    dutch, english = (words(language).text for language in LANGUAGES)
    assert dutch.keys() == english.keys()
    assert all(re.findall(r"{\w+}", dutch[key]) == re.findall(r"{\w+}", english[key]) for key in dutch
               if not key.startswith("pollution"))  # fmt: skip


VERDICTS = {  # verdict, what the page says
    "nothing wrong": (Delivery(50), {}, "fine", "Er hoeft niets te gebeuren."),
    "something to mend": (SEVERAL, {}, "action", "Bruikbaar, met herstelpunten"),
    "a check that stops": (
        SEVERAL, {"stopped": {"column": PLACE, "rule": "postcode-shape"}}, "stopped",
        "Kolom postcode haalt controle postcode-shape niet",
    ),
    "a sudden change that stops": (
        Delivery(50), {"stopped": {"column": None, "rule": "sudden-change"}}, "stopped", "verschilt plotseling",
    ),
    "a sudden change that is told": (
        Delivery(50),
        {"changes": [{"measure": "empty", "column": PLACE, "before": 0.1, "after": 0.3, "distance": 0.2,
                      "threshold": 0.05, "chance": 0.0, "outcome": "failed"}]},
        "action", "Plotselinge veranderingen (1)",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("delivery", "more", "verdict", "says"), VERDICTS.values(), ids=VERDICTS)
def test_the_verdict(delivery: Delivery, more: dict[str, Any], verdict: str, says: str) -> None:
    report = told(delivery, **more)
    assert report["verdict"] == verdict
    assert says in render(report, "nl")


def test_what_costs_most_stands_first_with_what_was_agreed() -> None:
    found = [(each["column"], each["cost"], each["count"]["at_least"]) for each in told()["findings"]]
    assert found == [
        (REQUIRED, "row", 30), (None, "row", 1), (PLACE, "cell", 100), (LOOSE, "warn", 300), (REQUIRED, "warn", 1),
    ]  # fmt: skip
    page = render(told(), "en")
    assert "Agreed: <code>^a</code>" in page
    assert "&lt; 10" in page and "1,000" in page
    assert "1.000" in render(told(), "nl")


def test_the_trend_goes_back_over_earlier_deliveries() -> None:
    def earlier(cells: int) -> dict[str, Any]:
        return Delivery(1000, shape=frozenset(range(1, cells + 1))).facts() | {"on": "2026-10-01"}

    report = told(earlier=[earlier(20), earlier(400)])
    (cells,) = (each for each in report["findings"] if each["column"] == PLACE)
    assert [each["count"]["at_least"] for each in cells["before"]] == [20, 400]
    page = render(report, "nl")
    assert "meer" in page and "was 2,0" in page
    assert page.count('<svg class="trend"') == 3 + len(report["findings"])


def test_filled_cells_of_all_columns_stand_with_the_totals() -> None:
    report = told(Delivery(1000, missing={LOOSE: frozenset(range(1, 401))}))
    shares = {each["name"]: [round(bound, 3) for bound in each["filled"]] for each in report["columns"]}
    assert shares == {REQUIRED: [0.951, 1.0], LOOSE: [0.551, 0.6], PLACE: [0.951, 1.0]}
    assert "81–87\u202f%" in render(report, "en"), "of 60, 100 and 100 percent"


TRENDS = {  # now, before (newest first), direction
    "more": ((0.2, 0.21), [(0.1, 0.11)], "up"),
    "less": ((0.1, 0.11), [(0.2, 0.21), (0.0, 0.01)], "down"),
    "bounds overlap": ((0.1, 0.15), [(0.14, 0.2)], "same"),
    "both nothing": ((0.0, 0.0), [(0.0, 0.0)], "same"),
    "the one before was not asked": ((0.2, 0.21), [None, (0.1, 0.11)], "up"),
    "nothing earlier": ((0.2, 0.21), [], "new"),
    "not counted now": (None, [(0.1, 0.11)], "new"),
}


@pytest.mark.parametrize(("now", "before", "direction"), TRENDS.values(), ids=TRENDS)
def test_directions(now: Any, before: Any, direction: str) -> None:
    assert trend(now, before).direction == direction


COUNTS = {  # at least, at most, Dutch, English
    "exact": (12345, 12345, "12.345", "12,345"),
    "nothing": (0, 0, "0", "0"),
    "few": (1, 9, "< 10", "< 10"),
    "few or none": (0, 19, "< 20", "< 20"),
    "rounded down": (1230, 1239, "1.230", "1,230"),
    "a sum": (1230, 1257, "1.230–1.257", "1,230–1,257"),
}


@pytest.mark.parametrize(("low", "high", "dutch", "english"), COUNTS.values(), ids=COUNTS)
def test_counts_as_people_write_them(low: int, high: int, dutch: str, english: str) -> None:
    count = {"at_least": low, "at_most": high}
    assert (words("nl").count(count), words("en").count(count)) == (dutch, english)


SHARES = {  # share, count, Dutch
    "nothing": ((0.0, 0.0), None, "0 %"),
    "a share": ((0.1234, 0.13), None, "12,3 %"),
    "of few": ((0.001, 0.0171), {"at_least": 1, "at_most": 9}, "< 1,8 %"),
    "hardly any": ((0.0001, 0.0002), None, "< 0,1 %"),
    "unknown": (None, None, ""),
}


@pytest.mark.parametrize(("share", "count", "dutch"), SHARES.values(), ids=SHARES)
def test_shares_as_people_write_them(share: Any, count: Any, dutch: str) -> None:
    assert words("nl").percent(share, count).replace("\u202f", " ") == dutch


def test_the_files_hold_what_may_be_told_and_no_more(tmp_path: Path) -> None:
    facts = SEVERAL.facts()
    write_report(facts, SOURCE, Masking(10), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"report.nl.html", "report.en.html", "quality.json"}
    report = json.loads((tmp_path / "quality.json").read_text())
    assert report == told()
    for language in LANGUAGES:
        assert (tmp_path / f"report.{language}.html").read_text() == render(report, language)
    assert facts["emptied"] == 107
    assert not [path for path in tmp_path.iterdir() if "107" in path.read_text()]


DECLARED = """
id = "people"
title = "People"
owner = "town"
[[columns]]
name = "bsn"
type = "bsn"
role = "identify"
field = "bsn"
rules.bsn-eleven-test = { severity = "stop" }
"""


def test_a_check_that_stops_a_delivery_leaves_its_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "source.toml").write_text(DECLARED)
    (tmp_path / "people.csv").write_text("bsn\n111222333\n111222334\n")
    call = ["check", str(tmp_path / "people.csv"), "--source", str(tmp_path / "source.toml")]
    assert main([*call, "--out", str(tmp_path / "out"), "--language", "nl"]) == 1
    assert "out/report.nl.html" in capsys.readouterr().err
    report = json.loads((tmp_path / "out" / "quality.json").read_text())
    assert (report["verdict"], report["stopped"]) == (
        "stopped",
        {"column": "bsn", "rule": "bsn-eleven-test", "why": "failed"},
    )
    assert "Kolom bsn haalt controle bsn-eleven-test niet" in (tmp_path / "out" / "report.nl.html").read_text()
    assert (
        (tmp_path / "out" / "quarantine.csv")
        .read_text()
        .splitlines()[1]
        .startswith('"2","bsn","bsn-eleven-test","stop"')
    )


@pytest.mark.browser
def test_axe_finds_no_barrier() -> None:
    assert barriers_of({language: render(told(), language) for language in LANGUAGES}) == {}


def test_a_form_that_was_not_kept_is_shown_by_an_example(tmp_path: Path) -> None:
    columns = [text_column("day", type="date"), text_column("amount", type="decimal")]
    declared = source(*columns, file={"separator": ";", "date": "%d-%m-%Y", "decimal": ","})
    found = summary(validate(read(tmp_path, "day;amount\n31-02-1980;1.5\n1980-01-31;x\n", declared)))
    report = tell(found, declared, Masking(10))
    assert {each["rule"]: each["agreed"] for each in report["findings"]} == {
        "date-format": [{"form": "31-12-1999"}], "decimal-format": [{"form": "1234,56"}],
    }  # fmt: skip
    assert "Afgesproken: <code>31-12-1999</code>" in render(report, "nl")


@pytest.mark.browser
def test_page_one_prints_on_one_a4_and_the_page_fits_a_narrow_screen() -> None:
    """With as many findings as it takes, each with the longest reason there is, an authority and a trend."""
    earlier = [Delivery(1000, shape=frozenset(range(1, 20))).facts()]
    report = told(earlier=earlier, texts=TEXTS)
    longest = max(_REASONS.values(), key=lambda each: len(each.nl))
    (cells,) = (each for each in report["findings"] if each["column"] == PLACE)
    worst = cells | {"column": "geslachtsaanduiding", "reason": asdict(longest), "register": "BAG"}
    columns = [each | {"name": f"geslachtsaanduiding_{place}"} for place in range(8) for each in report["columns"]]
    report |= {"findings": [worst] * 12, "columns": columns, "title": "Meldingen openbare ruimte en toezicht"}
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 320, "height": 800})
        for language in LANGUAGES:
            html = render(report, language)
            page.set_content(html)
            assert page.evaluate("document.documentElement.scrollWidth") == 320, language
            first, _, _ = html.partition('<section aria-labelledby="texts"')
            page.set_content(f"{first}</main></body></html>")
            pdf = page.pdf(prefer_css_page_size=True)
            assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1, language


def test_every_reason_says_what_is_wrong_and_what_to_do() -> None:
    without = [name for name, each in _REASONS.items() for text in (each.nl, each.en)
               if len(re.findall(r"\.(?= |$)|; ", text)) < 2]  # fmt: skip
    assert without == []
