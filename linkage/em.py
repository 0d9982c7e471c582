"""Expectation–maximisation on counts of agreement patterns.

The mixture is over *all* pairs, of which candidates are those that matter: strangers agree by chance as random pairs do
(u), and pairs outside the candidates are taken for strangers. So u is not free, labels cannot switch, and what is
estimated is the prior and m. Where matches are a fair part of all pairs, random pairs hold matches too; their share is
taken out of u in every step. Fellegi and Sunter (1969); Winkler (2000); Enamorado, Fifield and Imai (2019) for counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np

from linkage.exclusive import alone, exclusive
from linkage.fitted import weights

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Indices = np.ndarray[tuple[int], np.dtype[np.intp]]
Levels = np.ndarray[tuple[int, int], np.dtype[np.uint8]]

MOST_ITERATIONS = 1_000
LARGEST_LOG_ODDS = 300.0
NEGLIGIBLE_ODDS = 1e-6
"""Pairs this unlikely are nobody's rivals."""
TOLERANCE = 1e-6
LEAST_SHARE = 0.05
"""Of chance agreement at least this share is left to strangers, whatever the matches explain."""
STRENGTH = 10.0
"""Matches that the starting m counts for, so that a level never seen keeps a sensible weight."""


@dataclass(frozen=True, slots=True)
class Chances:
    """What is known beforehand of one field, or of fields whose levels are taken together (an axis for each)."""

    fields: tuple[int, ...]
    """Columns of the patterns."""
    chance: Floats
    """Of each level in a random pair."""
    ordered: tuple[int, ...] = ()
    """Levels, from 0, whose weights must not rise; of a single field only."""
    fixed_m: Mapping[int, float] = field(default_factory=dict)
    """Level, from 0 → chance among matches that is given and not estimated."""
    fixed_u: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fit:
    prior: float
    m: tuple[Floats, ...]
    u: tuple[Floats, ...]
    history: tuple[tuple[float, float], ...]
    """Prior and largest change of any m, by iteration."""
    converged: bool


@dataclass(frozen=True, slots=True)
class Patterns:
    """Level numbers by pattern and field (0 is missing), and how many candidate pairs show each pattern.

    Where a record can have one partner at most, `rivals` names for each excluding side the record of every pair, and
    `pattern` the pattern of every pair.
    """

    levels: Levels
    counts: Floats
    pattern: Indices = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    rivals: tuple[Indices, ...] = ()
    others: tuple[int, ...] = ()
    """For each excluding side, how many records a record of it may be paired with."""
    labelled: tuple[Floats, Floats] | None = None
    """Pairs of each pattern that people called matches, and that they called others."""

    def matches(self, odds: Floats, prior: float) -> Floats:
        """Expected matches of each pattern, given its odds; what people said of a pair counts for what it is."""
        expected = self._expected(odds, prior)
        if self.labelled is None:
            return expected
        of_matches, of_others = self.labelled
        # what such a pair counts for among its rivals; alone where no candidate looks like it
        chance = np.where(self.counts > 0, expected / np.maximum(self.counts, 1.0), odds / (1.0 + odds))
        return np.asarray(np.maximum(expected + of_matches * (1.0 - chance) - of_others * chance, 0.0))

    def _expected(self, odds: Floats, prior: float) -> Floats:
        """Expected matches by odds alone.

        With rivals a pair's chance is its odds over one plus the odds of all pairs of the same record. Without this
        members of a household, who share name and address, pass for matches of one another.
        """
        apart = self.counts * odds / (1.0 + odds)
        if not self.rivals:
            return np.asarray(apart)
        telling = odds > NEGLIGIBLE_ODDS
        pairs = np.flatnonzero(telling[self.pattern])
        pattern = self.pattern[pairs]
        without = [alone(prior, others) for others in self.others]
        chances = exclusive(odds[pattern], [side[pairs] for side in self.rivals], without)
        return np.asarray(np.where(telling, np.bincount(pattern, chances, odds.size), apart))


def expectation_maximisation(
    patterns: Patterns, known: Sequence[Chances], possible: int, start: float, *, prior_fixed: bool = False
) -> Fit:
    """`possible` is the number of all pairs, of which the patterns are the candidates; `start` the first prior."""
    places = [_places(patterns.levels, one) for one in known]
    prior, m = start, [_held(_starting_m(one.chance.shape), one.fixed_m) for one in known]
    first = list(m)
    u = [_strangers(one, prior, of_matches) for one, of_matches in zip(known, m, strict=True)]
    history: list[tuple[float, float]] = []
    for _ in range(MOST_ITERATIONS):
        matches = patterns.matches(_odds(places, prior, m, u), prior)
        new = [_maximised(*each) for each in zip(known, places, [matches] * len(m), first, strict=True)]
        moved = max(float(np.abs(a - b).max()) for a, b in zip(new, m, strict=True))
        m = new
        if not prior_fixed:
            prior = min(max(float(matches.sum()) / max(possible, 1), 1e-12), 0.5)
        u = [_strangers(one, prior, of_matches) for one, of_matches in zip(known, m, strict=True)]
        history.append((prior, moved))
        if moved < TOLERANCE:
            return Fit(prior, tuple(m), tuple(u), tuple(history), converged=True)
    return Fit(prior, tuple(m), tuple(u), tuple(history), converged=False)


def pattern_odds(
    levels: Levels, prior: float, fields: Sequence[tuple[int, ...]], m: Sequence[Floats], u: Sequence[Floats]
) -> Floats:
    """Odds of a match for each pattern; `fields` are the columns each of `m` and `u` speaks of."""
    places = [_cells(levels, f, one.shape) for f, one in zip(fields, m, strict=True)]
    return _odds(places, prior, m, u)


def _odds(places: Sequence[Indices], prior: float, m: Sequence[Floats], u: Sequence[Floats]) -> Floats:
    odds = np.full(places[0].size, np.log(prior) - np.log1p(-prior))
    for place, of_matches, of_strangers in zip(places, m, u, strict=True):
        odds += weights(of_matches, of_strangers).ravel()[place] * np.log(2.0)
    return np.asarray(np.exp(np.minimum(odds, LARGEST_LOG_ODDS)))


def _places(levels: Levels, known: Chances) -> Indices:
    """Number of each pattern's cell in the table of levels, missing ones included."""
    return _cells(levels, known.fields, known.chance.shape)


def _cells(levels: Levels, fields: tuple[int, ...], shape: tuple[int, ...]) -> Indices:
    return np.asarray(np.ravel_multi_index(tuple(levels[:, f] for f in fields), _padded(shape)))


def _padded(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size + 1 for size in shape)


def _starting_m(shape: tuple[int, ...]) -> Floats:
    """Nine tenths agree wholly; the others share the rest. Fields together start as if each went alone."""
    alone = [np.asarray([0.9, *[0.1 / (size - 1)] * (size - 1)]) for size in shape]
    return np.asarray(reduce(np.multiply.outer, alone))


def _maximised(known: Chances, places: Indices, matches: Floats, first: Floats) -> Floats:
    """Each level's share of the expected matches, missing values apart.

    Levels are ordered by m over the chance in random pairs, which orders m over u as well: u is what that chance leaves
    besides matches. By u itself, which follows m, levels that are pooled would take turns for ever.
    """
    shape = known.chance.shape
    seen = np.bincount(places, weights=matches, minlength=int(np.prod(_padded(shape)))).reshape(_padded(shape))
    interior = seen[tuple(slice(1, None) for _ in shape)] + STRENGTH * first
    m = _held(np.asarray(interior / interior.sum()), known.fixed_m)
    by = _held(known.chance, known.fixed_u)
    return _ordered(m, by, known.ordered) if known.ordered and not known.fixed_m else m


def _held(chances: Floats, fixed: Mapping[int, float]) -> Floats:
    """Given chances as they are; the others share what is left."""
    if not fixed:
        return chances
    held = chances.copy()
    levels = list(fixed)
    free = np.setdiff1d(np.arange(held.size), levels)
    held[levels] = list(fixed.values())
    if free.size:
        held[free] *= max(1.0 - sum(fixed.values()), 0.0) / held[free].sum()
    return np.maximum(held, np.finfo(float).tiny)


def _strangers(known: Chances, prior: float, m: Floats) -> Floats:
    """Chance of the levels among strangers: what random pairs show less what the matches among them explain."""
    u = np.maximum(known.chance - prior * m, LEAST_SHARE * known.chance)
    return _held(np.asarray(u / u.sum()), known.fixed_u)


def _ordered(m: Floats, u: Floats, levels: Sequence[int]) -> Floats:
    """m such that m/u does not rise along `levels`: violators are pooled (isotonic regression, weights u)."""
    pools: list[tuple[float, float, list[int]]] = []
    for level in levels:
        pool = (float(m[level]), float(u[level]), [level])
        while pools and pools[-1][0] * pool[1] < pool[0] * pools[-1][1]:
            before = pools.pop()
            pool = (before[0] + pool[0], before[1] + pool[1], before[2] + pool[2])
        pools.append(pool)
    fitted = m.copy()
    for of_matches, of_strangers, members in pools:
        fitted[members] = of_matches * u[members] / of_strangers
    return fitted
