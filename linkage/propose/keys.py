"""Keys that records may meet on: evidence on its own, and two or three together, with the pairs they bring."""

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from linkage.block.keys import entries
from linkage.model import Block
from linkage.pairing import Pairing, pair_up

Codes = np.ndarray[tuple[int], np.dtype[np.uint64]]

ENDINGS: Final[dict[str, tuple[str, ...]]] = {
    "surname": ("", ".sound"),
    "given_name": ("", ".sound", ".initial"),
    "full_name": ("", ".words", ".surname", ".sound", ".base", ".initial"),
    "date": ("", ".year", ".year_month", ".month_day", ".year_day"),
    "address": ("", ".postcode"),
    "identifier": ("",),
    "code": ("",),
    "text": ("", ".sound"),
    "category": ("",),
    "email": ("", ".local"),
    "phone": ("", ".subscriber"),
    "iban": ("", ".account"),
    "number": ("",),
    "place": ("",),
    "list": ("",),
}
"""Evidence of each kind that records may meet on."""
_MOST_SHARE: Final = 0.6
"""Of all pairs; what more agree on tells records apart too little."""
_BEGINS: Final = (1, 4)
_STEPS: Final = 10
"""Numbers meet when they are equal after rounding on a scale of so many steps for each factor e."""


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """`left` and `right` are codes by position, 0 for none; records of one code meet."""

    on: tuple[str, ...]
    fields: frozenset[str]
    left: Codes
    right: Codes
    dedupe: bool

    @property
    def sides(self) -> tuple[Codes, ...]:
        """Codes of each file once."""
        return (self.left,) if self.dedupe else (self.left, self.right)

    @property
    def pairs(self) -> int:
        """How many pairs meet, exactly."""
        keys = int(max(self.left.max(initial=0), self.right.max(initial=0))) + 1
        one, two = (np.bincount(side.astype(np.int64), minlength=keys)[1:] for side in (self.left, self.right))
        return int((one * (one - 1)).sum()) // 2 if self.dedupe else int((one * two).sum())

    def agrees(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Whether pairs of positions meet."""
        return np.asarray((self.left[left] == self.right[right]) & (self.left[left] != 0))

    def where_other(self, other: "Key") -> "Key":
        """Records that meet on this one and have something of the other."""
        left, right = (
            np.where(b != 0, a, np.uint64(0)) for a, b in ((self.left, other.left), (self.right, other.right))
        )
        return Key(self.on, self.fields, left, right, self.dedupe)

    def with_other(self, other: "Key") -> "Key":
        """Records that agree on both."""
        both = [
            np.where((a != 0) & (b != 0), (a << np.uint64(32)) | b, np.uint64(0))
            for a, b in ((self.left, other.left), (self.right, other.right))
        ]
        values, places = np.unique(np.concatenate(both), return_inverse=True)
        codes: Codes = places.astype(np.uint64) + np.uint64(values[:1].all())
        return Key(
            self.on + other.on,
            self.fields | other.fields,
            codes[: self.left.size],
            codes[self.left.size :],
            self.dedupe,
        )


def single_keys(pairing: Pairing) -> list[Key]:
    """All evidence of the model's fields that some records have, and for texts and numbers what is nearly equal."""
    found = [
        _key(pairing, field.name, part)
        for field in pairing.fields
        for part in (*(field.name + ending for ending in ENDINGS[field.kind]), *_expressions(field.name, field.kind))
    ]
    possible = pairing.possible
    return [key for key in found if 0 < key.pairs <= _MOST_SHARE * possible]


def combined(keys: list[Key], most: int, joint: tuple[tuple[str, ...], ...] = ()) -> list[tuple[Key, ...]]:
    """Two and three keys of different fields, of which none decides another."""
    group = {name: names for names in joint for name in names}
    about = {key.on: {group.get(name, (name,)) for name in key.fields} for key in keys}
    return [
        chosen
        for count in range(2, most + 1)
        for chosen in combinations(keys, count)
        if len(set().union(*(about[key.on] for key in chosen))) == count
    ]


def _expressions(name: str, kind: str) -> tuple[str, ...]:
    if kind == "text":
        return tuple(f'left("{name}", {length})' for length in _BEGINS)
    if kind == "number":
        near = f'ln(abs(cast("{name}" as double)) + 1) * {_STEPS}'
        return (f"round({near})", f"floor({near})")
    return ()


def _key(pairing: Pairing, field: str, part: str) -> Key:
    declared = Block(on=(part,))
    known = pairing.model.model_copy(update={"blocks": (declared,)})
    ready = pairing if part in pairing.left_codes else pair_up(pairing.left, pairing.right, known)
    left, right = entries(ready, declared)
    codes = [side.key.astype(np.uint64) for side in (left, right)]
    return Key((part,), frozenset({field}), codes[0], codes[1], pairing.model.dedupe)
