"""V, mutual information and the ROC area, beside scipy and scikit-learn, which here are oracles and nothing else."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.bias.association import area_under, association, best_told, fitted


def column(*counts: tuple[str, int]) -> pl.Series:
    return pl.Series([value for value, number in counts for _ in range(number)])


def test_cramers_v_by_hand() -> None:
    """20, 10 / 10, 20: chi-square 60/9, phi² 1/9, less 1/59; each side 2 - 1/59 categories (Bergsma 2013)."""
    one = column(("a", 30), ("b", 30))
    other = column(("x", 20), ("y", 10), ("x", 10), ("y", 20))
    found = association(one, other)
    assert found.v == pytest.approx(((1 / 9 - 1 / 59) / (1 - 1 / 59)) ** 0.5)
    assert found.chance == pytest.approx(0.00982, abs=1e-5)


SHAPES = {
    "the same column": (column(("a", 50), ("b", 50)), column(("x", 50), ("y", 50)), 1.0, 1.0),
    "independent": (column(("a", 50), ("b", 50)), column(*[("x", 25), ("y", 25)] * 2), 0.0, 0.0),
    "one value": (column(("a", 100)), column(("x", 50), ("y", 50)), 0.0, 0.0),
    "nothing known is a value": (pl.Series([None] * 50 + ["a"] * 50), column(("x", 50), ("y", 50)), 1.0, 1.0),
}


@pytest.mark.parametrize(("one", "other", "v", "information"), SHAPES.values(), ids=SHAPES)
def test_ends_of_the_scale(one: pl.Series, other: pl.Series, v: float, information: float) -> None:
    found = association(one, other)
    assert (found.v, found.information) == pytest.approx((v, information), abs=1e-6)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_beside_scipy_and_scikit_learn(seed: int) -> None:
    from scipy.stats import chi2_contingency
    from sklearn.metrics import normalized_mutual_info_score

    rng = np.random.default_rng(seed)
    one, other = (pl.Series(rng.integers(2, 6, 80).astype(str)) for _ in range(2))
    found = association(one, other)
    table = pl.DataFrame({"a": one, "b": other}).group_by("a", "b").len().pivot("b", index="a").fill_null(0)
    assert found.chance == pytest.approx(chi2_contingency(table.drop("a").to_numpy(), correction=False).pvalue)
    assert found.information == pytest.approx(
        normalized_mutual_info_score(one.to_list(), other.to_list(), average_method="geometric"), abs=1e-9
    )


def test_the_regression_is_that_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(1)
    features = np.column_stack([np.ones(300), rng.random((300, 4))])
    target = (rng.random(300) < 0.3 + 0.4 * features[:, 1]).astype(float)
    weight = rng.integers(1, 9, 300).astype(float)
    oracle = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(features[:, 1:], target, sample_weight=weight)
    assert fitted(features, target, weight) == pytest.approx([*oracle.intercept_, *oracle.coef_[0]], abs=1e-4)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_the_area_is_that_of_scikit_learn(seed: int) -> None:
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(seed)
    told, weight = rng.integers(0, 8, 60) / 4, rng.integers(1, 5, 60).astype(float)
    hit = np.arange(60) % 3 == 0
    assert area_under(told, hit, weight) == pytest.approx(roc_auc_score(hit, told, sample_weight=weight))


def described(seed: int, strength: float) -> pl.DataFrame:
    """Two columns, the first of which tells the group with that strength."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 2, 2000)
    tells = np.where(rng.random(2000) < strength, group, rng.integers(0, 2, 2000))
    return pl.DataFrame(
        {"tells": tells.astype(str), "noise": rng.integers(0, 9, 2000).astype(str), "group": group.astype(str)}
    )


def test_noise_tells_nothing_and_a_copy_everything() -> None:
    noise, some, copy = (best_told(described(4, strength), "group") for strength in (0.0, 0.5, 1.0))
    assert noise.low < 0.5 < noise.high
    assert some.auc == pytest.approx(0.75, abs=0.03)
    assert copy.auc > 0.999


def test_the_order_of_rows_changes_nothing() -> None:
    table = described(5, 0.4)
    assert best_told(table, "group") == best_told(table.sample(fraction=1, shuffle=True, seed=1), "group")
