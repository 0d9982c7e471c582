"""A first rough fit on generous blocks: which pairs probably match, so that blocks and fields can be weighed without
labels."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from linkage.block import block, candidates
from linkage.comparable import Comparable
from linkage.fitted import FittedModel
from linkage.model import Assignment, Block, Model
from linkage.pairing import Pairing, pair_up
from linkage.propose.keys import single_keys
from linkage.propose.part import LARGE, Part, part
from linkage.sample import sample
from linkage.score import scorer
from linkage.train import fit

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]

ROUGH_PAIRS: Final = 300_000
"""Candidates the rough fit looks at."""
GENEROUS: Final = 300
"""Pairs a record may bring into one generous block."""
MOST_BLOCKS: Final = 24
_STRONG: Final = 0.9
_SELDOM: Final = 0.05


@dataclass(frozen=True, slots=True, repr=False)
class Rough:
    """Candidates of drawn records with their levels, `match_weight` and `match_probability`, under a rough model."""

    pairing: Pairing
    fitted: FittedModel
    pairs: pl.DataFrame
    possible: int
    """Pairs of the drawn records there are in all."""

    @property
    def chance(self) -> Floats:
        return self.pairs["match_probability"].to_numpy()

    @property
    def drawn(self) -> float:
        """Share of all pairs that the drawn records have."""
        return self.possible / max(self.pairing.possible, 1)

    @property
    def expected(self) -> float:
        """Matches expected between all records."""
        return float(self.chance.sum()) / max(self.drawn, 1e-12)

    @property
    def unsure(self) -> float:
        """Share of the expected matches that may as well be none."""
        doubtful = self.chance[(self.chance > 0.1) & (self.chance < _STRONG)]
        return float(doubtful.sum() / max(self.chance.sum(), 1e-12))


def rough_fit(left: Comparable, right: Comparable, model: Model) -> Rough:
    """A fit of the model's comparisons on generous blocks; a side whose records seldom have several strong partners is
    taken to hold each entity once, and the fit is made again under that."""
    plain = model.model_copy(update={"one_to_one": None if model.dedupe else "none", "training_pairs": ROUGH_PAIRS})
    whole = pair_up(left, right, plain)
    some = part(whole)
    blocks = generous_blocks(pair_up(some.left, some.right, some.model))
    wide = {"blocks": blocks, "candidate_limit": 1 << 60}
    first = _fitted(some, whole, wide)
    if model.dedupe or (found := assignment(first)) == "none":
        return first
    return _fitted(some, whole, wide | {"one_to_one": found})


def assignment(rough: Rough) -> Assignment:
    """Which sides hold each entity once, as far as strong links tell."""
    strong = rough.pairs.filter(pl.col("match_probability") >= _STRONG)
    if strong.is_empty():
        return "none"
    several = {side: _several(strong[side]) for side in ("l", "r")}
    # a left record with one partner at most means that the right holds each entity once
    names: dict[tuple[bool, bool], Assignment] = {
        (True, True): "one-to-one", (True, False): "right-once", (False, True): "left-once", (False, False): "none",
    }  # fmt: skip
    return names[several["l"] <= _SELDOM, several["r"] <= _SELDOM]


def _several(side: pl.Series) -> float:
    counts = side.value_counts(name="partners")["partners"]
    return float((counts > 1).mean() or 0.0)  # type: ignore[arg-type]  # a share of Booleans


def generous_blocks(pairing: Pairing) -> tuple[Block, ...]:
    """Every evidence on its own that does not bring more pairs than the rough fit can look at, the smallest first."""
    height = max(pairing.left.height, min(pairing.right.height, LARGE))
    keys = sorted(single_keys(pairing), key=lambda key: (key.pairs, key.on))
    fitting = [key for key in keys if key.pairs <= GENEROUS * height] or keys[:1]
    return tuple(Block(on=key.on) for key in fitting[:MOST_BLOCKS])


def _fitted(some: Part, whole: Pairing, change: dict[str, object]) -> Rough:
    pairing = pair_up(some.left, some.right, some.model.model_copy(update=change))
    blocks = block(pairing)
    model = fit(pairing, blocks)
    drawn = sample(pairing, blocks, model.assignment)
    pairs = scorer(pairing, model).score(candidates(pairing, drawn.blocks, drawn.screen))
    ready = pair_up(whole.left, whole.right, whole.model.model_copy(update=change))
    return Rough(ready, model, some.in_files(pairs), drawn.possible)
