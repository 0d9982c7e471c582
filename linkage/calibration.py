"""Calibration: of pairs with a posterior of 0.9, nine in ten should be matches. Labelled pairs tell.

A logistic curve over the model's own log-odds (Platt 1999), each labelled pair weighing as many pairs as it was drawn
for, and held near the model's word where labels are few.
"""

import numpy as np
import polars as pl

from linkage.fitted import Calibration

FEWEST = 10
"""Matches and others that must both be among the labels."""
_HELD = 4.0
"""Labelled pairs that the model's own word counts for."""
_STEPS = 100
_MOST_ODDS = 30.0


def calibrated(labelled: pl.DataFrame) -> Calibration | None:
    """`labelled` has `odds` (log2, by the model), `match` (bool) and `inclusion` (chance that the pair was drawn).

    None when there are too few labels to go by, or when they say that heavier pairs are no likelier to match.
    """
    match = labelled["match"].to_numpy()
    if min(match.sum(), (~match).sum()) < FEWEST:
        return None
    odds = np.clip(labelled["odds"].to_numpy(), -_MOST_ODDS, _MOST_ODDS) * np.log(2.0)
    weight = 1.0 / labelled["inclusion"].to_numpy()
    shift, slope = _logistic(odds, match.astype(np.float64), weight * match.size / weight.sum())
    if slope <= 0.0:
        return None
    return Calibration(shift=float(shift / np.log(2.0)), slope=float(slope), labels=match.size)


def _logistic(odds: np.ndarray, match: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Shift and slope of the logistic curve, by Newton's method; held to 0 and 1 by a ridge."""
    design = np.stack([np.ones_like(odds), odds], axis=1)
    held = np.array([0.0, 1.0])
    ridge = np.diag([_HELD / 4.0, _HELD * np.mean(odds**2) / 4.0])
    found = held.copy()
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(-design @ found))
        gradient = design.T @ (weight * (match - chance)) - ridge @ (found - held)
        curvature = (design * (weight * chance * (1.0 - chance))[:, None]).T @ design + ridge
        step = np.linalg.solve(curvature, gradient)
        found = found + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-9:
            break
    return float(found[0]), float(found[1])
