"""The report: its numbers against plain counts, no value unless asked for, nothing from outside, never too large."""

import random
import re
from pathlib import Path

import polars as pl
import pytest

from linkage import Model, dedupe_files, link_files
from linkage.report import render
from linkage.report.charts import group_chart, histogram_chart, waterfall
from linkage.report.groups import Edge, Group
from linkage.report.together import joined
from linkage.workbench import WorkbenchLinks

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


def test_the_page_stands_alone(found):
    page = render(found.report)
    assert '<html lang="en">' in page
    assert re.findall(r"<script|https?:|src=|@import|url\(|<link", page) == []
    assert len(re.findall("<h1", page)) == 1
    linked = set(re.findall(r'href="#(\w+)"', page))
    assert linked == set(re.findall(r'<section id="(\w+)"', page))


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
    drawing = group_chart(group)
    assert drawing.count('class="link"') == drawing.count('class="rival"') == 1
    assert ">0.999<" in drawing
    assert ">0.610<" in drawing
    assert drawing.count('class="node"') == 3
    assert "threshold 4.0" in histogram_chart(found.report.histogram, 4.0)
    assert waterfall(found.report.examples[0].why, 0.0).count("<rect") >= 5
