"""The DPO's page: complete in both languages, safe, readable by a machine for blind readers, and one A4."""

import re
import string
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from declare import WrongInput
from gate.registry import RULES
from release.report import from_json, render, to_json
from release.report.bars import charts
from release.report.facts import Answer, GroupGap, GroupRate, ReportFacts, Signed
from release.report.public import public_copy
from release.report.words import LANGUAGES, Language, catalogue, words
from tests.browser import barriers_of
from tests.conftest import missing_service
from tests.release.example import CAME, CHANGES, DOMINATED, FACTS, PROFILE, PROXY, REFUSED, UNCHANGED, WARNED

SHORT = Answer(legitimate="ja", suitable="ja", necessary="ja", proportionate="ja")
PAGES: dict[str, ReportFacts] = {
    "warned": FACTS,
    "refused": replace(FACTS, outcome="FAIL", findings=(REFUSED, WARNED), disclosure=None, links=()),
    "passed": replace(FACTS, outcome="PASS", findings=()),
    "not assessable": replace(
        FACTS, outcome="NOT ASSESSABLE", findings=(replace(WARNED, outcome="NOT ASSESSABLE", count=3), PROXY)
    ),
    "nothing known": replace(
        FACTS,
        groups=(),
        sources=(),
        links=(),
        quality=(),
        proof=None,
        asked=replace(FACTS.asked, dpia=None, grounds=(), definitions=(), homonyms=()),
    ),
    "four warnings": replace(FACTS, findings=(WARNED, PROXY, DOMINATED, replace(WARNED, rule="D14"))),
    "a second release": replace(FACTS, changes=CHANGES, profile=PROFILE, came=CAME),
    "nothing changed": replace(FACTS, changes=UNCHANGED, profile=()),
    "decided": replace(
        FACTS,
        findings=(replace(WARNED, answer=SHORT),),
        opinion=Signed(person="F. Gegevens", when="2026-11-21T10:00:00Z", what="negative", reason="te grof"),
        decision=Signed(person="B. Besluit", when="2026-11-21T11:00:00Z", what="release", reason="raadsbesluit"),
    ),
}


class Outline(HTMLParser):
    """Tags with their attributes, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def leaves(content: Any, at: str = "") -> dict[str, str]:
    if isinstance(content, dict):
        return {key: text for name, part in content.items() for key, text in leaves(part, f"{at}.{name}").items()}
    return {at: str(content)}


def test_both_languages_have_the_same_sentences_with_the_same_blanks() -> None:
    dutch, english = (
        leaves({key: catalogue(language)[key] for key in ("text", "rule", "check")}) for language in LANGUAGES
    )
    assert dutch.keys() == english.keys()
    for key, sentence in dutch.items():
        blanks = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (sentence, english[key])
        ]
        assert blanks[0] == blanks[1], key
        assert sentence.strip(), key
        assert english[key].strip(), key


def test_every_rule_of_the_gate_has_words() -> None:
    for language in LANGUAGES:
        assert RULES.keys() <= catalogue(language)["rule"].keys()


def test_every_sentence_is_used() -> None:
    folder = files("release.report")
    source = folder.joinpath("templates", "report.html.j2").read_text() + folder.joinpath("render.py").read_text()
    source += folder.joinpath("words.py").read_text() + folder.joinpath("facts.py").read_text()
    source += folder.joinpath("templates", "profile.html.j2").read_text()
    made = (
        "verdict_", "meaning_", "count_", "level_", "use_", "what_", "not_covered_", "changes_", "kind_", "figure_",
        "perturbation_", "left_out_",
    )  # fmt: skip
    unused = [
        key
        for key in catalogue("nl")["text"]
        if not key.startswith(made) and not re.search(rf"['\"]{key}['\"]", source)
    ]
    assert unused == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("facts", PAGES.values(), ids=PAGES)
def test_a_page_is_sound_and_stands_alone(facts: ReportFacts, language: Any) -> None:
    page = render(facts, language)
    outline = Outline(page)
    assert outline.open == []
    assert outline.tags[0][1]["lang"] == language
    assert not {"script", "link", "iframe", "img", "object"} & {tag for tag, _ in outline.tags}
    assert not re.search(r"(src|href|url)\s*[=(]|@import|https?:", page)
    assert [tag for tag, _ in outline.tags if tag == "h1"] == ["h1"]
    assert all("scope" in attributes for tag, attributes in outline.tags if tag == "th")
    assert page.count("<svg") == page.count('role="img"><title>')
    assert words(language)(f"verdict_{facts.outcome.replace(' ', '_')}") in outline.text


@pytest.mark.browser
def test_axe_finds_no_barrier() -> None:
    """Both languages have one template, so each page is looked at in one of them."""
    pages = {name: render(facts, LANGUAGES[place % 2]) for place, (name, facts) in enumerate(PAGES.items())}
    assert barriers_of(pages | {"public": render(PAGES["a second release"], "en", public=True)}) == {}


def test_the_refusal_says_why_in_the_readers_language() -> None:
    page = Outline(render(PAGES["refused"], "nl")).text
    assert "Vrijgave geweigerd" in page
    assert "lijst of rangschikking van personen" in page
    assert "geaggregeerde tabel" in page
    assert "Handtekening" not in page


def test_markup_in_a_value_stays_text() -> None:
    evil = "<script>alert(1)</script>\"'&{{ 7*7 }}"
    facts = replace(
        FACTS, asked=replace(FACTS.asked, title=evil, purpose=evil), groups=(replace(FACTS.groups[0], group=evil),)
    )
    page = render(facts, "nl")
    assert "<script" not in page
    assert "49" not in Outline(page).text.replace(evil, "").replace("0,49", "")
    assert evil in Outline(page).text


@pytest.mark.parametrize("public", [False, True])
def test_the_words_a_request_rests_on_stand_in_an_annex(public: bool) -> None:
    said = Outline(render(FACTS, "en", public=public)).text
    for word in ("Verzamelinkomen", "before tax, in euros", "Belastingdienst", "incomes.inkomen"):
        assert word in said
    assert "incomes: Geslachtsnaam; reports: Naam in gebruik" in said
    assert "Annex" not in Outline(render(PAGES["nothing known"], "en")).text


def test_a_small_group_has_no_rate_on_the_page() -> None:
    facts = replace(FACTS, groups=(GroupRate(attribute="a", group="g", rate=None, low=None, high=None),))
    assert "<svg" not in render(facts, "en")
    assert "too small to show" in render(facts, "en")


def test_of_few_in_a_group_the_page_tells_the_bounds() -> None:
    groups = (GroupRate(attribute="a", group="g", rate=None, low=0.74, high=1.0),)
    gaps = (GroupGap(attribute="a", points=27, at_most=True),)
    facts = replace(FACTS, groups=groups, gaps=gaps)
    page = render(facts, "nl")
    assert "74–100\u202f%" in page
    assert "tussen 74\u202f% en 100\u202f%" in page
    for each in (page, render(facts, "nl", public=True)):
        assert "verschil hoogstens 27 punt" in each


def test_of_many_groups_the_ends_are_shown() -> None:
    groups = [GroupRate(attribute="a", group=f"g{n}", rate=n / 10, low=0.0, high=1.0) for n in range(9)]
    unknown = GroupRate(attribute="a", group="small", rate=None, low=None, high=None)
    (chart,) = charts((*groups, unknown))
    assert [bar.group for bar in chart.bars] == ["g0", "g1", "g7", "g8"]
    assert chart.unshown == 6


CHECKS = {
    "an expectation": ("expect_column_values_to_be_unique", "komt vaker voor"),
    "a rule of intake": ("too-few-fields", "te weinig velden"),
    "a type that could not be read": ("decimal-format", "niet te lezen als wat het moet zijn"),
    "one without words": ("expect_something_else", "expect_something_else"),
}


@pytest.mark.parametrize(("name", "said"), CHECKS.values(), ids=CHECKS)
def test_checks_are_told_in_words(name: str, said: str) -> None:
    assert words("nl").check(name) == said


def test_the_public_copy_has_no_concentration_parameters() -> None:
    facts = replace(FACTS, findings=(DOMINATED, WARNED))
    whole, public = render(facts, "nl"), render(facts, "nl", public=True)
    assert "0,812" in whole
    for hidden in ("0,812", "0.8123", "0,432", "0.4321"):
        assert hidden not in public
    assert "Openbaar exemplaar" in public


def test_the_public_copy_tells_no_total_that_the_table_hides() -> None:
    assert FACTS.disclosure is not None
    whole = replace(FACTS, disclosure=replace(FACTS.disclosure, people=None, records=None))
    page = Outline(render(whole, "en", public=True)).text
    for told in ("3,104", "3,755", "257", "4,012 events"):
        assert told not in page
    assert "3,104" in Outline(render(whole, "en")).text
    assert "3,104" in Outline(render(FACTS, "en", public=True)).text


def test_the_public_copy_has_no_figures_by_group() -> None:
    facts = replace(FACTS, findings=(replace(WARNED, measured=0.0614, message="A 96.2, B 90.1; 6.1 points"),))
    public = public_copy(facts)
    assert public.groups == ()
    assert public.gaps == facts.gaps
    (line,) = public.findings
    assert (line.measured, line.message) == (0.06, "residents.nationaliteit: 0.06 was measured between groups.")
    several = replace(WARNED, count=2, measured=None)
    assert public_copy(replace(FACTS, findings=(several,))).findings[0].message == ""
    page = render(facts, "nl", public=True)
    assert "verschil 6 punt" in page
    assert "<svg" not in page
    assert not any(group.group in page for group in FACTS.groups[:3])


def test_the_gap_of_too_small_groups_is_not_told() -> None:
    facts = replace(FACTS, gaps=(GroupGap(attribute="a", points=None),))
    assert "too small to show" in render(facts, "en", public=True)


NUMBERS = {
    "thousands": (1234567, 0, "1.234.567", "1,234,567"),
    "decimals": (1234.5, 2, "1.234,50", "1,234.50"),
    "unknown": (None, 0, "onbekend", "unknown"),
}


@pytest.mark.parametrize(("value", "decimals", "dutch", "english"), NUMBERS.values(), ids=NUMBERS)
def test_numbers_read_as_in_the_language(value: float | None, decimals: int, dutch: str, english: str) -> None:
    assert words("nl").number(value, decimals) == dutch
    assert words("en").number(value, decimals) == english


def test_dates_read_as_in_the_language() -> None:
    assert words("nl").day("2026-03-01T10:00:00Z") == "1 maart 2026"
    assert words("en").day("2026-03-01") == "1 March 2026"
    assert words("nl").short_day("2026-03-01") == "01-03-2026"
    assert words("nl").day("") == "onbekend"


def test_facts_come_back_from_json() -> None:
    for facts in PAGES.values():
        assert from_json(to_json(facts)) == facts


@pytest.mark.parametrize("content", [b"{}", b"nothing", b'{"release": 3}'])
def test_other_json_is_refused(content: bytes) -> None:
    with pytest.raises(WrongInput):
        from_json(content)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(WrongInput, match="language"):
        render(FACTS, "fr")  # type: ignore[arg-type]  # what a careless caller might do


@pytest.mark.browser
@pytest.mark.parametrize("page", ["warned", "refused", "not assessable", "four warnings"])
def test_it_prints_on_one_a4_and_its_words_on_another(tmp_path: Path, page: str) -> None:
    browser = which("chromium")
    if browser is None:
        missing_service("chromium")
    html, pdf = tmp_path / "report.html", tmp_path / "report.pdf"
    html.write_text(render(PAGES[page], "nl"), encoding="utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
               f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={pdf}", html.as_uri()]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    content = pdf.read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == 2
    assert [float(side) for side in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)[0]] == pytest.approx(
        [595, 842], abs=1
    )


def test_the_next_report_tells_what_recipients_wrote_and_what_is_due_and_the_public_copy_without_the_words() -> None:
    facts = from_json(to_json(PAGES["a second release"]))
    for language, counted in (("nl", "van 2 van 3 eerdere"), ("en", "of 2 of 3 earlier")):
        page, public = render(facts, language), render(facts, language, public=True)
        assert "Een kwart minder." in page and "Een kwart minder." not in public
        for told in (counted, "Minder meldingen", "Vaker bij de juiste wijk"):
            assert told in page and told in public
    assert words("nl")("came") not in render(PAGES["warned"], "nl")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_that_may_be_unable_to_say_tells_why_and_what_would_help(language: Language) -> None:
    rules = catalogue(language)["rule"]
    unsure = [name for name, rule in RULES.items() if "NOT ASSESSABLE" in rule.outcomes]
    assert len(unsure) > 10
    assert [name for name in unsure if not {"unknown", "unknown_remedy"} <= rules[name].keys()] == []
