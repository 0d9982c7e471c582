"""Public sets with known truth, one file or two: which files, which model of ours, and who the record of each row is.

The truth is read apart, after every program has ended. RLdata500 is under the GPL and is not kept here: it is read from
folder `rldata500` in the folder that the environment names as KOPPELKAMER_DATA.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from benchmarks.sets import DATA, HERE

ELSEWHERE: Final = "KOPPELKAMER_DATA"


@dataclass(frozen=True, slots=True)
class PublicSet:
    """Files, the model of ours that links them, and the entity of each row; one file is searched for doubles."""

    title: str
    model: Path
    files: tuple[Path, ...]
    entity: Callable[[Path], pl.Series]

    @property
    def absent(self) -> str | None:
        """Why it cannot be linked here; None where it can."""
        if not all(path.exists() for path in self.files):
            return f"not kept here for its licence; set {ELSEWHERE} to the folder that has it"
        return None if self.model.exists() else f"no model {self.model.name} yet"

    def entities(self) -> tuple[pl.DataFrame, ...]:
        """Of each file, columns `row` (from 0) and `entity`."""
        return tuple(self.entity(path).alias("entity").to_frame().with_row_index("row") for path in self.files)

    def truth(self) -> pl.DataFrame:
        """Columns `id_l`, `id_r`: all pairs of row numbers of one entity; of one file, the smaller number first."""
        sides = self.entities()
        pairs = sides[0].join(sides[-1], on="entity", suffix=" right").select(id_l="row", id_r="row right")
        return pairs.filter(pl.col("id_l") < pl.col("id_r")) if len(sides) == 1 else pairs


def _febrl(path: Path) -> pl.Series:
    return pl.read_csv(path, infer_schema=False)["rec_id"].str.extract(r"^rec-(\d+)-")


def _column(name: str) -> Callable[[Path], pl.Series]:
    def read(path: Path) -> pl.Series:
        if path.suffix == ".parquet":
            return pl.read_parquet(path, columns=[name])[name]
        return pl.read_csv(path, columns=[name], infer_schema=False)[name]

    return read


def _rldata(path: Path) -> pl.Series:
    return pl.read_csv(path.with_name(f"identity.{path.name}"), infer_schema=False).to_series(1)


_ELSEWHERE: Final = Path(os.environ.get(ELSEWHERE, "nowhere"))
_MODELS: Final = HERE / "models"

PUBLIC: Final = {
    "febrl3": PublicSet("FEBRL3, 5,000 rows", _MODELS / "febrl.toml", (DATA / "dataset3.csv",), _febrl),
    "febrl4": PublicSet(
        "FEBRL4, 5,000 × 5,000", _MODELS / "febrl.toml", (DATA / "dataset4a.csv", DATA / "dataset4b.csv"), _febrl
    ),
    "fake_1000": PublicSet(
        "fake_1000, 1,000 rows", _MODELS / "fake_1000.toml", (DATA / "fake_1000.csv",), _column("cluster")
    ),
    "rldata500": PublicSet(
        "RLdata500, 500 rows", _MODELS / "rldata.toml", (_ELSEWHERE / "rldata500" / "RLdata500.csv",), _rldata
    ),
    "transactions": PublicSet(
        "bank transactions, 5,000 × 5,000",
        _MODELS / "transactions.toml",
        tuple(DATA / f"transactions_{side}.parquet" for side in ("origin", "destination")),
        _column("ground_truth"),
    ),
    "census-social-security": PublicSet(
        "census × social security, 10,236 × 16,497",
        _MODELS / "simulated_population.toml",
        (DATA / "pp_census_seed12.parquet", DATA / "pp_ssa_seed11.parquet"),
        _column("simulant_id"),
    ),
}
