"""The generator of made-up persons: the same every time, as much spoiled as it says, and the truth is true."""

from pathlib import Path

import polars as pl
import pytest

from benchmarks.damage import HOW_MANY, IN_ERROR, MISSING
from benchmarks.population import COLUMNS, SHARE_HOME, write
from benchmarks.vocabulary import ACCENTED, given_names, postcode, surnames

RECORDS = 20_000
FILES = ("left", "right", "truth", "flags")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    folder = tmp_path_factory.mktemp("population")
    write(RECORDS, folder, seed=7)
    return {name: pl.read_parquet(folder / f"{name}.parquet") for name in FILES}


@pytest.fixture(scope="module")
def overlap(made: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Both records of each person of the overlap, columns `<field>` and `<field> right`, and the flags."""
    left = made["flags"].join(made["left"], left_on="id_l", right_on="id")
    return left.join(made["right"], left_on="id_r", right_on="id", suffix=" right")


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path):
    for folder, seed in (("one", 3), ("again", 3), ("other", 4)):
        write(500, tmp_path / folder, seed)
    content = {
        folder: [(tmp_path / folder / f"{name}.parquet").read_bytes() for name in FILES]
        for folder in ("one", "again", "other")
    }
    assert content["one"] == content["again"]
    assert content["one"] != content["other"]


def test_every_file_in_partitions_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("benchmarks.population.PARTITION", 300)
    monkeypatch.setattr("benchmarks.population.BUCKET", 400)
    write(1001, tmp_path, seed=1)
    for side in ("left", "right"):
        table = pl.read_parquet(tmp_path / f"{side}.parquet")
        assert table["id"].to_list() == list(range(1001))
    assert pl.read_parquet(tmp_path / "truth.parquet").height == 500


def test_columns_and_sizes(made: dict[str, pl.DataFrame]):
    for side in ("left", "right"):
        assert made[side].columns == ["id", *COLUMNS]
        assert made[side]["id"].to_list() == list(range(RECORDS))
    truth = made["truth"]
    assert truth.height == RECORDS // 2
    assert truth["id_l"].n_unique() == truth["id_r"].n_unique() == truth.height


def test_the_order_tells_nothing(made: dict[str, pl.DataFrame]):
    truth = made["truth"].cast(pl.Float64)
    assert abs(truth.select(pl.corr("id_l", "id_r")).item()) < 0.05


def test_the_truth_is_true(overlap: pl.DataFrame):
    """Without errors the two records of a person differ in nothing that both have."""
    clean = overlap.filter(pl.col("errors") == 0)
    for column in COLUMNS:
        assert clean.select((pl.col(column) == pl.col(f"{column} right")).all()).item(), column


def test_who_has_an_error_differs(overlap: pl.DataFrame):
    known = pl.all_horizontal(pl.col(name).is_not_null() for pair in COLUMNS for name in (pair, f"{pair} right"))
    spoiled = overlap.filter(known & (pl.col("errors") > 0))
    differ = pl.any_horizontal(pl.col(column) != pl.col(f"{column} right") for column in COLUMNS)
    assert spoiled.select(differ.mean()).item() > 0.99


def test_shares_are_as_declared(made: dict[str, pl.DataFrame], overlap: pl.DataFrame):
    flags = overlap["errors"]
    assert (flags > 0).mean() == pytest.approx(IN_ERROR, abs=0.02)
    assert (flags == 1).sum() / (flags > 0).sum() == pytest.approx(HOW_MANY[0], abs=0.05)
    assert flags.max() == len(HOW_MANY)
    for side in ("left", "right"):
        for column in COLUMNS:
            assert made[side][column].is_null().mean() == pytest.approx(MISSING, abs=0.01)


def test_accents_are_dropped_from_names_that_have_one(overlap: pl.DataFrame):
    dropped = overlap.filter("accent_dropped")
    accent = r"\p{Latin}\p{M}"
    with_accent = pl.any_horizontal(
        pl.col(name).str.normalize("NFD").str.contains(accent) for name in ("given_name", "surname")
    )
    names_known = pl.all_horizontal(pl.col("given_name", "surname").is_not_null())
    assert dropped.height > 50
    assert dropped.filter(names_known).select(with_accent.all()).item()


def test_households_and_the_city_follow_the_address(made: dict[str, pl.DataFrame]):
    left = made["left"]
    shared = left.drop_nulls().group_by("surname", "postcode", "city").len()["len"]
    together = shared.filter(shared > 1).sum() / shared.sum()
    # two of a home are both on the left in part only
    assert SHARE_HOME / 2 < together < 2 * SHARE_HOME
    assert left.drop_nulls().group_by("postcode").agg(pl.col("city").n_unique())["city"].max() == 1


def test_dates_exist(made: dict[str, pl.DataFrame]):
    for side in ("left", "right"):
        dates = made[side]["dob"].drop_nulls()
        assert dates.str.to_date("%Y-%m-%d", strict=False).null_count() == 0


def test_postcodes_are_all_different():
    assert postcode(pl.int_range(100_000, eager=True).to_numpy()).n_unique() == 100_000


def test_names_come_as_often_as_published():
    surname, given = surnames(), given_names("F")
    chance = {}
    for names, wanted in ((surname, "Jong"), (given, "Mary")):
        shares = pl.Series(names.cumulative).diff().fill_null(names.cumulative[0])
        chance[wanted] = float(shares.filter(names.values == wanted)[0])
    # de Jong: 83,782 of 16.4 million inhabitants in 2007; Mary: 2.629 % of 90.0 % of American women in 1990
    assert chance["Jong"] == pytest.approx(83_782 / 16_358_000 * (1 - ACCENTED), rel=0.05)
    assert chance["Mary"] == pytest.approx(0.02629 / 0.9 * (1 - ACCENTED), rel=0.05)
