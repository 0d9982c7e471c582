"""Scoring: the match weight of a pair is the sum of its fields' log2 Bayes factors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from linkage.block import Blocks, chunks, pairs_between
from linkage.bound import bounds
from linkage.compare.comparing import comparing
from linkage.exclusive import without_partner
from linkage.fitted import Factor, FittedModel
from linkage.frequency import rarities
from linkage.pairing import Field, Pairing
from linkage.screen import Screening

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True, repr=False)
class Scorer:
    """A fitted model, ready to score pairs of two sides."""

    pairing: Pairing
    fitted: FittedModel
    factors: tuple[Factor, ...]
    rarities: Mapping[str, Floats]
    screening: Screening
    start: float
    """log2 odds before any field is looked at."""

    def score(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """`pairs` with their levels, and `match_weight` (log2 Bayes factor, without the prior), `match_probability`."""
        weight: Floats = np.zeros(pairs.height)
        for factor in self.factors:
            weight += self.of_factor(pairs, factor)
        for field in self.rarities:
            weight += self.of_rarity(pairs, field)
        return pairs.with_columns(match_weight=weight, match_probability=self.probability(weight))

    def probability(self, weight: Floats) -> Floats:
        """Posterior chance of a match, as labels calibrate it."""
        odds = self.start + weight
        bent = self.fitted.calibration.odds(odds) if self.fitted.calibration else odds
        return np.asarray(1.0 / (1.0 + np.exp2(-bent)))

    def of_factor(self, pairs: pl.DataFrame, factor: Factor) -> Floats:
        """What the levels of a factor's fields weigh in each pair."""
        return np.asarray(factor.weights[tuple(pairs[field.column].to_numpy() for field in self.fields(factor))])

    def of_rarity(self, pairs: pl.DataFrame, name: str) -> Floats:
        """What term frequency adds in each pair: something only where the whole values are equal."""
        field = next(field for field in self.pairing.fields if field.name == name)
        level = pairs[field.column].to_numpy()
        return np.where((level >= 1) & (level <= field.whole), self.rarities[name][pairs["l"].to_numpy()], 0.0)

    def fields(self, factor: Factor) -> list[Field]:
        return [self.pairing.fields[number] for number in factor.fields]

    def shard(self, blocks: Blocks, rows: tuple[int, int]) -> pl.DataFrame:
        """The candidates of the left records first … last-1 that are not less likely than the floor, scored."""
        pairs = pairs_between(blocks, *rows, self.screening)
        return self.score(pairs).filter(pl.col("match_probability") >= self.fitted.model.floor)


def scorer(pairing: Pairing, fitted: FittedModel) -> Scorer:
    """Raises `WrongInput` when the model was fitted on other evidence."""
    fitted.check(pairing)
    added = rarities(pairing, fitted)
    ready = comparing(pairing)
    start = start_of(pairing, fitted)
    least = weight_at(fitted.model.floor, start, fitted)
    most = bounds(ready.agreements, fitted.factors, added, least, pairing.left.height)
    return Scorer(pairing, fitted, fitted.factors, added, Screening(ready, most), start)


def scored(pairing: Pairing, blocks: Blocks, fitted: FittedModel) -> pl.DataFrame:
    """All candidates that are not less likely than the model's floor, scored; sorted by `l`, `r`.

    What cannot reach the floor is dropped on the way, so this gives the same as scoring all candidates, with less work.
    """
    return pl.concat(shards(pairing, blocks, fitted))


def shards(pairing: Pairing, blocks: Blocks, fitted: FittedModel) -> Iterator[pl.DataFrame]:
    """`scored`, a few left records at a time: memory is bounded by the candidates of a shard."""
    ready = scorer(pairing, fitted)
    return (ready.shard(blocks, rows) for rows in chunks(pairing, blocks))


def start_of(pairing: Pairing, fitted: FittedModel) -> float:
    """log2 odds of a pair before any field is looked at: of a match, and where a record has one partner at most, of
    this one instead of none (`linkage.exclusive`). Which of several it is, assignment decides."""
    without = without_partner(fitted.assignment, fitted.prior, (pairing.left.height, pairing.right.height))
    return float(np.log2(fitted.prior / (1.0 - fitted.prior)) - np.log2(max(without, default=1.0)))


def weight_at(probability: float, start: float, fitted: FittedModel) -> float:
    """Match weight (log2) at which a pair has this probability."""
    odds = float(np.log2(probability / (1.0 - probability)))
    return (fitted.calibration.by_model(odds) if fitted.calibration else odds) - start
