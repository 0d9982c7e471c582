"""Scoring: the match weight of a pair is the sum of its fields' log2 Bayes factors."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from linkage.block import Blocks, chunks, pairs_between
from linkage.bound import Bound, bound, reachable_by_agreement, reachable_by_equality, upper
from linkage.compare.agreement import compared_levels, with_similarity
from linkage.fitted import Factor, FittedModel
from linkage.frequency import rarities
from linkage.levels import equality
from linkage.pairing import Pairing

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]

_MARGIN = 1e-3


def score(pairs: pl.DataFrame, pairing: Pairing, fitted: FittedModel) -> pl.DataFrame:
    """`pairs` with their levels, and `match_weight` (log2 Bayes factor, without the prior), `match_probability`."""
    fitted.check(pairing)
    weight = weights(pairs, pairing, fitted)
    return pairs.with_columns(match_weight=weight, match_probability=probability(weight, fitted))


def scored(pairing: Pairing, blocks: Blocks, fitted: FittedModel) -> pl.DataFrame:
    """All candidates that are not less likely than the model's floor, scored; sorted by `l`, `r`.

    What cannot reach the floor is dropped on the way, so this gives the same as scoring all candidates, with less work.
    """
    return pl.concat(shards(pairing, blocks, fitted))


def shards(pairing: Pairing, blocks: Blocks, fitted: FittedModel) -> Iterator[pl.DataFrame]:
    """`scored`, a few left records at a time: memory is bounded by the candidates of a shard."""
    fitted.check(pairing)
    screen = bound(pairing, fitted, least_weight(fitted))
    for rows in chunks(pairing, blocks):
        yield score_shard(pairing, blocks, fitted, screen, rows)


def score_shard(
    pairing: Pairing, blocks: Blocks, fitted: FittedModel, screen: Bound, rows: tuple[int, int]
) -> pl.DataFrame:
    """`scored` of the left records first … last-1."""
    pairs = _compared(pairs_between(pairing, blocks, *rows, screen), pairing, fitted, screen)
    return score(pairs, pairing, fitted).filter(pl.col("match_probability") >= fitted.model.floor)


def least_weight(fitted: FittedModel) -> float:
    """Match weight at which a pair is as likely as the model's floor."""
    floor = fitted.model.floor
    return float(np.log2(floor / (1.0 - floor)) - np.log2(fitted.prior / (1.0 - fitted.prior)))


def weights(pairs: pl.DataFrame, pairing: Pairing, fitted: FittedModel) -> Floats:
    """Sum of all log2 Bayes factors of each pair, term frequency included."""
    total: Floats = np.zeros(pairs.height)
    for factor in fitted.factors:
        total += of_factor(pairs, pairing, factor)
    for field, added in rarities(pairing, fitted).items():
        total += of_rarity(pairs, pairing, field, added)
    return total


def of_factor(pairs: pl.DataFrame, pairing: Pairing, factor: Factor) -> Floats:
    """What the levels of a factor's fields weigh in each pair."""
    levels = tuple(pairs[pairing.fields[f].column].to_numpy() for f in factor.fields)
    return np.asarray(factor.weights[levels])


def of_rarity(pairs: pl.DataFrame, pairing: Pairing, name: str, added: Floats) -> Floats:
    """What term frequency adds in each pair: something only where the whole values are equal."""
    field = next(field for field in pairing.fields if field.name == name)
    level = pairs[field.column].to_numpy()
    return np.where((level >= 1) & (level <= field.whole), added[pairs["l"].to_numpy()], 0.0)


def probability(weight: Floats, fitted: FittedModel) -> Floats:
    """Posterior chance of a match: prior odds times two to the weight."""
    odds = np.log2(fitted.prior) - np.log2(1.0 - fitted.prior) + weight
    return np.asarray(1.0 / (1.0 + np.exp2(-odds)))


def _compared(pairs: pl.DataFrame, pairing: Pairing, fitted: FittedModel, screen: Bound) -> pl.DataFrame:
    """Levels of the pairs that can still reach the floor, from what is cheap to compare to what is dear.

    The bound starts from which whole values agree, and is tightened by every factor compared: first by codes, then by
    similarity. `most` is the bound so far.
    """
    left, right = pairs["l"].to_numpy(), pairs["r"].to_numpy()
    agreement = screen.agreement(left, right)
    pairs = pairs.with_columns(agreement=agreement, most=screen.most(left, agreement))
    factors = sorted(fitted.factors, key=lambda factor: _dearness(factor, pairing))
    for factor in factors:
        pairs = _tightened(_by_equality(pairs, pairing, factor), screen)
    for factor in factors:
        if _dearness(factor, pairing)[0]:
            pairs = _tightened(_by_similarity(pairs, pairing, factor), screen)
    return pairs.drop("agreement", "most")


def _by_equality(pairs: pl.DataFrame, pairing: Pairing, factor: Factor) -> pl.DataFrame:
    fields = [pairing.fields[f] for f in factor.fields]
    before = upper(factor, [reachable_by_agreement(field) for field in fields])
    after = upper(factor, [reachable_by_equality(field, clear=pairing.clear) for field in fields])
    levels = [equality(pairs, pairing, field) for field in fields]
    agreement = pairs["agreement"].to_numpy()
    gone = before[tuple((agreement >> np.uint16(f)) & np.uint16(1) for f in factor.fields)]
    come = after[tuple(level.to_numpy() for level in levels)]
    return pairs.with_columns(*levels, most=pairs["most"].to_numpy() - gone + come)


def _by_similarity(pairs: pl.DataFrame, pairing: Pairing, factor: Factor) -> pl.DataFrame:
    fields = [pairing.fields[f] for f in factor.fields]
    before = upper(factor, [reachable_by_equality(field, clear=pairing.clear) for field in fields])
    gone = before[tuple(pairs[field.column].to_numpy() for field in fields)]
    compared = pairs.with_columns(with_similarity(pairs, pairing, field) for field in fields)
    return compared.with_columns(most=pairs["most"].to_numpy() - gone + of_factor(compared, pairing, factor))


def _tightened(pairs: pl.DataFrame, screen: Bound) -> pl.DataFrame:
    return pairs.filter(pl.col("most") >= screen.least - _MARGIN)


def _dearness(factor: Factor, pairing: Pairing) -> tuple[int, int]:
    """Fields that are compared by similarity, then evidence that is read."""
    fields = [pairing.fields[f] for f in factor.fields]
    similar = sum(bool(compared_levels(field, clear=pairing.clear)) for field in fields)
    return similar, sum(len(field.evidence) for field in fields)
