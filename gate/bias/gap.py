"""Do the groups of an attribute differ more than chance explains, and how is that told without telling who?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import polars as pl

from gate.bias.interval import Share, gap_interval, z_of
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
    """Counts below this, other than 0, are told in no exact way."""

    @property
    def share(self) -> Share:
        return self.count, self.of

    @property
    def value(self) -> float:
        return self.count / self.of

    @property
    def small(self) -> bool:
        """Whether rate and interval together would tell a small count."""
        return any(0 < part < self.few for part in (self.count, self.of - self.count))


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
    def measured(self) -> float:
        """As it may be told: whole points where a count is small."""
        return round(self.value, 2 if self._small else 4)

    @property
    def told(self) -> str:
        if self._small:
            return f"{100 * self.value:.0f} points (small counts, no interval)"
        return f"{100 * self.value:.1f} points (95% interval {100 * self.below:.1f} to {100 * self.above:.1f})"

    @property
    def _small(self) -> bool:
        return self.most.small or self.least.small


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
