"""Earlier tables of which only the counts are known: what subtracting them tells as far as counts can say.

Nobody knows here whose records a cell holds, so a cell is held against the cell of the same name. Where the two differ
by few, one may be the other with few persons more (ABS DataLab: differences under 10 between tables are not allowed).
Cells that stand in one table only, or are shown in one only, cannot be judged so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from gate.lineage.published import EarlierCounts
from gate.subject import TOTAL

_COUNTS: Final = ("people", "records")


@dataclass(frozen=True, slots=True)
class Subtracted:
    """`close`: cells that differ by fewer than the limit; `smallest`: the least difference that is none, of the others;
    `unlike`: cells that the other table does not have, or hides; `unclear`: cells that differ by no fewer as they are
    published, and perhaps by fewer in truth."""

    close: int
    unlike: int
    smallest: int | None
    unclear: int = 0


def subtracted(
    table: pl.DataFrame, dimensions: Sequence[str], earlier: EarlierCounts, least: float, blur: int = 0
) -> Subtracted:
    """What `table` (null where hidden) tells beside `earlier`; a dimension that one does not have is its total.
    `blur`: how far a count of either may lie from the true one."""
    names = [*dimensions, *(name for name in earlier.dimensions if name not in dimensions)]
    new, old = _over(table, dimensions, names), _over(earlier.table, earlier.dimensions, names)
    both = new.join(old, on=names, how="full", suffix=" old", coalesce=True, nulls_equal=True)
    shown, was = pl.col("people").is_not_null(), pl.col("people old").is_not_null()
    change = [(pl.col(name) - pl.col(f"{name} old")).abs() for name in _COUNTS]
    moved = both.filter(shown & was).select(people=change[0], records=change[1])
    few = pl.any_horizontal(pl.col(name).is_between(1, least, closed="left") for name in _COUNTS)
    near = pl.any_horizontal(pl.col(name).is_between(least, least + 2 * blur, closed="left") for name in _COUNTS)
    far = moved.filter(~few & (pl.col("records") > 0))["records"]
    return Subtracted(
        close=moved.filter(few).height,
        unlike=both.filter(shown != was).height,
        smallest=None if far.is_empty() else int(far.min()),  # type: ignore[arg-type]
        unclear=moved.filter(near).height,
    )


def _over(table: pl.DataFrame, dimensions: Sequence[str], names: Sequence[str]) -> pl.DataFrame:
    missing = [pl.lit(TOTAL).alias(name) for name in names if name not in dimensions]
    return table.select(*dimensions, *_COUNTS).with_columns(missing).select(*names, *_COUNTS)
