"""The least coarsening that hides enough: an exact search over all combinations of levels (full-domain generalisation).

As in Incognito (LeFevre, DeWitt and Ramakrishnan 2005) and OLA (El Emam et al. 2009) one answer settles many nodes:
what hides enough does so in everything above, what does not in nothing below. A node above need not cost more, for
fewer rows are left out there; so nodes are looked at by what coarsening alone costs, and the search ends when that is
more than the best node costs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, prod
from typing import Final

import numpy as np
import numpy.typing as npt

from declare import WrongInput
from gate.microdata.patterns import Node, Patterns

MOST_NODES: Final = 1_000_000
_ROUNDING: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Least:
    """The node with the least loss, among equals the one least coarsened and first in order; nodes asked, of all."""

    node: Node
    loss: float
    asked: int
    nodes: int


def least(patterns: Patterns) -> Least | None:
    """None where nothing hides enough, not even all values as one. Raises `WrongInput` for too many combinations."""
    if prod(patterns.shape) > MOST_NODES:
        raise WrongInput(
            f"the levels go together in more than {MOST_NODES:,} ways", remedy="Declare fewer steps for some columns."
        )
    floor = patterns.floor
    search = _Search(patterns, np.zeros(patterns.shape, np.int8))
    best, lowest = None, inf
    for flat in np.argsort(floor, axis=None, kind="stable"):
        node = tuple(int(level) for level in np.unravel_index(flat, patterns.shape))
        if floor[node] > lowest + _ROUNDING:
            break
        if search.hides(node) and (loss := patterns.loss(node)) < lowest - _ROUNDING and _stands(patterns, node):
            best, lowest = node, loss
    return None if best is None else Least(best, lowest, search.asked, prod(patterns.shape))


def _stands(patterns: Patterns, node: Node) -> bool:
    """What holds of a node and may fail above it."""
    return patterns.covers(node) and patterns.close(node)


@dataclass(slots=True)
class _Search:
    patterns: Patterns
    known: npt.NDArray[np.int8]
    """1 hides enough, -1 does not, 0 not known."""
    asked: int = 0

    def hides(self, node: Node) -> bool:
        """The answer for `node`; where it is not known, the way up from it is halved until it is."""
        if self.known[node] == 0:
            way = list(_way_up(node, self.patterns.shape))
            low, high = 0, len(way)
            while low < high:
                middle = (low + high) // 2
                if self._ask(way[middle]):
                    high = middle
                else:
                    low = middle + 1
        return bool(self.known[node] > 0)

    def _ask(self, node: Node) -> bool:
        if self.known[node] == 0:
            self.asked += 1
            if self.patterns.hides(node):
                self.known[tuple(slice(level, None) for level in node)] = 1
            else:
                self.known[tuple(slice(level + 1) for level in node)] = -1
        return bool(self.known[node] > 0)


def _way_up(node: Node, shape: Node) -> Iterator[Node]:
    """`node` and one way to the top, each column in turn a level up."""
    current = list(node)
    yield node
    while any(level + 1 < size for level, size in zip(current, shape, strict=True)):
        for place, size in enumerate(shape):
            if current[place] + 1 < size:
                current[place] += 1
                yield tuple(current)
