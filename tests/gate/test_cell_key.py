"""Cell keys: the same people bring the same noise, the threshold stands, and the mean stays where it was."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.perturb.cell_key import KEYS, distributions, perturbed

LEAST, LARGEST, VARIANCE = 10, 5, 2.0
STEPS = np.arange(-LARGEST, LARGEST + 1)


def noisy(counts: list[int | None], keys: list[int]) -> list[int | None]:
    values, drawn = pl.Series("people", counts, pl.Int64), pl.Series(keys, dtype=pl.UInt32)
    return perturbed(values, drawn, least=LEAST, largest=LARGEST, variance=VARIANCE).to_list()


@pytest.mark.parametrize(("largest", "variance"), [(1, 0.3), (2, 1.0), (5, 2.0), (9, 12.5)])
def test_distributions_have_mean_zero_and_the_variance_asked(largest: int, variance: float) -> None:
    steps = np.arange(-largest, largest + 1)
    found = distributions(largest, variance)
    assert found.shape == (largest + 1, 2 * largest + 1)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    np.testing.assert_allclose(found @ steps, 0, atol=1e-9)
    np.testing.assert_allclose(found[-1] @ steps**2, variance, rtol=1e-9)
    assert all((row[: largest - room] == 0).all() for room, row in enumerate(found))


def test_no_distribution_has_more_entropy() -> None:
    """Any small change that keeps sum, mean and variance lowers the entropy: it has no part along such a change."""
    shares = distributions(LARGEST, VARIANCE)[-1]
    kept = np.array([np.ones_like(STEPS), STEPS, STEPS**2], dtype=float)
    free = np.linalg.svd(kept)[2][3:]
    np.testing.assert_allclose(free @ (np.log(shares) + 1), 0, atol=1e-6)


@pytest.mark.parametrize(("largest", "variance"), [(5, 0.0), (5, 10.0), (1, -1.0)])
def test_noise_that_cannot_be_is_refused(largest: int, variance: float) -> None:
    with pytest.raises(ValueError, match="variance"):
        distributions(largest, variance)


@settings(deadline=None)
@given(st.integers(LEAST, 10**6), st.integers(0, KEYS - 1))
def test_no_count_falls_below_the_least_or_moves_far(count: int, key: int) -> None:
    (found,) = noisy([count], [key])
    assert found is not None
    assert found >= LEAST
    assert abs(found - count) <= LARGEST


def test_nothing_and_hidden_counts_stay() -> None:
    assert noisy([0, None, LEAST], [1, 2, 3]) == [0, None, LEAST]


@pytest.mark.parametrize(("count", "room"), [(LEAST + 1, 1), (LEAST + 3, 3), (500, LARGEST)])
def test_noise_follows_its_distribution(count: int, room: int) -> None:
    """Keys spread evenly over all keys give each step its share, to one key."""
    number = 10_000
    keys = [key * (KEYS // number) for key in range(number)]
    found = np.array(noisy([count] * number, keys)) - count
    shares = [(found == step).mean() for step in STEPS]
    np.testing.assert_allclose(shares, distributions(LARGEST, VARIANCE)[room], atol=2 / number)


@pytest.mark.parametrize("variance", [0.3, 2.0, 5.0, 9.5])
def test_of_two_counts_with_one_key_the_larger_stays_so(variance: float) -> None:
    """People never outnumber their records: under every key the noisy count does not fall as the count rises."""
    counts = pl.Series(range(LEAST, LEAST + 3 * LARGEST))
    for key in range(0, KEYS, KEYS // 500):
        keys = pl.Series([key] * counts.len(), dtype=pl.UInt32)
        assert perturbed(counts, keys, least=LEAST, largest=LARGEST, variance=variance).is_sorted()
