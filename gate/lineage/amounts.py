"""What is left when a published sum of amounts is subtracted from one of another release.

Of the same delivery it is the sum over the records that one cell has more; of another delivery it is what persons who
are in both gave more or less as well, and of cells that cross what those gave who are in one of them only. Whoever
makes up too large a part of that is told too closely, as in a cell (D02 to D04); so is a change to which few persons
contributed.
"""

from dataclasses import replace
from typing import Final

import polars as pl

from gate.lineage.codes import Coded, same_amounts
from gate.lineage.difference import Of, crossed, nested, overlaps
from gate.lineage.dominance import Dominance, largest

_AT_ONCE: Final = 500


def by_value(release: Coded) -> Coded:
    """The release with those cells alone shown whose sum is."""
    shown = pl.when(pl.col("value").is_not_null()).then("people")
    return replace(release, table=release.table.with_columns(people=shown))


def owed(new: Coded, old: Coded, least: int, limits: Dominance) -> int:
    """How many subtractions of sums leave what too few persons, or one or two of them, account for."""
    if not same_amounts(new, old):
        return 0
    new, old = by_value(new), by_value(old)
    same = new.delivery == old.delivery
    of: Of = "record" if same else "person"
    met = overlaps(new, old, of)
    across = crossed(met, new, old, of, least).select("cell", "cell_old", outer=pl.lit(None, pl.Int8))
    pairs = pl.concat([nested(met, equal=not same), across])
    fewest = 1 if same else least
    near = _near(pairs, new, old, fewest, limits)
    return sum(_unsafe(part, new, old, fewest, limits) for part in near.iter_slices(_AT_ONCE))


def _near(pairs: pl.DataFrame, new: Coded, old: Coded, fewest: int, limits: Dominance) -> pl.DataFrame:
    """Pairs in which what is left may be unsafe, by what the two cells have at most and least."""
    same = new.delivery == old.delivery and all((side.members["amount"] >= 0).all() for side in (new, old))
    sizes = [largest(side.counted_in(), ["cell"]) for side in (new, old)]
    both = pairs.join(sizes[0], on="cell").join(sizes[1].rename({"cell": "cell_old"}), on="cell_old", suffix="_old")
    either = pl.col("first") + pl.col("first_old")
    held = pl.when(pl.col("outer").is_null() | (not same)).then(either)
    outer = [held.when(pl.col("outer") == 0).then(name).otherwise(f"{name}_old") for name in ("first", "second")]
    bounds = both.select("cell", "cell_old", first=outer[0], second=outer[1], total=_gap("total"))
    few = pl.col("total") < fewest * pl.col("first")
    return bounds.filter(limits.unsafe() | few).select("cell", "cell_old")


def _gap(name: str) -> pl.Expr:
    return (pl.col(name) - pl.col(f"{name}_old")).abs()


def _unsafe(pairs: pl.DataFrame, new: Coded, old: Coded, fewest: int, limits: Dominance) -> int:
    """Exactly, from what each person has more in the one cell than in the other."""
    mine = pairs.join(new.counted_in(), on="cell")
    theirs = pairs.join(old.counted_in().rename({"cell": "cell_old"}), on="cell_old").with_columns(-pl.col("amount"))
    columns = ["cell", "cell_old", "person", "amount"]
    left = largest(pl.concat([mine.select(columns), theirs.select(columns)]), ["cell", "cell_old"])
    few = pl.col("persons").is_between(1, fewest - 1)
    return left.filter((pl.col("persons") > 0) & (few | limits.unsafe())).height
