"""Plausible link sets, drawn from the posterior probabilities: what might as well have been linked."""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import polars as pl

from linkage.assign import assign
from linkage.interval import Floats
from linkage.model import EXCLUDING, Assignment

NEARLY: Final = 1e-9
"""Probabilities are taken to be no surer than this."""

_ROWS: Final = ("source_l", "row_l", "source_r", "row_r")


def draw_links(
    likely: pl.DataFrame, assignments: Mapping[str, Assignment], draws: int, seed: int
) -> Iterator[pl.DataFrame]:
    """`draws` sets of rows of `likely` (columns as `linkage.linked.LINKS`), each as plausible as its probability.

    Where a record has one partner at most, it takes each partner with chance odds over one plus the sum of all its odds
    (Gumbel 1954: the largest of log odds plus Gumbel noise is such a draw), and nobody with what is left. Where both
    sides hold each entity once, left records draw, and who draws a taken partner gives way to the larger draw: shares
    are then near those of all matchings, and where two and two compete they leave more in doubt than these.

    The same pairs in another order give the same sets.
    """
    ordered = likely.sort("model", *_ROWS)
    parts = [positions(part) for part in ordered.partition_by("model", maintain_order=True)]
    chance = np.random.default_rng(seed)
    for _ in range(draws):
        drawn = [_drawn(part, assignments.get(part["model"][0], "none"), chance) for part in parts]
        yield pl.concat([likely.clear(), *drawn])


def positions(part: pl.DataFrame) -> pl.DataFrame:
    """With `l`, `r`: numbers of the records. Two sources of one model have numbers apart."""
    return part.with_columns(
        pl.struct(f"source_{side}", f"row_{side}").rank("dense").cast(pl.UInt32).alias(side) - 1 for side in ("l", "r")
    )


def _drawn(part: pl.DataFrame, mode: Assignment, chance: np.random.Generator) -> pl.DataFrame:
    probability = np.clip(part["match_probability"].to_numpy(), NEARLY, 1 - NEARLY)
    value = np.log(probability) - np.log1p(-probability) + chance.gumbel(size=part.height)
    above = value > _nobody(part, mode, chance)
    pairs = part.select("l", "r", pl.int_range(pl.len()).alias("place"), match_probability=pl.lit(1.0))
    taken = assign(pairs.with_columns(match_weight=pl.Series(value)).filter(pl.Series(above)), mode, 0.0)
    return part[taken["place"].sort()].drop("l", "r")


def _nobody(part: pl.DataFrame, mode: Assignment, chance: np.random.Generator) -> Floats:
    """For each pair what its record drew for having no partner; without assignment every pair is on its own."""
    if not (sides := EXCLUDING[mode]):
        return chance.gumbel(size=part.height)
    records = part[sides[0]].to_numpy()
    return np.asarray(chance.gumbel(size=int(records.max()) + 1)[records])
