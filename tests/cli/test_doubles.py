"""`koppelkamer check --doubles`: a partner finds its own double registrations, at home and in clear."""

import json
from pathlib import Path

import polars as pl
import pytest

from koppelkamer.demo import population
from tests.cli.shell import koppelkamer

ROOM = Path(population.__file__).parent / "room"
PERSONS = 1_000


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made")
    population.generate(out, PERSONS, seed=3)
    return out / "deliveries" / "residents.csv"


def test_rows_are_named_for_the_owner_and_counts_in_the_report(file: Path, tmp_path: Path) -> None:
    said = koppelkamer(
        "check", file, "--source", ROOM / "sources" / "residents.toml",
        "--doubles", ROOM / "models" / "residents-twice.toml", "--out", tmp_path, "--json", at=tmp_path,
    ).facts  # fmt: skip
    truth = pl.read_csv(file.parents[1] / "truth" / "residents.rows.csv").select("row", "person")
    twice = truth.filter(pl.len().over("person") > 1)
    found = pl.read_csv(tmp_path / "doubles.csv").join(truth, on="row")
    (counted,) = said["pollution"]["doubles"]
    assert found.columns == ["row", "cluster", "person"]
    assert (counted["doubled"], counted["records"]) == (found.height, PERSONS + twice.height // 2)
    assert set(twice["row"]) <= set(found["row"])
    assert (
        found.join(twice, on="row", how="semi").group_by("cluster").agg(pl.col("person").n_unique())["person"].max()
        == 1
    )
    (told,) = json.loads((tmp_path / "quality.json").read_text())["pollution"]["doubles"]
    assert told["count"]["at_most"] - told["count"]["at_least"] == 19
    assert "row" not in told


def test_a_model_of_fields_the_source_lacks_is_refused(file: Path, tmp_path: Path) -> None:
    model = tmp_path / "other.toml"
    model.write_text('id = "other"\n[[blocks]]\non = ["phone"]\n[[comparisons]]\nfield = "phone"\n')
    done = koppelkamer(
        "check",
        file,
        "--source",
        ROOM / "sources" / "residents.toml",
        "--doubles",
        model,
        "--out",
        tmp_path / "out",
        at=tmp_path,
    )
    assert done.code == 2
    assert "residents has no linkage field phone" in done.err
