"""Scoring: the match weight of a pair is the sum of its fields' log2 Bayes factors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from linkage.block import Blocks, chunks, pairs_between
from linkage.bound import MARGIN, Bound, bound, reachable_by_agreement, reachable_by_equality, upper
from linkage.compare.agreement import compared_levels, with_similarity
from linkage.fitted import Factor, FittedModel
from linkage.frequency import rarities
from linkage.levels import equality
from linkage.pairing import Field, Pairing

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True, repr=False)
class Scorer:
    """A fitted model, ready to score pairs of two sides."""

    pairing: Pairing
    fitted: FittedModel
    factors: tuple[Factor, ...]
    """From what is cheap to compare to what is dear."""
    rarities: Mapping[str, Floats]
    bound: Bound

    def score(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """`pairs` with their levels, and `match_weight` (log2 Bayes factor, without the prior), `match_probability`."""
        weight: Floats = np.zeros(pairs.height)
        for factor in self.factors:
            weight += self.of_factor(pairs, factor)
        for field in self.rarities:
            weight += self.of_rarity(pairs, field)
        return pairs.with_columns(match_weight=weight, match_probability=probability(weight, self.fitted))

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
        pairs = self._compared(pairs_between(self.pairing, blocks, *rows, self.bound))
        return self.score(pairs).filter(pl.col("match_probability") >= self.fitted.model.floor)

    def _compared(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """Levels of the pairs that can still reach the floor.

        The bound starts from which whole values agree, and is tightened by every factor compared: first by codes, then
        by similarity. `most` is the bound so far.
        """
        left, right = pairs["l"].to_numpy(), pairs["r"].to_numpy()
        agreement = self.bound.agreement(left, right)
        pairs = pairs.with_columns(agreement=agreement, most=self.bound.most(left, agreement))
        for factor in self.factors:
            pairs = self._tightened(self._by_equality(pairs, factor))
        for factor in self.factors:
            if any(compared_levels(field, clear=self.pairing.clear) for field in self.fields(factor)):
                pairs = self._tightened(self._by_similarity(pairs, factor))
        return pairs.drop("agreement", "most")

    def _by_equality(self, pairs: pl.DataFrame, factor: Factor) -> pl.DataFrame:
        fields = self.fields(factor)
        before = upper(factor, [reachable_by_agreement(field) for field in fields])
        after = upper(factor, [reachable_by_equality(field, clear=self.pairing.clear) for field in fields])
        levels = [equality(pairs, self.pairing, field) for field in fields]
        agreement = pairs["agreement"].to_numpy()
        gone = before[tuple((agreement >> np.uint16(number)) & np.uint16(1) for number in factor.fields)]
        come = after[tuple(level.to_numpy() for level in levels)]
        return pairs.with_columns(*levels, most=pairs["most"].to_numpy() - gone + come)

    def _by_similarity(self, pairs: pl.DataFrame, factor: Factor) -> pl.DataFrame:
        fields = self.fields(factor)
        before = upper(factor, [reachable_by_equality(field, clear=self.pairing.clear) for field in fields])
        gone = before[tuple(pairs[field.column].to_numpy() for field in fields)]
        compared = pairs.with_columns(with_similarity(pairs, self.pairing, field) for field in fields)
        return compared.with_columns(most=pairs["most"].to_numpy() - gone + self.of_factor(compared, factor))

    def _tightened(self, pairs: pl.DataFrame) -> pl.DataFrame:
        return pairs.filter(pl.col("most") >= self.bound.least - MARGIN)


def scorer(pairing: Pairing, fitted: FittedModel) -> Scorer:
    """Raises `WrongInput` when the model was fitted on other evidence."""
    fitted.check(pairing)
    added = rarities(pairing, fitted)
    factors = tuple(sorted(fitted.factors, key=lambda factor: _dearness(factor, pairing)))
    return Scorer(pairing, fitted, factors, added, bound(pairing, factors, added, least_weight(fitted)))


def scored(pairing: Pairing, blocks: Blocks, fitted: FittedModel) -> pl.DataFrame:
    """All candidates that are not less likely than the model's floor, scored; sorted by `l`, `r`.

    What cannot reach the floor is dropped on the way, so this gives the same as scoring all candidates, with less work.
    """
    return pl.concat(shards(pairing, blocks, fitted))


def shards(pairing: Pairing, blocks: Blocks, fitted: FittedModel) -> Iterator[pl.DataFrame]:
    """`scored`, a few left records at a time: memory is bounded by the candidates of a shard."""
    ready = scorer(pairing, fitted)
    return (ready.shard(blocks, rows) for rows in chunks(pairing, blocks))


def least_weight(fitted: FittedModel) -> float:
    """Match weight at which a pair is as likely as the model's floor."""
    floor = float(np.log2(fitted.model.floor / (1.0 - fitted.model.floor)))
    by_model = fitted.calibration.by_model(floor) if fitted.calibration else floor
    return by_model - float(np.log2(fitted.prior / (1.0 - fitted.prior)))


def probability(weight: Floats, fitted: FittedModel) -> Floats:
    """Posterior chance of a match: prior odds times two to the weight, as labels calibrate it."""
    odds = np.log2(fitted.prior) - np.log2(1.0 - fitted.prior) + weight
    if fitted.calibration:
        odds = fitted.calibration.odds(odds)
    return np.asarray(1.0 / (1.0 + np.exp2(-odds)))


def _dearness(factor: Factor, pairing: Pairing) -> tuple[int, int]:
    """Levels that need similarity, then evidence that is read."""
    fields = [pairing.fields[number] for number in factor.fields]
    similar = sum(len(compared_levels(field, clear=pairing.clear)) for field in fields)
    return similar, sum(len(field.evidence) for field in fields)
