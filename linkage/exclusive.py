"""One partner at most: what a pair's evidence is worth beside that of the other pairs of the same record.

Of a record that may have one partner, one of its pairs is a match or none is. None is as likely as the share of records
without a partner: where nearly every record has one, a pair without rivals needs little evidence of its own. Sadinle
(2017) has a prior of this kind; the posterior here looks at one record of a pair at a time.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from linkage.model import EXCLUDING, Assignment

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Indices = np.ndarray[tuple[int], np.dtype[np.intp]]

NEARLY = 1e-12
"""Short of certain, lest odds overflow."""
LEAST_ALONE = 0.02
"""Share of records that are left without a partner, whatever the prior: evidence must still beat something."""


def alone(prior: float, others: int) -> float:
    """Chance that a record has no partner among `others`, each of which is one with chance `prior`."""
    return max(1.0 - prior * others, LEAST_ALONE)


def exclusive(odds: Floats, rivals: Sequence[Indices], without: Sequence[float] | None = None) -> Floats:
    """Chance of each pair when a record has one partner at most; the side with the fiercer competition counts.

    `rivals` has for each side the record of every pair, `without` the chance that such a record has no partner, where
    the odds do not hold it already.
    """
    if not rivals:
        return np.asarray(odds / (1.0 + odds))
    nones = without or [1.0] * len(rivals)
    found = [odds / (none + np.bincount(side, weights=odds)[side]) for side, none in zip(rivals, nones, strict=True)]
    return np.asarray(np.minimum.reduce(found))


def beside_rivals(pairs: pl.DataFrame, assignment: Assignment) -> Floats:
    """Chance of each scored pair (`l`, `r`, `match_probability`) to be the one match of its records."""
    probability = np.minimum(pairs["match_probability"].to_numpy(), 1.0 - NEARLY)
    return exclusive(probability / (1.0 - probability), rivals_of(pairs, assignment))


def rivals_of(pairs: pl.DataFrame, assignment: Assignment) -> list[Indices]:
    """For each side whose records have one partner at most, the record of every pair (`l`, `r`)."""
    return [pairs[side].cast(pl.Int64).to_numpy() for side in EXCLUDING[assignment]]


def without_partner(assignment: Assignment, prior: float, heights: tuple[int, int]) -> list[float]:
    """For each side whose records have one partner at most, the chance to have none; `heights` are the records of both
    sides."""
    others = {"l": heights[1], "r": heights[0]}
    return [alone(prior, others[side]) for side in EXCLUDING[assignment]]
