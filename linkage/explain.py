"""Why a pair got its weight: one step per field, from the prior to the posterior."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from linkage.block import with_levels
from linkage.coincidence import with_equality
from linkage.fitted import FittedModel
from linkage.pairing import Pairing
from linkage.score import probability, weights


@dataclass(frozen=True, slots=True)
class Step:
    """What one field says of a pair; no value is shown."""

    field: str
    level: str
    weight: float
    """log2 Bayes factor: 1 doubles the odds, -1 halves them."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The waterfall of one pair: prior, steps, posterior."""

    prior_weight: float
    """log2 odds of a pair drawn at random."""
    steps: tuple[Step, ...]
    match_probability: float

    @property
    def match_weight(self) -> float:
        """Sum of the steps, without the prior."""
        return sum(step.weight for step in self.steps)


def explain(pairing: Pairing, fitted: FittedModel, left: int, right: int) -> Explanation:
    """The pair at two positions, whether blocks bring it or not."""
    fitted.check(pairing)
    pair = pl.DataFrame({"l": [left], "r": [right]}, schema={"l": pl.UInt32, "r": pl.UInt32})
    compared = with_levels(with_equality(pair, pairing), pairing)
    steps = tuple(
        Step(field.name, found.names[compared[field.column][0]], float(weights(compared, pairing, field, found)[0]))
        for field, found in zip(pairing.fields, fitted.fields, strict=True)
    )
    total = np.asarray([sum(step.weight for step in steps)])
    prior = float(np.log2(fitted.prior) - np.log2(1 - fitted.prior))
    return Explanation(prior, steps, float(probability(total, fitted)[0]))
