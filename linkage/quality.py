"""How good a linkage is, estimated without labels from the posterior probabilities it rests on."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from linkage.block import BlockSize, capped
from linkage.capture import Captured, captured
from linkage.exclusive import beside_rivals
from linkage.fitted import FittedModel
from linkage.information import LEVEL, Information
from linkage.interval import effective_number, wilson
from linkage.model import EXCLUDING
from linkage.words import say


@dataclass(frozen=True, slots=True)
class LinkQuality:
    """Estimates hold as far as the model does: fields that agree for one common reason make them too good.

    Intervals are of 95 percent, *given the model*: Wilson's, with as many draws as give the variance of the sum of
    posterior probabilities (Poisson-binomial) plus that of the fitted numbers. On public data they seldom hold the
    truth (benchmarks/results/estimates.md); those of a clerical sample do (`linkage.clerical`).
    """

    model: str
    """Id of the model."""
    threshold: float
    candidates: int
    """Pairs that the blocks bring, a pair of several blocks counted for each."""
    links: int
    precision: float | None
    """Expected share of links that are right; None without links."""
    recall: float | None
    """Expected share of the matches *among the candidates* that became links."""
    blocking_recall: float | None
    """Share of all matches that are candidates at all: at most this; None where that cannot be told."""
    contested: int
    """Links of a record that may have one partner and had another above the threshold."""
    blocks: tuple[BlockSize, ...]
    notes: tuple[str, ...]
    """What the intervals are, and what is not in the recall."""
    precision_interval: tuple[float, float] | None = None
    recall_interval: tuple[float, float] | None = None
    blocking_interval: tuple[float, float] | None = None
    """None also where there are doubts."""
    doubts: tuple[str, ...] = ()
    """Why the truth may lie far from the blocking recall."""

    @property
    def note(self) -> str:
        return " ".join(self.notes)


def link_quality(
    scored: pl.DataFrame,
    links: pl.DataFrame,
    fitted: FittedModel,
    threshold: float,
    blocks: tuple[BlockSize, ...],
) -> LinkQuality:
    """`scored` has the candidates above the model's floor, `links` those that were assigned at `threshold`.

    Without the columns of levels intervals lack the error of the fitted numbers, and say so.
    """
    chances = scored.with_columns(chance=beside_rivals(scored, fitted.assignment))
    found = captured(chances, [size.on for size in blocks])
    doubts = (*capped(blocks), *found.doubts)
    expected = _expected(chances, links, fitted)
    precision, precision_interval = _precision(expected, links.height)
    recall, recall_interval = _recall(expected, fitted.tail)
    return LinkQuality(
        model=fitted.model.id,
        threshold=threshold,
        candidates=sum(size.pairs for size in blocks),
        links=links.height,
        precision=precision,
        recall=recall,
        blocking_recall=found.recall,
        contested=_contested(scored, links, fitted, threshold),
        blocks=blocks,
        notes=_notes(found, of_the_fit=expected.information is not None),
        precision_interval=precision_interval,
        recall_interval=recall_interval,
        blocking_interval=None if doubts else found.interval,
        doubts=doubts,
    )


@dataclass(frozen=True, slots=True)
class _Expected:
    """Expected matches among the links and among the other pairs, the sums of p(1-p), and what the fit can tell."""

    right: float
    missed: float
    unsure_links: float
    unsure_others: float
    information: Information | None

    def interval(self, share: float, of: float, linked: float, other: float) -> tuple[float, float]:
        """Of a share of `of` pairs that moves by `linked` and `other` with the matches among links and others."""
        variance = linked**2 * self.unsure_links + other**2 * self.unsure_others
        if self.information:
            variance += self.information.variance(linked, other)
        low, high = wilson(np.array(share), np.array(effective_number(share, variance, of)))
        return float(low), float(high)


def _expected(chances: pl.DataFrame, links: pl.DataFrame, fitted: FittedModel) -> _Expected:
    marks = links.select("l", "r", linked=pl.lit(value=True))
    marked = chances.join(marks, on=["l", "r"], how="left").with_columns(pl.col("linked").fill_null(value=False))
    linked, chance = pl.col("linked"), pl.col("chance")
    unsure = chance * (1 - chance)
    sums = marked.select(
        right=chance.filter(linked).sum(),
        missed=chance.filter(~linked).sum(),
        unsure_links=unsure.filter(linked).sum(),
        unsure_others=unsure.filter(~linked).sum(),
    )
    has_levels = {LEVEL + field.field for field in fitted.fields} <= set(marked.columns)
    return _Expected(**sums.row(0, named=True), information=Information.of(marked, fitted) if has_levels else None)


def _precision(found: _Expected, links: int) -> tuple[float | None, tuple[float, float] | None]:
    if not links:
        return None, None
    precision = min(found.right / links, 1.0)
    return precision, found.interval(precision, links, 1 / links, 0.0)


def _recall(found: _Expected, tail: float) -> tuple[float | None, tuple[float, float] | None]:
    matches = found.right + found.missed
    if not matches:
        return None, None
    recall, kept = found.right / matches, 1.0 - tail
    low, high = found.interval(recall, matches, (1 - recall) / matches, -recall / matches)
    return recall * kept, (low * kept, high * kept)


def _contested(scored: pl.DataFrame, links: pl.DataFrame, fitted: FittedModel, threshold: float) -> int:
    sides = EXCLUDING[fitted.assignment]
    above = scored.filter(pl.col("match_probability") >= threshold)
    several = above.filter(
        pl.any_horizontal(pl.len().over(side) > 1 for side in sides) if sides else pl.lit(value=False)
    )
    return links.join(several, on=["l", "r"], how="semi").height


def _notes(found: Captured, *, of_the_fit: bool) -> tuple[str, ...]:
    return (
        say("of_the_fit" if of_the_fit else "of_chance"),
        say("blocks_unknown" if found.recall is None else "blocks_at_most"),
    )
