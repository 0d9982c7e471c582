"""The sample a model is fitted on: all candidates of drawn records, so that rivals of one record stay together."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from linkage.block import Blocks
from linkage.block.candidates import Screen, everything
from linkage.block.runs import Records, Runs
from linkage.model import EXCLUDING, Assignment
from linkage.pairing import Pairing


@dataclass(frozen=True, slots=True, repr=False)
class Sample:
    blocks: Blocks
    """What may be in it."""
    screen: Screen
    """What of that is in it."""
    possible: int
    """Pairs of the drawn records there are in all."""
    rivals: tuple[str, ...]
    """Sides whose records have one partner at most, and all their candidates in the sample."""


def sample(pairing: Pairing, blocks: Blocks, assignment: Assignment) -> Sample:
    """About `training_pairs` candidates; which records are drawn depends on their values, not on their place."""
    model, sides = pairing.model, EXCLUDING[assignment]
    total = sum(size.pairs for size in blocks.sizes)
    if total <= model.training_pairs:
        return Sample(blocks, everything, pairing.possible, sides)
    share = model.training_pairs / total
    if model.dedupe:
        return _of_pairs(pairing, blocks, share)
    if sides == ("r",):
        chosen, drawn = _drawn(pairing.by_value[1], model.seed, share)

        def screen(runs: Runs) -> pl.DataFrame:
            return _those(runs, lambda _, right: chosen[right])

        return Sample(blocks, screen, drawn * pairing.left.height, sides)
    chosen, drawn = _drawn(pairing.by_value[0], model.seed, share)
    return Sample(blocks.of(chosen), everything, drawn * pairing.right.height, ("l",) if "l" in sides else ())


def in_order_of_value(pairs: pl.DataFrame, pairing: Pairing) -> pl.DataFrame:
    """Pairs in an order that does not depend on that of the rows, so that sums over them come out the same to the last
    bit."""
    left, right = (
        _ranks(order, None)[pairs[side].to_numpy()] for order, side in zip(pairing.by_value, "lr", strict=True)
    )
    return pairs[np.argsort(left << 32 | right)]


def _of_pairs(pairing: Pairing, blocks: Blocks, share: float) -> Sample:
    """Of one file every pair belongs to that record of the two which was drawn first."""
    height = pairing.left.height
    ranks = _ranks(pairing.by_value[0], pairing.model.seed)
    # so many of the first ranks as have that share of all pairs
    drawn = max(round(height * (1.0 - (1.0 - share) ** 0.5)), 1)

    def screen(runs: Runs) -> pl.DataFrame:
        return _those(runs, lambda left, right: np.minimum(ranks[left], ranks[right]) < drawn)

    return Sample(blocks, screen, drawn * (2 * height - drawn - 1) // 2, ())


def _those(runs: Runs, wanted: Callable[[Records, Records], np.ndarray]) -> pl.DataFrame:
    pairs = everything(runs)
    return pairs.filter(pl.Series(wanted(pairs["l"].to_numpy(), pairs["r"].to_numpy())))


def _drawn(order: np.ndarray, seed: int, share: float) -> tuple[np.ndarray, int]:
    """Whether each record is drawn, and how many are."""
    drawn = max(round(share * order.size), 1)
    return _ranks(order, seed) < drawn, drawn


def _ranks(order: np.ndarray, seed: int | None) -> np.ndarray:
    """Rank of each position in `order`, or with a seed a random one, the same for the same record wherever it
    stands."""
    ranks = np.empty(order.size, dtype=np.int64)
    ranks[order] = np.arange(order.size) if seed is None else np.random.default_rng(seed).permutation(order.size)
    return ranks
