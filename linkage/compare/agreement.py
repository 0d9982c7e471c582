"""The level of each pair, first from codes, then, where it may still be better, from similarity.

A level that needs similarity can only improve a pair, so the level is the least number of those that hold.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from linkage.comparable import Comparable
from linkage.compare.condition import CONDITIONS, Floats, Truths, as_members
from linkage.pairing import Field, Pairing
from linkage.similarity import dice
from pseudonymise.protected import bits

CHUNK = 2_000_000
"""Pairs whose strings or encodings are laid side by side at once."""

Positions = np.ndarray[tuple[int], np.dtype[np.uint32]]
Numbers = np.ndarray[tuple[int], np.dtype[np.uint8]]


def by_equality(field: Field) -> pl.Expr:
    """Level number (UInt8) from columns `l:<evidence>` and `r:<evidence>` of codes."""
    present = pl.any_horizontal(_both_present(part) for part in field.presence)
    level = pl.when(present).then(field.other).otherwise(0)
    for number, condition in reversed(list(enumerate(field.levels, start=1))):
        if condition.equal:
            holds = pl.any_horizontal(_all_equal(field.name, alternative) for alternative in condition.equal)
            if condition.incomplete:
                holds &= ~_both_present(field.name)
            level = pl.when(holds).then(number).otherwise(level)
    return level.cast(pl.UInt8).alias(field.column)


def with_similarity(pairs: pl.DataFrame, pairing: Pairing, field: Field) -> pl.Series:
    """Level numbers (UInt8) of `pairs`, bettered where the values are similar enough."""
    found = pairs[field.column]
    measured = _measured(field, clear=pairing.clear)
    if not measured:
        return found
    levels: Numbers = found.to_numpy().copy()
    left, right = pairs["l"].to_numpy(), pairs["r"].to_numpy()
    for one in measured:
        asked = np.flatnonzero((levels > one.best) & one.present(pairing, left, right))
        for start in range(0, asked.size, CHUNK):
            some = asked[start : start + CHUNK]
            alike = one.alike(pairing, left[some], right[some])
            for number, limit in one.limits:
                better = np.minimum(levels[some], number)
                levels[some] = np.where(one.holds(alike, limit), better, levels[some])
    return pl.Series(field.column, levels)


def compared_levels(field: Field, *, clear: bool) -> list[int]:
    """Numbers of the levels that similarity may give, from clear text or from encodings."""
    return sorted({number for one in _measured(field, clear=clear) for number, _ in one.limits})


@dataclass(frozen=True, slots=True)
class _Measured:
    """One thing that is measured of one piece of evidence, once for all levels that ask it under the same terms."""

    name: str
    field: Field
    of: str
    where: tuple[str, ...]
    limits: tuple[tuple[int, float], ...]
    """Level number and limit."""

    @property
    def best(self) -> int:
        return min(number for number, _ in self.limits)

    def present(self, pairing: Pairing, left: Positions, right: Positions) -> Truths:
        """Pairs that have the evidence on both sides, and are equal where they must be."""
        evidence = self.field.name + self.of
        known = [codes[evidence].is_not_null().to_numpy() for codes in (pairing.left_codes, pairing.right_codes)]
        found = known[0][left] & known[1][right]
        if self.where:
            found &= _equal_where(pairing, self.field, self.where, left, right)
        return np.asarray(found)

    def holds(self, alike: Floats, limit: float) -> Truths:
        return np.asarray(alike >= limit) if self.name == "dice" else CONDITIONS[self.name].holds(alike, limit)

    def alike(self, pairing: Pairing, left: Positions, right: Positions) -> Floats:
        sides = ((pairing.left, pl.Series(left)), (pairing.right, pl.Series(right)))
        if self.name == "dice":
            words = bits(self.field.name)
            values = dice(*(side.evidence[self.field.name].at(words, positions) for side, positions in sides))
        else:
            values = CONDITIONS[self.name].compare(*(self._read(side, positions) for side, positions in sides))
        return np.asarray(values.fill_null(float("nan")).to_numpy())

    def _read(self, side: Comparable, positions: pl.Series) -> pl.Series:
        """What is compared, read from the distinct values when they are fewer than the pairs."""
        found = side.evidence[self.field.name]
        rows = positions if found.rows is None else found.rows.gather(positions)
        texts = found.distinct[self.field.name + self.of]
        if texts.len() < rows.len():
            return self._values(texts).gather(rows)
        return self._values(texts.gather(rows))

    def _values(self, texts: pl.Series) -> pl.Series:
        return CONDITIONS[self.name].read(as_members(self.field.kind, self.name, texts))


def _measured(field: Field, *, clear: bool) -> list[_Measured]:
    """What is to be measured, from cheap to dear."""
    terms: dict[tuple[str, str, tuple[str, ...]], list[tuple[int, float]]] = {}
    for name in CONDITIONS if clear else ("dice",):
        for number, level in enumerate(field.levels, start=1):
            if name in level.limits and (clear or not level.of):
                terms.setdefault((name, level.of, level.where), []).append((number, level.limits[name]))
    return [_Measured(name, field, of, where, tuple(limits)) for (name, of, where), limits in terms.items()]


def _equal_where(pairing: Pairing, field: Field, parts: tuple[str, ...], left: Positions, right: Positions) -> Truths:
    endings = sorted({ending for part in parts for ending in part.split("=")})
    wide = pl.DataFrame(
        [
            codes[field.name + ending].gather(rows).alias(f"{side}:{field.name}{ending}")
            for side, codes, rows in (("l", pairing.left_codes, left), ("r", pairing.right_codes, right))
            for ending in endings
        ]
    )
    return np.asarray(wide.select(_all_equal(field.name, parts)).to_series().to_numpy())


def _both_present(part: str) -> pl.Expr:
    return pl.col(f"l:{part}").is_not_null() & pl.col(f"r:{part}").is_not_null()


def _all_equal(name: str, alternative: tuple[str, ...]) -> pl.Expr:
    return pl.all_horizontal(_equal(name, part) for part in alternative)


def _equal(name: str, part: str) -> pl.Expr:
    one, _, two = part.partition("=")
    other = two if "=" in part else one
    equal = pl.col(f"l:{name}{one}") == pl.col(f"r:{name}{other}")
    if other != one:
        equal = equal.fill_null(value=False) | (pl.col(f"l:{name}{other}") == pl.col(f"r:{name}{one}"))
    return equal.fill_null(value=False)
