"""How good a linkage is, estimated without labels from the posterior probabilities it rests on."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from linkage.block import BlockSize
from linkage.em import exclusive
from linkage.fitted import FittedModel
from linkage.model import EXCLUDING

MOST_BITS = 400.0


@dataclass(frozen=True, slots=True)
class LinkQuality:
    """Estimates hold as far as the model does: fields that agree for one common reason make them too good."""

    model: str
    """Id of the model."""
    threshold: float
    candidates: int
    links: int
    precision: float | None
    """Expected share of links that are right; None without links."""
    recall: float | None
    """Expected share of the matches *among the candidates* that became links."""
    blocking_recall: float | None
    """Estimated share of all matches that are candidates at all, leaning to the high side; None when not told."""
    contested: int
    """Links of a record that may have one partner and had another above the threshold."""
    blocks: tuple[BlockSize, ...]
    note: str


def link_quality(
    scored: pl.DataFrame, links: pl.DataFrame, fitted: FittedModel, threshold: float, blocks: tuple[BlockSize, ...]
) -> LinkQuality:
    """`scored` has all candidates, `links` those that were assigned at `threshold`."""
    chances = _exclusive(scored, fitted)
    among_links = float(chances.join(links, on=["l", "r"], how="semi", maintain_order="left")["chance"].sum())
    matches = float(chances["chance"].sum())
    found = blocking_recall(chances, len(blocks))
    return LinkQuality(
        model=fitted.model.id,
        threshold=threshold,
        candidates=scored.height,
        links=links.height,
        precision=among_links / links.height if links.height else None,
        recall=among_links / matches if matches else None,
        blocking_recall=found,
        contested=_contested(scored, links, fitted, threshold),
        blocks=blocks,
        note=_note(found),
    )


def blocking_recall(candidates: pl.DataFrame, blocks: int) -> float | None:
    """Share of all matches that some block brings, by capture and recapture: blocks are the traps.

    Lower bound of Chao (1987) for the matches in no block, from those in one and in two: unseen ≥
    (t-1)/t f1² / (2 f2) with t blocks. Blocks that share evidence miss the same pairs, so the estimate leans to the
    high side. None when hardly any match is in two blocks. `candidates` has `blocks` (bits) and `chance`.
    """
    traps = candidates.select(pl.col("blocks").bitwise_count_ones().alias("traps"), "chance")
    once, twice, all_of = (
        float(traps.filter(condition)["chance"].sum())
        for condition in (pl.col("traps") == 1, pl.col("traps") == 2, pl.lit(value=True))
    )
    if twice < 1 or not all_of:
        return None
    unseen = (blocks - 1) / blocks * once * once / (2 * twice)
    return all_of / (all_of + unseen)


def _exclusive(scored: pl.DataFrame, fitted: FittedModel) -> pl.DataFrame:
    """`scored` with `chance`: of a match, given that a record has one partner at most where assignment says so."""
    prior = np.log2(fitted.prior) - np.log2(1.0 - fitted.prior)
    odds = np.exp2(np.minimum(scored["match_weight"].to_numpy() + prior, MOST_BITS))
    rivals = [scored[side].cast(pl.Int64).to_numpy() for side in EXCLUDING[fitted.assignment]]
    return scored.with_columns(pl.Series("chance", exclusive(odds, rivals)))


def _contested(scored: pl.DataFrame, links: pl.DataFrame, fitted: FittedModel, threshold: float) -> int:
    sides = EXCLUDING[fitted.assignment]
    rivals = scored.filter(pl.col("match_probability") >= threshold)
    several = rivals.filter(
        pl.any_horizontal(pl.len().over(side) > 1 for side in sides) if sides else pl.lit(value=False)
    )
    return links.join(several, on=["l", "r"], how="semi").height


def _note(found: float | None) -> str:
    if found is None:
        return "Matches that no block brings are not in the recall, and cannot be estimated here."
    return (
        "Matches that no block brings are not in the recall; blocking recall estimates their share and leans to the "
        "high side."
    )
