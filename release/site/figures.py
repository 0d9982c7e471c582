"""A released table as pictures: counts per municipality on a map, counts per category as bars."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import polars as pl

from gate.subject import TOTAL
from release.aggregate import UNKNOWN
from release.profile import dimensions_of
from release.site.borders import names

SHADES: Final = 5
"""Classes of the map, each with about as many municipalities."""
MOST_BARS: Final = 40


@dataclass(frozen=True, slots=True)
class Count:
    """People of one category, all other dimensions taken together; None where the count is hidden."""

    category: str
    label: str
    people: int | None
    share: float
    """Of the largest count that is shown."""


@dataclass(frozen=True, slots=True)
class Shade:
    """A municipality on the map. `shade`: 1 to `SHADES`; 0 for nobody, None for a hidden count."""

    code: str
    name: str
    people: int | None
    shade: int | None


@dataclass(frozen=True, slots=True)
class Map:
    dimension: str
    places: tuple[Shade, ...]
    bounds: tuple[tuple[int, int], ...]
    """Least and most people of each shade."""
    elsewhere: tuple[Count, ...]
    """Categories that no municipality of the map has."""


@dataclass(frozen=True, slots=True)
class Bars:
    dimension: str
    counts: tuple[Count, ...]
    left_out: int
    """Categories beyond `MOST_BARS`."""


def figures(table: pl.DataFrame, municipalities: Collection[str] = ()) -> tuple[Map | Bars, ...]:
    """One picture for each dimension, in the order of the table. `municipalities`: dimensions declared to be that;
    a year of birth or a postcode may look just like a municipality's code."""
    dimensions = dimensions_of(table)
    return tuple(
        _figure(name, _counts(table, dimensions, name), names() if name in municipalities else {})
        for name in dimensions
    )


def total(table: pl.DataFrame) -> int | None:
    """People in the whole table; None where that is hidden."""
    dimensions = dimensions_of(table)
    found: int | None = table.filter(pl.col(name) == TOTAL for name in dimensions)["people"].item()
    return found


def _counts(table: pl.DataFrame, dimensions: Sequence[str], name: str) -> list[Count]:
    others = [pl.col(other) == TOTAL for other in dimensions if other != name]
    # "<20000" comes before "20000-34999".
    order = [~pl.col(name).str.starts_with("<"), pl.col(name)]
    rows = table.filter(pl.col(name) != TOTAL, *others).select(name, "people").sort(order).rows()
    most = max((people for _, people in rows if people), default=1)
    return [Count(category, category, people, (people or 0) / most) for category, people in rows]


def _figure(name: str, counts: list[Count], places: Mapping[str, str]) -> Map | Bars:
    told = [replace(count, label=places.get(count.category, count.category)) for count in counts]
    known = [count for count in told if count.category in places]
    strange = [count for count in told if count.category not in places and count.category != UNKNOWN]
    # Coarsened to provinces, or of another year: few of them are on the map.
    if len(known) > len(strange):
        return _map(name, known, [count for count in told if count.category not in places])
    counts = told
    return Bars(name, tuple(counts[:MOST_BARS]), max(0, len(counts) - MOST_BARS))


def _map(name: str, known: list[Count], elsewhere: list[Count]) -> Map:
    bounds = _bounds(sorted(count.people for count in known if count.people))
    uppers = [most for _, most in bounds]
    places = tuple(Shade(one.category, one.label, one.people, _shade(one.people, uppers)) for one in known)
    return Map(name, places, tuple(bounds), tuple(elsewhere))


def _bounds(people: Sequence[int]) -> list[tuple[int, int]]:
    """Least and most of each class; equal counts are in one class, so there may be fewer than `SHADES`."""
    cuts = sorted({people[-(-len(people) * number // SHADES) - 1] for number in range(1, SHADES + 1)}) if people else []
    return [(next(count for count in people if count > below), most) for below, most in pairwise([0, *cuts])]


def _shade(people: int | None, uppers: Sequence[int]) -> int | None:
    if people is None:
        return None
    return bisect_left(uppers, people) + 1 if people else 0
