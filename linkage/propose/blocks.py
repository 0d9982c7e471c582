"""Blocks proposed for a recall and a budget: every match is expected to meet once, and where it is cheap twice."""

from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import Final

import numpy as np

from linkage.block import BlockSize, block
from linkage.model import Block
from linkage.pairing import Pairing
from linkage.propose.keys import Key, combined, single_keys
from linkage.propose.rough import Rough, rough_fit

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Truths = np.ndarray[tuple[int], np.dtype[np.bool_]]

RECALL: Final = 0.995
PAIRS_PER_RECORD: Final = 50
LEAST_BUDGET: Final = 20_000
MOST_CHOSEN: Final = 10
_LEAST_CHANCE: Final = 0.05
"""Least chance of a match for a pair to tell anything of matches."""
_MISSED: Final = 0.1
"""What a second meeting is worth beside the first: the chance that the estimate of the first is off."""
_FIXED: Final = 0.1
"""What a block costs beside its pairs, as a share of the budget: few wide blocks find more that the estimate does not
know of than many narrow ones."""
_LEAST_FOUND: Final = 0.2
"""Least share of the matches that a block must find."""
_COUNTED: Final = 60_000_000
"""Records that are counted, over all keys that are weighed against each other."""


@dataclass(frozen=True, slots=True)
class SuggestedBlock:
    on: tuple[str, ...]
    pairs: int
    """Pairs it brings, exactly; a value of more pairs than the model's `block_limit` is capped when it is run."""
    recall: float
    """Expected share of the matches that meet in it."""
    reached: float
    """Expected share that meet in it or in one before it."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    blocks: tuple[SuggestedBlock, ...]
    recall: float
    """Expected share of those matches that some generous block would find."""
    budget: int

    @property
    def pairs(self) -> int:
        """Candidates, pairs of several blocks counted several times."""
        return sum(one.pairs for one in self.blocks)

    @property
    def declared(self) -> tuple[Block, ...]:
        return tuple(Block(on=one.on) for one in self.blocks)


def budget_of(pairing: Pairing) -> int:
    """Candidates that are cheap for files of this size."""
    height = max(pairing.left.height, pairing.right.height)
    return min(max(PAIRS_PER_RECORD * height, LEAST_BUDGET), max(pairing.possible, 1))


def suggest_blocks(pairing: Pairing, recall: float = RECALL, budget: int | None = None) -> Suggestion:
    """Blocks for an expected recall within a budget of candidates, from the data alone.

    `pairing` may have any blocks; only its comparisons are read. Costs are exact. Recall is that among the pairs that a
    rough fit on generous blocks takes for matches, each by its chance: matches that agree on nothing are not in it.
    """
    return suggested(rough_fit(pairing.left, pairing.right, pairing.model), recall, budget)


def suggested(rough: Rough, recall: float = RECALL, budget: int | None = None) -> Suggestion:
    """As `suggest_blocks`, from a rough fit that is there already. Without a budget it is what is cheap, and where that
    does not reach the recall up to four times as much."""
    telling = rough.pairs.filter(rough.pairs["match_probability"] >= _LEAST_CHANCE)
    chance: Floats = telling["match_probability"].to_numpy()
    positions = telling["l"].to_numpy(), telling["r"].to_numpy()
    cheap = budget_of(rough.pairing)
    for most in (budget,) if budget else (cheap, 2 * cheap, 4 * cheap):
        found = _covered(_offers(rough.pairing, *positions, chance, most), chance, recall, most)
        if found.recall >= recall:
            break
    return found


def block_report(pairing: Pairing) -> tuple[BlockSize, ...]:
    """Sizes of the model's blocks, however many pairs they give; nothing is compared."""
    boundless = pairing.model.model_copy(update={"candidate_limit": 1 << 62})
    return block(replace(pairing, model=boundless)).sizes


@dataclass(frozen=True, repr=False)
class _Offer:
    key: Key
    met: Truths
    """Which of the telling pairs meet on it."""

    @cached_property
    def pairs(self) -> int:
        return self.key.pairs


def _offers(pairing: Pairing, left: np.ndarray, right: np.ndarray, chance: Floats, most: int) -> list[_Offer]:
    """Keys within the budget, from those that find most of the matches on."""
    singles = single_keys(pairing)
    met = {key.on: key.agrees(left, right) for key in singles}
    share = {key.on: key.pairs / pairing.possible for key in singles}
    ranked = []
    for keys in [*((key,) for key in singles), *combined(singles, 3, pairing.model.joint)]:
        found = np.logical_and.reduce([met[key.on] for key in keys])
        matches = float(chance[found].sum())
        # as if the keys had nothing to do with each other; what is kept is counted exactly
        about = float(np.prod([share[key.on] for key in keys])) * pairing.possible
        if matches >= _LEAST_FOUND * chance.sum() and about <= most:
            ranked.append((-round(matches, 6), about, [key.on for key in keys], keys, found))
    ranked.sort(key=lambda one: one[:3])
    records = pairing.left.height + pairing.right.height
    offers = (_Offer(reduce(Key.with_other, keys), found) for *_, keys, found in ranked[: _kept(records)])
    return [offer for offer in offers if offer.pairs <= most]


def _kept(records: int) -> int:
    """How many keys are counted exactly: fewer in large files, where each takes longer."""
    return int(np.clip(_COUNTED // records, 20, 300))


def _covered(offers: list[_Offer], chance: Floats, recall: float, most: int) -> Suggestion:
    """Greedy cover (Nemhauser, Wolsey and Fisher 1978): always the block that adds most for what it costs."""
    total = max(float(chance.sum()), 1e-12)
    times, spent = np.zeros(chance.size), 0
    chosen: list[_Offer] = []
    while offers and len(chosen) < MOST_CHOSEN:
        worth = chance * np.where(times == 0, 1.0, np.where(times == 1, _MISSED, 0.0))
        gains = [(float(worth[offer.met].sum()), offer) for offer in offers if offer.pairs <= most - spent]
        gains = [(gain, offer) for gain, offer in gains if gain > 0.0005 * total]
        if not gains:
            break
        _, best = max(gains, key=lambda one: (one[0] / (one[1].pairs + _FIXED * most), one[1].key.on))
        times, spent = times + best.met, spent + best.pairs
        chosen.append(best)
        # one that finds nothing else would make a second meeting of what is the first one over again
        offers = [offer for offer in offers if not (offer.met <= best.met).all()]
        reached = float(chance[times > 0].sum()) / total
        if reached >= recall and float(chance[times > 1].sum()) / total >= 2 * recall - 1:
            break
    return _told(_without_the_contained(chosen), chance, most)


def _without_the_contained(chosen: list[_Offer]) -> list[_Offer]:
    """Blocks of which no other finds all that they find; of two that find the same, the first."""
    return [
        one
        for place, one in enumerate(chosen)
        if not any(
            (one.met <= other.met).all() and (number < place or (other.met & ~one.met).any())
            for number, other in enumerate(chosen)
            if number != place
        )
    ]


def _told(chosen: list[_Offer], chance: Floats, most: int) -> Suggestion:
    total = max(float(chance.sum()), 1e-12)
    reached = [
        float(chance[np.logical_or.reduce([offer.met for offer in chosen[: number + 1]])].sum()) / total
        for number in range(len(chosen))
    ]
    blocks = tuple(
        SuggestedBlock(offer.key.on, offer.pairs, float(chance[offer.met].sum()) / total, after)
        for offer, after in zip(chosen, reached, strict=True)
    )
    return Suggestion(blocks, reached[-1] if reached else 0.0, most)
