"""Intervals of shares: each by Wilson's score, several put together by squaring and adding."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Bounds = tuple[Floats, Floats, Floats]
"""Value, low and high."""

Z95: Final = 1.959963984540054
TAIL: Final = 0.025
TINY: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share with its 95 percent interval."""

    value: float
    low: float
    high: float


def wilson(share: Floats, number: Floats) -> tuple[Floats, Floats]:
    """Wilson's score interval (1927), 95 percent, of shares seen in `number` draws; 0 to 1 where nothing was drawn.

    `number` need not be whole: an effective number of draws stands for any variance (Franco and others 2019, Journal
    of Survey Statistics and Methodology 7, 334–364). Where it is infinite the share is known.
    """
    share, number = np.broadcast_arrays(np.asarray(share, dtype=np.float64), np.asarray(number, dtype=np.float64))
    square = np.divide(Z95**2, number, out=np.full(number.shape, np.inf), where=number > 0)
    known = np.isfinite(square)
    safe = np.where(known, square, 1.0)
    centre = (share + safe / 2) / (1 + safe)
    spread = np.maximum(share * (1 - share), 0.0)
    reach = np.sqrt(safe) * np.sqrt(spread + safe / 4) / (1 + safe)
    low = np.where(known, np.where(share <= 0, 0.0, np.clip(centre - reach, 0.0, share)), 0.0)
    high = np.where(known, np.where(share >= 1, 1.0, np.clip(centre + reach, share, 1.0)), 1.0)
    return low, high


def clopper_pearson(share: Floats, number: Floats) -> tuple[Floats, Floats]:
    """As `wilson`, by Clopper and Pearson (1934): wider, and never short of its 95 percent, also for rare events."""
    from scipy.special import betaincinv

    share, number = np.broadcast_arrays(np.asarray(share, dtype=np.float64), np.asarray(number, dtype=np.float64))
    finite = np.isfinite(number) & (number > 0)
    draws = np.where(finite, number, 1.0)
    hits = share * draws
    low = np.where(hits > 0, betaincinv(np.maximum(hits, TINY), draws - hits + 1, TAIL), 0.0)
    high = np.where(hits < draws, betaincinv(hits + 1, np.maximum(draws - hits, TINY), 1 - TAIL), 1.0)
    known = np.where(number > 0, share, np.nan)
    return np.where(finite, low, np.nan_to_num(known, nan=0.0)), np.where(finite, high, np.nan_to_num(known, nan=1.0))


def effective_number(share: float, variance: float, most: float) -> float:
    """Independent draws that would give a share this variance; at most `most`.

    One draw's worth of doubt is added to both: next to 0 and 1 the variance of a share says little of its error.
    """
    doubt = 1.0 / most
    return min((share * (1.0 - share) + doubt) / (variance + doubt / most), most)


def square_and_add(of: Callable[[Floats, Floats], Floats], rises: Bounds, falls: Bounds) -> Bounds:
    """Value, low and high of a function that rises with its first argument and falls with its second.

    The arguments are independent, each with value, low and high. Newcombe (1998, Statistics in Medicine 17, 873–890,
    method 10); Zou and Donner (2008) for sums and ratios.
    """
    (up, up_low, up_high), (down, down_low, down_high) = rises, falls
    value = of(up, down)
    below = np.hypot(value - of(up_low, down), value - of(up, down_high))
    above = np.hypot(of(up_high, down) - value, of(up, down_low) - value)
    return value, value - below, value + above
