"""Intervals of rates, of their differences and of their ratios."""

from math import exp, inf, log, sqrt
from statistics import NormalDist
from typing import Final

Z95: Final = 1.959963984540054

Share = tuple[float, float]
"""How many, of how many. Expected numbers need not be whole."""


def z_of(confidence: float) -> float:
    """Standard errors to either side for that confidence."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson(count: float, of: float, z: float = Z95) -> tuple[float, float]:
    """The Wilson score interval of a rate (Wilson 1927), by default of 95 percent; within 0 and 1."""
    if of == 0:
        return 0.0, 1.0
    rate, square = count / of, z * z / of
    centre = rate + square / 2
    reach = z * sqrt(max(rate * (1 - rate), 0.0) / of + square / (4 * of))
    low, high = (centre - reach) / (1 + square), (centre + reach) / (1 + square)
    return (0.0 if count == 0 else max(0.0, low)), (1.0 if count == of else min(1.0, high))


def gap_interval(high: Share, low: Share, z: float = Z95) -> tuple[float, float]:
    """The interval of the difference of two rates, by default of 95 percent.

    Newcombe 1998, Statistics in Medicine 17, 873–890, method 10: square-and-add on the two Wilson intervals.
    """
    first, second = high[0] / high[1], low[0] / low[1]
    (low1, high1), (low2, high2) = wilson(*high, z), wilson(*low, z)
    gap = first - second
    below = sqrt((first - low1) ** 2 + (high2 - second) ** 2)
    above = sqrt((high1 - first) ** 2 + (second - low2) ** 2)
    return gap - below, gap + above


def least_ratio(high: Share, low: Share, z: float = Z95) -> float:
    """The lower bound of the ratio of two rates: square-and-add on the logarithms of the Wilson intervals.

    Zou and Donner 2008, Statistics in Medicine 27, 1693–1702. Where one of the rates is 0 the logarithm is not there:
    then the least rate the one may have, over the most the other may have.
    """
    first, second = high[0] / high[1], low[0] / low[1]
    low1, high2 = wilson(*high, z)[0], wilson(*low, z)[1]
    if low1 <= 0 or second <= 0:
        return low1 / high2
    below = sqrt(log(first / low1) ** 2 + log(high2 / second) ** 2)
    return first / second * exp(-below)


def ratio(high: Share, low: Share) -> float:
    """Of two rates; infinite over nothing, and 1 of nothing over nothing."""
    first, second = high[0] / high[1], low[0] / low[1]
    if second > 0:
        return first / second
    return inf if first > 0 else 1.0
