"""Missed and false matches by subgroup, for an attribute that stands aside and was not used to link."""

from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
import polars as pl

from linkage.interval import Bounds, square_and_add, wilson

UNKNOWN: Final = "?"


@dataclass(frozen=True, slots=True)
class SubgroupRate:
    """A share with its interval of 95 percent (Wilson); None in a group without matches or links.

    Of posterior probabilities the interval takes the chance of the pairs for granted: it is as wide as if the expected
    count had been seen.
    """

    group: str
    of: float
    """Matches (for missed) or links (for false); expected ones where nothing is known."""
    count: float
    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class SubgroupGap:
    """The largest difference between two groups' rates, `most` minus `least`, with its interval (Newcombe 1998, method
    10, each pair of groups on its own). `differs`: it excludes 0."""

    most: str
    least: str
    gap: float
    low: float
    high: float

    @property
    def differs(self) -> bool:
        return self.low > 0


@dataclass(frozen=True, slots=True)
class SubgroupErrors:
    """What linkage did to the groups of one attribute. `basis`: `posterior` (no labels) or `truth`."""

    attribute: str
    basis: str
    missed: tuple[SubgroupRate, ...]
    false: tuple[SubgroupRate, ...]

    @property
    def facts(self) -> dict[str, Any]:
        """Rates and the largest gaps as plain data."""
        gaps = {error: (gap := self.gap(error)) and asdict(gap) for error in ("missed", "false")}
        return asdict(self) | {"largest gap": gaps}

    def gap(self, error: str, at_least: float = 0.0) -> SubgroupGap | None:
        """Of `missed` or `false`, between groups with at least so many matches or links; None with fewer than two."""
        rates: tuple[SubgroupRate, ...] = getattr(self, error)
        large = [rate for rate in rates if rate.rate is not None and rate.of >= at_least]
        gaps = [_gap(*pair) for pair in combinations(sorted(large, key=lambda rate: rate.rate or 0.0), 2)]
        return max(gaps, key=lambda gap: gap.gap, default=None)


def by_posterior(
    pairs: pl.DataFrame, links: pl.DataFrame, groups: pl.DataFrame, *, side: str, attribute: str
) -> SubgroupErrors:
    """Without labels, from `chance` of a match of each of `pairs` (`l`, `r`); of `links` only `l` and `r` count.

    `groups` has `position` (as in column `side` of the pairs, `l` or `r`) and `group`; a record without one is in group
    `?`. A match that no block brings is in no group's count, so groups that blocks miss look better than they are.
    """
    marked = _marked(pairs, links)
    counted = marked.select("l", "r", matched="chance", linked="linked")
    return _errors(counted, groups, side, attribute, "posterior")


def by_truth(
    links: pl.DataFrame, truth: pl.DataFrame, groups: pl.DataFrame, *, side: str, attribute: str
) -> SubgroupErrors:
    """Against all true pairs (`l`, `r`), those that no block brings included."""
    both = links.select("l", "r", linked=pl.lit(value=True)).join(
        truth.select("l", "r", matched=pl.lit(1.0)), on=["l", "r"], how="full", coalesce=True
    )
    counted = both.with_columns(pl.col("linked").fill_null(value=False), pl.col("matched").fill_null(0.0))
    return _errors(counted, groups, side, attribute, "truth")


def _marked(pairs: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    marks = links.select("l", "r", linked=pl.lit(value=True))
    return pairs.join(marks, on=["l", "r"], how="left").with_columns(pl.col("linked").fill_null(value=False))


def _errors(counted: pl.DataFrame, groups: pl.DataFrame, side: str, attribute: str, basis: str) -> SubgroupErrors:
    named = groups.select(pl.col("position").alias(side), pl.col("group").cast(pl.String))
    grouped = (
        counted.join(named, on=side, how="left")
        .group_by(pl.col("group").fill_null(UNKNOWN))
        .agg(
            matches=pl.col("matched").sum(),
            missed=pl.col("matched").filter(~pl.col("linked")).sum(),
            links=pl.col("linked").sum().cast(pl.Float64),
            false=(1 - pl.col("matched")).filter(pl.col("linked")).sum(),
        )
        .sort("group")
    )
    return SubgroupErrors(
        attribute=attribute,
        basis=basis,
        missed=_rates(grouped, "missed", "matches"),
        false=_rates(grouped, "false", "links"),
    )


def _rates(grouped: pl.DataFrame, count: str, of: str) -> tuple[SubgroupRate, ...]:
    return tuple(_rate(*row) for row in grouped.select("group", of, count).iter_rows())


def _rate(group: str, of: float, count: float) -> SubgroupRate:
    if of <= 0:
        return SubgroupRate(group, of, count, None, None, None)
    low, high = wilson(np.array(count / of), np.array(of))
    return SubgroupRate(group, of, count, count / of, float(low), float(high))


def _gap(least: SubgroupRate, most: SubgroupRate) -> SubgroupGap:
    gap, low, high = square_and_add(lambda up, down: up - down, _bounds(most), _bounds(least))
    return SubgroupGap(most.group, least.group, float(gap), float(low), float(high))


def _bounds(rate: SubgroupRate) -> Bounds:
    return np.array(rate.rate), np.array(rate.low), np.array(rate.high)
