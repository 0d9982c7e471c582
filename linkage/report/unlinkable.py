"""Records that hold too little to be linked: not even an exact copy of themselves would reach the threshold."""

from dataclasses import dataclass, replace
from typing import Final, Literal

import polars as pl

from linkage.fitted import FittedModel
from linkage.levels import with_levels
from linkage.pairing import Pairing
from linkage.score import scorer

MOST_EXAMINED: Final = 50_000
"""Records of a side; of more, so many are taken at equal distances."""
_STRICTER: Final = (0.9, 0.99, 0.999, 0.9999)


@dataclass(frozen=True, slots=True)
class Unlinkable:
    """One side: how many records were examined, how many of them cannot be linked, and what is missing."""

    side: Literal["left", "right", "records"]
    records: int
    examined: int
    unlinkable: int
    stricter: tuple[tuple[float, float], ...]
    """Threshold above the model's own, and the share of the examined records that would be unlinkable there."""
    missing: tuple[tuple[str, float], ...]
    """Field, and the share of records in which it cannot be compared."""


def unlinkable(pairing: Pairing, fitted: FittedModel) -> tuple[Unlinkable, ...]:
    """One for each side; one in all when double records are sought."""
    if pairing.model.dedupe:
        return (_of_left("records", pairing, fitted),)
    turned = replace(
        pairing,
        left=pairing.right,
        right=pairing.left,
        left_codes=pairing.right_codes,
        right_codes=pairing.left_codes,
        left_distinct=pairing.right_distinct,
        right_distinct=pairing.left_distinct,
    )
    return (_of_left("left", pairing, fitted), _of_left("right", turned, fitted))


def _of_left(side: Literal["left", "right", "records"], pairing: Pairing, fitted: FittedModel) -> Unlinkable:
    height = pairing.left_codes.height
    positions = pl.int_range(0, height, max(-(-height // MOST_EXAMINED), 1), dtype=pl.UInt32, eager=True)
    itself = replace(pairing, right=pairing.left, right_codes=pairing.left_codes, right_distinct=pairing.left_distinct)
    pairs = pl.DataFrame([positions.alias("l"), positions.alias("r")])
    compared = with_levels(pairs, itself)
    # frequencies are those of both sides, hence the weights of the pairing as it was
    chance = scorer(pairing, fitted).score(compared)["match_probability"]
    missing = tuple(
        (field.name, float((compared[field.column] == 0).sum()) / max(positions.len(), 1)) for field in pairing.fields
    )
    threshold = fitted.model.threshold
    stricter = tuple(
        (each, int((chance < each).sum()) / max(positions.len(), 1)) for each in _STRICTER if each > threshold
    )
    return Unlinkable(side, height, positions.len(), int((chance < threshold).sum()), stricter, missing)
