"""Comparison levels are data: from the best agreement to none, the first that holds is the level of a pair.

Level 0 is always *missing* (nothing to compare, weight 0) and the last is always *other*; in between stand these.
"""

from collections.abc import Sequence
from itertools import pairwise, takewhile
from typing import Self

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
    jaro_winkler: float | None = Field(default=None, gt=0, le=1)
    """Least similarity of clear text. Winkler (1990), prefix weight 0.1."""
    dice: float | None = Field(default=None, gt=0, le=1)
    """Least Dice coefficient of two Bloom-filter encodings. Schnell, Bachteler and Reiher (2009)."""
    incomplete: bool = False
    """Holds only where the whole value of either record is missing, so that parts are all there is."""

    @model_validator(mode="after")
    def _has_a_condition(self) -> Self:
        if not self.equal and self.jaro_winkler is None and self.dice is None:
            raise ValueError("a level needs equal, jaro_winkler or dice")
        if self.incomplete and self.by_similarity:
            raise ValueError("an incomplete value cannot be compared by similarity")
        return self

    @property
    def by_similarity(self) -> bool:
        return self.jaro_winkler is not None or self.dice is not None

    @property
    def whole(self) -> bool:
        """Whether it holds only where the whole values are equal, whatever else it asks."""
        return len(self.equal) == 1 and "" in self.equal[0] and not self.by_similarity and not self.incomplete

    @property
    def endings(self) -> frozenset[str]:
        """Endings of all evidence it reads."""
        return frozenset(side for parts in self.equal for part in parts for side in part.split("="))


SAME = Level(name="same", equal=(("",),))


def whole(levels: Sequence[Level]) -> int:
    """How many levels, from the first, hold only where the whole values are equal.

    To these apply term frequency and the exact chance that strangers are equal. Each asks less than the one before it,
    and the last asks nothing more; else there are none.
    """
    asked = [frozenset(level.equal[0]) for level in takewhile(lambda level: level.whole, levels)]
    nested = all(more > less for more, less in pairwise(asked))
    return len(asked) if nested and asked and asked[-1] == {""} else 0


LIBRARY: dict[str, tuple[Level, ...]] = {
    "surname": (
        SAME,
        # a married name on one side, the own name on the other
        Level(name="partner's name", equal=(("=.other",),)),
        Level(name="very similar", jaro_winkler=0.92, dice=0.8),
        Level(name="similar", jaro_winkler=0.8, dice=0.6),
        Level(name="sounds alike", equal=((".sound",),)),
    ),
    "given_name": (
        SAME,
        Level(name="very similar", jaro_winkler=0.92, dice=0.8),
        Level(name="similar", jaro_winkler=0.8, dice=0.6),
        Level(name="sounds alike", equal=((".sound",),)),
        Level(name="initial of a name", equal=((".initial",),), incomplete=True),
        Level(name="same initial", equal=((".initial",),)),
    ),
    "date": (
        SAME,
        Level(name="day and month swapped", equal=(("=.swapped",),)),
        Level(name="two parts", equal=((".year_month",), (".month_day",), (".year_day",))),
        Level(name="year of a part", equal=((".year",),), incomplete=True),
        Level(name="year", equal=((".year",),)),
    ),
    "address": (
        SAME,
        Level(name="postcode and number", equal=((".postcode", ".number"),)),
        Level(name="postcode", equal=((".postcode",),)),
    ),
    "identifier": (SAME,),
    "code": (SAME, Level(name="similar", jaro_winkler=0.88, dice=0.6)),
    "text": (
        SAME,
        Level(name="very similar", jaro_winkler=0.92, dice=0.8),
        Level(name="similar", jaro_winkler=0.8, dice=0.6),
    ),
    "category": (SAME,),
}
"""Levels of a field by its kind, where a model declares none."""

PRESENCE: dict[str, tuple[str, ...]] = {
    "given_name": (".initial",),
    "date": (".year", ".month_day"),
    "address": (".postcode",),
}
"""Endings of which one must be present on both sides for a field to be compared at all; otherwise the whole value."""
