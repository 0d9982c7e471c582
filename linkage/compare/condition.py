"""Conditions on how alike two values are. They can only better a pair, and hold for no value that is missing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from linkage import similarity
from pseudonymise.standardise.field import CLEAR_KINDS, PARTS

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Truths = np.ndarray[tuple[int], np.dtype[np.bool_]]

_TEXTS: Final = frozenset(PARTS) - CLEAR_KINDS
_ROUNDING: Final = 1e-9
"""A difference of 0.1 may come out a little larger: 1.1 - 1.0 does."""


def as_written(texts: pl.Series) -> pl.Series:
    return texts


@dataclass(frozen=True, slots=True)
class Condition:
    """Something measured of two values in clear text."""

    compare: Callable[[pl.Series, pl.Series], pl.Series]
    kinds: frozenset[str]
    """Kinds of fields it can be measured of."""
    read: Callable[[pl.Series], pl.Series] = as_written
    """From text to what is compared, value by value."""
    at_least: bool = False
    """Whether the limit is the least that will do; otherwise it is the most."""

    def measure(self, left: pl.Series, right: pl.Series) -> pl.Series:
        """Of two columns of text: Float64, null where either is null or cannot be read."""
        return self.compare(self.read(left), self.read(right))

    def holds(self, measured: Floats, limit: float) -> Truths:
        """Never for what is not a number."""
        return np.asarray(measured >= limit if self.at_least else measured <= limit * (1 + _ROUNDING))


_NUMBERS: Final = frozenset({"number"})
_LISTS: Final = frozenset({"list", "text", "full_name"})

CONDITIONS: Final[dict[str, Condition]] = {
    "days": Condition(similarity.difference, frozenset({"date"}), similarity.dates),
    "difference": Condition(similarity.difference, _NUMBERS, similarity.numbers),
    "ratio": Condition(similarity.ratio, _NUMBERS, similarity.numbers),
    "kilometres": Condition(similarity.kilometres, frozenset({"place"}), similarity.places),
    "osa": Condition(similarity.osa, _TEXTS),
    "jaro_winkler": Condition(similarity.jaro_winkler, _TEXTS, at_least=True),
    "overlap": Condition(similarity.overlap, _LISTS, similarity.members, at_least=True),
    "jaccard": Condition(similarity.jaccard, _LISTS, similarity.members, at_least=True),
}
"""By their names in a level, from cheap to dear. Encodings have one of their own, `dice`."""


def as_members(kind: str, name: str, values: pl.Series) -> pl.Series:
    """The words of a text count as the members of a list."""
    if kind == "text" and name in ("overlap", "jaccard"):
        return values.str.replace_all(" ", similarity.BETWEEN, literal=True)
    return values
