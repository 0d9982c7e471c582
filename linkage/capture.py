"""What no block brings: capture and recapture, the blocks being the traps and the matches what is caught."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import polars as pl

from linkage.interval import Z95, Floats
from linkage.words import say

LEAST_RECAPTURES: Final = 10.0
"""Expected matches in exactly two blocks, below which nothing is estimated."""
MOST_ERRORS: Final = 3.0
"""Standard errors by which matches in three blocks or more may exceed what follows from those in one and two."""
DOUBTFUL_SHARE: Final = 0.25
"""Of matches that one block brings: above this the unlikely pairs among them carry the estimate."""

PRIOR: Final = 1e-3
"""Information on each term beforehand, so that empty cells leave none undetermined."""

_NAME: Final = re.compile(r"(?<![\w.])([A-Za-z_]\w*)(?![\w(])")
_WORDS: Final = frozenset({"near", "by", "alike", "as", "and", "or", "not", "is", "null", "double", "int", "varchar"})
"""Of kinds of blocks and of SQL; no evidence has such a name."""


@dataclass(frozen=True, slots=True)
class Captured:
    """Share of all matches that some block brings: *at most* this, for blocks that miss the same pairs hide them.

    The interval (95 percent) holds if blocks miss independently; `doubts` say what speaks against that, and then there
    is none. `recall` is None where there is too little to go by.
    """

    recall: float | None
    interval: tuple[float, float] | None
    doubts: tuple[str, ...]


def captured(candidates: pl.DataFrame, blocks: Sequence[tuple[str, ...]]) -> Captured:
    """From `candidates` with `blocks` (bits) and `chance` of a match; `blocks` is the evidence of each block.

    Lower bound for the matches in no block, where blocks catch unequally and matches are unequally hard to catch: the
    log-linear model of the matches in exactly one and exactly two blocks (Chao 1987; Rivest and Baillargeon 2007,
    Biometrics 63, 999–1006). With two blocks it is that of Lincoln and Petersen.
    """
    counts = candidates.group_by("blocks").agg(
        pl.col("chance").sum(), unlikely=pl.col("chance").filter(pl.col("chance") < 0.5).sum()
    )
    caught = _caught(counts["blocks"].to_numpy(), len(blocks))
    chance = counts["chance"].to_numpy()
    several = caught.sum(axis=1)
    once, twice, often = (
        float(chance[several == 1].sum()),
        float(chance[several == 2].sum()),
        float(chance[several > 2].sum()),
    )
    fields = [{name for part in on for name in _NAME.findall(part)} - _WORDS for on in blocks]
    if not any(one.isdisjoint(other) for one, other in combinations(fields, 2)):
        return Captured(None, None, (say("apart"),))
    if not once + twice + often or (twice < LEAST_RECAPTURES and twice < once):
        return Captured(None, None, (say("too_few"),))
    unseen, reach, *expected = _unseen(caught[several <= 2], chance[several <= 2])
    total = float(chance.sum())
    doubts = (
        *_shared(fields),
        *(_dependence(often, *expected) if once + twice >= LEAST_RECAPTURES else ()),
        *_unlikely(once, float(counts["unlikely"].to_numpy()[several == 1].sum())),
    )
    interval = (total / (total + unseen * reach), total / (total + unseen / reach))
    return Captured(total / (total + unseen), None if doubts else interval, doubts)


def _caught(masks: np.ndarray, blocks: int) -> Floats:
    """One row per mask, one column per block: 1 where the block brings it."""
    return ((masks[:, None] >> np.arange(blocks, dtype=np.uint32)) & 1).astype(np.float64)


def _unseen(caught: Floats, matches: Floats) -> tuple[float, float, float, float]:
    """Expected matches in no block, the factor by which the interval reaches to both sides, and expected matches in
    three blocks or more with the error of that number.

    Poisson regression by iterated weighted least squares: log of the count is a constant and a term for each block;
    the constant is the log of what is in none. The interval is Chao's (1987), on the log scale.
    """
    cells = np.vstack([np.eye(caught.shape[1]), *_doubles(caught.shape[1])])
    seen = _counts_of(cells, caught, matches)
    used = seen @ cells > 0
    possible = ~(cells[:, ~used] > 0).any(axis=1)
    seen, design = seen[possible], np.hstack([np.ones((possible.sum(), 1)), cells[possible][:, used]])
    expected = seen + 0.5
    for _ in range(100):
        working = np.log(expected) + (seen - expected) / expected
        information = design.T @ (design * expected[:, None]) + PRIOR * np.eye(design.shape[1])
        terms = np.linalg.solve(information, design.T @ (expected * working))
        expected = np.exp(np.clip(design @ terms, -30, 30))
    unseen = float(np.exp(np.clip(terms[0], -30, 30)))
    variance = float(np.linalg.inv(information)[0, 0]) + 1 / unseen
    often, error = _often(np.asarray(terms), np.asarray(np.linalg.inv(information)))
    return unseen, float(np.exp(Z95 * np.sqrt(np.log1p(variance)))), often, error


def _often(terms: Floats, covariance: Floats) -> tuple[float, float]:
    """Expected matches in three blocks or more where blocks miss independently, and the error of that number."""
    unseen, odds = np.exp(np.clip(terms[0], -30, 30)), np.exp(terms[1:])
    once = odds.sum()
    twice = (once**2 - (odds**2).sum()) / 2
    every = np.prod(1 + odds)
    often = unseen * (every - 1 - once - twice)
    slopes = np.array([often, *(unseen * odds * (every / (1 + odds) - 1 - once + odds))])
    return float(often), float(np.sqrt(max(slopes @ covariance @ slopes + often, 0.0)))


def _doubles(blocks: int) -> list[Floats]:
    rows = np.eye(blocks)
    return [rows[one] + rows[other] for one, other in combinations(range(blocks), 2)]


def _counts_of(cells: Floats, caught: Floats, matches: Floats) -> Floats:
    """Matches of each cell."""
    digits = 2.0 ** np.arange(cells.shape[1])
    where = {code: number for number, code in enumerate((cells @ digits).tolist())}
    seen = np.zeros(cells.shape[0])
    for code, count in zip((caught @ digits).tolist(), matches.tolist(), strict=True):
        if code in where:
            seen[where[code]] += count
    return seen


def _shared(fields: Sequence[set[str]]) -> tuple[str, ...]:
    """Blocks on one field miss together what is wrong in it."""
    common = sorted(set().union(*(one & other for one, other in combinations(fields, 2))))
    if not common:
        return ()
    return (say("shared", fields=", ".join(common)),)


def _dependence(often: float, expected: float, error: float) -> tuple[str, ...]:
    """Whether more matches are in three blocks or more than blocks that miss independently would bring."""
    if often - expected <= MOST_ERRORS * error or often < LEAST_RECAPTURES:
        return ()
    return (say("together", number=f"{often:,.0f}", expected=f"{expected:,.0f}"),)


def _unlikely(once: float, unlikely: float) -> tuple[str, ...]:
    if unlikely <= DOUBTFUL_SHARE * once:
        return ()
    return (say("unlikely", number=f"{unlikely / once:.0%}"),)
