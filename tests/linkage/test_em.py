"""Expectation–maximisation: known chances come back from generated counts, and what goes wrong elsewhere does not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.em import Chances, Patterns, _ordered, expectation_maximisation
from linkage.exclusive import exclusive

M = [np.array([0.85, 0.1, 0.05]), np.array([0.9, 0.1]), np.array([0.7, 0.2, 0.06, 0.04]), np.array([0.8, 0.2])]
U = [np.array([0.01, 0.04, 0.95]), np.array([0.5, 0.5]), np.array([0.001, 0.009, 0.09, 0.9]), np.array([0.02, 0.98])]
POSSIBLE, PRIOR = 10_000_000, 0.001


def patterns(share_seen: float = 1.0) -> Patterns:
    """Expected counts of every pattern; strangers are seen only in patterns with some agreement."""
    levels = np.array(np.meshgrid(*[range(1, m.size + 1) for m in M])).reshape(len(M), -1).T.astype(np.uint8)
    of = [np.prod([chance[f][levels[:, f] - 1] for f in range(len(M))], axis=0) for chance in (M, U)]
    counts = POSSIBLE * (PRIOR * of[0] + (1 - PRIOR) * of[1])
    seen = (levels == 1).any(axis=1)
    return Patterns(levels[seen], counts[seen] * share_seen)


def alone(chance: list[np.ndarray]) -> list[Chances]:
    return [Chances((number,), one, ordered=tuple(range(one.size))) for number, one in enumerate(chance)]


def fit(given_patterns: Patterns, chance: list[np.ndarray] | None = None, possible: int = POSSIBLE):
    mixed = [(1 - PRIOR) * u + PRIOR * m for m, u in zip(M, U, strict=True)]
    return expectation_maximisation(given_patterns, alone(chance or mixed), possible, 1e-4)


def test_known_chances_come_back():
    found = fit(patterns())
    assert found.converged
    assert found.prior == pytest.approx(PRIOR, rel=0.02)
    for m, u, m_found, u_found in zip(M, U, found.m, found.u, strict=True):
        assert m_found == pytest.approx(m, abs=0.01)
        assert u_found == pytest.approx(u, rel=0.05)


def test_matches_among_random_pairs_are_taken_out_of_u():
    """A tenth of all pairs match: u as random pairs show it would be ten times too large."""
    prior = 0.1
    everything = patterns()
    of = [np.prod([c[f][everything.levels[:, f] - 1] for f in range(len(M))], axis=0) for c in (M, U)]
    mixed = Patterns(everything.levels, 100_000 * (prior * of[0] + (1 - prior) * of[1]))
    found = fit(mixed, [(1 - prior) * u + prior * m for m, u in zip(M, U, strict=True)], 100_000)
    assert found.prior == pytest.approx(prior, rel=0.02)
    assert found.u[0] == pytest.approx(U[0], rel=0.1)


def test_a_level_never_seen_does_not_turn_the_answer_around():
    full = patterns()
    kept = full.levels[:, 2] != 3
    found = fit(Patterns(full.levels[kept], full.counts[kept]))
    for m, u in zip(found.m, found.u, strict=True):
        assert m[0] > 0.5
        assert (np.diff(np.log(m / u)) <= 1e-9).all()
        assert (m > 0).all()


@given(st.lists(st.tuples(st.floats(0.001, 1), st.floats(0.001, 1)), min_size=1, max_size=7))
def test_order_is_kept_and_nothing_is_lost(chances):
    m, u = (np.array(side) / sum(side) for side in zip(*chances, strict=True))
    ordered = _ordered(m, u, range(m.size))
    assert ordered.sum() == pytest.approx(1)
    assert (np.diff(ordered / u) <= 1e-9 * (ordered / u).max()).all()
    if (np.diff(m / u) <= 0).all():
        assert ordered == pytest.approx(m)


ODDS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.floats(0, 1e6)), min_size=1, max_size=10)


@settings(max_examples=60, deadline=None)
@given(ODDS)
def test_chances_of_rivals(pairs):
    left, right, odds = (np.array(side) for side in zip(*pairs, strict=True))
    without = (0.3, 0.8)
    found = exclusive(odds.astype(float), (left, right), without)
    for i, (one, two, mine) in enumerate(pairs):
        of_left = sum(o for a, _, o in pairs if a == one)
        of_right = sum(o for _, b, o in pairs if b == two)
        assert found[i] == pytest.approx(mine / max(without[0] + of_left, without[1] + of_right))


def test_household_members_do_not_pass_for_matches():
    """Two of a household agree on everything but the given name; each has its own partner on the other side."""
    levels = np.array([[1, 1], [1, 2]], dtype=np.uint8)  # the household's name agrees; the given name does or not
    people = 200
    left = np.repeat(np.arange(people), 2)
    right = np.stack([np.arange(people), np.arange(people) ^ 1], axis=1).ravel()
    pattern = np.tile([0, 1], people)
    chance = [np.array([0.002, 0.998]), np.array([0.01, 0.99])]
    counts = np.array([people, people], dtype=float)
    plain = expectation_maximisation(Patterns(levels, counts), alone(chance), people**2, 1e-3)
    knowing = expectation_maximisation(
        Patterns(levels, counts, pattern, (left, right), (people, people)), alone(chance), people**2, 1e-3
    )
    assert knowing.m[1][0] > 0.97
    assert knowing.prior * people**2 == pytest.approx(people, rel=0.05)
    assert plain.m[1][0] < knowing.m[1][0]
