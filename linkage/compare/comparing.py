"""Comparing: all that pairs of two sides are compared by, made ready once for training and for scoring."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from weakref import WeakKeyDictionary

import numpy as np

from linkage.arrays import Fields, Glances
from linkage.compare.agreement import Agreement, agreements
from linkage.compare.signature import Signatures
from linkage.pairing import Pairing

_NONE = np.zeros((0, 2), dtype=np.uint64)
_READY: "WeakKeyDictionary[Pairing, Comparing]" = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, repr=False)
class Comparing:
    agreements: tuple[Agreement, ...]
    """By field of the model, and so are the arrays of the compiled loop."""
    fields: Fields
    glances: Glances


def comparing(pairing: Pairing) -> Comparing:
    """Kept as long as the pairing is. Raises `WrongInput` when the levels of a field ask for too much."""
    if pairing not in _READY:
        found = agreements(pairing)
        _READY[pairing] = Comparing(found, _fields(pairing, found), _glances(pairing, found))
    return _READY[pairing]


def _fields(pairing: Pairing, found: Sequence[Agreement]) -> Fields:
    packed = [agreement.equality.tests for agreement in found]
    begins = _begins(each.left.shape[1] for each in packed)
    tests = [
        (begins[field] + word, mask, field, 1 << bit)
        for field, each in enumerate(packed)
        for bit, (word, mask) in enumerate(each.places)
    ]
    word, mask, field, bit = zip(*tests, strict=True)
    return Fields(
        left_words=_words(pairing.left.height, found, 0, begins),
        right_words=_words(pairing.right.height, found, 1, begins),
        word=np.array(word, dtype=np.int64),
        mask=np.array(mask, dtype=np.uint64),
        field=np.array(field, dtype=np.int64),
        bit=np.array(bit, dtype=np.uint32),
        levels=np.concatenate([agreement.equality.levels for agreement in found]),
        levels_at=_begins(agreement.equality.levels.size for agreement in found),
    )


def _words(height: int, found: Sequence[Agreement], side: int, begins: np.ndarray) -> np.ndarray:
    """What is packed of each distinct value, by record; a field's words begin at its place."""
    from linkage import kernel

    words = np.empty((height, begins[-1]), dtype=np.uint64)
    for first, agreement in zip(begins, found, strict=False):
        tests = agreement.equality.tests
        kernel.laid(words, first, (tests.left, tests.right)[side], _rows_of(agreement, side, height))
    return words


def _rows(height: int, found: Sequence[Agreement], side: int) -> np.ndarray:
    rows = np.empty((height, len(found)), dtype=np.uint32)
    for field, agreement in enumerate(found):
        rows[:, field] = _rows_of(agreement, side, height)
    return rows


def _rows_of(agreement: Agreement, side: int, height: int) -> np.ndarray:
    rows = agreement.sides[side].rows
    return np.arange(height, dtype=np.uint32) if rows is None else rows.to_numpy()


def _glances(pairing: Pairing, found: Sequence[Agreement]) -> Glances:
    measures = [measure for agreement in found for measure in agreement.measures]
    signed = [measure.signatures or (_NONE, _NONE) for measure in measures]
    return Glances(
        left_rows=_rows(pairing.left.height, found, 0),
        right_rows=_rows(pairing.right.height, found, 1),
        measure_at=_begins(len(agreement.measures) for agreement in found),
        best=np.array([measure.best for measure in measures], dtype=np.int64),
        way=np.array([measure.way for measure in measures], dtype=np.int64),
        limit=np.array([measure.easiest if measure.signatures else 0.0 for measure in measures], dtype=np.float64),
        left_signatures=_end_to_end([left for left, _ in signed]),
        right_signatures=_end_to_end([right for _, right in signed]),
        left_at=_begins(left.size for left, _ in signed),
        right_at=_begins(right.size for _, right in signed),
    )


def _end_to_end(signatures: Sequence[Signatures]) -> np.ndarray:
    return np.concatenate([_NONE.ravel(), *(each.ravel() for each in signatures)])


def _begins(sizes: Iterable[int]) -> np.ndarray:
    """Where each begins that has such a size, and behind the last."""
    return np.array(list(accumulate(sizes, initial=0)), dtype=np.int64)
