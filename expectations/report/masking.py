"""How exactly a number may be told, so that a small one cannot be read, nor worked out from the others.

Every count but the number of rows in the file is told as bounds, a multiple of the minimum apart. They are as far apart
as what they hide, so that a difference of two counts leaves a small one as open as its own bounds do. Where a small
count could follow from others all the same, less is told: of a count that is nearly all there is, since what it leaves
is small; of a total with a small part, which is told by its parts and not by itself. (Rounding to a fixed base:
Handbook on Statistical Disclosure Control, 4.3.)
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


@dataclass(frozen=True, slots=True)
class Masking:
    """What the gate's rule D01 asks: counts of 1 to `minimum` - 1 are not told. Nothing is told as nothing."""

    minimum: int
    """The least number of people that a published count rests on."""

    def rows(self, count: int) -> Told:
        """Rows of the file: exact, unless there are few; the control total that both sides hold against theirs."""
        if count == 0 or count >= self.minimum:
            return Told(count, count)
        return Told(1, self.minimum - 1)

    def beside(self, count: int, rows: int) -> Told:
        """Rows of another file, beside `rows` of this one: steps begin at what this one has, so that a small difference
        is not told either; unless that is not told itself."""
        if rows < self.minimum:
            return _step(count, self.minimum)
        more = _step(abs(count - rows), self.minimum)
        if not more.at_least:
            return Told(max(rows - more.at_most, 0), rows + more.at_most)
        if count > rows:
            return Told(rows + more.at_least, rows + more.at_most)
        return Told(max(rows - more.at_most, 0), rows - more.at_least)

    def roughly(self, count: int) -> Told:
        """A count that others add up with, so that not even nothing is told."""
        return _step(count, self.minimum)

    def part(self, count: int, whole: Told | None = None) -> Told:
        """So many of `whole`, where that is known."""
        if count == 0:
            return Told(0, 0)
        told = _step(count, self.minimum)
        return self._nearly_all(told, whole) or Told(max(told.at_least, 1), told.at_most)

    def judged(self, count: int, whole: Told | None = None) -> Told:
        """A part of which is also told whether it passed a limit, which may lie within a step."""
        told = _step(count, 2 * self.minimum)
        return self._nearly_all(told, whole) or told

    def coarse(self, lacking: int, rows: int) -> Told:
        """Cells that are not there, of a file of so many `rows`."""
        return _step(lacking, self.coarsely(rows))

    def coarsely(self, rows: int) -> int:
        """A percent of the rows, or more in a small file."""
        return max(_COARSE * self.minimum, -(-rows // _PERCENT))

    def total(self, groups: Iterable[Sequence[Told]], count: int, whole: Told | None = None) -> Told:
        """Of parts that may overlap within a group and not between groups, and of which the union is `count`."""
        groups = [list(group) for group in groups]
        if all(self._hides_nothing(told) for group in groups for told in group):
            return self.part(count, whole)
        unions = [union(group) for group in groups]
        return Told(sum(one.at_least for one in unions), sum(one.at_most for one in unions))

    def _hides_nothing(self, told: Told) -> bool:
        return told.at_least >= self.minimum and told.at_most - told.at_least < self.minimum

    def _nearly_all(self, told: Told, whole: Told | None) -> Told | None:
        """Bounds for what may leave a small rest."""
        if whole is None or told.at_most + self.minimum <= whole.at_least:
            return None
        step = self.coarsely(whole.at_most)
        return Told(max(_step(whole.at_least - step, step).at_least, 0), whole.at_most)


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
