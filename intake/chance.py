"""How likely a change is by chance alone: upper bounds that hold for deliveries of any size, not approximations.

Each takes both deliveries for independent samples of one population. Deliveries of much the same records differ less
than that, so that the bounds err to the side of chance.
"""

from collections.abc import Iterable
from math import exp, log, sqrt


def of_count(before: int, after: int) -> float:
    """That two numbers of rows lie so far apart when as many were to be expected.

    Given their sum the second is binomial with chance ½ (Przyborowski & Wilenski 1940, Biometrika 31); its tail by
    Chernoff's bound in the form of Hoeffding (1963, JASA 58, theorem 1).
    """
    both = before + after
    return min(1.0, 2 * exp(-both * _divergence(after / both, 0.5))) if both else 1.0


def of_share(before: int, of_before: int, after: int, of_after: int) -> float:
    """That the shares of two samples lie so far apart.

    Given both samples together either count is hypergeometric; tail by Chvátal (1979, Discrete Mathematics 25).
    """
    share = (before + after) / (of_before + of_after)
    tails = [size * _divergence(count / size, share) for count, size in ((before, of_before), (after, of_after))]
    return min(1.0, 2 * exp(-max(tails)))


def of_variation(distance: float, shares: Iterable[float], before: int, after: int) -> float:
    """That the total variation distance of two samples is so large; `shares` of the categories in both together.

    What is to be expected is at most half the sum of the categories' standard errors (Jensen); the rest by McDiarmid
    (1989, Surveys in Combinatorics), one row moving the distance by 1/n.
    """
    spread = 1 / before + 1 / after
    beyond = distance - sum(sqrt(share * (1 - share) * spread) for share in shares) / 2
    return exp(-2 * beyond**2 / spread) if beyond > 0 else 1.0


def of_distance(distance: float, before: int, after: int) -> float:
    """That the Kolmogorov-Smirnov distance of two samples is so large, ties or not.

    Smirnov's limit as an inequality (Massart 1990, Annals of Probability 18; for two samples Wei & Dudley 2012,
    Statistics & Probability Letters 82, whose factor for samples below 458 is left out).
    """
    return min(1.0, 2 * exp(-2 * distance**2 / (1 / before + 1 / after)))


def _divergence(found: float, expected: float) -> float:
    """Kullback-Leibler divergence of one chance from another, in nats."""
    terms = ((found, expected), (1 - found, 1 - expected))
    return sum(p * log(p / q) for p, q in terms if p > 0)
