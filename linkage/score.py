"""Scoring: the match weight of a pair is the sum of its fields' log2 Bayes factors."""

import numpy as np
import polars as pl

from linkage.fitted import FittedField, FittedModel
from linkage.pairing import Field, Pairing

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


def score(pairs: pl.DataFrame, pairing: Pairing, fitted: FittedModel) -> pl.DataFrame:
    """Columns `l`, `r`, `blocks`, `match_weight` (log2 Bayes factor, without the prior), `match_probability`."""
    fitted.check(pairing)
    weight: Floats = np.zeros(pairs.height)
    for field, found in zip(pairing.fields, fitted.fields, strict=True):
        weight += weights(pairs, pairing, field, found)
    return pairs.select(
        "l",
        "r",
        "blocks",
        pl.Series("match_weight", weight),
        pl.Series("match_probability", probability(weight, fitted)),
    )


def weights(pairs: pl.DataFrame, pairing: Pairing, field: Field, found: FittedField) -> Floats:
    """One field's log2 Bayes factor for each pair, term frequency included."""
    levels = pairs[field.column].to_numpy()
    weight = np.asarray(found.weights)[levels]
    if found.term_frequency and field.whole:
        same = np.flatnonzero((levels > 0) & (levels <= field.whole))
        codes = pairing.left_codes[field.name].gather(pairs["l"].to_numpy()[same]).to_numpy()
        weight[same] += np.log2(sum(found.u[: field.whole]) / _frequencies(pairing, field.name)[codes])
    return np.asarray(weight)


def probability(weight: Floats, fitted: FittedModel) -> Floats:
    """Posterior chance of a match: prior odds times two to the weight."""
    odds = np.log2(fitted.prior) - np.log2(1.0 - fitted.prior) + weight
    return np.asarray(1.0 / (1.0 + np.exp2(-odds)))


def _frequencies(pairing: Pairing, column: str) -> Floats:
    """Share of each code among the values of both sides: agreement on a rare name says more (Newcombe 1959)."""
    sides = (
        [pairing.left_codes[column]]
        if pairing.model.dedupe
        else [side[column] for side in (pairing.left_codes, pairing.right_codes)]
    )
    counts = np.bincount(pl.concat(sides).drop_nulls().to_numpy())
    return np.asarray(counts / counts.sum())
