"""What a table tells whoever has the rows of an extract.

Such a reader knows of every row the columns that left. Where a column decides a dimension of the table, the reader
counts its own rows in the table's cells, and what subtracting them leaves may be nobody or enough persons, either way:
persons outside the rows, or rows that are not in the cell. For all releases together the rows are one table of every
combination of the columns that releases have dimensions of, with nothing hidden.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from gate.lineage.codes import Coded
from gate.lineage.published import Dimension, Lineage, Published
from gate.subject import TOTAL

MOST: Final = 20_000
"""Different rows up to which they are looked at together with all releases."""
_NAME: Final = "rows"
_OTHER: Final = "\0"
"""Category of rows that have a value nobody in the table has."""


def remainders(table: Coded, rows: Coded, least: int) -> int:
    """Published cells that leave somebody, and fewer than `least`, when the rows are subtracted or the other way round.

    Where the cell over the known dimensions is published and holds the same persons, other rules decide.
    """
    known, own = _known(table, rows)
    of = "record" if table.delivery == rows.delivery else "person"
    cells = table.table.with_row_index("cell").filter(pl.Series(table.shown)).select("cell", *known)
    theirs = cells.join(own, on=known, how="inner") if known else cells.join(own, how="cross")
    theirs = theirs.select(pl.col("cell").cast(pl.UInt32), "record", "person")
    mine = table.counted_in().with_columns(pl.col("cell").cast(pl.UInt32)).join(cells, on="cell", how="semi")
    sizes = [each.group_by("cell").agg(size=pl.col(of).n_unique()) for each in (mine, theirs)]
    both = mine.select("cell", of).join(theirs.select("cell", of), on=["cell", of]).group_by("cell")
    met = both.agg(both=pl.col(of).n_unique()).join(sizes[0], on="cell").join(sizes[1], on="cell", suffix="_rows")
    holds, held = pl.col("both") == pl.col("size_rows"), pl.col("both") == pl.col("size")
    same = met.filter(holds & held).join(cells, on="cell")
    total = _totals(table, known)
    settled = same.join(total, on="cell", how="semi")
    asked = met.filter(holds != held).join(cells, on="cell")
    if known:
        asked = asked.join(settled, on=known, how="anti")
    elif settled.height:
        return 0
    sides = ((asked.filter(holds), mine, theirs), (asked.filter(held), theirs, mine))
    return sum(_few(*side, of, least) for side in sides)


def _few(asked: pl.DataFrame, outer: pl.DataFrame, inner: pl.DataFrame, of: str, least: int) -> int:
    left = asked.select("cell").join(outer, on="cell").join(inner.select("cell", of), on=["cell", of], how="anti")
    return left.group_by("cell").agg(left=pl.col("person").n_unique()).filter(pl.col("left") < least).height


def _totals(table: Coded, known: Sequence[str]) -> pl.DataFrame:
    """Cells that are total in all dimensions that are not `known`."""
    other = [pl.col(name) == TOTAL for name in table.names if name not in known]
    cells = table.table.with_row_index("cell").filter(pl.all_horizontal(pl.lit(value=True), *other))
    return cells.select(pl.col("cell").cast(pl.UInt32))


def _known(table: Coded, rows: Coded) -> tuple[list[str], pl.DataFrame]:
    """Dimensions that a column of the rows decides, and the rows once for every category, subtotal and total of these:
    `record`, `person`, and the dimensions."""
    inside = table.members.join(table.table.select(table.names).with_row_index("cell"), on="cell")
    values = rows.members.join(
        rows.table.select(pl.col(rows.names).name.prefix("of ")).with_row_index("cell"), on="cell"
    )
    met = inside.select("person", *table.names).join(values.select("person", pl.col("^of .*$")), on="person")
    known, own = [], values.select("record", "person", pl.col("^of .*$"))
    for dimension in table.dimensions:
        column = next((each for each in _columns(dimension, rows) if _decides(met, f"of {each}", dimension.name)), None)
        if column is not None:
            known.append(dimension.name)
            own = _placed(own, met, f"of {column}", dimension.name)
    every = [own.select("record", "person", *known)]
    for name in known:
        every = [level for each in every for level in table.levels(name, each)]
    return known, pl.concat(every).drop_nulls()


def _columns(dimension: Dimension, rows: Coded) -> list[str]:
    return [each.name for each in rows.dimensions if set(each.variables) & set(dimension.variables)]


def _decides(met: pl.DataFrame, column: str, name: str) -> bool:
    return met.height > 0 and bool(met.select(column, name).unique()[column].is_unique().all())


def _placed(own: pl.DataFrame, met: pl.DataFrame, column: str, name: str) -> pl.DataFrame:
    found = own.join(met.select(column, name).unique(), on=column, how="left", maintain_order="left")
    return found.with_columns(pl.col(name).fill_null(_OTHER))


def as_table(rows: Published, tables: Sequence[Published]) -> Published | None:
    """The rows by all columns that have to do with a dimension of `tables`; None where they are too many."""
    variables = {each for table in tables for dimension in table.lineage.dimensions for each in dimension.variables}
    columns = [each for each in rows.lineage.dimensions if variables & set(each.variables)]
    names = [each.name for each in columns]
    number = pl.struct(names).rank("dense") if names else pl.lit(1)
    numbered = rows.table.select(cell=pl.int_range(pl.len(), dtype=pl.UInt32), place=number.cast(pl.UInt32))
    members = rows.lineage.members.join(numbered, on="cell", how="left", maintain_order="left")
    members = members.with_columns(cell=pl.col("place")).drop("place")
    counts = members.group_by("cell").agg(people=pl.col("person").n_unique(), records=pl.len()).sort("cell")
    if counts.height > MOST:
        return None
    whole = {"people": members["person"].n_unique(), "records": members.height}
    table = pl.concat(
        [
            pl.DataFrame({_NAME: [TOTAL], **whole}),
            counts.select(pl.col("cell").cast(pl.String).alias(_NAME), "people", "records"),
        ],
        how="vertical_relaxed",
    )
    told = tuple(dict.fromkeys(variable for each in columns for variable in each.variables))
    return replace(
        rows, table=table, lineage=replace(rows.lineage, dimensions=(Dimension(_NAME, told),), members=members)
    )


def as_one_cell(release: str, recipients: Sequence[str], lineage: Lineage, stays: pl.Series | None = None) -> Published:
    """What the ledger holds of rows: who is in them, and how many. `stays`: which of them leave, where not all do."""
    (dimension,) = lineage.dimensions
    if stays is not None:
        lineage = replace(lineage, members=lineage.members.filter(stays))
    people, records = lineage.members["person"].n_unique(), lineage.members.height
    table = {dimension.name: [TOTAL, "in"], "people": [people] * 2, "records": [records] * 2}
    return Published(release, tuple(recipients), pl.DataFrame(table), lineage)
