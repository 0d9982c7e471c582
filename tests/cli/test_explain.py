"""`koppelkamer explain` on a linkage of plain files: sentences and JSON, ids as in links.parquet, no values."""

from pathlib import Path

import polars as pl
import pytest

from declare import WrongInput, load
from koppelkamer.cli.commands import parse
from koppelkamer.cli.explain import explain
from linkage import Model, link_files
from tests.cli.test_review import MODEL


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    people = [(name, f"19{50 + n}-0{n % 8 + 1}-11") for n, name in enumerate(["Jansen", "Bakker", "Smit"] * 12)]
    pl.DataFrame(people, schema=["surname", "born"], orient="row").write_csv(tmp_path / "people.csv")
    (tmp_path / "m.toml").write_text(MODEL)
    file = tmp_path / "people.csv"
    link_files(file, file, load(tmp_path / "m.toml", Model), tmp_path)
    return tmp_path


def test_a_link_is_explained_as_it_was_scored(linked):
    one, two, weight, chance = pl.read_parquet(linked / "links.parquet").row(0)
    file = str(linked / "people.csv")
    call = ["explain", str(linked / "model.json"), str(one), str(two), "--left", file, "--right", file]
    said = explain(parse([*call, "--language", "nl"]))
    assert said.facts["match_weight"] == pytest.approx(weight)
    assert said.facts["match_probability"] == pytest.approx(chance)
    assert said.lines[1].startswith("surname: gelijk.")
    assert "Jansen" not in str(said.facts)


def test_an_id_that_is_not_there_is_refused_and_not_repeated(linked):
    file = str(linked / "people.csv")
    call = parse(["explain", str(linked / "model.json"), "0", "9876", "--left", file, "--right", file])
    with pytest.raises(WrongInput, match="no record of the id given") as refused:
        explain(call)
    assert "9876" not in str(refused.value)
