"""Whether the tables of a delivery are what the partner's program makes of its source: nothing more, nothing else.

Whoever has the domain's key can encrypt and sign anything. So the room looks at every column before it stores one:
names, order and types as the declaration gives them, tokens and encodings of their size, record tokens that belong to
their rows, bands and years that can come of coarsening. What a declared payload column holds is the partner's word.
"""

from typing import Final

import numpy as np
import polars as pl

from intake.derive import possible
from intake.source import Derived, Role, Source
from pseudonymise.keys import DomainKeys
from pseudonymise.protect import nobody
from pseudonymise.protected import PAYLOAD, bits
from pseudonymise.token import RECORD, record_tokens

_TOKEN: Final = 16
"""Bytes."""


class Shape:
    """Of the deliveries of one source under `keys`."""

    def __init__(self, source: Source, keys: DomainKeys) -> None:
        empty = nobody(source, keys)
        self._source, self._record = source, keys.leaf(RECORD, "")
        self._table, self._aside = empty.table.table.schema, empty.aside.table.schema

    def fits(self, table: pl.DataFrame, aside: pl.DataFrame, delivery: str, after: int) -> bool:
        """Whether both tables are a piece of `delivery` that comes behind its row `after`."""
        if table.schema != self._table or aside.schema != self._aside:
            return False
        rows = table.get_column("row")
        if rows.null_count() or not aside.get_column("row").equals(rows) or not _rise(rows, after):
            return False
        records = record_tokens(delivery, rows, self._record)
        return records.equals(table.get_column("record")) and self._cells(table, aside)

    def _cells(self, table: pl.DataFrame, aside: pl.DataFrame) -> bool:
        tokens = [name for name, kind in self._table.items() if kind == pl.Binary and not name.startswith(PAYLOAD)]
        sized = [(pl.col(name).bin.size() == _TOKEN).all() for name in tokens]
        whole = [_together(bits(name)) for name in tokens if bits(name)[0] in self._table]
        coarse = [possible(each, f"{PAYLOAD}{each.name}").all() for each in self._derived("payload")]
        apart = [possible(each, each.name).all() for each in self._derived("aside")]
        return _all_hold(table, [*sized, *whole, *coarse]) and _all_hold(aside, apart)

    def _derived(self, role: Role) -> list[Derived]:
        return [each for each in self._source.derived if each.role == role]


def _all_hold(table: pl.DataFrame, conditions: list[pl.Expr]) -> bool:
    """A condition over no known value holds."""
    return bool(table.select(pl.all_horizontal(pl.lit(True), *conditions).all()).item())


def _together(words: list[str]) -> pl.Expr:
    """An encoding is there as a whole or not at all."""
    first = pl.col(words[0]).is_null()
    return pl.all_horizontal(pl.col(word).is_null() == first for word in words[1:]).all()


def _rise(rows: pl.Series, after: int) -> bool:
    numbers = rows.to_numpy().astype(np.int64)
    return bool((np.diff(numbers, prepend=after) > 0).all())
