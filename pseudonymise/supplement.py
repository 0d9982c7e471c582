"""A stored delivery in which some rows were corrected: a delivery of its own, of the base's rows and the corrected.

Stored rows have no number of their file. A corrected row has the record token of the row that it corrects.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final

import polars as pl

from declare import Refusal, digest
from expectations.contract import contract
from intake.source import Source
from pseudonymise.aside import AsideTable, Protected
from pseudonymise.protect import linkage_fields
from pseudonymise.protected import _PSEUDONYMISE, PAYLOAD, ProtectedTable
from pseudonymise.store import tables

Pieces = Callable[[], Iterator[Protected]]
"""The pieces of a delivery, all under one key, as often as they are asked for."""
_ONCE: Final = "expect_column_values_to_be_unique"
_SHOWN: Final = 10
"""Row numbers that a message has room for."""
CONTEXT: Final = b"koppelkamer supplement v1\n"


def supplemented_digest(base: str, correction: str) -> str:
    """Of the delivery that `correction` makes of `base`, both digests of deliveries."""
    return digest(CONTEXT + bytes.fromhex(base) + bytes.fromhex(correction))


def supplemented(
    base: Iterable[Protected], corrected: Pieces, delivery: str, *, emptied: Collection[str]
) -> Iterator[Protected]:
    """The pieces of `delivery`: the base's without the records that were corrected, then the corrected ones.

    All under one key. `emptied` are the columns of text that the base had to give up: these rows give them up too.
    """
    records = _records(corrected)
    for piece in base:
        yield _among(piece, delivery, _others(piece, records))
    for piece in corrected():
        yield _of(piece, delivery, lambda table: _without(table, emptied))


def row_numbers(pieces: Iterable[Protected]) -> pl.Series:
    """Of all rows, in their order."""
    numbers = [piece.table.table.get_column("row") for piece in pieces]
    return pl.concat([pl.Series("row", [], pl.UInt32), *numbers])


def require_unique(source: Source, before: Pieces, corrected: Pieces) -> None:
    """Where the source asks that values occur once, no corrected row has one of another row of the base.

    Seen in columns that are kept, and in tokens of identifiers; a column that stays at the supplier is not seen here.
    Raises `Doubled`.
    """
    records = _records(corrected)
    for column, (shelf, name) in _unique(source).items():
        fresh = pl.concat([tables(piece)[shelf].select("row", name) for piece in corrected()]).drop_nulls(name)
        others = (tables(piece)[shelf].filter(_others(piece, records)) for piece in before())
        found = [fresh.join(table, on=name, how="semi").get_column("row") for table in others]
        if doubled := pl.concat([pl.Series("row", [], pl.UInt32), *found]).unique().sort().to_list():
            raise Doubled(source.id, column, doubled)


def _unique(source: Source) -> dict[str, tuple[str, str]]:
    """Column of the source that must hold every value once → the table of a piece, and its column there."""
    tokens = {name: ("protected", field.name) for field in linkage_fields(source) for name in field.columns.values()
              if field.kind in ("identifier", "code") and len(field.columns) == 1}  # fmt: skip
    payload = {column.name: ("protected", PAYLOAD + column.name) for column in source.with_role("payload")}
    aside = {column.name: ("aside", column.name) for column in source.with_role("aside")}
    seen = tokens | payload | aside
    asked = [each for each in contract(source) if each.consequence != "warn" and each.expectation == _ONCE]
    return {each.column: seen[each.column] for each in asked if each.column in seen}


def _records(pieces: Pieces) -> pl.Series:
    found = [piece.table.table.get_column("record") for piece in pieces()]
    return pl.concat([pl.Series("record", [], pl.Binary), *found])


def _others(piece: Protected, records: pl.Series) -> pl.Series:
    """By row whether it is none of those records."""
    return ~piece.table.table.get_column("record").is_in(records.implode())


def _among(piece: Protected, delivery: str, rows: pl.Series) -> Protected:
    return _of(piece, delivery, lambda table: table.filter(rows))


def _of(piece: Protected, delivery: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Protected:
    table, aside = piece.table, piece.aside
    return Protected(
        ProtectedTable(
            source=table.source, entity=table.entity, once=table.once, delivery=delivery, fields=table.fields,
            key_id=table.key_id, table=change(table.table), _made_by=_PSEUDONYMISE,
        ),
        AsideTable(source=aside.source, delivery=delivery, table=change(aside.table), _made_by=_PSEUDONYMISE),
    )  # fmt: skip


def _without(table: pl.DataFrame, emptied: Collection[str]) -> pl.DataFrame:
    names = [name for name in (PAYLOAD + column for column in emptied) if name in table.columns]
    return table.with_columns(pl.lit(None, table.schema[name]).alias(name) for name in names)


def numbered(rows: Sequence[int]) -> str:
    """The first few, for a message."""
    shown = ", ".join(str(row) for row in rows[:_SHOWN])
    return f"{shown} and {len(rows) - _SHOWN:,} more" if len(rows) > _SHOWN else shown


class Doubled(Refusal):
    def __init__(self, source: str, column: str, rows: Sequence[int]) -> None:
        super().__init__(
            f"in {column} of {source} corrected rows hold a value that another row has: {numbered(rows)}; "
            "nothing was changed",
            remedy="Correct the values, or leave these rows out.",
        )
