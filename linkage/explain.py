"""Why a pair got its weight: one step per field, from the prior to the posterior, as numbers and in words."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from linkage.fitted import Factor, FittedModel
from linkage.levels import with_levels
from linkage.pairing import Pairing
from linkage.score import Scorer, scorer
from linkage.sentences import posterior_sentence, prior_sentence, step_sentences
from linkage.words import Language, words


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
        text = words(language)
        steps = (step_sentences(step.field, step.level, step.weight, step.rarity, text) for step in self.steps)
        said = [sentence for sentences in steps for sentence in sentences]
        return (prior_sentence(self.prior_weight, text), *said, posterior_sentence(self.match_probability, text))

    def __str__(self) -> str:
        return "\n".join(self.words())


def explain(pairing: Pairing, fitted: FittedModel, left: int, right: int) -> Explanation:
    """The pair at two positions, whether blocks bring it or not."""
    fitted.check(pairing)
    pair = pl.DataFrame({"l": [left], "r": [right]}, schema={"l": pl.UInt32, "r": pl.UInt32})
    compared = with_levels(pair, pairing)
    ready = scorer(pairing, fitted)
    steps = tuple(_step(compared, ready, factor) for factor in fitted.factors)
    total = np.asarray([sum(step.weight for step in steps)])
    return Explanation(ready.start, steps, float(ready.probability(total)[0]))


def _step(compared: pl.DataFrame, ready: Scorer, factor: Factor) -> Step:
    fields = ready.fields(factor)
    levels = [ready.fitted.fields[f].names[compared[ready.pairing.fields[f].column][0]] for f in factor.fields]
    rarity = sum(float(ready.of_rarity(compared, field.name)[0]) for field in fields if field.name in ready.rarities)
    weight = float(ready.of_factor(compared, factor)[0]) + rarity
    return Step(" + ".join(field.name for field in fields), " + ".join(levels), weight, rarity)
