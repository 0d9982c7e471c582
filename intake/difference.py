"""A delivery beside an earlier one of the same source: what a correction changes, in counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from declare import WrongInput
from intake.extract import Extract


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows by the declared key: `added`, `gone`, `same` and `changed`; `columns` counts changed cells.

    `unmatched` rows, of either delivery, have a key that is empty or stands there twice.
    """

    before: int
    after: int
    added: int
    gone: int
    same: int
    changed: int
    unmatched: tuple[int, int]
    columns: Mapping[str, int]

    @property
    def facts(self) -> dict[str, Any]:
        """Plain JSON data, no values."""
        return {
            "rows": {"before": self.before, "after": self.after},
            "added": self.added, "gone": self.gone, "same": self.same, "changed": self.changed,
            "unmatched": {"before": self.unmatched[0], "after": self.unmatched[1]},
            "columns": dict(self.columns),
        }  # fmt: skip


class NoKey(WrongInput):
    def __init__(self, source: str) -> None:
        super().__init__(
            f"nothing says which row of an earlier delivery of {source} a row belongs to",
            remedy="Declare `key` in the source: the columns that name a row.",
        )


def difference(before: Extract, after: Extract) -> Difference:
    """Compare two deliveries in canonical form; rows in quarantine are in neither. Raises `NoKey`."""
    source = after.source
    if not source.key:
        raise NoKey(source.id)
    return of_frames(before.frame, after.frame, source.key, [column.name for column in source.read])


def of_frames(before: pl.LazyFrame, after: pl.LazyFrame, key: Sequence[str], columns: Sequence[str]) -> Difference:
    """The same for two frames that have `columns`, `key` among them; what stands in these need only be comparable."""
    rows = [int(frame.select(pl.len()).collect(engine="streaming").item()) for frame in (before, after)]
    heaps = -(-max(rows) // AT_ONCE) or 1
    found = Counter[str]()
    for heap in range(heaps):
        found.update(_of_heap(before, after, key, columns, pl.struct(key).hash() % heaps == heap))
    changed = {name: found[_CELLS + name] for name in columns if name not in key}
    return Difference(
        rows[0], rows[1], found["added"], found["gone"], found["same"], found["changed"],
        (rows[0] - found["old"], rows[1] - found["new"]), changed,
    )  # fmt: skip


AT_ONCE: Final = 1_000_000
"""Rows of either delivery that are held in memory; of more, those whose keys fall together."""
_NEW, _CELLS, _THERE = " of the new one", "changed: ", " is there"


def _of_heap(
    before: pl.LazyFrame, after: pl.LazyFrame, key: Sequence[str], columns: Sequence[str], which: pl.Expr
) -> dict[str, int]:
    """Counts over the rows whose keys fall together."""
    old, new = (_by_key(frame.select(columns).filter(which), key) for frame in (before, after))
    both = old.join(new, on=list(key), how="full", suffix=_NEW, coalesce=True)
    counts = both.select(**_counts([name for name in columns if name not in key]))
    found: dict[str, int] = counts.collect(engine="streaming").row(0, named=True)
    return found


def _by_key(frame: pl.LazyFrame, key: Sequence[str]) -> pl.LazyFrame:
    """Rows whose key is filled and stands there once."""
    whole = frame.filter(pl.all_horizontal(pl.col(name).is_not_null() for name in key))
    once = whole.group_by(key).len().filter(pl.col("len") == 1).select(key)
    return whole.join(once, on=list(key), how="semi").with_columns(pl.lit(1).alias(_THERE))


def _counts(names: Sequence[str]) -> dict[str, pl.Expr]:
    old, new = pl.col(_THERE).is_not_null(), pl.col(_THERE + _NEW).is_not_null()
    differs = {name: old & new & pl.col(name).ne_missing(pl.col(name + _NEW)) for name in names}
    changed = pl.any_horizontal(pl.lit(False), *differs.values())
    return {
        "old": old.sum(), "new": new.sum(), "added": (new & ~old).sum(), "gone": (old & ~new).sum(),
        "same": (old & new & ~changed).sum(), "changed": changed.sum(),
        **{_CELLS + name: where.sum() for name, where in differs.items()},
    }  # fmt: skip
