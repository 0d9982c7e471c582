"""Attacks that align nothing. Each gives the share of values, between 0 and 1, that it reads or joins."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import polars as pl

from pseudonymise.attack.seen import Bits, filters_of, fresh_keys
from pseudonymise.token import token_column

_FLIP: Final = 0.1
_COPIES: Final = 25


def dictionary_unkeyed(names: pl.Series, _: np.random.Generator) -> float:
    """What an unkeyed hash would be worth: everybody hashes the whole list and looks each value up."""
    hashed = [hashlib.sha256(name.encode()).digest() for name in names]
    table = {hashlib.sha256(name.encode()).digest(): name for name in names}
    return float(np.mean([table.get(value) == name for value, name in zip(hashed, names, strict=True)]))


def dictionary(names: pl.Series, rng: np.random.Generator) -> float:
    """The same list against tokens: unkeyed, and under keys the attacker makes itself."""
    tried = set(_tokens(names, rng)) | {hashlib.sha256(name.encode()).digest()[:16] for name in names}
    return _shared(_tokens(names, rng), tried)


def cross_domain(names: pl.Series, rng: np.random.Generator) -> float:
    """Tokens and filters of the same names in two domains, laid side by side."""
    one, two = ([row.tobytes() for row in filters_of(names, rng)] for _ in range(2))
    return max(_shared(_tokens(names, rng), set(_tokens(names, rng))), _shared(one, set(two)))


def chosen_plaintext(names: pl.Series, rng: np.random.Generator) -> float:
    """A partner makes tokens of every name with its copy of the key, and looks them up among those of the room."""
    own = token_column(names, fresh_keys(rng).leaf("token", "name"))
    stored = token_column(own, fresh_keys(rng).leaf("rekey", ""))
    return _shared(stored.to_list(), set(own))


def colluding(names: pl.Series, rng: np.random.Generator) -> float:
    """The same partner, to whom the linkage unit hands what came in before it was re-keyed."""
    keys = fresh_keys(rng)
    delivered, own = (token_column(names, keys.leaf("token", "name")) for _ in range(2))
    return _shared(delivered.to_list(), set(own))


def averaging(names: pl.Series, rng: np.random.Generator) -> float:
    """Filters with fresh noise on every row: the share of set bits that the majority of 25 rows of a name tells."""
    clean = filters_of(names, rng)
    copies = sum((_turned(clean, rng) for _ in range(_COPIES)), np.zeros_like(clean))
    return float(((copies > _COPIES / 2) == (clean == 1)).all(1).mean())


OTHERS: Final[Mapping[str, tuple[Callable[[pl.Series, np.random.Generator], float], float]]] = {
    "dictionary": (dictionary, 0.0),
    "cross_domain": (cross_domain, 0.0),
    "chosen_plaintext": (chosen_plaintext, 0.0),
}
"""Attack, and the most it may get."""

SHOWN: Final[Mapping[str, Callable[[pl.Series, np.random.Generator], float]]] = {
    "colluding": colluding,
    "averaging": averaging,
}
"""What would be lost: not covered, or a hardening that was not chosen because of it."""


def _tokens(names: pl.Series, rng: np.random.Generator) -> list[bytes]:
    return token_column(names, fresh_keys(rng).leaf("token", "name")).to_list()


def _shared(found: list[bytes], known: set[bytes]) -> float:
    return sum(value in known for value in found) / max(len(found), 1)


def _turned(filters: Bits, rng: np.random.Generator) -> Bits:
    return np.abs(filters - (rng.random(filters.shape) < _FLIP)).astype(np.float32)
