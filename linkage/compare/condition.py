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


@dataclass(frozen=True, slots=True)
class Condition:
    """Something measured of two values in clear text."""

    measure: Callable[[pl.Series, pl.Series], pl.Series]
    kinds: frozenset[str]
    """Kinds of fields it can be measured of."""
    at_least: bool = False
    """Whether the limit is the least that will do; otherwise it is the most."""

    def holds(self, measured: Floats, limit: float) -> Truths:
        """Never for what is not a number."""
        return np.asarray(measured >= limit if self.at_least else measured <= limit * (1 + _ROUNDING))


CONDITIONS: Final[dict[str, Condition]] = {
    "difference": Condition(similarity.difference, frozenset({"number"})),
    "ratio": Condition(similarity.ratio, frozenset({"number"})),
    "kilometres": Condition(similarity.kilometres, frozenset({"place"})),
    "days": Condition(similarity.days, frozenset({"date"})),
    "osa": Condition(similarity.osa, _TEXTS),
    "jaro_winkler": Condition(similarity.jaro_winkler, _TEXTS, at_least=True),
    "overlap": Condition(similarity.overlap, frozenset({"list", "text", "full_name"}), at_least=True),
    "jaccard": Condition(similarity.jaccard, frozenset({"list", "text", "full_name"}), at_least=True),
}
"""By their names in a level, from cheap to dear. Encodings have one of their own, `dice`."""


def as_members(kind: str, name: str, values: pl.Series) -> pl.Series:
    """The words of a text count as the members of a list."""
    if kind == "text" and name in ("overlap", "jaccard"):
        return values.str.replace_all(" ", similarity.BETWEEN, literal=True)
    return values
