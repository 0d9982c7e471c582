"""How well columns tell an attribute: Cramér's V, mutual information, and the ROC area of all columns together.

A logistic regression of its own, on patterns of values and how often each occurs: a table of a million records has a
few hundred patterns, so that five folds take milliseconds, and no library for learning is loaded to examine a table.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
import polars as pl

from gate.bias.interval import z_of

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

FOLDS: Final = 5
SEED: Final = 20_240_101
PENALTY: Final = 1.0
"""Ridge on all coefficients but the first: a pattern seen once does not get an infinite weight."""
_ROUNDS: Final = 25
_FAMILY: Final = 0.05


@dataclass(frozen=True, slots=True)
class Association:
    """Of two columns."""

    v: float
    """Cramér's V, bias-corrected (Bergsma 2013, Journal of the Korean Statistical Society 42, 323–328); 0 to 1."""
    information: float
    """Mutual information over the geometric mean of both entropies; 0 to 1."""
    chance: float
    """Of so large a chi-square were the columns independent."""


@dataclass(frozen=True, slots=True)
class Area:
    """Under the ROC curve, with its interval (Hanley and McNeil 1982), of 95 percent for all groups together
    (Bonferroni)."""

    group: str
    auc: float
    low: float
    high: float


def association(one: pl.Series, other: pl.Series) -> Association:
    """Of two columns of text; nulls are a value of their own. Nothing is told by a column of one value."""
    named = pl.DataFrame({"one": one, "other": other}).with_columns(pl.all().fill_null(""))
    table = named.group_by("one", "other").len().pivot("other", index="one")
    counts = table.drop("one").fill_null(0).to_numpy().astype(np.float64)
    if min(counts.shape) < 2:
        return Association(0.0, 0.0, 1.0)
    total, rows, columns = counts.sum(), counts.sum(axis=1), counts.sum(axis=0)
    expected = np.outer(rows, columns) / total
    square = float(((counts - expected) ** 2 / expected).sum())
    return Association(_v(square / total, counts.shape, total), _information(counts), _tail(square, counts.shape))


def _v(square: float, shape: tuple[int, ...], total: float) -> float:
    rows, columns = shape
    free = (rows - 1) * (columns - 1) / (total - 1)
    left = min(size - (size - 1) ** 2 / (total - 1) for size in (rows, columns)) - 1
    return min(sqrt(max(square - free, 0.0) / left), 1.0) if left > 0 else 0.0


def _information(counts: Floats) -> float:
    joint = counts / counts.sum()
    entropies = [_entropy(joint.sum(axis=axis)) for axis in (0, 1)]
    shared = sum(entropies) - _entropy(joint.ravel())
    return max(0.0, shared) / sqrt(entropies[0] * entropies[1])


def _entropy(shares: Floats) -> float:
    known = shares[shares > 0]
    return float(-(known * np.log(known)).sum())


def _tail(square: float, shape: tuple[int, ...]) -> float:
    from scipy.special import gammaincc

    return float(gammaincc((shape[0] - 1) * (shape[1] - 1) / 2, square / 2))


def best_told(records: pl.DataFrame, target: str) -> Area:
    """The group of `target` that the other columns tell best, each against all others, by five-fold cross-validation.

    All columns are text. Folds are drawn by a fixed seed over records in order of their values, so that the order of
    the rows does not matter. Raises `ValueError` with fewer than two groups.
    """
    groups = sorted(records[target].unique())
    if len(groups) < 2:
        raise ValueError("one group cannot be told apart")
    columns = sorted(name for name in records.columns if name != target)
    records = records.with_columns(pl.col(columns).fill_null(""))
    fold = np.random.default_rng(SEED).integers(FOLDS, size=records.height)
    patterns = records.sort(*columns, target).with_columns(fold=fold).group_by(*columns, "fold", target).len()
    tried = groups[:1] if len(groups) == 2 else groups
    z = z_of(1 - _FAMILY / len(tried))
    areas = [_area(patterns.sort(*columns, "fold", target), columns, target, group, z) for group in tried]
    return max(areas, key=lambda area: area.auc)


def _area(patterns: pl.DataFrame, columns: list[str], target: str, group: str, z: float) -> Area:
    features = np.column_stack([np.ones(patterns.height), patterns.select(columns).to_dummies().to_numpy()])
    weight, fold = patterns["len"].to_numpy().astype(np.float64), patterns["fold"].to_numpy()
    hit = (patterns[target] == group).to_numpy()
    told = np.zeros(patterns.height)
    for number in range(FOLDS):
        rest, held = fold != number, fold == number
        told[held] = features[held] @ fitted(features[rest], hit[rest].astype(np.float64), weight[rest])
    auc = area_under(told, hit, weight)
    reach = z * _error(auc, float(weight[hit].sum()), float(weight[~hit].sum()))
    return Area(group, auc, max(0.0, auc - reach), min(1.0, auc + reach))


def fitted(features: Floats, target: Floats, weight: Floats) -> Floats:
    """Coefficients of a ridge logistic regression (Newton's method); the first column of `features` is one."""
    ridge = np.full(features.shape[1], PENALTY)
    ridge[0] = 1e-9
    found = np.zeros(features.shape[1])
    for _ in range(_ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(features @ found, -30, 30)))
        slope = features.T @ (weight * (target - chance)) - ridge * found
        curve = (features.T * (weight * chance * (1 - chance))) @ features + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        found = found + step
        if float(np.abs(step).max()) < 1e-8:
            break
    return found


def area_under(told: Floats, hit: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], weight: Floats) -> float:
    """The chance that one of the group is told higher than one of the others, ties counting half."""
    scores = (
        pl.DataFrame({"told": told.round(9), "hit": hit, "weight": weight})
        .group_by("told")
        .agg(yes=pl.col("weight").filter("hit").sum(), no=pl.col("weight").filter(~pl.col("hit")).sum())
        .sort("told")
    )
    yes, no = scores["yes"].to_numpy(), scores["no"].to_numpy()
    below = np.cumsum(no) - no
    return float((yes * (below + no / 2)).sum() / (yes.sum() * no.sum()))


def _error(auc: float, yes: float, no: float) -> float:
    """Standard error of the area (Hanley and McNeil 1982, Radiology 143, 29–36)."""
    first, second = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    spread = auc * (1 - auc) + (yes - 1) * (first - auc * auc) + (no - 1) * (second - auc * auc)
    return sqrt(max(spread, 0.0) / (yes * no))
