"""How exactly a number may be told, so that a small one cannot be read, nor worked out from the others.

Every count but the number of rows in the file is told as bounds. Bounds of counts are a multiple of the minimum wide,
as wide as what they hide: a difference of two of them leaves a small count as open as its own bounds do. A total over
counts of which one is small is told by these counts alone and not by itself. (Rounding to a fixed base: Handbook on
Statistical Disclosure Control, 4.3.)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_COARSE: Final = 5
"""Cells that a column lacks are told this many times coarser: they may be the sum of several small counts."""
_PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class Told:
    """What may be said of a number: bounds, both included."""

    at_least: int
    at_most: int

    def within(self, whole: int) -> "Told":
        """No more than there can be."""
        return Told(min(self.at_least, whole), min(self.at_most, whole))

    def left_of(self, whole: int) -> "Told":
        """What is told of the rest."""
        return Told(max(whole - self.at_most, 0), max(whole - self.at_least, 0))


@dataclass(frozen=True, slots=True)
class Masking:
    """Called with a count: nothing is told as nothing, fewer than `minimum` as fewer, more in steps of `minimum`."""

    minimum: int
    """As the gate's rule D01 has it: the least number of people that a published count rests on."""

    def __call__(self, count: int) -> Told:
        told = _step(count, self.minimum)
        return Told(max(told.at_least, 1), told.at_most) if count else Told(0, 0)

    def rows(self, count: int) -> Told:
        """Rows of the file: exact, unless there are few; the control total that both sides hold against theirs."""
        return Told(count, count) if count >= self.minimum or not count else self(count)

    def judged(self, count: int) -> Told:
        """A count of which is also told whether it passed a limit, which may lie within a step."""
        return _step(count, 2 * self.minimum)

    def open(self, count: int) -> Told:
        """A count that others add up with, so that not even nothing is told."""
        return _step(count, self.minimum)

    def coarse(self, lacking: int, rows: int) -> Told:
        """Cells that are not there, of a file of so many `rows`."""
        return _step(lacking, self.coarsely(rows))

    def coarsely(self, rows: int) -> int:
        """A percent of the rows, or more in a small file."""
        return max(_COARSE * self.minimum, -(-rows // _PERCENT))

    def total(self, groups: Iterable[Sequence[Told]], count: int) -> Told:
        """Of counts that may overlap within a group and not between groups, and of which the union is `count`."""
        groups = list(groups)
        if not any(told.at_least < self.minimum for group in groups for told in group):
            return self(count)
        unions = [union(group) for group in groups]
        return Told(sum(one.at_least for one in unions), sum(one.at_most for one in unions))


def _step(count: int, step: int) -> Told:
    low = count // step * step
    return Told(low, low + step - 1)


def union(told: Sequence[Told]) -> Told:
    """Of counts that may overlap."""
    return Told(max((one.at_least for one in told), default=0), sum(one.at_most for one in told))


def share(part: Told, whole: Told) -> tuple[float, float] | None:
    """Bounds of a share, from 0 to 1; None of nothing."""
    if not whole.at_most:
        return None
    least, most = part.at_least / whole.at_most, part.at_most / max(whole.at_least, 1)
    return min(least, 1.0), min(most, 1.0)
