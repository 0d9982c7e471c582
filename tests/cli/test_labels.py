"""From a linkage to labels near its threshold, to a classifier that learns from them, to errors by who it is about."""

import http.client
import json
import random
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl
import pytest

from declare import load
from linkage import FittedModel, Model
from linkage.labels import read_labels
from linkage.review import Review
from tests.cli.shell import PROGRAM, koppelkamer
from tests.cli.test_bad_input import WRONG, clear_message

pytestmark = pytest.mark.slow

MODEL = """
id = "persons"
one_to_one = "one-to-one"
[[fields]]
field = "surname"
type = "surname"
column = "surname"
[[fields]]
field = "birth_date"
type = "date"
column = "born"
[[fields]]
field = "postcode"
type = "category"
column = "postcode"
[[blocks]]
on = ["birth_date"]
[[blocks]]
on = ["postcode"]
[[comparisons]]
field = "surname"
[[comparisons]]
field = "birth_date"
[[comparisons]]
field = "postcode"
"""
FILES = ["--left", "a.csv", "--right", "b.csv", "--model", "m.toml"]
PERSONS = 500


def person(chance: random.Random) -> list[str]:
    name = chance.choice(["Jan", "Bakk", "Viss", "Mul", "Smit", "Kram"]) + chance.choice(["sen", "er", "ma", "stra"])
    born = f"19{chance.randint(40, 99)}-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}"
    return [name, born, str(chance.randint(1000, 1030)), chance.choice("mv"), chance.choice(["noord", "zuid", "oost"])]


def misspelt(row: list[str], chance: random.Random) -> list[str]:
    """With another's values here and there: of women far oftener than of men."""
    often = 0.45 if row[3] == "v" else 0.1
    other = person(chance)
    return [new if chance.random() < often else old for old, new in zip(row[:3], other, strict=False)]


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two files that name no record, linked; row n of the one is row n of the other."""
    folder, chance = tmp_path_factory.mktemp("linked"), random.Random(11)
    rows = [person(chance) for _ in range(PERSONS)]
    columns = ["surname", "born", "postcode", "sex", "wijk"]
    pl.DataFrame(rows, schema=columns, orient="row").write_csv(folder / "a.csv")
    right = [misspelt(row, chance) for row in rows]
    pl.DataFrame(right, schema=columns[:3], orient="row").write_csv(folder / "b.csv")
    pl.DataFrame({"id_l": range(PERSONS), "id_r": range(PERSONS)}).write_csv(folder / "truth.csv")
    (folder / "m.toml").write_text(MODEL)
    link(folder, "out")
    label(opened(folder, "near.csv", []))
    return folder


def link(folder: Path, out: str, *more: str) -> dict:
    return koppelkamer("link", "a.csv", "b.csv", "--model", "m.toml", "--out", out, "--json", *more, at=folder).facts


def opened(folder: Path, out: str, near: list[Path]) -> Review:
    files = (folder / "out" / "pairs.parquet", folder / "a.csv", folder / "b.csv")
    return Review.open(*files, load(folder / "m.toml", Model), folder / out, 80, near)


def label(review: Review) -> None:
    """As somebody would who knows the truth."""
    for number, (one, two) in enumerate(review.sample.select("id_l", "id_r").iter_rows(), start=1):
        review.label(number, "match" if one == two else "other")


def test_the_command_goes_on_with_the_pairs_near_the_threshold(linked: Path) -> None:
    more = ["--out", "near.csv", "--size", "80", "--near-threshold", "--json"]
    call = [PROGRAM, "review", "out/pairs.parquet", *FILES, *more]
    process = subprocess.Popen(call, cwd=linked, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stderr is not None
    found = next(found for line in process.stderr if (found := re.search(r"http://127\.0\.0\.1:\d+/\S+", line)))
    address = urlsplit(found[0])
    connection = http.client.HTTPConnection(address.netloc, timeout=10)
    connection.request("POST", f"{address.path}stop", headers={"Origin": f"http://{address.netloc}"})
    assert connection.getresponse().status == 200
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, json.loads(out)["labelled"]) == (0, 80)


def test_who_asks_for_another_sample_is_told(linked: Path) -> None:
    said = koppelkamer("review", "out/pairs.parquet", *FILES, "--out", "near.csv", "--size", "80", at=linked)
    assert said.code == WRONG
    clear_message(said, "labels of another sample")


def test_what_is_labelled_is_not_asked_again(linked: Path) -> None:
    first, second = read_labels(linked / "near.csv", files(linked)), opened(linked, "more.csv", [linked / "near.csv"])
    assert second.size == 80
    assert second.sample.join(first, on=["id_l", "id_r"], how="semi").is_empty()
    pairs = pl.read_parquet(linked / "out" / "pairs.parquet").cast({"id_l": pl.String, "id_r": pl.String})
    near = first.join(pairs, on=["id_l", "id_r"])
    assert doubtful(near) > 3 * doubtful(pairs)


def doubtful(pairs: pl.DataFrame) -> float:
    return pairs.filter(pl.col("match_probability").is_between(0.05, 0.95)).height / pairs.height


def files(folder: Path) -> str:
    return pl.read_parquet_metadata(folder / "out" / "pairs.parquet")["files"]


def test_a_classifier_chooses_the_links_and_the_usual_columns_stay(linked: Path) -> None:
    facts = link(linked, "learnt", "--labels", "near.csv", "--classifier", "logistic", "--truth", "truth.csv")
    learnt = facts["classifier"]
    assert (learnt["method"], learnt["labels"]) == ("logistic", 80)
    assert 0 < learnt["cross-validated"]["loss"] < 2
    assert 0 < learnt["model"]["wrong"] < 80
    assert [reason["field"] for reason in learnt["reasons"]] == ["surname", "birth_date", "postcode"]
    assert any("logistic chose the links" in warning for warning in facts["warnings"])
    before, after = (pl.read_parquet(linked / name / "pairs.parquet") for name in ("out", "learnt"))
    assert after.drop("learned_probability").equals(before)
    links = pl.read_parquet(linked / "learnt" / "links.parquet")
    assert links["learned_probability"].min() >= 0.5
    assert facts["truth"]["f1"] > 0.7
    models = [FittedModel.from_json((linked / name / "model.json").read_bytes()) for name in ("out", "learnt")]
    assert models[0] == models[1]
    assert json.loads((linked / "learnt" / "quality.json").read_text())["classifier"] == learnt


def test_errors_are_told_by_what_stands_aside(linked: Path) -> None:
    facts = link(linked, "aside", "--truth", "truth.csv", "--by", "sex,wijk")
    by_sex, by_area = facts["subgroups"]
    assert (by_sex["attribute"], by_sex["basis"]) == ("sex", "truth")
    men, women = by_sex["missed"]
    assert (men["group"], women["group"]) == ("m", "v")
    assert men["of"] + women["of"] == PERSONS
    assert men["low"] < men["rate"] < men["high"] < women["low"]
    missed = facts["truth"]["true_pairs"] - facts["truth"]["right"]
    assert men["count"] + women["count"] == missed
    assert (by_sex["largest gap"]["missed"]["most"], by_sex["largest gap"]["missed"]["least"]) == ("v", "m")
    assert [rate["group"] for rate in by_area["missed"]] == ["noord", "oost", "zuid"]
    assert json.loads((linked / "aside" / "quality.json").read_text())["subgroups"] == facts["subgroups"]
    said = koppelkamer("link", "a.csv", "b.csv", "--model", "m.toml", "--out", "aside", "--by", "sex", at=linked)
    assert "errors by sex, expected from the probabilities" in said.out


def test_small_groups_are_not_told_apart(linked: Path, tmp_path: Path) -> None:
    few = pl.when(pl.int_range(pl.len()) < 9).then(pl.lit("Rottumeroog")).otherwise("wijk")
    empty = pl.when(pl.int_range(pl.len()) > PERSONS - 31).then(None).otherwise(few)
    for name in ("b.csv", "m.toml", "truth.csv"):
        (tmp_path / name).write_bytes((linked / name).read_bytes())
    pl.read_csv(linked / "a.csv").with_columns(wijk=empty).write_csv(tmp_path / "a.csv")
    said = koppelkamer(
        "link",
        "a.csv",
        "b.csv",
        "--model",
        "m.toml",
        "--out",
        "out",
        "--truth",
        "truth.csv",
        "--by",
        "wijk",
        at=tmp_path,
    )
    assert said.code == 0
    assert re.search(r"^ +\? +", said.out, re.MULTILINE)
    every = said.out + said.err + (tmp_path / "out" / "quality.json").read_text()
    assert "Rottumeroog" not in every
    assert "small groups" not in every


def test_where_hardly_anything_is_linked_no_group_is_told(linked: Path) -> None:
    said = koppelkamer("dedupe", "a.csv", "--model", "m.toml", "--out", "double", "--by", "sex", at=linked)
    assert said.code == 0
    assert "no group has enough matches or links" in said.out


OTHERS = {
    "labels": "link a.csv b.csv --model m.toml --out new --labels near.csv",
    "a review": "review out/pairs.parquet --left a.csv --right b.csv --model m.toml --out new.csv",
}


@pytest.mark.parametrize("command", OTHERS.values(), ids=OTHERS)
def test_row_numbers_of_other_files_are_refused(linked: Path, tmp_path: Path, command: str) -> None:
    (tmp_path / "out").mkdir()
    for name in ("a.csv", "m.toml", "near.csv", "out/pairs.parquet", "out/links.parquet"):
        (tmp_path / name).write_bytes((linked / name).read_bytes())
    pl.read_csv(linked / "b.csv", infer_schema=False).reverse().write_csv(tmp_path / "b.csv")
    said = koppelkamer(*command.split(), at=tmp_path)
    assert said.code == WRONG
    clear_message(said, "was not made from these files as they are now")
    assert not (tmp_path / "new").exists()
