"""Do the groups of an attribute differ more than chance explains, and how is that told without telling who?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil, floor
from typing import Any, Final

import polars as pl

from gate.bias.interval import Share, gap_interval, wilson, z_of
from gate.finding import NONE, Finding, Outcome

EPSILON: Final = 1e-9
"""A gap exactly at the limit passes; floats may say a hair more."""

_WORST: Final = (Outcome.FAIL, Outcome.WARN, Outcome.PASS)
_CHANCE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Rate:
    group: str
    count: float
    of: float
    few: float
    """Of counts below this, other than 0, it is told that they are, and no more."""

    @property
    def share(self) -> Share:
        return self.count, self.of

    @property
    def value(self) -> float:
        return self.count / self.of

    @property
    def small(self) -> bool:
        """Whether the rate, of a group whose size somebody knows, would tell a small count: also in whole percents."""
        return any(0 < part < self.few for part in (self.count, self.of - self.count))

    @property
    def bounds(self) -> tuple[float, float]:
        """Between what the rate is told to lie: it is told itself, or all that a small count could make it."""
        part = self.few / self.of
        if not self.small:
            return self.value, self.value
        low = 0.0 if 0 < self.count < self.few else 1 - part
        return low, 1.0 if 0 < self.of - self.count < self.few else part

    @property
    def whole_percents(self) -> tuple[int, int]:
        """The bounds, outwards."""
        return _outwards(*self.bounds)

    @property
    def told(self) -> str:
        if self.small:
            least, most = self.whole_percents
            return f"{least} to {most} percent (small counts are told no closer)"
        low, high = wilson(*self.share)
        # Of none, or all, the interval would tell of how many.
        digits = 0 if self.count in (0, self.of) else 1
        told = f"95% interval {100 * low:.{digits}f} to {100 * high:.{digits}f}"
        return f"{100 * self.value:.1f} percent ({told})"

    @property
    def measured(self) -> float | None:
        return None if self.small else round(self.value, 4)


@dataclass(frozen=True, slots=True)
class Gap:
    """Between two groups; `below` and `above` bound it with 95 percent confidence for all pairs of groups together
    (Bonferroni), so that many groups do not make a gap by chance."""

    most: Rate
    least: Rate
    below: float
    above: float
    z: float

    @property
    def value(self) -> float:
        return self.most.value - self.least.value

    @property
    def bounds(self) -> tuple[float, float]:
        """Between what it is told to lie, as the two rates are."""
        (least, less), (more, most) = self.least.bounds, self.most.bounds
        return max(0.0, more - less), most - least

    @property
    def measured(self) -> float | None:
        return None if self.small else round(self.value, 4)

    @property
    def told(self) -> str:
        if self.small:
            low, high = _outwards(*self.bounds)
            return f"{low} to {high} points (small counts are told no closer)"
        return f"{100 * self.value:.1f} points (95% interval {100 * self.below:.1f} to {100 * self.above:.1f})"

    @property
    def small(self) -> bool:
        return self.most.small or self.least.small


def _outwards(low: float, high: float) -> tuple[int, int]:
    """In whole percents."""
    return floor(100 * low + EPSILON), ceil(100 * high - EPSILON)


def attributes(table: pl.DataFrame, *by: str) -> Iterator[pl.DataFrame]:
    """The groups of each attribute (and of each of `by`), in one order whatever that of the rows."""
    names = [*by, "attribute"]
    yield from table.sort(*names, "group").partition_by(names, maintain_order=True)


def large(groups: pl.DataFrame, count: str, of: str, minimum: float, few: float) -> tuple[Rate, ...]:
    """Groups that are large enough to say something of."""
    kept = groups.filter(pl.col(of) >= minimum)
    return tuple(Rate(group, one, all_, few) for group, one, all_ in kept.select("group", count, of).iter_rows())


def gaps(rates: Sequence[Rate]) -> tuple[Gap, ...]:
    """Between all pairs of groups, the widest first."""
    pairs = list(combinations(sorted(rates, key=lambda rate: (rate.value, rate.group)), 2))
    z = z_of(1 - _CHANCE / max(len(pairs), 1))
    found = (Gap(most, least, *gap_interval(most.share, least.share, z), z) for least, most in pairs)
    return tuple(sorted(found, key=lambda gap: (-gap.value, gap.most.group, gap.least.group)))


def worst(outcomes: Iterable[tuple[Outcome, Any]]) -> tuple[Outcome, Any]:
    """The worst outcome with what it is about; of equals the first."""
    return min(outcomes, key=lambda found: _WORST.index(found[0]))


def judged(gap: Gap, warn: float, fail: float) -> Outcome:
    """By the gap itself; FAIL only where its interval leaves out 0."""
    if gap.value > fail + EPSILON and gap.below > 0:
        return Outcome.FAIL
    return Outcome.WARN if gap.value > warn + EPSILON else Outcome.PASS


def remedy_of(outcome: Outcome, remedy: str) -> str:
    return NONE if outcome is Outcome.PASS else remedy


def unknown(rule: str, about: str, message: str, remedy: str) -> Finding:
    """A question nobody can answer."""
    return Finding(rule, Outcome.NOT_ASSESSABLE, about, None, None, message, remedy)
