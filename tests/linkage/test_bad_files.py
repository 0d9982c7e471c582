"""Files with something wrong or odd in them: a named error, or a result with a warning and a way out."""

import json
from pathlib import Path

import polars as pl
import pytest

from declare import WrongInput, load
from koppelkamer.cli import main
from linkage import Model, dedupe_files, em, link_files
from tests.linkage.test_workbench import MODEL, people

PLAIN = MODEL.replace('right = "voornaam"', 'right = "given_name"').replace('right_format = "%d/%m/%Y"\n', "")
TWO_KINDS = (
    PLAIN.replace('column = "surname"', 'left = "surname"')
    + """
[[fields]]
field = "surname"
type = "date"
right = "born"
"""
)
WITH_ID = PLAIN + '[file]\nid = "key"\n'


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "model.toml").write_text(PLAIN)
    return tmp_path / "model.toml"


def written(folder: Path, name: str, table: pl.DataFrame) -> Path:
    table.write_parquet(folder / name)
    return folder / name


def of(column: str, value: object) -> pl.DataFrame:
    return people(60).with_columns(pl.lit(value, dtype=pl.String).alias(column))


RIGHT = people(90).reverse()
WARNED = {  # left, right, links expected, what is said
    "a column of nulls on one side": (of("born", None), RIGHT, False, "birth_date is empty on one side"),
    "a column of nulls on both": (of("surname", None), of("surname", None), True, "surname is empty on one side"),
    "a column of blanks": (of("surname", "  "), RIGHT, True, "surname is empty on one side"),
    "all columns null": (people(0).clear(60), RIGHT, False, "no pair"),
    "one value everywhere": (of("surname", "Jansen"), of("surname", "Jansen"), True, "one value everywhere"),
    "no candidates": (
        people(60).with_columns(surname=pl.lit("Xx"), born=pl.lit("1700-01-01")), RIGHT, False,
        "no block brings two records together; mend the blocks",
    ),
    "no records on the left": (people(0), RIGHT, False, "no pair is a candidate"),
    "no records at all": (people(0), people(0), False, "no pair is a candidate"),
    "one record": (people(1), people(1), True, "hardly any candidate looks like a match"),
    "dates with a time of midnight, and as text": (
        people(60).with_columns(pl.col("born").str.to_datetime("%Y-%m-%d")), RIGHT, True, None,
    ),
    "dates as dates, and as text": (people(60).with_columns(pl.col("born").str.to_date()), RIGHT, True, None),
    "some dates written in another way": (
        people(60).with_columns(pl.when(pl.int_range(60) < 20).then(pl.lit("3 maart")).otherwise("born").alias("born")),
        RIGHT, True, "20 of 60 values in column born of left.parquet are no dates written %Y-%m-%d",
    ),
    "names as categories, and as text": (people(60).cast({"surname": pl.Categorical}), RIGHT, True, None),
}  # fmt: skip


@pytest.mark.parametrize(("left", "right", "linked", "says"), WARNED.values(), ids=WARNED)
def test_what_is_odd_gives_a_result_with_a_warning(tmp_path, model, left, right, linked, says):
    files = written(tmp_path, "left.parquet", left), written(tmp_path, "right.parquet", right)
    found = link_files(*files, load(model, Model), tmp_path / "out")
    assert bool(found.links.height) == linked
    assert says is None or any(says in warning for warning in found.warnings), found.warnings
    page = (tmp_path / "out" / "report.html").read_text()
    assert says is None or says in page
    assert found.clusters.height == left.height + right.height


def test_a_name_of_which_one_side_has_initials_only_is_not_empty(tmp_path, model):
    shortened = people(60).with_columns(pl.col("given_name").str.slice(0, 1))
    files = written(tmp_path, "left.parquet", shortened), written(tmp_path, "right.parquet", RIGHT)
    found = link_files(*files, load(model, Model), tmp_path / "out")
    assert not any("given_name is empty" in warning for warning in found.warnings), found.warnings


REFUSED = {  # left, right, declaration, what is said
    "no columns in common": (people(9), pl.DataFrame({"kleur": ["rood"]}), PLAIN, "right.parquet has no column"),
    "an id that comes twice": (people(9).with_columns(key=pl.lit("a")), people(9), WITH_ID, "empty or repeated"),
    "an id that is empty": (people(9), people(9).with_columns(key=pl.lit(None)), WITH_ID, "empty or repeated"),
    "an id that is not there": (people(9).drop("key"), people(9), WITH_ID, "no column key"),
    "types that differ": (people(9), people(9), TWO_KINDS, "of two kinds"),
    "dates in another format": (of("born", "3 maart 1980"), people(9), PLAIN, "60 of 60 values in column born"),
    "several values in one": (
        people(9).with_columns(born=pl.struct("born")), people(9), PLAIN, "column born holds several values in one",
    ),
    "a field of one side only": (
        people(9), people(9), PLAIN.replace('right = "given_name"', ""), "right has no linkage field given_name",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("left", "right", "declaration", "says"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_refused_and_nothing_written(tmp_path, model, left, right, declaration, says):
    model.write_text(declaration)
    files = written(tmp_path, "left.parquet", left), written(tmp_path, "right.parquet", right)
    with pytest.raises(WrongInput, match=says) as refused:
        link_files(*files, load(model, Model), tmp_path / "out")
    assert refused.value.remedy
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_few_records_have_no_double_and_it_is_told(tmp_path, model, rows):
    found = dedupe_files(written(tmp_path, "file.parquet", people(rows)), load(model, Model), tmp_path / "out")
    assert (found.links.height, found.clusters["cluster"].n_unique()) == (0, rows)
    assert found.fitted.warnings


def test_training_that_does_not_come_to_rest_is_told_on_screen_and_page(tmp_path, model, monkeypatch, capsys):
    monkeypatch.setattr(em, "MOST_ITERATIONS", 2)
    left, right = written(tmp_path, "left.parquet", people(60)), written(tmp_path, "right.parquet", RIGHT)
    out = tmp_path / "out"
    assert main(["link", str(left), str(right), "--model", str(model), "--out", str(out), "--json"]) == 0
    says = "did not come to rest in 2 iterations"
    assert any(says in warning for warning in json.loads(capsys.readouterr().out)["warnings"])
    assert main(["link", str(left), str(right), "--model", str(model), "--out", str(out), "--language", "nl"]) == 0
    said = capsys.readouterr()
    assert f"warning: expectation–maximisation {says}" in said.out
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "kwam in 2 stappen niet tot rust" in page
    assert says not in page


def test_candidates_are_counted_and_told_before_they_are_compared(tmp_path, model, capsys):
    left, right = written(tmp_path, "left.parquet", people(60)), written(tmp_path, "right.parquet", RIGHT)
    assert main(["link", str(left), str(right), "--model", str(model), "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().err
    assert "candidate pairs from 2 blocks" in told


def test_pairs_that_a_block_leaves_out_are_told_first_and_everywhere(tmp_path, model, capsys):
    model.write_text("block_limit = 10\n" + PLAIN)
    out = tmp_path / "out"
    files = (written(tmp_path, "left.parquet", people(60)), written(tmp_path, "right.parquet", RIGHT))
    call = ["link", *map(str, files), "--model", str(model), "--out", str(out), "--language", "nl"]
    assert main(call) == 0
    says = "values too frequent for a block (10) had 480 pairs left out"
    assert f"warning: {says}" in capsys.readouterr().out
    kept = json.loads((out / "quality.json").read_bytes())
    assert kept["warnings"][0].startswith(says)
    assert kept["doubts"][0].startswith(says)
    assert kept["blocking_interval"] is None
    assert "van waarden die te vaak voorkomen voor een blok (10) zijn 480 paren" in (out / "report.html").read_text()
    assert link_files(*files, load(model, Model), out).warnings[0].startswith(says)


def test_a_limit_on_candidates_refuses_on_screen_with_the_block_to_blame(tmp_path, model, capsys):
    model.write_text("candidate_limit = 5\n" + PLAIN)
    left, right = written(tmp_path, "left.parquet", people(60)), written(tmp_path, "right.parquet", RIGHT)
    assert main(["link", str(left), str(right), "--model", str(model), "--out", str(tmp_path / "out")]) == 2
    assert "Make block surname.sound narrower" in capsys.readouterr().err
