"""Pattern mining: which bits of filters belong to one bigram, found by how they occur together.

After the idea of Christen, Vidanage, Ranbaduge and Schnell (2018), doi:10.1007/978-3-319-93040-4_42: a bigram sets the
same bits in every filter it is in, so these bits are on together, as often as the bigram occurs.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from pseudonymise.attack.matching import Indices, Likeness, Matrix, align, centred, likely
from pseudonymise.encode import EDGE, POSITIONS

Vector = npt.NDArray[np.float32]
Positions = np.ndarray[tuple[int], np.dtype[np.int64]]
_PATTERNS: Final = 100
"""Most that are looked for, the most frequent first."""
_KEPT: Final = 0.8
"""Share of the people with the first two bits who have all of a pattern."""
_LEAST_BITS: Final = 5
_SHARP: Final = 300.0
"""How steeply the first guess of a bigram follows how often it occurs."""
_CERTAIN: Final = 3.0
"""Log-likelihood for each bigram that a filter and a name both have, or both lack."""


def bigrams_by_pattern(filters: Matrix, counts: Vector, names: list[str], expected: Vector) -> Matrix:
    """How well each filter (row) fits each name (column), by bigrams that are recognised by how often they occur."""
    groups = bit_groups(filters, counts)
    has = np.array([filters[:, group].min(1) for group in groups], np.float32).reshape(len(groups), len(filters))
    holds = _bigrams(names).T
    known = np.argsort(-(holds @ expected), kind="stable")[: len(groups)]
    has = has[: known.size]
    told = align_bigrams(_together(has, counts), _together(holds[known], expected))
    found = holds[known[told]]
    agree = has.T @ found
    return np.asarray(_CERTAIN * (2 * agree - has.sum(0)[:, None] - found.sum(0)[None, :]), np.float32)


def align_bigrams(seen: Matrix, known: Matrix) -> Indices:
    """For each pattern the place of its bigram: by how often it occurs, alone and with each other one."""
    alone = -np.abs(np.diag(seen)[:, None] - np.diag(known)[None, :])
    one, two = (centred(each) for each in (seen, known))
    return align(alone.astype(np.float32), [Likeness(one, two, 1.0)], [likely(np.float32(_SHARP) * alone)])


def _together(has: Matrix, weights: Vector) -> Matrix:
    """Root of the share of people whose name has both bigrams; on the diagonal either one."""
    return np.asarray(np.sqrt((has * weights) @ has.T / weights.sum()), np.float32)


def bit_groups(filters: Matrix, counts: Vector) -> list[Positions]:
    """Positions that are on together more often than any others; then, of the bits this does not explain, the next."""
    left, groups = filters.copy(), []
    for _ in range(_PATTERNS):
        both = (left * counts[:, None]).T @ left
        np.fill_diagonal(both, 0)
        if not both.any():
            break
        first, second = np.unravel_index(int(both.argmax()), both.shape)
        group = _grown([int(first), int(second)], left, counts)
        left[np.ix_(filters[:, group].min(1) == 1, group)] = 0
        if group.size >= _LEAST_BITS:
            groups.append(group)
    return groups


def _grown(group: list[int], filters: Matrix, counts: Vector) -> Positions:
    """With further positions, the one that keeps most people first, as long as it keeps nearly all."""
    has = filters[:, group].min(1) * counts
    least = _KEPT * has.sum()
    while len(group) < POSITIONS:
        kept = has @ filters
        kept[group] = -1
        best = int(kept.argmax())
        if kept[best] < least:
            break
        group.append(best)
        has = has * filters[:, best]
    return np.array(sorted(group))


def _bigrams(names: list[str]) -> Matrix:
    """A row for each name, a column for each bigram, ones where the name has it."""
    parts = [{text[at : at + 2] for at in range(len(text) - 1)} for text in (f"{EDGE}{name}{EDGE}" for name in names)]
    every = sorted(set().union(*parts))
    place = {bigram: number for number, bigram in enumerate(every)}
    found = np.zeros((len(names), len(every)), np.float32)
    for row, own in enumerate(parts):
        found[row, [place[bigram] for bigram in sorted(own)]] = 1
    return found
