"""Rows in an order that says nothing. Files come sorted by name or number; whoever sees tokens in that order reads the
names from a list of names, whatever the tokens hide.

On receipt rows are put in the order of the record tokens that the room just made and numbered anew, so that neither
place nor number tells where a row stood in the file.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import polars as pl

from intake.spool import Spool
from pseudonymise.aside import AsideTable, Protected
from pseudonymise.protected import _PSEUDONYMISE, ProtectedTable

ROWS: Final = 50_000
"""About so many come out together."""
HELD: Final = 64 * 2**20
"""Bytes of rows in memory before they go to the spool."""
_ASIDE: Final = "aside: "
_FIRST: Final = 2**16
"""Values of the first two bytes of a record token, by which rows are laid apart."""


def unordered(parts: Iterable[Protected], rows: int, spool: Spool) -> Iterator[Protected]:
    """The same rows in pieces of another size; `row` counts from 1 in the new order. `rows`: how many there are, about.

    Record tokens must be under a key that whoever made the file does not have.
    """
    shelves = _Shelves(-(-max(rows, 1) // ROWS), spool)
    described = None
    for part in parts:
        described = part
        shelves.lay(_joined(part))
    if described is None:
        return
    number = 1
    for table in shelves.taken():
        yield _parted(table.drop("row").with_row_index("row", number), described)
        number += table.height
    if number == 1:
        yield described


class _Shelves:
    """Rows laid apart by the beginning of their record tokens."""

    def __init__(self, number: int, spool: Spool) -> None:
        self._spool, self._held = spool, 0
        self._fresh: list[list[pl.DataFrame]] = [[] for _ in range(number)]
        self._kept: list[list[pl.LazyFrame]] = [[] for _ in range(number)]

    def lay(self, table: pl.DataFrame) -> None:
        first = pl.col("record").bin.slice(0, 2).bin.reinterpret(dtype=pl.UInt16, endianness="big").cast(pl.UInt32)
        shelf = (first * len(self._fresh) // _FIRST).alias("shelf")
        for (place,), rows in table.with_columns(shelf).partition_by("shelf", include_key=False, as_dict=True).items():
            self._fresh[int(place)].append(rows)
        self._held += int(table.estimated_size())
        if self._held > HELD:
            self._put_away()

    def taken(self) -> Iterator[pl.DataFrame]:
        """Each shelf that has rows, in turn, its rows in order."""
        for fresh, kept in zip(self._fresh, self._kept, strict=True):
            found = [*(rows.collect() for rows in kept), *fresh]
            if found:
                yield pl.concat(found).sort("record")

    def _put_away(self) -> None:
        for fresh, kept in zip(self._fresh, self._kept, strict=True):
            if fresh:
                kept.append(self._spool.keep(pl.concat(fresh)))
                fresh.clear()
        self._held = 0


def _joined(part: Protected) -> pl.DataFrame:
    return pl.concat(
        [part.table.table, part.aside.table.drop("row").rename(lambda name: _ASIDE + name)], how="horizontal"
    )


def _parted(table: pl.DataFrame, like: Protected) -> Protected:
    made = like.table
    aside = [pl.col(name).alias(name.removeprefix(_ASIDE)) for name in table.columns if name.startswith(_ASIDE)]
    return Protected(
        ProtectedTable(
            source=made.source, entity=made.entity, once=made.once, delivery=made.delivery, fields=made.fields,
            key_id=made.key_id, table=table.select(made.table.columns), _made_by=_PSEUDONYMISE,
        ),
        AsideTable(
            source=made.source, delivery=made.delivery, table=table.select("row", *aside), _made_by=_PSEUDONYMISE
        ),
    )  # fmt: skip
