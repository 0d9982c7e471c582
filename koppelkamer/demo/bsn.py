"""Citizen service numbers (BSN) for made-up persons.

All start with a 9. They pass the eleven test, as public test data do, but that part of the range has not been issued:
no number made here is anybody's.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

FIRST: Final = 900_000_000
_WEIGHTS: Final = np.array([9, 8, 7, 6, 5, 4, 3, 2, -1])


def unissued(count: int, rng: np.random.Generator) -> pl.Series:
    """`count` distinct BSNs as text of nine digits, all valid by the eleven test (fewer than nine million exist)."""
    stems = FIRST // 10 + rng.choice(10_000_000, size=count + count // 5 + 20, replace=False)
    check = (_digits(stems * 10) * _WEIGHTS).sum(axis=1) % 11
    valid = check < 10  # a remainder of ten has no check digit
    return pl.Series("bsn", (stems * 10 + check)[valid][:count]).cast(pl.String)


def spoilt(numbers: pl.Series, rng: np.random.Generator) -> pl.Series:
    """Each number with one digit after the first replaced, which the eleven test always notices."""
    digits = _digits(numbers.cast(pl.Int64).to_numpy())
    rows, places = np.arange(len(numbers)), rng.integers(1, 9, len(numbers))
    digits[rows, places] = (digits[rows, places] + rng.integers(1, 10, len(numbers))) % 10
    return pl.Series(numbers.name, digits @ 10 ** np.arange(8, -1, -1), dtype=pl.Int64).cast(pl.String)


def passes(number: str) -> bool:
    """Whether nine digits pass the eleven test: 9·d1 + 8·d2 + … + 2·d8 - d9 is a multiple of eleven."""
    return len(number) == 9 and int((_digits(np.array([int(number)])) @ _WEIGHTS)[0]) % 11 == 0


def _digits(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return numbers[:, None] // 10 ** np.arange(8, -1, -1) % 10
