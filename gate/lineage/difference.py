"""Two releases and what is left when a cell of one is subtracted from a cell of the other.

Subtracting tells something where one cell holds all of the other: the records of a smaller cell, or its persons where
the releases rest on different deliveries. It does as well where two cells cross, each with some the other lacks, if
they hold mostly the same persons by the same variables (a town before and after a removal) or are sums over nearly the
same persons: whoever knows who came for whom learns what the newcomer has. Of other cells that cross, what is left is
no group that anybody knows; what several releases tell together is for `gate.lineage.joint`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import polars as pl

from gate.lineage.codes import Coded, same_amounts

Of = Literal["record", "person"]


@dataclass(frozen=True, slots=True)
class Difference:
    """`smallest`: persons left by a subtraction, either way and at least; None where there is none. `close`: how many
    subtractions leave fewer than the limit."""

    smallest: int | None
    close: int


def difference(new: Coded, old: Coded, least: int) -> Difference:
    """What subtracting published cells leaves, in persons.

    A pair one of whose cells stands in the other release too, with the same members, is left out: there the subtraction
    tells what a single release tells already, which other rules decide.
    """
    nobody = pl.DataFrame(schema={"left": pl.Int64})
    found = pl.concat([nobody, *(_left(new, old, of, least) for of in _views(new, old))])["left"]
    return Difference(None if found.is_empty() else int(found.min()), int((found < least).sum()))  # type: ignore[arg-type]


def comparable(new: Coded, old: Coded) -> bool:
    """Whether everybody in one release would be known again in the other."""
    same_delivery = new.delivery == old.delivery
    return new.key == old.key and (same_delivery or (new.lasting and old.lasting))


def _views(new: Coded, old: Coded) -> tuple[Of, ...]:
    if new.key != old.key:
        return ()
    return ("record", "person") if new.delivery == old.delivery else ("person",)


def _left(new: Coded, old: Coded, of: Of, least: int) -> pl.DataFrame:
    """`left`: persons, of every subtraction that leaves somebody."""
    met = overlaps(new, old, of)
    pairs = nested(met)
    sides = ((new, "cell", old, "cell_old"), (old, "cell_old", new, "cell"))
    parts = [_persons(pairs.filter(pl.col("outer") == at), *side, of, least) for at, side in enumerate(sides)]
    return pl.concat([*parts, _either_way(crossed(met, new, old, of, least), new, old, of)])


def overlaps(new: Coded, old: Coded, of: Of) -> pl.DataFrame:
    """`cell` and `cell_old`, published cells with somebody in both; `both`, `size`, `size_old` are how many."""
    sizes = [_sizes(new, of), _sizes(old, of).rename({"cell": "cell_old", "size": "size_old"})]
    return pl.concat(_shared(new, old, of)).join(sizes[0], on="cell").join(sizes[1], on="cell_old")


_HOLDS, _HELD = pl.col("both") == pl.col("size_old"), pl.col("both") == pl.col("size")


def nested(met: pl.DataFrame, *, equal: bool = False) -> pl.DataFrame:
    """`cell`, `cell_old`, `outer` (0 when the new cell holds the old one, 1 the other way round) of overlaps none of
    whose cells stands in the other release too; with `equal` also those that do, with one another."""
    same = met.filter(_HOLDS & _HELD)
    found = pl.concat([_telling(met).filter(_HOLDS | _HELD), *([same] if equal else [])])
    return found.select("cell", "cell_old", outer=_HELD.cast(pl.Int8))


def crossed(met: pl.DataFrame, new: Coded, old: Coded, of: Of, least: int) -> pl.DataFrame:
    """`cell`, `cell_old`, `left` (in one of them only) of overlaps that cross and can be told from each other: mostly
    the same by the same variables, or both sums over the same persons but for fewer than `least`."""
    sizes = [pl.col(name).cast(pl.Int64) for name in ("size", "size_old", "both")]
    mostly = pl.max_horizontal(sizes[:2]) <= 2 * sizes[2]
    told = _telling(met).filter(~_HOLDS & ~_HELD)
    crossing = told.select("cell", "cell_old", left=sizes[0] + sizes[1] - 2 * sizes[2], mostly=mostly)
    few = crossing.filter(pl.col("left") <= (least - 1) * (1 if of == "person" else _most_records(new, old)))
    summed = (
        few.filter(_summed(new, few["cell"]) & _summed(old, few["cell_old"])) if same_amounts(new, old) else few[:0]
    )
    return pl.concat([_alike(crossing.filter("mostly"), new, old), summed]).drop("mostly").unique()


def _alike(pairs: pl.DataFrame, new: Coded, old: Coded) -> pl.DataFrame:
    """Pairs of cells by the same variables, whatever their categories are called."""
    placed = pairs.with_columns(held=new.held.gather(pairs["cell"]), held_old=old.held.gather(pairs["cell_old"]))
    kinds = placed.select("held", "held_old").unique()
    alike = [_same_variables(new, one, old, two) for one, two in kinds.iter_rows()]
    return placed.join(kinds.filter(pl.Series(alike, dtype=pl.Boolean)), on=["held", "held_old"], how="semi").select(
        pairs.columns
    )


def _same_variables(new: Coded, held: int, old: Coded, held_old: int) -> bool:
    """Whether what each cell holds to a category is held in the other too, by a dimension or by a filter; or one holds
    all that the other does. Filters alone, and different ones, make cells of different things."""
    mine, theirs = new.made_of(held), old.made_of(held_old)
    my_all, their_all = [*mine, *new.filters], [*theirs, *old.filters]
    if (mine or theirs) and _among(mine, their_all) and _among(theirs, my_all):
        return True
    return _among(my_all, their_all) or _among(their_all, my_all)


def _among(some: Iterable[tuple[str, ...]], others: Iterable[tuple[str, ...]]) -> bool:
    """Each shares a variable with one of the others."""
    known = {variable for other in others for variable in other}
    return all(known & set(each) for each in some)


def _telling(met: pl.DataFrame) -> pl.DataFrame:
    same = met.filter(_HOLDS & _HELD)
    return met.join(same, on="cell", how="anti").join(same, on="cell_old", how="anti")


def _summed(side: Coded, cells: pl.Series) -> pl.Series:
    return side.table["value"].is_not_null().gather(cells)


def _most_records(*sides: Coded) -> int:
    """Of one person."""
    return max(int(side.members["person"].value_counts()["count"].max()) for side in sides)  # type: ignore[arg-type]


def _shared(new: Coded, old: Coded, of: Of) -> Iterator[pl.DataFrame]:
    """`cell`, `cell_old` and how many they have in common (`both`), of published cells that have any."""
    left, right = (side.members.select("cell", of).unique() for side in (new, old))
    met = left.join(right, on=of, suffix="_old")
    counted = pl.len()
    if left[of].is_unique().all() and right[of].is_unique().all():
        met, counted = met.group_by("cell", "cell_old").agg(both=pl.len()), pl.col("both").sum()
    else:
        counted = pl.col(of).n_unique()
    for mine in new.margins.values():
        for theirs in old.margins.values():
            cells = met.with_columns(
                cell=mine.gather(met["cell"]), cell_old=theirs.gather(met["cell_old"])
            ).drop_nulls()
            found = cells.group_by("cell", "cell_old").agg(both=counted.cast(pl.UInt32))
            yield found.filter(_published(new, found["cell"]) & _published(old, found["cell_old"]))


def _published(side: Coded, cells: pl.Series) -> pl.Series:
    return side.table["people"].is_not_null().gather(cells)


def _sizes(side: Coded, of: Of) -> pl.DataFrame:
    """`cell` and `size`, margins included."""
    parts = [
        side.members.select(margin.gather(side.members["cell"]).alias("cell"), of)
        .group_by("cell")
        .agg(size=pl.col(of).n_unique())
        for margin in side.margins.values()
    ]
    return pl.concat(parts).drop_nulls()


def _persons(
    pairs: pl.DataFrame, outer: Coded, mine: str, inner: Coded, theirs: str, of: Of, least: int
) -> pl.DataFrame:
    """`left`: persons in the outer cell and not in the inner one: exactly where they may be fewer than `least`."""
    sizes = [_sizes(side, "person").rename({"cell": name}) for side, name in ((outer, mine), (inner, theirs))]
    bound = (
        pairs.join(sizes[0], on=mine)
        .join(sizes[1], on=theirs)
        .with_columns(left=pl.col("size").cast(pl.Int64) - pl.col("size_right").cast(pl.Int64))
    )
    clear = bound.filter(pl.col("left") >= least).select("left")
    near = bound.filter(pl.col("left") < least).select(mine, theirs)
    if of == "person" or near.is_empty():
        return pl.concat([clear, bound.filter(pl.col("left") < least).select("left")])
    return pl.concat([clear, _exactly(near, outer, mine, inner, theirs)])


def _exactly(near: pl.DataFrame, outer: Coded, mine: str, inner: Coded, theirs: str) -> pl.DataFrame:
    left = _only(near, outer, mine, inner, theirs)
    return left.group_by("cell", "cell_old").agg(left=pl.col("person").n_unique().cast(pl.Int64)).select("left")


def _only(pairs: pl.DataFrame, side: Coded, mine: str, other: Coded, theirs: str) -> pl.DataFrame:
    """`cell`, `cell_old`, `person` of the records that one cell has and the other has not."""
    held = pairs.join(side.counted_in().rename({"cell": mine}), on=mine)
    taken = pairs.join(other.counted_in().rename({"cell": theirs}), on=theirs)
    return held.join(taken, on=["cell", "cell_old", "record"], how="anti").select("cell", "cell_old", "person")


def _either_way(pairs: pl.DataFrame, new: Coded, old: Coded, of: Of) -> pl.DataFrame:
    """`left`: persons in one of two cells that cross and not in the other."""
    if of == "person" or pairs.is_empty():
        return pairs.select("left")
    sides = ((new, "cell", old, "cell_old"), (old, "cell_old", new, "cell"))
    parts = [_only(pairs, *side) for side in sides]
    return (
        pl.concat(parts)
        .group_by("cell", "cell_old")
        .agg(left=pl.col("person").n_unique().cast(pl.Int64))
        .select("left")
    )
