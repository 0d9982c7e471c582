"""Whose records a draft counts, in tokens that only the ledger of releases can compare."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from gate import Cells, Dimension, Lineage, Published
from gate.microdata.declared import Rows
from gate.perturb.cell_key import key_sums
from koppelkamer.room import Room
from linkage import LinkedTable
from pseudonymise.keys import LeafKey, RoomKeys
from pseudonymise.protected import ProtectedTable
from pseudonymise.token import token_column
from release.draft import Draft
from release.extract import under_pseudonyms
from release.population import PLAUSIBLE

STRONG: Final = ("bsn", "rsin", "kvk", "bag_id")
"""Types of columns whose value names one person, company or location in every delivery; the first that is there."""


def lineage_of(
    room: Room, made: Draft, linked: LinkedTable, tables: Mapping[str, ProtectedTable], keys: RoomKeys
) -> Lineage:
    """`made`'s members under the ledger's `keys`.

    A person is everything that may plausibly be one: the fewest persons the links allow. Its token is made of the
    strongest identifier any of its records has, and lasts; without one it is made of its first record and does not.
    """
    persons, magnitude = _persons(room, linked, tables, made.unit), made.cells.magnitude if made.cells else None
    leaves = {name: keys.leaf("ledger", name) for name in ("record", "person")}
    members = made.lineage.join(persons, on="record", how="left", maintain_order="left")
    tokens = [_renewed(members[name], leaf) for name, leaf in leaves.items()]
    return Lineage(
        dimensions=_dimensions(room, made),
        members=members.select("cell", *tokens, "lasting", *(["amount"] if magnitude else [])),
        delivery=made.deliveries[made.unit],
        key=tables[made.unit].key_id,
        parents=made.cells.parents if made.cells else {},
        extract=made.rows is not None,
        tables=made.told_apart,
        magnitude=_variables(room, magnitude) if magnitude else (),
        filters=tuple(_variables(room, column.name) for column in made.columns if column.use == "selection"),
    )


def with_cell_keys(cells: Cells, lineage: Lineage, keys: RoomKeys) -> Cells:
    """`cells` with the key of each, made of the ledger's tokens of its people under a leaf of their own.

    The ledger's keys outlive those of deliveries, and a person's token lasts from one delivery to the next: the same
    people bring the same noise to every table of every release.
    """
    tokens = _renewed(lineage.members["person"], keys.leaf("cell-key", "person"))
    key = pl.select(tokens.bin.slice(0, 4).bin.reinterpret(dtype=pl.UInt32, endianness="big")).to_series()
    summed = key_sums(cells, lineage.members.select("cell", "person", key=key))
    return replace(cells, table=cells.table.with_columns(summed))


def with_pseudonyms(rows: Rows, lineage: Lineage, keys: RoomKeys, release: str) -> Rows:
    """`rows` under pseudonyms: the ledger's tokens of their persons under a leaf key of this release.

    One person has one pseudonym in a release, and another in every other release.
    """
    return under_pseudonyms(rows, _renewed(lineage.members["person"], keys.leaf("extract", release)))


def of_rows(room: Room, release: str, recipients: Sequence[str], lineage: Lineage, rows: pl.DataFrame) -> Published:
    """What the ledger holds of an extract: each combination of values that left, and who has it. `rows`: in the order
    of the members."""
    names = rows.columns
    dimensions = tuple(Dimension(name, _variables(room, name)) for name in names)
    place = rows.select(pl.struct(names).rank("dense").cast(pl.UInt32) - 1).to_series().alias("cell")
    members = lineage.members.with_columns(place)
    counted = members.group_by("cell").agg(people=pl.col("person").n_unique().cast(pl.Int64), records=pl.len())
    values = rows.with_columns(place).unique("cell").sort("cell")
    table = values.join(counted.cast({"records": pl.Int64}), on="cell", how="left", maintain_order="left").drop("cell")
    known = replace(lineage, dimensions=dimensions, members=members, extract=False, rows=True)
    return Published(release, tuple(recipients), table, known)


def _dimensions(room: Room, made: Draft) -> tuple[Dimension, ...]:
    if made.rows is not None:
        return (Dimension(made.kind, (f"{made.kind} {made.request}",)),)
    names = made.cells.dimensions if made.cells else ()
    return tuple(Dimension(name, _variables(room, name)) for name in names)


def _renewed(tokens: pl.Series, key: LeafKey) -> pl.Series:
    return token_column(tokens, key)


def _variables(room: Room, name: str) -> tuple[str, ...]:
    """What a dimension is made of: the source's own column, and the concept of that."""
    source_id, _, column = name.partition(".")
    source = room.source(source_id)
    origin = next((each.origin for each in source.derived if each.name == column), column)
    concepts = [each.concept for each in source.columns if each.name == origin and each.concept]
    return (f"column {source_id}.{origin}", *(f"concept {concept}" for concept in concepts))


def _persons(room: Room, linked: LinkedTable, tables: Mapping[str, ProtectedTable], unit: str) -> pl.DataFrame:
    """`record` of the unit, `person` (Binary) and `lasting`."""
    widest = linked.clusters_at(PLAUSIBLE)
    strong = widest.join(pl.concat(_strong(room, name, table) for name, table in tables.items()), on=["source", "row"])
    named = strong.sort("rank", "token").group_by("cluster", maintain_order=True).agg(pl.col("token").first())
    units = linked.entities.filter(pl.col("source") == unit).select("source", "row", "record")
    counted = units.join(widest, on=["source", "row"]).join(named, on="cluster", how="left")
    first = pl.col("record").min().over("cluster")
    return counted.select("record", person=pl.coalesce("token", first), lasting=pl.col("token").is_not_null())


def _strong(room: Room, name: str, table: ProtectedTable) -> pl.DataFrame:
    """`source`, `row`, `token` and its `rank` among `STRONG`, of every identifier a record has."""
    fields = [
        (STRONG.index(column.type), column.field)
        for column in room.source(name).with_role("identify")
        if column.type in STRONG and column.field in table.table.columns
    ]
    empty = pl.DataFrame(schema={"source": pl.String, "row": pl.UInt32, "token": pl.Binary, "rank": pl.Int32})
    parts = [
        table.table.select(
            pl.lit(name).alias("source"), "row", pl.col(field).alias("token"), pl.lit(rank, pl.Int32).alias("rank")
        ).drop_nulls("token")
        for rank, field in fields
    ]
    return pl.concat([empty, *parts])
