"""Labels: two formats, faults named by row, and recordlinkage as reader of its own format."""

import json

import polars as pl
import pytest

from declare import WrongInput
from linkage.labels import (
    SCHEMA,
    Contradicted,
    at_positions,
    checked,
    read_annotations,
    read_labels,
    write_annotations,
    write_labels,
)
from linkage.rows import OtherFiles

LABELS = pl.DataFrame(
    [
        ("a,1", "x", "match", "sure", 0.25, None),
        ("b", "x", "other", "near", 1.0, None),
        ("b", "ÿ", "unsure", None, None, None),
    ],
    schema=SCHEMA,
    orient="row",
)


def test_labels_come_back_as_they_were_written(tmp_path):
    write_labels(tmp_path / "labels.csv", LABELS)
    assert read_labels(tmp_path / "labels.csv").equals(LABELS)


def test_stratum_and_inclusion_may_be_left_out(tmp_path):
    (tmp_path / "labels.csv").write_text("label,id_r,id_l\nmatch,x,7\n")
    assert read_labels(tmp_path / "labels.csv").rows() == [("7", "x", "match", None, None, None)]


FAULTS = {
    "unknown label": ("id_l,id_r,label\na,x,match\na,y,yes\n", "row 2 of the labels has a label other"),
    "empty label": ("id_l,id_r,label\na,x,\n", "row 1 of the labels has a label other"),
    "no id": ("id_l,id_r,label\n,x,match\n", "row 1 of the labels has no id"),
    "inclusion of nought": ("id_l,id_r,label,inclusion\na,x,match,0\n", "row 1 .* no chance"),
    "inclusion above one": ("id_l,id_r,label,inclusion\na,x,match,1.5\n", "row 1 .* no chance"),
    "inclusion in words": ("id_l,id_r,label,inclusion\na,x,match,1\na,y,match,often\n", "row 2 .* no chance"),
    "no label column": ("id_l,id_r\na,x\n", "no column label"),
    "a column twice": ("id_l,id_r,label,label\na,x,match,other\n", "has the column label twice"),
    "a column twice but for a blank": ("id_l,id_r,label, label\na,x,match,other\n", "has the column label twice"),
    "not a table": ("", "cannot be read"),
}


@pytest.mark.parametrize(("content", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_by_its_row(tmp_path, content, message):
    (tmp_path / "labels.csv").write_text(content)
    with pytest.raises(WrongInput, match=message):
        read_labels(tmp_path / "labels.csv")


def test_recordlinkage_reads_our_annotations_and_we_read_them_back(tmp_path):
    from recordlinkage import read_annotation_file

    left = pl.DataFrame({"id": ["a,1", "b"], "name": ["Łøß", None], "only left": ["1", "2"]})
    right = pl.DataFrame({"id": ["x", "ÿ"], "name": ["Los", "Bakker"]})
    write_annotations(tmp_path / "pairs.json", LABELS, left, right)
    theirs = read_annotation_file(tmp_path / "pairs.json")
    assert [theirs.links.tolist(), theirs.distinct.tolist(), theirs.unknown.tolist()] == [
        [("a,1", "x")],
        [("b", "x")],
        [("b", "ÿ")],
    ]
    assert read_annotations(tmp_path / "pairs.json").select("id_l", "id_r", "label").equals(LABELS[:, :3])


def test_recordlinkage_writes_annotations_that_we_read(tmp_path):
    import pandas as pd
    from recordlinkage import write_annotation_file

    people = pd.DataFrame({"name": ["Jansen", None, "Bakker"]})
    write_annotation_file(tmp_path / "pairs.json", pd.MultiIndex.from_tuples([(0, 1), (0, 2)]), people)
    content = json.loads((tmp_path / "pairs.json").read_text())
    content["pairs"][0]["label"] = 1
    (tmp_path / "pairs.json").write_text(json.dumps(content))
    found = read_annotations(tmp_path / "pairs.json").select("id_l", "id_r", "label").rows()
    assert found == [("0", "1", "match"), ("0", "2", "unsure")]


PAIR = '{"identifiers": {"a": {"record": 1}, "b": {"record": 2}}, "label": %s}'
FOREIGN = {
    "a list": ("[]", "no annotation file"),
    "nothing": ("{}", "no annotation file"),
    "pairs without records": ('{"version": 1, "pairs": [{"label": 1}]}', "no annotation file"),
    "a label of its own": (f'{{"version": 1, "pairs": [{PAIR % 7}]}}', "no annotation file"),
    "another version": (f'{{"version": 99, "pairs": [{PAIR % 1}]}}', "of another version than 1"),
    "no version": ('{"pairs": []}', "no annotation file"),
    "no JSON": ("no json", "no annotation file"),
}


@pytest.mark.parametrize(("content", "says"), FOREIGN.values(), ids=FOREIGN)
def test_another_file_is_no_annotation(tmp_path, content, says):
    (tmp_path / "pairs.json").write_text(content)
    with pytest.raises(WrongInput, match=says):
        read_annotations(tmp_path / "pairs.json")


def test_annotations_without_records_hold_no_values(tmp_path):
    write_annotations(tmp_path / "pairs.json", LABELS)
    assert all(pair["fields"] == [] for pair in json.loads((tmp_path / "pairs.json").read_text())["pairs"])


def test_labels_may_be_given_as_annotations(tmp_path):
    write_annotations(tmp_path / "pairs.json", LABELS)
    assert read_labels(tmp_path / "pairs.json").equals(read_annotations(tmp_path / "pairs.json"))


def test_positions_of_labelled_pairs():
    ids = pl.Series("id", [9, 8, 7], dtype=pl.UInt32)
    labels = LABELS.with_columns(id_l=pl.Series(["7", "8", "9"]), id_r=pl.Series(["8", "9", "7"]))
    assert at_positions(labels, ids, ids, dedupe=True).select("l", "r").rows() == [(1, 2), (0, 1), (0, 2)]
    assert at_positions(labels, ids, ids, dedupe=False).select("l", "r").rows() == [(2, 1), (1, 0), (0, 2)]
    with pytest.raises(WrongInput, match="3 labelled pairs"):
        at_positions(LABELS, ids, ids, dedupe=True)


def test_one_pair_labelled_both_ways_round_is_refused():
    ids = pl.Series("id", ["a", "b"])
    labels = LABELS.head(2).with_columns(id_l=pl.Series(["a", "b"]), id_r=pl.Series(["b", "a"]))
    assert at_positions(labels, ids, ids, dedupe=False).height == 2
    with pytest.raises(Contradicted, match=r"^1 labelled pairs have two different labels"):
        at_positions(labels, ids, ids, dedupe=True)
    agreed = labels.with_columns(label=pl.lit("match"))
    assert at_positions(agreed, ids, ids, dedupe=True).height == 1


@pytest.mark.parametrize("shuffled", [False, True])
def test_the_same_label_again_counts_once_and_the_drawn_one_stays(shuffled):
    by_hand = LABELS.with_columns(inclusion=pl.lit(None, pl.Float64), stratum=pl.lit(None, pl.String))
    labels = pl.concat([by_hand, LABELS, LABELS])
    found = checked(labels.sample(fraction=1, shuffle=True, seed=4) if shuffled else labels)
    assert found.sort("id_l", "id_r").equals(LABELS)


def test_pairs_with_two_labels_are_counted_and_never_shown():
    other = LABELS.with_columns(label=pl.Series(["other", "match", "unsure"]))
    with pytest.raises(Contradicted) as refused:
        checked(pl.concat([LABELS, other]))
    assert refused.value.message == "2 labelled pairs have two different labels"
    assert refused.value.remedy


FILES = "sha256:" + "0" * 32


@pytest.mark.parametrize("name", ["labels.csv", "labels.json"])
def test_labels_know_the_files_whose_rows_they_number(tmp_path, name):
    path, write = tmp_path / name, write_labels if name.endswith("csv") else write_annotations
    write(path, LABELS.with_columns(files=pl.lit(FILES)))
    assert read_labels(path, FILES)["files"].unique().to_list() == [FILES]
    for other in (None, FILES.replace("0", "1")):  # an id is declared now, or the files are others
        with pytest.raises(OtherFiles, match=f"{name} was not made from these files") as refused:
            read_labels(path, other)
        assert "[file] id" in refused.value.remedy


def test_labels_that_do_not_say_of_which_files_are_taken(tmp_path):
    write_labels(tmp_path / "labels.csv", LABELS)
    assert "files" not in (tmp_path / "labels.csv").read_text()
    assert read_labels(tmp_path / "labels.csv", FILES).equals(LABELS)
