"""The workbench on files: what it writes, what it refuses, and that the truth makes no difference."""

import json
from pathlib import Path

import polars as pl
import pytest

from declare import Declaration, WrongInput, load
from koppelkamer.cli import main
from linkage import FittedModel, Model, dedupe_files, link_files

FILES = ["clusters.parquet", "links.parquet", "model.json", "pairs.parquet", "quality.json", "report.html"]

MODEL = """
id = "test"
one_to_one = "one-to-one"
[[fields]]
field = "surname"
type = "surname"
column = "surname"
[[fields]]
field = "given_name"
type = "given_names"
left = "given_name"
right = "voornaam"
[[fields]]
field = "birth_date"
type = "date"
column = "born"
right_format = "%d/%m/%Y"
[[blocks]]
on = ["birth_date"]
[[blocks]]
on = ["surname.sound"]
[[comparisons]]
field = "surname"
[[comparisons]]
field = "given_name"
[[comparisons]]
field = "birth_date"
"""

NAMES = ["Jansen", "de Vries", "Bakker", "Visser", "Smit", "Meijer", "Mulder", "Bos", "Vos", "Peters"]
GIVEN = ["Jan", "Eva", "Piet", "Anna", "Kees", "Sara", "Tom"]


def people(count: int) -> pl.DataFrame:
    """Persons who differ enough to be told apart; `person` is the truth."""
    return pl.DataFrame(
        [
            (NAMES[i % 10], GIVEN[i % 7], f"{1950 + i % 43}-{i % 12 + 1:02}-{i % 28 + 1:02}", f"p{i}", f"id{i:03}")
            for i in range(count)
        ],
        schema=["surname", "given_name", "born", "person", "key"],
        orient="row",
    )


@pytest.fixture
def model(tmp_path: Path) -> Model:
    (tmp_path / "model.toml").write_text(MODEL)
    return load(tmp_path / "model.toml", Model)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    left, right = tmp_path / "left.csv", tmp_path / "right.parquet"
    people(200).write_csv(left)
    born = pl.col("born").str.replace(r"(\d+)-(\d+)-(\d+)", "$3/$2/$1")
    people(300).with_columns(born).rename({"given_name": "voornaam"}).reverse()[50:].write_parquet(right)
    return left, right


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def with_id(model: Model) -> Model:
    return model.model_copy(update={"file": model.file.model_copy(update={"id": "key"})})


def test_it_links_and_writes_all_files(tmp_path, files, model):
    found = link_files(*files, model, tmp_path / "out")
    assert sorted(contents(tmp_path / "out")) == FILES
    links = pl.read_parquet(tmp_path / "out" / "links.parquet")
    assert links.columns == ["id_l", "id_r", "match_weight", "match_probability"]
    assert links.select("id_l", "id_r").rows() == [(row, 249 - row) for row in range(200)]
    groups = pl.read_parquet(tmp_path / "out" / "clusters.parquet")
    assert groups.height == 450
    assert groups["cluster"].n_unique() == 250
    assert FittedModel.from_json((tmp_path / "out" / "model.json").read_bytes()) == found.fitted
    assert "<script" not in (tmp_path / "out" / "report.html").read_text()


def test_a_declared_id_is_carried(tmp_path, files, model):
    found = link_files(*files, with_id(model), tmp_path / "out")
    assert found.links["id_l"].to_list() == found.links["id_r"].to_list() == [f"id{i:03}" for i in range(200)]


def test_a_frozen_model_gives_the_same_bytes(tmp_path, files, model):
    fitted = link_files(*files, model, tmp_path / "one").fitted
    link_files(*files, model, tmp_path / "two", fitted=fitted)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


CHANGES = {
    "truth shuffled": lambda table: table.with_columns(pl.col("person").shuffle(seed=1)),
    "truth removed": lambda table: table.drop("person"),
    "columns in another order": lambda table: table.select(reversed(table.columns)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_columns_the_model_does_not_name_make_no_difference(tmp_path, files, model, change):
    left, right = files
    model = with_id(model)  # row numbers would carry the digest of the files
    link_files(left, right, model, tmp_path / "before")
    change(pl.read_csv(left, infer_schema=False)).write_csv(left)
    change(pl.read_parquet(right)).write_parquet(right)
    link_files(left, right, model, tmp_path / "after")
    assert contents(tmp_path / "before") == contents(tmp_path / "after")


def test_truth_only_adds_to_the_quality(tmp_path, files, model):
    pl.DataFrame({"id_l": [str(i) for i in range(200)], "id_r": [str(249 - i) for i in range(200)]}).write_csv(
        tmp_path / "truth.csv"
    )
    link_files(*files, model, tmp_path / "without")
    link_files(*files, model, tmp_path / "with", truth=tmp_path / "truth.csv")
    without, with_truth = contents(tmp_path / "without"), contents(tmp_path / "with")
    measured = json.loads(with_truth["quality.json"])
    assert measured.pop("truth") == {"true_pairs": 200, "right": 200, "precision": 1, "recall": 1, "f1": 1}
    assert measured == json.loads(without["quality.json"])
    assert all(without[name] == with_truth[name] for name in FILES[:4])


def test_double_records_are_found(tmp_path, model):
    pl.concat([people(60), people(20)]).write_csv(tmp_path / "file.csv")
    found = dedupe_files(tmp_path / "file.csv", model.model_copy(update={"one_to_one": None}), tmp_path / "out")
    assert found.links.select("id_l", "id_r").rows() == [(i, 60 + i) for i in range(20)]
    assert found.clusters.columns == ["id", "cluster"]
    assert found.clusters["cluster"].n_unique() == 60


def test_two_numbers_of_citizens_are_never_one_cluster(tmp_path):
    twice = people(60).with_columns(number=pl.Series([f"{100 + n:09}" for n in range(60)]))
    other = twice.head(20).with_columns(number=pl.when(pl.int_range(20) < 5).then(pl.lit("123456782")))
    pl.concat([twice, other]).write_csv(tmp_path / "file.csv")
    number = '[[fields]]\nfield = "number"\ntype = "identifier"\ncolumn = "number"\n[[comparisons]]\nfield = "number"\n'
    (tmp_path / "model.toml").write_text(
        MODEL.replace('one_to_one = "one-to-one"', 'clusters.different = ["number"]') + number
    )
    found = dedupe_files(tmp_path / "file.csv", load(tmp_path / "model.toml", Model), tmp_path / "out")
    clusters = found.clusters.sort("id")["cluster"].to_list()
    assert [n for n in range(20) if clusters[n] == clusters[60 + n]] == list(range(5, 20))


def test_blanks_separators_and_encodings_are_as_declared(tmp_path, files, model):
    left, right = files
    link_files(left, right, model, tmp_path / "plain")
    table = people(200).rename(lambda name: f" {name} ").with_columns(pl.all() + " ")
    left.write_bytes(table.write_csv(separator=";").encode("windows-1252"))
    declared = model.model_copy(
        update={"file": model.file.model_copy(update={"separator": ";", "encoding": "windows-1252"})}
    )
    link_files(left, right, declared, tmp_path / "other")
    plain, other = (pl.read_parquet(tmp_path / name / "links.parquet") for name in ("plain", "other"))
    assert plain.equals(other)


def test_a_truth_of_other_records_is_told(tmp_path, files, model, capsys):
    truth = tmp_path / "truth.csv"
    pl.DataFrame({"id_l": ["0", "x1", "x2"], "id_r": ["0", "1", "y2"]}).write_csv(truth)
    (tmp_path / "m.toml").write_text(MODEL)
    out = tmp_path / "out"
    call = ["link", *map(str, files), "--model", str(tmp_path / "m.toml"), "--truth", str(truth), "--out", str(out)]
    assert main([*call, "--language", "nl"]) == 0
    says = "2 of 3 pairs of the truth name records that are not in the files"
    assert f"warning: {says}" in capsys.readouterr().out
    assert any(says in warning for warning in json.loads((out / "quality.json").read_bytes())["warnings"])
    assert "2 van 3 paren van de waarheid" in (out / "report.html").read_text(encoding="utf-8")


WRONG = {
    "no such file": (lambda left: left.unlink(), None),
    "a column is missing": (lambda left: pl.read_csv(left).drop("surname").write_csv(left), "no column surname"),
    "wrong encoding": (lambda left: left.write_bytes("surname,given_name,born\nÉ,É,É".encode("utf-16")), None),
    "ragged": (lambda left: left.write_text("surname,given_name,born\na,b,c\na,b,c,d,e\n"), None),
}


@pytest.mark.parametrize(("spoil", "message"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_read_is_refused_and_nothing_written(tmp_path, files, model, spoil, message):
    spoil(files[0])
    with pytest.raises(WrongInput, match=message or "cannot be read"):
        link_files(*files, model, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_repeated_ids_are_refused(tmp_path, files, model):
    pl.read_csv(files[0]).with_columns(key=pl.lit("same")).write_csv(files[0])
    with pytest.raises(WrongInput, match="repeated"):
        link_files(*files, with_id(model), tmp_path / "out")


BAD_MODELS = {
    "an unknown key": (MODEL.replace("one_to_one", "one_to_many"), "unknown key one_to_many"),
    "a field compared twice": (MODEL + '[[comparisons]]\nfield = "surname"\n', "compared twice"),
    "a field without a column": (MODEL.replace('column = "born"', ""), "name either column"),
    "an identifier that is not compared": (MODEL + '[clusters]\ndifferent = ["bsn"]\n', "names compared fields"),
    "no block": (MODEL.replace("[[blocks]]", "[[bricks]]"), "blocks"),
}


@pytest.mark.parametrize(("text", "message"), BAD_MODELS.values(), ids=BAD_MODELS)
def test_a_wrong_declaration_is_refused(tmp_path, text, message):
    (tmp_path / "model.toml").write_text(text)
    with pytest.raises(WrongInput, match=message):
        load(tmp_path / "model.toml", Model)
    assert issubclass(Model, Declaration)
