"""Expectation–maximisation on counts of agreement patterns.

The mixture is over *all* pairs, of which candidates are those that matter: strangers agree by chance as random pairs do
(u), and pairs outside the candidates are taken for strangers. So u is not free, labels cannot switch, and what is
estimated is the prior and m. Where matches are a fair part of all pairs, random pairs hold matches too; their share is
taken out of u in every step. Fellegi and Sunter (1969); Winkler (2000); Enamorado, Fifield and Imai (2019) for counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

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
class Fit:
    prior: float
    m: tuple[Floats, ...]
    u: tuple[Floats, ...]
    iterations: int
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

    def matches(self, odds: Floats) -> Floats:
        """Expected matches of each pattern, given its odds.

        With rivals a pair's chance is its odds over one plus the odds of all pairs of the same record. Without this
        members of a household, who share name and address, pass for matches of one another.
        """
        alone = self.counts * odds / (1.0 + odds)
        if not self.rivals:
            return np.asarray(alone)
        telling = odds > NEGLIGIBLE_ODDS
        pairs = np.flatnonzero(telling[self.pattern])
        pattern = self.pattern[pairs]
        chances = exclusive(odds[pattern], [side[pairs] for side in self.rivals])
        return np.asarray(np.where(telling, np.bincount(pattern, chances, odds.size), alone))


def exclusive(odds: Floats, rivals: Sequence[Indices]) -> Floats:
    """Chance of each pair when a record has one partner at most; the side with the fiercer competition counts."""
    against = odds
    for side in rivals:
        against = np.maximum(against, np.bincount(side, weights=odds)[side])
    return np.asarray(odds / (1.0 + against))


def expectation_maximisation(
    patterns: Patterns, chance: Sequence[Floats], possible: int, start: float, ordered: Sequence[Sequence[int]]
) -> Fit:
    """`chance` is each field's chance of its levels in a random pair, `possible` the number of all pairs, `start` the
    first prior; `ordered` names the levels (from 0) whose weights must not rise, for each field."""
    first = [_starting_m(one.size) for one in chance]
    prior, m = start, list(first)
    u = [_strangers(one, prior, of_matches) for one, of_matches in zip(chance, m, strict=True)]
    for iteration in range(1, MOST_ITERATIONS + 1):
        matches = patterns.matches(pattern_odds(patterns.levels, prior, m, u))
        new = [_ordered(_shares(patterns.levels[:, f], matches, first[f]), u[f], ordered[f]) for f in range(len(m))]
        moved = max(float(np.abs(a - b).max()) for a, b in zip(new, m, strict=True))
        m, prior = new, min(max(float(matches.sum()) / max(possible, 1), 1e-12), 0.5)
        u = [_strangers(one, prior, of_matches) for one, of_matches in zip(chance, m, strict=True)]
        if moved < TOLERANCE:
            return Fit(prior, tuple(m), tuple(u), iteration, converged=True)
    return Fit(prior, tuple(m), tuple(u), MOST_ITERATIONS, converged=False)


def pattern_odds(levels: Levels, prior: float, m: Sequence[Floats], u: Sequence[Floats]) -> Floats:
    """Odds of a match for each pattern."""
    odds = np.full(levels.shape[0], np.log(prior) - np.log1p(-prior))
    for number, (of_matches, of_strangers) in enumerate(zip(m, u, strict=True)):
        odds += np.concatenate(([0.0], np.log(of_matches / of_strangers)))[levels[:, number]]
    return np.asarray(np.exp(np.minimum(odds, LARGEST_LOG_ODDS)))


def _starting_m(size: int) -> Floats:
    """Nine tenths agree wholly; the others share the rest."""
    return np.asarray([0.9, *[0.1 / (size - 1)] * (size - 1)])


def _shares(levels: np.ndarray[tuple[int], np.dtype[np.uint8]], matches: Floats, first: Floats) -> Floats:
    """Level's share of the expected matches, missing values apart."""
    seen = np.bincount(levels, weights=matches, minlength=first.size + 1)[1:] + STRENGTH * first
    return np.asarray(seen / seen.sum())


def _strangers(chance: Floats, prior: float, m: Floats) -> Floats:
    """Chance of the levels among strangers: what random pairs show less what the matches among them explain."""
    u = np.maximum(chance - prior * m, LEAST_SHARE * chance)
    return np.asarray(u / u.sum())


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
