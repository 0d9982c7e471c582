"""Public data, unsupervised, at the models' own thresholds; and the truth makes no difference to any byte."""

from pathlib import Path

import polars as pl
import pytest

from benchmarks.real import measure
from benchmarks.sets import SETS
from declare import load
from linkage import Model, link_files


def test_febrl4_in_clear_text():
    figures = measure(SETS["febrl4"], "clear text")
    assert figures["pairs"]["f1"] >= 0.995
    assert figures["one_to_one"]["f1"] >= 0.995


def test_census_and_social_security_in_clear_text():
    figures = measure(SETS["census-social-security"], "clear text")
    assert figures["one_to_one"]["f1"] >= 0.99
    assert figures["pairs"]["f1"] >= 0.985
    assert figures["estimated"]["precision"] == pytest.approx(figures["one_to_one"]["precision"], abs=0.02)


def test_without_the_truth_the_same_bytes(tmp_path: Path):
    """A part of the files, once as they are, once with the true persons removed or mixed up."""
    real = SETS["census-social-security"]
    model = load(real.model, Model)
    whole = [pl.read_parquet(path)[:1500] for path in (real.left, real.right)]
    hidden = [
        whole[0].drop("simulant_id", "household_id"),
        whole[1].with_columns(pl.col("simulant_id").reverse()).select(reversed(whole[1].columns)),
    ]
    folders = []
    for name, tables in (("whole", whole), ("hidden", hidden)):
        sides = [tmp_path / f"{name}-{side}.parquet" for side in ("left", "right")]
        for table, path in zip(tables, sides, strict=True):
            table.write_parquet(path)
        link_files(*sides, model, tmp_path / name)
        folders.append(contents(tmp_path / name))
    assert folders[0] == folders[1]


def contents(folder: Path) -> dict[str, bytes]:
    """Every byte, but for the digest of the files that tables of row numbers carry beside their rows."""
    tables = {path.name: pl.read_parquet(path).write_ipc(None).getvalue() for path in folder.glob("*.parquet")}
    return {path.name: tables.get(path.name, path.read_bytes()) for path in folder.iterdir()}
