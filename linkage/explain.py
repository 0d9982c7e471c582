"""Why a pair got its weight: one step per field, from the prior to the posterior, as numbers and in words."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from linkage.block import with_levels
from linkage.coincidence import with_equality
from linkage.fitted import FittedField, FittedModel
from linkage.pairing import Field, Pairing
from linkage.score import probability, weights
from linkage.words import WORDS, Language, posterior_sentence, prior_sentence, step_sentences


@dataclass(frozen=True, slots=True)
class Step:
    """What one field says of a pair; no value is shown."""

    field: str
    level: str
    weight: float
    """log2 Bayes factor: 1 doubles the odds, -1 halves them."""
    rarity: float = 0.0
    """Part of the weight that comes from the value being rarer (or commoner, below 0) than most that agree."""


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

    def words(self, language: Language = "en") -> tuple[str, ...]:
        """Sentences in the order of the steps. They name fields and levels, never a value."""
        words = WORDS[language]
        steps = (step_sentences(step.field, step.level, step.weight, step.rarity, words) for step in self.steps)
        said = [sentence for sentences in steps for sentence in sentences]
        return (prior_sentence(self.prior_weight, words), *said, posterior_sentence(self.match_probability, words))

    def __str__(self) -> str:
        return "\n".join(self.words())


def explain(pairing: Pairing, fitted: FittedModel, left: int, right: int) -> Explanation:
    """The pair at two positions, whether blocks bring it or not."""
    fitted.check(pairing)
    pair = pl.DataFrame({"l": [left], "r": [right]}, schema={"l": pl.UInt32, "r": pl.UInt32})
    compared = with_levels(with_equality(pair, pairing), pairing)
    steps = tuple(
        _step(compared, pairing, field, found) for field, found in zip(pairing.fields, fitted.fields, strict=True)
    )
    total = np.asarray([sum(step.weight for step in steps)])
    prior = float(np.log2(fitted.prior) - np.log2(1 - fitted.prior))
    return Explanation(prior, steps, float(probability(total, fitted)[0]))


def _step(compared: pl.DataFrame, pairing: Pairing, field: Field, found: FittedField) -> Step:
    level = compared[field.column][0]
    weight = float(weights(compared, pairing, field, found)[0])
    return Step(field.name, found.names[level], weight, weight - found.weights[level])
