"""Who is in the attacked file and what the attacker knows: names with public counts."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from declare import WrongInput
from pseudonymise.standardise import evidence, fields_of

SURNAMES: Final = Path(__file__).parent / "data" / "surnames.parquet"
GIVEN_NAMES: Final = Path(__file__).parent / "data" / "given_names.parquet"
BEARERS: Final = 16_358_000
"""Inhabitants of the Netherlands on 1 January 2007, the year of the counts (Statistics Netherlands)."""

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Indices = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Population:
    """Names as evidence writes them, the commonest first, and the share of people that bears each."""

    names: pl.Series
    share: Floats

    def draw(self, persons: int, overlap: float, rng: np.random.Generator) -> "Draw":
        """A file of `persons` people, and a public list that has `overlap` of its names and as many others."""
        side = rng.choice(3, size=self.share.size, p=np.array([overlap, 1 - overlap, 1 - overlap]) / (2 - overlap))
        counts = rng.poisson(persons * self.share)
        counts[side == _LISTED] = 0
        return Draw(counts, np.flatnonzero(side != _FILED))


_BOTH, _FILED, _LISTED = range(3)


@dataclass(frozen=True, slots=True)
class Draw:
    counts: Indices
    """Persons in the file, by name of the population."""
    listed: Indices
    """Names the attacker has, the commonest first."""


@cache
def dutch_surnames() -> Population:
    """Counts of 2007 where they are published, the other inhabitants spread by a power law.

    The list has counts of the commonest names only. The others get, in an order drawn once and for all,
    `count(last published) × (rank / published) ** -0.93`, so that all names together have `BEARERS` bearers.
    """
    table = pl.read_parquet(SURNAMES)
    known, rest = table.filter(pl.col("count").is_not_null()), table.filter(pl.col("count").is_null())
    counts = known["count"].cast(pl.Float64).to_numpy()
    rank = np.random.default_rng(2007).permutation(rest.height) + 1
    tail = ((rank + known.height) / known.height) ** -0.93
    tail *= (BEARERS - counts.sum()) / tail.sum()
    names = pl.concat([known["name"], rest["name"]])
    return _population(names, np.concatenate([counts, np.minimum(tail, counts.min())]), "surname")


@cache
def given_names() -> Population:
    """Base forms by their share of women and men together, in the United States in 1990."""
    table = pl.read_parquet(GIVEN_NAMES)
    return _population(table["name"], table["percent"].to_numpy(), "given_name", ".base")


def read_names(path: Path, kind: str) -> Population:
    """From a CSV file with `name` and `count`. Raises `WrongInput`."""
    try:
        table = pl.read_csv(path, schema_overrides={"name": pl.String, "count": pl.Float64}).drop_nulls()
        return _population(table["name"], table["count"].to_numpy(), kind)
    except (OSError, pl.exceptions.PolarsError):
        raise WrongInput(
            f"{path} is no list of names with counts", remedy="Give a CSV file with the columns name and count."
        ) from None


def _population(names: pl.Series, counts: Floats, kind: str, ending: str = "") -> Population:
    """Names that are one as evidence count together."""
    column = "given_names" if kind == "given_name" else "surname"
    fields = fields_of([("name", column, "name")])
    written = evidence(names.alias("name").to_frame(), fields)[f"name{ending}"].alias("name")
    table = pl.DataFrame({"name": written, "count": counts}).drop_nulls().filter(pl.col("count") > 0)
    summed = table.group_by("name").agg(pl.col("count").sum()).sort(["count", "name"], descending=[True, False])
    weight = summed["count"].to_numpy()
    return Population(summed["name"], weight / weight.sum())
