"""What is in the table that would leave, column by column.

Made of the published cells alone, so whoever gets the table can work out all of it: what the disclosure rules hide is
hidden here too.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from gate.subject import TOTAL, Parents
from release.aggregate import UNKNOWN
from release.tables import Tables, inner

MEASURES: Final = ("people", "records", "value", "linkage_error")
"""Columns of a published table that are no dimension."""
MOST_SLICES: Final = 12
_STEPS: Final = (1, 2, 5)
MOST_OUTLIERS: Final = 3
FAR_OUT: Final = 3.0
"""Interquartile ranges beyond a quartile at which a figure stands out (Tukey, Exploratory Data Analysis, 1977, 2D)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A category and the people in it, or a class of figures and the cells in it, as a share from 0 to 1."""

    label: str
    share: float | None
    """None where hidden."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """One column of the table. Shares are of the people in it for a dimension, of its cells for a figure."""

    name: str
    kind: str
    """`category` or `figure` of a table; `text` or `number` of rows."""
    values: int
    """Categories, or cells with a figure."""
    complete: float | None
    """Share that has a value: of people whose category is known, of cells that are not hidden; None where hidden."""
    slices: tuple[Slice, ...]
    """Of a dimension the largest categories by name, of a figure its classes in order."""
    unshown: int = 0
    """Categories beyond `MOST_SLICES`."""
    outliers: tuple[str, ...] = ()
    """Categories of at most `MOST_OUTLIERS` cells whose figure stands out, the farthest first."""
    far: float | None = None
    """Of a number in rows: share of persons whose number stands out; None where they are too few to tell."""
    drift: float | None = None
    """Share of people in another category than in the last release of the series; None where it cannot be told."""


def profile(
    table: pl.DataFrame, parents: Parents, earlier: pl.DataFrame | None = None, tables: Tables = ()
) -> tuple[ColumnProfile, ...]:
    """Of each column of `table` (a verdict's safe table), in its order. `earlier`: the series' last table, if any.
    `tables`: the dimensions of each, where several are in one frame."""
    dimensions = dimensions_of(table)
    whole = _whole(table, dimensions)
    cells = table.filter(inner(dimensions, tables, parents))
    return (
        *(_category(table, name, whole, set(parents.get(name, {}).values()), earlier) for name in dimensions),
        *(_figure(cells, dimensions, name) for name in MEASURES if name in table.columns),
    )


def named(cell: Sequence[str]) -> str:
    """A cell by its categories."""
    return ", ".join(category for category in cell if category != TOTAL)


def dimensions_of(table: pl.DataFrame) -> list[str]:
    return [name for name in table.columns if name not in MEASURES]


def margin(table: pl.DataFrame, name: str) -> dict[str, int | None]:
    """People by category of one dimension, all others taken together; None where hidden."""
    others = [pl.col(other) == TOTAL for other in dimensions_of(table) if other != name]
    rows = table.filter(pl.col(name) != TOTAL, *others).select(name, "people").rows()
    return dict(rows)


def _whole(table: pl.DataFrame, dimensions: Sequence[str]) -> int | None:
    found: int | None = table.filter(pl.col(name) == TOTAL for name in dimensions)["people"].item()
    return found


def _category(
    table: pl.DataFrame, name: str, whole: int | None, groups: Collection[str], earlier: pl.DataFrame | None
) -> ColumnProfile:
    """`groups`: categories that are made up of others, and are counted in these."""
    people = {category: count for category, count in margin(table, name).items() if category not in groups}
    known = {category: count for category, count in people.items() if category != UNKNOWN}
    largest = sorted(known.items(), key=lambda item: (-(item[1] or 0), item[0]))[:MOST_SLICES]
    return ColumnProfile(
        name=name,
        kind="category",
        values=len(known),
        complete=_complete(people, whole),
        slices=tuple(Slice(label=label, share=share_of(count, whole)) for label, count in sorted(largest)),
        unshown=max(0, len(known) - MOST_SLICES),
        drift=drift_of(people, margin(earlier, name)) if earlier is not None and name in earlier.columns else None,
    )


def _complete(people: Mapping[str, int | None], whole: int | None) -> float | None:
    missing = share_of(people.get(UNKNOWN, 0), whole)
    return None if missing is None else 1 - missing


def share_of(count: int | None, whole: int | None) -> float | None:
    return None if count is None or not whole else min(1.0, count / whole)


def drift_of(now: Mapping[str, int | None], before: Mapping[str, int | None]) -> float | None:
    """Half the sum of differences of shares (total variation), over the categories that neither table hides."""
    shown = [name for name in {**now, **before} if None not in (now.get(name, 0), before.get(name, 0))]
    counts = [(now.get(name) or 0, before.get(name) or 0) for name in shown]
    totals = [sum(side) for side in zip(*counts, strict=True)]
    if not all(totals) or not totals:
        return None
    moved: float = sum(abs(new / totals[0] - old / totals[1]) for new, old in counts)
    return moved / 2


def _figure(cells: pl.DataFrame, dimensions: Sequence[str], name: str) -> ColumnProfile:
    """Of the cells that are no margin."""
    filled = cells.filter(pl.col(name).is_not_null())
    return ColumnProfile(
        name=name,
        kind="figure",
        values=filled.height,
        complete=filled.height / cells.height if cells.height else None,
        slices=_classes(filled[name]),
        outliers=_outliers(filled, dimensions, name),
    )


def _classes(figures: pl.Series) -> tuple[Slice, ...]:
    """Between 0, 1, 2, 5, 10, 20, 50 …: bounds that no figure chose. Empty classes at either end are left out."""
    if figures.is_empty():
        return ()
    values = figures.to_numpy().astype(np.float64)
    bounds = class_bounds(values.max())
    counts = np.histogram(values, [*bounds, np.inf])[0]
    filled = np.flatnonzero(counts)
    classes = zip(pairwise([*bounds, np.inf]), counts, strict=True)
    made = [Slice(label=class_label(*ends), share=float(count / values.size)) for ends, count in classes]
    return tuple(made[filled[0] : filled[-1] + 1])


def class_bounds(greatest: float) -> list[float]:
    """Where classes begin: the last one holds `greatest`."""
    bounds = [-np.inf, 0.0]
    while bounds[-1] <= greatest:
        power, step = divmod(len(bounds) - 2, len(_STEPS))
        bounds.append(_STEPS[step] * 10.0**power)
    return bounds


def class_label(low: float, high: float) -> str:
    return "< 0" if low == -np.inf else f"{low:g} – < {high:g}"


def _outliers(filled: pl.DataFrame, dimensions: Sequence[str], name: str) -> tuple[str, ...]:
    """On a scale of orders of magnitude, for counts of cells are as skewed as sizes of towns."""
    size = (pl.col(name).abs().log1p() * pl.col(name).sign()).cast(pl.Float64)
    low, high = size.quantile(0.25), size.quantile(0.75)
    beyond = pl.max_horizontal(low - size, size - high) / (high - low)
    far = filled.with_columns(beyond=beyond).filter(pl.col("beyond").is_finite(), pl.col("beyond") > FAR_OUT)
    first = far.sort("beyond", *dimensions, descending=[True] + [False] * len(dimensions)).head(MOST_OUTLIERS)
    return tuple(named(row) for row in first.select(dimensions).iter_rows())
