"""What the compiled loop (`linkage.kernel`) reads: plain arrays, with names."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
Truths = NDArray[np.bool_]

ANY, JARO_WINKLER, EDITS = 0, 1, 2
"""Ways to tell at a glance whether similarity may better a level."""


class Fields(NamedTuple):
    """What levels are told from where codes tell them. A test asks whether two codes are equal (`compare.equality`)."""

    left_words: U64
    """Packed codes (`linkage.packing`) of all fields, by record and word."""
    right_words: U64
    word: I64
    """By test."""
    mask: U64
    """By test."""
    field: I64
    """By test."""
    bit: U32
    """By test: its place in the outcome of the field."""
    levels: U8
    """By outcome, field after field."""
    levels_at: I64
    """By field: where its levels begin."""


class Glances(NamedTuple):
    """Signatures that tell whether similarity may still better a level, and by what measure of a field."""

    left_rows: U32
    """Row of the field's distinct values, by record and field."""
    right_rows: U32
    measure_at: I64
    """By field: its first measure; then one behind the last."""
    best: I64
    """By measure: the best level that it may give; it is of no use to pairs that have one as good."""
    way: I64
    """By measure: `ANY`, `JARO_WINKLER`, `EDITS`."""
    limit: F64
    """By measure."""
    left_signatures: U64
    """Two words for each distinct value, measure after measure."""
    right_signatures: U64
    left_at: I64
    """By measure: where its signatures begin."""
    right_at: I64


class Bounds(NamedTuple):
    """The most that pairs can weigh. The state of a field is its level by codes, and `hopeful` more where similarity
    may still better it."""

    order: I64
    """Of the fields, from cheap and telling to dear."""
    useful: I64
    """By field: levels behind this one may be bettered by similarity."""
    hopeful: I64
    """By field."""
    table: F32
    """By states of the fields of a factor, factor after factor."""
    first: I64
    """By factor: its first cell."""
    factor: I64
    """By field."""
    stride: I64
    """By field: cells from one of its states to the next."""
    whole: I64
    """By field: so many of its first levels say that whole values are equal."""
    rare: I64
    """By field: its column in `rarity`, or -1."""
    rarity: F32
    """What term frequency adds where whole values are equal, by left record and column."""
    least: np.float32
