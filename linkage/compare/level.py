"""Comparison levels are data: from the best agreement to none, the first that holds is the level of a pair.

Level 0 is always *missing* (nothing to compare, weight 0) and the last is always *other*; in between stand these.
"""

from collections.abc import Sequence
from itertools import pairwise, takewhile
from typing import Final, Self

from pydantic import Field, model_validator

from declare import Declaration

MISSING = "missing"
OTHER = "other"


class Level(Declaration):
    """One way to agree. It holds when any of its conditions holds."""

    name: str
    equal: tuple[tuple[str, ...], ...] = ()
    """Alternatives; in each, all the parts named must be equal. A part is an ending of the field's evidence (`""`,
    `.year`); `a=b` compares part a of one record with part b of the other, either way round."""
    incomplete: bool = False
    """Holds only where the whole value of either record is missing, so that parts are all there is."""
    dice: float | None = Field(default=None, gt=0, le=1)
    """Least Dice coefficient of two Bloom-filter encodings. Schnell, Bachteler and Reiher (2009)."""
    jaro_winkler: float | None = Field(default=None, gt=0, le=1)
    """Least similarity of clear text. Winkler (1990), prefix weight 0.1."""
    osa: int | None = Field(default=None, ge=1)
    """Most edits (optimal string alignment) between two texts."""
    days: int | None = Field(default=None, ge=1)
    """Most days between two whole dates."""
    difference: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """Most two numbers differ."""
    ratio: float | None = Field(default=None, gt=0, le=1)
    """Most two numbers differ, as a share of the one furthest from zero."""
    kilometres: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """Most distance between two places."""
    overlap: int | None = Field(default=None, ge=1)
    """Least members that two lists, or words that two texts, have in common."""
    jaccard: float | None = Field(default=None, gt=0, le=1)
    """Least members in common, as a share of all members of either."""
    of: str = ""
    """Ending of the evidence that is measured; encodings there are of whole values only."""
    where: tuple[str, ...] = ()
    """Parts that must be equal too before what is measured counts."""

    @model_validator(mode="after")
    def _has_a_condition(self) -> Self:
        if not self.equal and not self.by_similarity:
            raise ValueError(f"a level needs equal, {', '.join(MEASURED[:-1])} or {MEASURED[-1]}")
        if self.incomplete and self.by_similarity:
            raise ValueError("an incomplete value cannot be compared by similarity")
        if (self.of or self.where) and not self.by_similarity:
            raise ValueError("of and where say something of what is measured, and nothing is")
        return self

    @property
    def limits(self) -> dict[str, float]:
        """Limit by name of each thing it measures."""
        return {name: limit for name in MEASURED if (limit := getattr(self, name)) is not None}

    @property
    def by_similarity(self) -> bool:
        """Whether it measures anything, so that equality alone does not tell whether it holds."""
        return bool(self.limits)

    @property
    def whole(self) -> bool:
        """Whether it holds only where the whole values are equal, whatever else it asks."""
        return len(self.equal) == 1 and "" in self.equal[0] and not self.by_similarity and not self.incomplete

    @property
    def endings(self) -> frozenset[str]:
        """Endings of all evidence it reads."""
        sides = frozenset(side for parts in (*self.equal, self.where) for part in parts for side in part.split("="))
        return sides | {self.of} if self.by_similarity else sides


MEASURED: Final = (
    "dice", "jaro_winkler", "osa", "days", "difference", "ratio", "kilometres", "overlap", "jaccard",
)  # fmt: skip
"""Conditions that measure how alike two values are; all but `dice` need clear text."""

SAME = Level(name="same", equal=(("",),))
AS_WRITTEN = Level(name="same", equal=(("", ".written"),))
BUT_FOR_ACCENTS = Level(name="same but for accents", equal=(("",),))


def whole(levels: Sequence[Level]) -> int:
    """How many levels, from the first, hold only where the whole values are equal.

    To these apply term frequency and the exact chance that strangers are equal. Each asks less than the one before it,
    and the last asks nothing more; else there are none.
    """
    asked = [frozenset(level.equal[0]) for level in takewhile(lambda level: level.whole, levels)]
    nested = all(more > less for more, less in pairwise(asked))
    return len(asked) if nested and asked and asked[-1] == {""} else 0
