"""A release of several tables as what it is: tables that left together, each with the members of its own cells."""

from dataclasses import replace

import polars as pl

from gate.lineage.published import Published
from gate.subject import TOTAL


def parts(release: Published) -> tuple[Published, ...]:
    """Each of the tables that left together, or the one that there is."""
    return tuple(_part(release, names) for names in release.lineage.tables) or (release,)


def _part(release: Published, names: tuple[str, ...]) -> Published:
    """What the table does not tell apart is total in its rows, and is left out."""
    lineage = release.lineage
    other = [each.name for each in lineage.dimensions if each.name not in names]
    rows = release.table.with_row_index("cell").filter(pl.col(name) == TOTAL for name in other)
    place = rows.select("cell").with_row_index("place")
    members = lineage.members.join(place, on="cell", how="inner", maintain_order="left")
    own = replace(
        lineage,
        dimensions=tuple(each for each in lineage.dimensions if each.name in names),
        members=members.with_columns(cell=pl.col("place")).drop("place"),
        tables=(),
    )
    return replace(release, table=rows.drop("cell", *other), lineage=own)
