"""A linkage step by step says what the whole run says, and answers about any pair."""

import json
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from declare import WrongInput
from koppelkamer.cli import main
from linkage import Linker, Model, dedupe_files, link_files
from linkage.labels import read_labels
from tests.linkage.persons import MODEL, TYPES, crowd

FIELDS = [{"field": name, "type": kind, "column": name} for name, kind in TYPES.items()]
DECLARED = Model.model_validate(MODEL.model_dump(exclude_defaults=True) | {"fields": FIELDS, "file": {"id": "nr"}})


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The same 300 persons twice, a tenth of the values wrong or missing on one side; ids a0 … and b0 …"""
    folder = tmp_path_factory.mktemp("files")
    for name, wrong in (("a", 0.0), ("b", 0.1)):
        table = pl.DataFrame(crowd(300, seed=7, wrong=wrong), schema=list(TYPES), orient="row")
        table.select(pl.format("{}{}", pl.lit(name), pl.int_range(pl.len())).alias("nr"), pl.all()).write_csv(
            folder / f"{name}.csv"
        )
    return folder


@pytest.fixture(scope="module")
def linker(files):
    return Linker.of_files(files / "a.csv", files / "b.csv", DECLARED)


@pytest.fixture(scope="module")
def fitted(linker):
    return linker.train()


def test_links_are_those_of_the_whole_run(files, linker, fitted, tmp_path):
    whole = link_files(files / "a.csv", files / "b.csv", DECLARED, tmp_path)
    assert fitted == whole.fitted
    found = linker.link(fitted).select(whole.links.columns).sort("id_l", "id_r")
    assert_frame_equal(found, whole.links.sort("id_l", "id_r"))
    assert found.height > 200


def test_one_file_is_searched_for_double_records(files, tmp_path):
    linker = Linker.of_files(files / "b.csv", None, DECLARED)
    fitted = linker.train()
    whole = dedupe_files(files / "b.csv", DECLARED, tmp_path)
    assert_frame_equal(linker.link(fitted).select(whole.links.columns), whole.links)


def test_sizes_of_blocks_are_told_before_anything_is_paired(files, linker):
    report = linker.block_report()
    one, two = (pl.read_csv(files / f"{name}.csv") for name in "ab")
    assert report["block"].to_list() == ["surname.sound", "given_name.initial + birth_date.year", "postcode"]
    assert report["pairs"][2] == one.join(two, on="postcode").height


def test_any_pair_is_compared_and_explained_alike(linker, fitted):
    # whoever the blocks bring weighs the same; the last pair no block brings
    asked = pl.concat([linker.link(fitted).select("id_l", "id_r"), pl.DataFrame({"id_l": ["a0"], "id_r": ["b299"]})])
    compared = linker.compare(fitted, asked)
    scored = linker.score(fitted)
    both = compared.join(scored, on=["id_l", "id_r"], suffix=" scored")
    assert both["match_weight"].to_list() == pytest.approx(both["match_weight scored"].to_list())
    for row in (compared.row(0, named=True), compared.row(-1, named=True)):
        why = linker.explain(fitted, row["id_l"], row["id_r"])
        assert why.match_weight == pytest.approx(row["match_weight"])


def test_labels_count_for_what_they_are(linker, fitted):
    doubtful = linker.score(fitted).filter(pl.col("match_probability").is_between(0.001, 0.5)).head(40)
    labels = doubtful.select("id_l", "id_r", label=pl.lit("match"), stratum=pl.lit(None), inclusion=pl.lit(None))
    assert linker.train(labels).prior > fitted.prior


@pytest.mark.parametrize("labels", ["", "a0,b0,unsure\n"], ids=["none at all", "none that is sure"])
def test_nothing_is_learnt_from_labels_that_say_nothing(files, linker, tmp_path, labels):
    (tmp_path / "labels.csv").write_text("id_l,id_r,label\n" + labels)
    with pytest.raises(WrongInput, match="no label is sure"):
        linker.train(read_labels(tmp_path / "labels.csv"))
    with pytest.raises(WrongInput, match="no label is sure"):
        link_files(files / "a.csv", files / "b.csv", DECLARED, tmp_path / "out", labels=[tmp_path / "labels.csv"])


@pytest.mark.parametrize("ids", [("a0", "nobody"), ("nobody", "b0")])
def test_an_id_of_no_record_is_refused_and_not_repeated(linker, fitted, ids):
    with pytest.raises(WrongInput) as refused:
        linker.explain(fitted, *ids)
    assert "nobody" not in str(refused.value)


ASKED_WRONGLY = {  # whether the fitted model is of one file, what is asked, what is said
    "one file of two": (False, ["a0", "a0"], "is of two files"),
    "two files of one": (True, ["a0", "b0", "--right", "b.csv"], "one source on both sides"),
    "a record beside itself": (True, ["a0", "a0"], "not compared with itself"),
}


@pytest.mark.parametrize(("alone", "asked", "says"), ASKED_WRONGLY.values(), ids=ASKED_WRONGLY)
def test_what_no_two_records_of_the_model_are_is_not_explained(files, fitted, monkeypatch, capsys, alone, asked, says):
    of = fitted.model_copy(update={"model": fitted.model.for_one_file()}) if alone else fitted
    monkeypatch.chdir(files)
    Path("model.json").write_bytes(of.to_json())
    assert main(["explain", "model.json", *asked, "--left", "a.csv", "--json"]) == 2
    assert says in json.loads(capsys.readouterr().out)["refused"]


def test_a_model_of_two_files_scores_and_links_no_single_one(files, fitted):
    linker = Linker.of_files(files / "a.csv", None, DECLARED)
    for each in (linker.score, linker.link):
        with pytest.raises(WrongInput, match="is of two files"):
            each(fitted)


def test_a_table_without_its_columns_is_refused_by_name(linker, fitted):
    pairs = pl.DataFrame({"id_l": ["a0"], "id_r": ["b0"], "label": ["match"], "stratum": [None]})
    with pytest.raises(WrongInput, match="has no column inclusion"):
        linker.train(pairs)
    with pytest.raises(WrongInput, match="has no column id_l"):
        linker.compare(fitted, pairs.drop("id_l"))
