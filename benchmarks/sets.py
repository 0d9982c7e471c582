"""Public data sets with known truth. The truth is read apart, after linking, and is never an id or a variable."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

HERE: Final = Path(__file__).parent
DATA: Final = HERE / "data"


@dataclass(frozen=True, slots=True)
class RealSet:
    """Two files, the model that links them, and the person of each row."""

    title: str
    model: Path
    left: Path
    right: Path
    persons: Callable[[Path], pl.Series]

    def truth(self) -> pl.DataFrame:
        """Columns `l`, `r`: all pairs of row numbers (from 0) of one person."""
        left, right = (self._numbered(path) for path in (self.left, self.right))
        return left.join(right, on="person", suffix=" right").select(l="row", r="row right")

    def _numbered(self, path: Path) -> pl.DataFrame:
        return self.persons(path).alias("person").to_frame().with_row_index("row")


def _febrl_person(path: Path) -> pl.Series:
    return pl.read_csv(path, infer_schema=False)["rec_id"].str.extract(r"^rec-(\d+)-")


def _record(path: Path) -> pl.Series:
    return pl.read_csv(path, infer_schema=False)["rec_id"]


def _simulant(path: Path) -> pl.Series:
    return pl.read_parquet(path, columns=["simulant_id"])["simulant_id"]


SETS: Final = {
    "febrl4": RealSet(
        "FEBRL4, 5,000 × 5,000",
        HERE / "models" / "febrl.toml",
        DATA / "dataset4a.csv",
        DATA / "dataset4b.csv",
        _febrl_person,
    ),
    "census-social-security": RealSet(
        "census × social security, 10,236 × 16,497",
        HERE / "models" / "simulated_population.toml",
        DATA / "pp_census_seed12.parquet",
        DATA / "pp_ssa_seed11.parquet",
        _simulant,
    ),
    "clkhash": RealSet(
        "clkhash's test data, 1,000 × 1,000",
        HERE / "models" / "febrl.toml",
        DATA / "clkhash_1.csv",
        DATA / "clkhash_2.csv",
        _record,
    ),
}
