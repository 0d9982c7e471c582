"""The report: its numbers against plain counts, no value unless asked for, nothing from outside, never too large."""

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Page

from linkage import Model, dedupe_files, link_files
from linkage.fitted import Calibration, Dependence
from linkage.report import render, unlinkable
from linkage.report.charts import group_chart, group_pairs, histogram_chart, waterfall
from linkage.report.groups import Edge, Group
from linkage.report.page import SECTIONS, mark
from linkage.report.together import joined
from linkage.subgroup import UNKNOWN, SubgroupErrors, SubgroupRate
from linkage.supervised import Learned, Trial
from linkage.words import LANGUAGES, Language, recognised, words
from linkage.workbench import WorkbenchLinks
from tests.browser import barriers, chromium

MODEL = Model.model_validate(
    {
        "id": "persons",
        "fields": [
            {"field": "surname", "type": "surname", "column": "surname"},
            {"field": "given_name", "type": "given_names", "column": "given"},
            {"field": "birth_date", "type": "date", "column": "born"},
        ],
        "blocks": [{"on": ["surname.sound"]}, {"on": ["birth_date"]}],
        "comparisons": [{"field": "surname"}, {"field": "given_name"}, {"field": "birth_date"}],
    }
)
CANARY = "Qvoorbeeld<b>&"
SURNAMES = ["Jansen", "Bakker", "Visser", "Smit", "Meijer", "Mulder", "Bos", "Peters", CANARY]
GIVEN = ["Jan", "Eva", "Piet", "Anna", "Kees"]


def people(count: int) -> pl.DataFrame:
    """Some of them twice or thrice, some with a name only, the last with nothing at all."""
    chance = random.Random(7)
    rows = [
        (chance.choice(SURNAMES), chance.choice(GIVEN), f"19{chance.randrange(50, 99)}-0{chance.randrange(1, 9)}-11")
        for _ in range(count)
    ]
    few = [("Bos", None, None)] * 4 + [(None, None, None)]
    return pl.DataFrame(rows + rows[::3] + rows[::9] + few, schema=["surname", "given", "born"], orient="row")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> WorkbenchLinks:
    folder = tmp_path_factory.mktemp("dedupe")
    people(90).write_csv(folder / "people.csv")
    return dedupe_files(folder / "people.csv", MODEL, folder / "out")


class Outline(HTMLParser):
    """Tags with their attributes, and tables without a caption."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.unnamed = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.tags and self.tags[-1][0] == "table" and tag != "caption":
            self.unnamed += 1
        self.tags.append((tag, dict(attrs)))

    def of(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_stands_alone(found, language):
    page = render(found.report, language=language)
    assert re.findall(r"<script|https?:|src=|@import|url\(|<link|<iframe|<object", page) == []
    linked = re.findall(r'href="#(\w+)"', page)
    assert linked == re.findall(r'<section id="(\w+)"', page) == list(SECTIONS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_can_be_heard(found, language):
    outline = Outline(render(found.report, language=language))
    assert outline.of("html")[0]["lang"] == language
    headings = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    assert outline.unnamed == 0
    assert all(head.get("scope") for head in outline.of("th"))
    kinds = ["title" if svg.get("role") == "img" else svg.get("aria-hidden") for svg in outline.of("svg")]
    assert set(kinds) == {"title", "true"}
    tags = [tag for tag, _ in outline.tags]
    told = [tags[n + 1 : n + 3] for n, (tag, more) in enumerate(outline.tags) if tag == "svg" and "role" in more]
    assert all(pair == ["title", "desc"] for pair in told)
    names = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(names) == len(set(names))
    assert {one["aria-labelledby"] for one in outline.of("section")} <= set(names)
    assert all(region.get("aria-label") for _, region in outline.tags if region.get("tabindex") == "0")


def test_the_page_is_wholly_in_dutch(found):
    page = render(found.report, language="nl")
    english = words("en")
    left = [text for text in english.report.values() if len(text) > 25 and "{" not in text and text in page]
    left += [text for text in english.said.values() if "{" not in text and text in page]
    assert left == []
    assert all(sentence not in page for sentence in (*found.fitted.warnings, *found.quality.doubts))
    assert ">gelijk<" in page


TRIALS = {
    "without labels": (None, None),
    "that paid": (Trial(0.1, 1), Trial(0.2, 2)),
    "that did not": (Trial(0.2, 2),) * 2,
}


@pytest.mark.parametrize(("crossed", "model"), TRIALS.values(), ids=TRIALS)
@pytest.mark.parametrize("sign", [-1.0, 1.0], ids=["the right way round", "turned"])
def test_what_a_classifier_says_is_said_in_dutch(found, crossed, model, sign):
    learned = Learned("ecm", found.fitted, -9.0, 40, crossed, model, lambda features: sign * features.sum(axis=1))
    told = replace(found.report, fitted=found.fitted.model_copy(update={"warnings": learned.said}))
    page = render(told, language="nl")
    assert "ecm koos de koppelingen" in page
    assert [sentence for sentence in learned.said if not recognised(sentence) or sentence in page] == []


def test_the_page_is_written_in_the_language_asked_for(tmp_path):
    people(30).write_csv(tmp_path / "people.csv")
    dedupe_files(tmp_path / "people.csv", MODEL, tmp_path / "out", language="nl")
    assert '<html lang="nl">' in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_errors_by_what_stands_aside_are_told(found):
    rates = (SubgroupRate("x<y", 40.0, 4.0, 0.1, 0.04, 0.23), SubgroupRate(UNKNOWN, 900.0, 9.0, 0.01, 0.005, 0.02))
    errors = SubgroupErrors("region", "posterior", rates, rates[1:])
    told = section(render(found.report, language="nl", subgroups=(errors,)), "quality")
    assert "Fouten naar region" in told
    assert told.index(">onbekend<") < told.index(">x&lt;y<")  # the largest group first
    assert "10,0 % (4,00 – 23,00 %)" in told
    assert "te weinig" in told
    assert "Van x&lt;y wordt 9,0 procentpunt meer" in told


MARKS = {"nothing": (0.0, ""), "rounding": (-1e-16, ""), "for": (2.9, "+"), "strongly": (3.0, "++")}
MARKS |= {"against": (-0.1, "−"), "strongly against": (-8.0, "−−")}


@pytest.mark.parametrize(("weight", "sign"), MARKS.values(), ids=MARKS)
def test_what_a_level_says_is_a_sign_and_not_a_colour_alone(weight, sign):
    assert mark(weight) == sign


def test_each_block_tells_what_it_alone_brings(found):
    expected = sum(one.expected for one in found.report.histogram)
    both = found.report.brought
    assert [one.size for one in both] == list(found.quality.blocks)
    assert sum(one.only for one in both) <= expected <= sum(one.expected for one in both) + 1e-9
    # of two blocks, what the one alone brings is what the other lacks
    assert both[0].only == pytest.approx(expected - both[1].expected)


def test_fields_that_depend_are_told_with_the_remedy(found):
    depend = (
        Dependence(fields=("surname", "given_name"), strangers=3.4, matches=0.2),
        Dependence(fields=("surname", "birth_date"), strangers=0.1, matches=0.0),
    )
    told = replace(found.report, fitted=found.fitted.model_copy(update={"dependences": depend}))
    page = render(told, language="nl")
    assert page.count("<strong>samennemen</strong>") == 1
    assert "+3,2" in page
    assert "joint = [[&#34;surname&#34;, &#34;given_name&#34;]]".replace("&#34;", '"') in page


def test_the_calibration_is_drawn_and_told(found):
    assert "<polyline" not in section(render(found.report), "calibration")
    fitted = found.fitted.model_copy(update={"calibration": Calibration(shift=-1.0, slope=0.5, labels=212)})
    told = section(render(replace(found.report, fitted=fitted)), "calibration")
    assert "212 labelled pairs" in told
    assert '<polyline class="curve"' in told
    assert ">33.33 %<" in told  # log2 odds of 0 become -1


def test_of_a_large_side_a_sample_is_examined_and_the_page_says_so(found, tmp_path, monkeypatch):
    assert "at equal distances" not in render(found.report)
    monkeypatch.setattr(unlinkable, "MOST_EXAMINED", 50)
    monkeypatch.setattr("linkage.report.page.MOST_EXAMINED", 50)
    people(90).write_csv(tmp_path / "people.csv")
    (side,) = dedupe_files(tmp_path / "people.csv", MODEL, tmp_path / "out").report.unlinkable
    assert side.records == people(90).height
    assert side.examined <= 50
    page = render(replace(found.report, unlinkable=(side,)))
    assert "more than 50 records" in page


def section(page: str, name: str) -> str:
    return page.partition(f'<section id="{name}"')[2].partition("</section>")[0]


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    with chromium() as running:
        yield running.new_page(viewport={"width": 400, "height": 900})


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_narrow_screen_shows_all_without_scrolling_sideways(found, browser: Page, tmp_path, language: Language):
    asked = []
    browser.on("request", lambda request: asked.append(request.url))
    (tmp_path / "report.html").write_text(render(found.report, language=language), encoding="utf-8")
    browser.goto((tmp_path / "report.html").as_uri())
    assert browser.evaluate("document.documentElement.scrollWidth") <= 400
    browser.keyboard.press("Tab")
    browser.keyboard.press("Enter")
    assert browser.url.endswith("#quality")
    assert [url for url in asked if not url.startswith("file:")] == []
    assert barriers(browser) == []


def test_the_histogram_holds_every_pair_once(found):
    bins = found.report.histogram
    assert sum(one.pairs for one in bins) == found.pairs.height
    assert sum(one.links for one in bins) == found.links.height
    assert [one.high for one in bins[:-1]] == [one.low for one in bins[1:]]
    at_least = found.pairs.filter(pl.col("match_weight") >= bins[-1].low)
    assert bins[-1].pairs == at_least.height
    assert bins[-1].expected == pytest.approx(at_least["match_probability"].sum())


def test_patterns_are_counted(found):
    frequent = found.report.patterns.frequent
    assert list(frequent) == sorted(frequent, key=lambda one: (-one.pairs, one.levels))
    assert len({one.levels for one in frequent}) == len(frequent) <= found.report.patterns.distinct
    assert all(one.links <= one.pairs for one in frequent)


def test_cluster_sizes_are_those_of_the_clusters(found):
    sizes = found.clusters["cluster"].value_counts()["count"].to_list()
    assert dict(found.report.clusters.sizes) == {size: sizes.count(size) for size in set(sizes)}
    assert max(group.records for group in found.report.groups) == max(sizes)


def test_a_record_with_too_little_is_unlinkable(found):
    (side,) = found.report.unlinkable
    records = people(90)
    assert side.examined == records.height
    assert side.unlinkable >= 5
    assert dict(side.missing)["birth_date"] == pytest.approx(5 / records.height)


def test_examples_are_explained_as_they_were_scored(found):
    strongest, *_, below = found.report.examples
    assert strongest.why.match_weight == pytest.approx(found.links["match_weight"].max())
    assert below.why.match_probability < found.quality.threshold


def test_values_are_shown_only_when_asked_for(found, tmp_path):
    people(90).write_csv(tmp_path / "people.csv")
    asked = dedupe_files(tmp_path / "people.csv", MODEL, tmp_path / "out", show_values=True)
    values = {value for values in people(90) for value in values.drop_nulls()}
    masked = render(found.report)
    assert [value for value in values if value in masked] == []
    assert CANARY not in (page := render(asked.report))
    assert "It stays on the premises" in page
    assert any(value in page for value in values)


def test_fields_that_weigh_together_stand_beside_each_alone(tmp_path):
    people(90).write_csv(tmp_path / "people.csv")
    model = MODEL.model_copy(update={"joint": (("given_name", "birth_date"),)})
    found = dedupe_files(tmp_path / "people.csv", model, tmp_path / "out")
    (together,) = joined(found.fitted)
    (weights,) = (factor.weights for factor in found.fitted.factors if len(factor.fields) == 2)
    assert together.combinations == (weights.shape[0] - 1) * (weights.shape[1] - 1)
    one, two = (found.fitted.fields[number] for number in (1, 2))
    for row in together.rows:
        levels = one.names.index(row.levels[0]), two.names.index(row.levels[1])
        assert row.weight == pytest.approx(weights[levels])
        assert row.alone == pytest.approx(one.weights[levels[0]] + two.weights[levels[1]])
    assert "given_name and birth_date weigh together" in render(found.report)
    assert "given_name en birth_date wegen samen" in render(found.report, language="nl")


def test_two_files_without_a_pair_still_give_a_page(tmp_path):
    link = MODEL.model_copy(update={"right": "other"})
    for name, surname in (("left.csv", "Jansen"), ("right.csv", "Bakker")):
        pl.DataFrame({"surname": [surname], "given": ["Jan"], "born": [None]}).write_csv(tmp_path / name)
    found = link_files(tmp_path / "left.csv", tmp_path / "right.csv", link, tmp_path / "out")
    assert "There are no pairs to explain." in render(found.report)


def test_the_page_stays_small_however_much_there_is(tmp_path: Path):
    levels = [{"name": f"a level with a long name {n}", "jaro_winkler": 1 - n / 50} for n in range(12)]
    fields = [f"field_number_{n}" for n in range(16)]
    model = Model.model_validate(
        {
            "id": "wide",
            "fields": [{"field": name, "type": "text", "column": name} for name in fields],
            "blocks": [{"on": [fields[0]]}],
            "comparisons": [{"field": name, "levels": levels} for name in fields],
        }
    )
    chance = random.Random(1)
    table = pl.DataFrame({name: [chance.choice(SURNAMES) for _ in range(250)] for name in fields})
    table.write_csv(tmp_path / "wide.csv")
    dedupe_files(tmp_path / "wide.csv", model, tmp_path / "out", show_values=True)
    assert (tmp_path / "out" / "report.html").stat().st_size < 500_000


def test_drawings_tell_what_they_were_given(found):
    group = Group(("l", "r", "r"), (Edge(0, 1, 0.99996, linked=True), Edge(0, 2, 0.61, linked=False)), 3, 0.4)
    drawing = group_chart(group, words("en"))
    assert drawing.count('class="link"') == drawing.count('class="rival"') == 1
    assert ">0.999<" in drawing
    assert ">0.610<" in drawing
    assert group_pairs(group, words("en")) == "r1 and r2: 0.999, link; r1 and r3: 0.610, no link"
    assert drawing.count('class="node"') == 3
    assert "drempel 4,5" in histogram_chart(found.report.histogram, 4.5, words("nl"))


def test_a_waterfall_falls_from_the_prior_to_the_total(found):
    why = found.report.examples[0].why
    first, *steps, last = waterfall(why, found.report.threshold_odds, words("en"))
    assert first.weight == why.prior_weight
    assert first.weight + sum(step.weight for step in steps) == pytest.approx(last.weight)
    starts = [[float(x) for x in re.findall(r' x="([\d.]+)"', bar.bar)][-1] for bar in (first, *steps)]
    assert min(starts) >= 0
