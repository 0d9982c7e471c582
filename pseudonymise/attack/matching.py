"""Aligning what is seen with what is known: an assignment of tokens to names that explains counts and likenesses best.

The quadratic assignment problem by Frank and Wolfe's method on the relaxed permutations: Vogelstein and others (2015),
doi:10.1371/journal.pone.0121002, with a linear term for what is known of each token by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

Matrix = npt.NDArray[np.float32]
Indices = np.ndarray[tuple[int], np.dtype[np.int64]]

_STEPS: Final = 20
_BALANCING: Final = 30
_LEAST: Final = np.float32(1e-12)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike tokens are as seen and names as known; `weight` is log-likelihood for each unit of their product."""

    seen: Matrix
    known: Matrix
    weight: float

    def gradient(self, plan: Matrix) -> Matrix:
        return (np.float32(2 * self.weight) * (self.seen @ plan @ self.known)).astype(np.float32)


def align(each: Matrix, likenesses: Sequence[Likeness], starts: Sequence[Matrix]) -> Indices:
    """For every token the number of its name: the best end of all starts. `each` is the log-likelihood by itself."""
    if not each.size:
        return np.zeros(0, np.int64)
    found = [_climb(each, likenesses, start) for start in starts]
    return max(found, key=lambda end: end[1])[0]


def balanced(weights: Matrix) -> Matrix:
    """Rows and columns that add up to one, by turns. Sinkhorn (1964)."""
    found = weights + _LEAST
    for _ in range(_BALANCING):
        found = found / found.sum(1, keepdims=True)
        found = found / found.sum(0, keepdims=True)
    return found.astype(np.float32)


def likely(each: Matrix) -> Matrix:
    """A start from log-likelihoods."""
    return balanced(np.exp(each - each.max(1, keepdims=True)))


def centred(likeness: Matrix) -> Matrix:
    """Around nought, so that unlike names count too; a name tells nothing of its likeness to itself."""
    found = likeness - likeness.mean()
    np.fill_diagonal(found, 0)
    return np.asarray(found, np.float32)


def _climb(each: Matrix, likenesses: Sequence[Likeness], plan: Matrix) -> tuple[Indices, float]:
    for _ in range(_STEPS):
        quadratic = sum((one.gradient(plan) for one in likenesses), np.zeros_like(each))
        direction = _permutation(quadratic + each) - plan
        slope = float(np.vdot(quadratic + each, direction))
        if slope <= 1e-4 * abs(float(np.vdot(each, plan)) + 1):
            break
        bend = float(np.vdot(sum((one.gradient(direction) for one in likenesses), np.zeros_like(each)), direction)) / 2
        step = 1.0 if bend >= 0 else min(1.0, -slope / (2 * bend))
        plan = (plan + np.float32(step) * direction).astype(np.float32)
    end = _permutation(sum((one.gradient(plan) for one in likenesses), np.zeros_like(each)) + each)
    value = sum(float(np.vdot(one.gradient(end), end)) / 2 for one in likenesses) + float(np.vdot(each, end))
    return end.argmax(1), value


def _permutation(gain: Matrix) -> Matrix:
    rows, columns = linear_sum_assignment(gain, maximize=True)
    found = np.zeros_like(gain)
    found[rows, columns] = 1
    return found
