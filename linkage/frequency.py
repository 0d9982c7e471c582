"""Term frequency: agreement on a rare value says more than agreement on a common one. Newcombe (1959)."""

import numpy as np
import polars as pl

from linkage.dictionary import numbers
from linkage.fitted import FittedModel
from linkage.pairing import Pairing

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


def rarities(pairing: Pairing, fitted: FittedModel) -> dict[str, Floats]:
    """Field with term frequency → what agreement on the whole value adds to its weight (log2), by left position.

    The chance of the value itself takes the place of the chance that any two values are equal.
    """
    found = {}
    for field, chances in zip(pairing.fields, fitted.fields, strict=True):
        if chances.term_frequency and field.whole:
            frequency = frequencies(pairing, field.name)
            added = np.log2(sum(chances.u[: field.whole]) / np.maximum(frequency, np.finfo(float).tiny))
            found[field.name] = added[numbers(pairing.left_codes[field.name])]
    return found


def frequencies(pairing: Pairing, column: str) -> Floats:
    """Share of each code among the values of both sides; that of code 0, no value, means nothing."""
    sides = [pairing.left_codes, pairing.right_codes][: 1 if pairing.model.dedupe else 2]
    counts = np.bincount(numbers(pl.concat([side[column] for side in sides])))
    return np.asarray(counts / max(counts[1:].sum(), 1))
