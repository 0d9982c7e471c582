"""What changed suddenly since the delivery before: rows, empty cells, shares of categories, distributions.

A measure fails when it goes beyond the source's threshold and chance does not explain it (`intake.chance`). Counts and
distances only, no values. Memory: one column's distinct values at a time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import polars as pl

from declare import Refusal
from intake import chance
from intake.source import Changes, SemanticType, Source

Measure = Literal["rows", "empty", "shares", "distribution"]

CATEGORIES: Final[frozenset[SemanticType]] = frozenset(
    ("category", "sex", "municipality", "nationality", "country", "bag_status", "investigation")
)
"""Types whose values are few, so that their shares tell something."""
ORDERED: Final[frozenset[SemanticType]] = frozenset(("integer", "decimal", "date"))
DIGITS: Final = 4
"""Figures of a number that count: 12,345 lies where 12,350 does. It bounds how many places a column has."""
_DECIMALS: Final = 6
"""Of a distance as it is told: sums of fractions differ in the last ones from run to run."""


@dataclass(frozen=True, slots=True)
class Change:
    """One measure. `before` and `after`: rows, shares of empty cells, numbers of categories, or filled cells.

    `distance`: of rows relative to before; of empty cells the absolute difference; total variation; Kolmogorov-Smirnov.
    `chance` is at least the probability of such a distance without any change. `new` and `vanished`: categories.
    """

    measure: Measure
    column: str | None
    before: float
    after: float
    distance: float
    threshold: float
    chance: float
    outcome: Literal["met", "failed"]
    new: int | None = None
    vanished: int | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """Plain JSON data, no values."""
        return {name: value for name, value in asdict(self).items() if value is not None or name == "column"}


class SuddenChange(Refusal):
    """A source that takes no sudden changes got some. Columns, measures and numbers, no values."""

    def __init__(self, source: str, sudden: Sequence[Change]) -> None:
        super().__init__(
            f"this delivery of {source} differs suddenly from the one before: {'; '.join(map(told, sudden))}",
            remedy="Ask the supplier. When it is real, a data steward of the room receives it with --accept-changes.",
        )


_NAMES: Final[dict[Measure, str]] = {
    "rows": "number of rows", "empty": "share of empty cells", "shares": "shares of categories",
    "distribution": "distribution",
}  # fmt: skip


def told(change: Change) -> str:
    """In words: what differs, how far, and how far it may."""
    of = f" of {change.column}" if change.column else ""
    return f"{_NAMES[change.measure]}{of} by {change.distance:.3g}, beyond {change.threshold:g}"


def failed(found: Sequence[Change]) -> tuple[Change, ...]:
    return tuple(each for each in found if each.outcome == "failed")


def measured_as(source: Source) -> dict[str, Measure | None]:
    """How the values of each column of an extract are compared; None: only which are empty."""
    return {column.name: kind_of(column.type) for column in source.read}


def kind_of(kind: SemanticType) -> Measure | None:
    """As in `measured_as`, of one type."""
    if kind in CATEGORIES:
        return "shares"
    return "distribution" if kind in ORDERED else None


def changes(
    before: pl.LazyFrame, after: pl.LazyFrame, columns: Mapping[str, Measure | None], limits: Changes
) -> tuple[Change, ...]:
    """Measures of the rows and of every one of `columns`, in that order; the frames have those columns at least.

    Values as in an Extract: dates as text, of which unknown parts stand before all that they may be. Where a column is
    empty in one of the two, only its empty cells are compared; where there are no rows, only their number.
    """
    rows = [_number(frame, pl.len()) for frame in (before, after)]
    found = [_rows(rows[0], rows[1], limits)]
    if not all(rows):
        return tuple(found)
    for name, measure in columns.items():
        # One pass a column: all in one keep more pieces of a delivery in memory than one column takes.
        filled = [_number(frame, pl.col(name).count()) for frame in (before, after)]
        found.append(_empty(name, filled, rows, limits))
        if measure is not None and all(filled):
            places = _places(before, after, name, measure)
            found.append((_shares if measure == "shares" else _distribution)(name, places, filled, limits))
    return tuple(found)


Sides = tuple[int, int] | tuple[float, float]
"""Before and after."""
_SIDES: Final = ("before", "after")


def _number(frame: pl.LazyFrame, counted: pl.Expr) -> int:
    return int(frame.select(counted).collect(engine="streaming").item())


def _judged(
    measure: Measure, column: str | None, sides: Sides, distance: float, by_chance: float, limits: Changes, **more: int
) -> Change:
    threshold: float = getattr(limits, measure)
    sudden = distance > threshold and by_chance < limits.significance
    # A count stays an integer: reports tell shares, and of counts less.
    before, after = (side if isinstance(side, int) else round(side, _DECIMALS) for side in sides)
    return Change(
        measure, column, before, after, round(distance, _DECIMALS), threshold, round(by_chance, _DECIMALS),
        "failed" if sudden else "met", **more,
    )  # fmt: skip


def _rows(before: int, after: int, limits: Changes) -> Change:
    distance = abs(after - before) / max(before, 1)
    return _judged("rows", None, (before, after), distance, chance.of_count(before, after), limits)


def _empty(column: str, filled: list[int], rows: list[int], limits: Changes) -> Change:
    empty = [total - count for total, count in zip(rows, filled, strict=True)]
    shares = [count / total for count, total in zip(empty, rows, strict=True)]
    by_chance = chance.of_share(empty[0], rows[0], empty[1], rows[1])
    return _judged("empty", column, (shares[0], shares[1]), abs(shares[1] - shares[0]), by_chance, limits)


def _places(before: pl.LazyFrame, after: pl.LazyFrame, column: str, measure: Measure) -> pl.DataFrame:
    """Columns `value`, `before` and `after`: filled cells of either delivery, for each value in order."""
    old, new = (_counted(frame, column, measure) for frame in (before, after))
    both = old.rename({"len": "before"}).join(new.rename({"len": "after"}), on="value", how="full", coalesce=True)
    return both.with_columns(pl.col("before", "after").fill_null(0)).sort("value")


def _counted(frame: pl.LazyFrame, column: str, measure: Measure) -> pl.DataFrame:
    """Columns `value` and `len`, of the filled cells; numbers in as many figures as count."""
    value = pl.col(column).alias("value")
    if measure == "distribution" and frame.collect_schema()[column].is_numeric():
        value = value.cast(pl.Float64).round_sig_figs(DIGITS)
    return frame.select(value).drop_nulls().group_by("value").len().collect(engine="streaming")


def _shares(column: str, places: pl.DataFrame, filled: list[int], limits: Changes) -> Change:
    before, after = (places.get_column(side) for side in _SIDES)
    distance = sum((before / filled[0] - after / filled[1]).abs()) / 2
    by_chance = chance.of_variation(distance, (before + after) / sum(filled), filled[0], filled[1])
    old, new = int((before > 0).sum()), int((after > 0).sum())
    come_and_gone = {"new": places.height - old, "vanished": places.height - new}
    return _judged("shares", column, (old, new), distance, by_chance, limits, **come_and_gone)


def _distribution(column: str, places: pl.DataFrame, filled: list[int], limits: Changes) -> Change:
    before, after = (places.get_column(side).cum_sum() / total for side, total in zip(_SIDES, filled, strict=True))
    distance = max((before - after).abs())
    by_chance = chance.of_distance(distance, filled[0], filled[1])
    return _judged("distribution", column, (filled[0], filled[1]), distance, by_chance, limits)
