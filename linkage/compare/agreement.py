"""The level of each pair, first from codes, then, where it may still be better, from similarity.

A level that needs similarity can only improve a pair, so the level is the least number of those that hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from linkage.arrays import ANY, EDITS, JARO_WINKLER
from linkage.comparable import Evidence
from linkage.compare.condition import CONDITIONS, as_members
from linkage.compare.equality import Equality, Numbers, Truths, both_ways
from linkage.compare.level import Level
from linkage.compare.signature import Signatures, signatures
from linkage.filters import Filters, dice
from linkage.packing import Rows
from linkage.pairing import Field, Pairing
from pseudonymise.protected import bits

CHUNK: Final = 2_000_000
"""Pairs whose strings are laid side by side at once."""

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Positions = np.ndarray[tuple[int], np.dtype[np.uint32]]
Places = np.ndarray[tuple[int], np.dtype[np.int64]]

_SIGNED: Final = {"jaro_winkler": JARO_WINKLER, "osa": EDITS}
"""Likenesses that signatures bound."""


@dataclass(frozen=True, slots=True, repr=False)
class Agreement:
    """How one field of pairs is compared. Pairs are rows of the field's distinct values, left and right."""

    field: Field
    sides: tuple[Evidence, Evidence]
    equality: Equality
    measures: tuple["Measure", ...]
    """From cheap to dear."""

    def rows(self, left: Positions, right: Positions) -> tuple[Rows, Rows]:
        """Rows of the distinct values of records at these positions."""
        one, two = (
            positions if side.rows is None else side.rows.to_numpy().take(positions)
            for side, positions in zip(self.sides, (left, right), strict=True)
        )
        return one, two

    def better(self, levels: Numbers, left: Positions, right: Positions, asked: Places | None = None) -> None:
        """Better the levels of pairs, as codes gave them, where values are alike enough. `asked` are the pairs of which
        that may be; all of them when it is not said."""
        asked = np.arange(levels.size) if asked is None else asked
        for measure in self.measures:
            these = asked[levels[asked] > measure.best]
            one, two = self.rows(left[these], right[these])
            possible = np.flatnonzero(measure.possible(one, two))
            for start in range(0, possible.size, CHUNK):
                some = possible[start : start + CHUNK]
                levels[these[some]] = np.minimum(levels[these[some]], measure.level(one[some], two[some]))

    @property
    def compared(self) -> list[int]:
        """Numbers of the levels that similarity may give."""
        return sorted({number for measure in self.measures for number, _ in measure.limits})


@dataclass(frozen=True, slots=True, repr=False)
class Measure:
    """One thing that is measured of one piece of evidence, once for all levels that ask it under the same terms."""

    name: str
    field: Field
    of: str
    limits: tuple[tuple[int, float], ...]
    """Level number and limit."""
    where: tuple[Equality, ...]
    """Level 1 where the parts are equal that must be equal too."""
    sides: tuple[Evidence, Evidence]
    signatures: tuple[Signatures, Signatures] | None
    """Of text whose likeness they bound."""
    filters: tuple[Filters, Filters] | None
    """Of encodings."""
    known: tuple[Truths, Truths]
    """Whether the evidence is there, by row."""

    @property
    def best(self) -> int:
        return min(number for number, _ in self.limits)

    @property
    def way(self) -> int:
        """How the compiled loop tells at a glance whether it may be of use."""
        return _SIGNED.get(self.name, ANY)

    @property
    def easiest(self) -> float:
        """The limit that is reached most easily, of what signatures bound."""
        return (min if CONDITIONS[self.name].at_least else max)(limit for _, limit in self.limits)

    def possible(self, left: Rows, right: Rows) -> Truths:
        """Whether the evidence is there on both sides, equal where it must be, and not too unlike at a glance."""
        if self.signatures is None:
            found = self.known[0].take(left) & self.known[1].take(right)
        else:
            from linkage import kernel

            found = kernel.possible(self.way, self.easiest, *self.signatures, left, right)
        for equality in self.where:
            found &= equality(left, right) == 1
        return np.asarray(found)

    def level(self, left: Rows, right: Rows) -> Numbers:
        """The best level that holds by this measure alone; 255 for none."""
        alike = self._alike(left, right)
        found = np.full(left.size, 255, dtype=np.uint8)
        for number, limit in sorted(self.limits, reverse=True):
            holds = alike >= limit if self.name == "dice" else CONDITIONS[self.name].holds(alike, limit)
            found[holds] = number
        return found

    def _alike(self, left: Rows, right: Rows) -> Floats:
        if self.filters is not None:
            return dice(*self.filters, left, right)
        rows = zip(self.sides, (left, right), strict=True)
        values = CONDITIONS[self.name].compare(*(self._read(side, pl.Series(each)) for side, each in rows))
        return np.asarray(values.fill_null(float("nan")).to_numpy())

    def _read(self, side: Evidence, rows: pl.Series) -> pl.Series:
        """What is compared, read from the distinct values when they are fewer than the pairs."""
        texts = side.distinct[self.field.name + self.of]
        return self._values(texts).gather(rows) if texts.len() < rows.len() else self._values(texts.gather(rows))

    def _values(self, texts: pl.Series) -> pl.Series:
        return CONDITIONS[self.name].read(as_members(self.field.kind, self.name, texts))


def agreements(pairing: Pairing) -> tuple[Agreement, ...]:
    """One for each field. Raises `WrongInput` when the levels of a field ask for too much."""
    return tuple(_agreement(pairing, field) for field in pairing.fields)


def _agreement(pairing: Pairing, field: Field) -> Agreement:
    presence = [part.removeprefix(field.name) for part in field.presence]
    equality = Equality.of(field.name, field.levels, presence, (pairing.left_distinct, pairing.right_distinct))
    return Agreement(field, _sides(pairing, field), equality, _measures(pairing, field))


def _sides(pairing: Pairing, field: Field) -> tuple[Evidence, Evidence]:
    return pairing.left.evidence[field.name], pairing.right.evidence[field.name]


def _measures(pairing: Pairing, field: Field) -> tuple[Measure, ...]:
    terms: dict[tuple[str, str, tuple[str, ...]], list[tuple[int, float]]] = {}
    for name in _measurable(pairing, field):
        for number, level in enumerate(field.levels, start=1):
            if name in level.limits and (pairing.clear or not level.of):
                terms.setdefault((name, level.of, level.where), []).append((number, level.limits[name]))
    return tuple(_measure(pairing, field, *term, tuple(limits)) for term, limits in terms.items())


def _measurable(pairing: Pairing, field: Field) -> Iterable[str]:
    """Names of what can be measured: of tokens nothing, unless there are filters beside them on both sides."""
    if pairing.clear:
        return CONDITIONS
    encoded = all(set(bits(field.name)) <= set(side.distinct.columns) for side in _sides(pairing, field))
    return ("dice",) if encoded else ()


def _measure(
    pairing: Pairing, field: Field, name: str, of: str, where: tuple[str, ...], limits: tuple[tuple[int, float], ...]
) -> Measure:
    sides = _sides(pairing, field)
    left, right = (side.distinct[field.name + of] for side in sides)
    return Measure(
        name=name,
        field=field,
        of=of,
        limits=limits,
        where=tuple(_where(pairing, field, part) for part in where),
        sides=sides,
        signatures=(signatures(left), signatures(right)) if name in _SIGNED else None,
        filters=_filters(sides, field) if name == "dice" else None,
        known=(left.is_not_null().to_numpy(), right.is_not_null().to_numpy()),
    )


def _filters(sides: tuple[Evidence, Evidence], field: Field) -> tuple[Filters, Filters]:
    """Of both sides; one for both when records are compared with each other."""
    left, right = (side.distinct.select(bits(field.name)) for side in sides)
    found = Filters.of(left)
    return found, found if sides[0] is sides[1] else Filters.of(right)


def _where(pairing: Pairing, field: Field, part: str) -> Equality:
    endings = sorted({ending for test in both_ways(part) for ending in test})
    level = Level(name="where", equal=((part,),))
    return Equality.of(field.name, (level,), endings, (pairing.left_distinct, pairing.right_distinct))
