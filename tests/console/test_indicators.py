"""The page of indicators: decisions are counted, persons are not told apart."""

import json
from pathlib import Path
from typing import Any

import pytest

from declare import canonical, digest
from register.models import Release
from release.report.kept import LinkLine, links_of, refusing_rules
from tests.console.test_pages import client
from tests.register.room import examined, unguarded

LINK = {"model": "m", "links": 1234, "precision": 0.9876, "recall": None, "threshold": 0.5}
FAILED = [
    {"rule": "D05", "outcome": "FAIL"},
    {"rule": "D01", "outcome": "FAIL"},
    {"rule": "D01", "outcome": "FAIL"},
    {"rule": "B04", "outcome": "WARN"},
]


def kept(folder: Path, **facts: Any) -> str:
    """A report in the folder; its digest."""
    folder.mkdir(parents=True, exist_ok=True)
    content = canonical(facts)
    (folder / "facts.json").write_bytes(content)
    return digest(content)


LINKS: dict[str, tuple[int, int, LinkLine]] = {
    "rounded to the smallest cell": (1234, 10, LinkLine("m", 1230, 99, None)),
    "exactly the smallest cell": (10, 10, LinkLine("m", 10, 99, None)),
    "below it": (9, 10, LinkLine("m", None, None, None)),
    "nobody said what is small": (1234, 0, LinkLine("m", None, None, None)),
}


@pytest.mark.parametrize(("links", "minimum", "line"), LINKS.values(), ids=LINKS)
def test_few_links_are_not_shown_and_many_are_rounded(tmp_path: Path, links: int, minimum: int, line: LinkLine) -> None:
    output = kept(tmp_path, links=[LINK | {"links": links}])
    assert links_of(tmp_path, output, minimum) == [line]


def test_a_report_that_is_not_the_one_of_the_run_tells_nothing(tmp_path: Path) -> None:
    output = kept(tmp_path, links=[LINK], findings=FAILED)
    assert refusing_rules(tmp_path, output) == ["D01", "D05"]
    kept(tmp_path, links=[], findings=[])
    assert (links_of(tmp_path, output, 10), refusing_rules(tmp_path, output)) == ([], [])
    assert links_of(tmp_path / "gone", output, 10) == []


@pytest.mark.django_db
def test_the_page_names_rules_and_reasons_and_hides_few_links(tmp_path: Path, settings: Any) -> None:
    settings.REPORTS = tmp_path
    examined("FAIL")
    output = kept(tmp_path / "insight-1", links=[LINK, LINK | {"model": "few", "links": 3}], findings=FAILED)
    with unguarded():
        Release.objects.update(output_digest=output)
    page = client("aud").get("/indicators/").text
    assert '<a href="/rules/#D05">D05</a>' in page and "1230" in page and "1234" not in page
    assert "too few to show" in page
    assert json.dumps(3) not in page.partition("few")[2].partition("</tr>")[0].replace('colspan="3"', "")
