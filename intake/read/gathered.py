"""Rows that come one by one, gathered until there are enough for a table."""

from collections.abc import Mapping
from typing import Final

import polars as pl

from intake.quarantine import ENTRIES
from intake.read.raw import Raw
from intake.read.typed import Broken, Cell
from intake.source import Source

ROWS: Final = 50_000
CHARACTERS: Final = 16 * 2**20


class Gathered:
    """Numbers the rows of a file and keeps those since the last `take`."""

    def __init__(self, source: Source) -> None:
        self._names = [column.name for column in source.read]
        self.count = 0
        self._empty()

    def keep(self, cells: Mapping[str, Cell]) -> None:
        """A row; columns that are not read fall away."""
        self.count += 1
        self._rows.append(self.count)
        for name, column in zip(self._names, self._columns, strict=True):
            cell = cells.get(name)
            if isinstance(cell, Broken):
                self._entries.append((self.count, name, cell.rule, "cell"))
                cell = None
            column.append(cell)
            self._size += len(cell or "")

    def set_apart(self, rule: str) -> None:
        """A row that has no place in the table."""
        self.count += 1
        self._entries.append((self.count, None, rule, "row"))

    @property
    def full(self) -> bool:
        return len(self._rows) >= ROWS or len(self._entries) >= ROWS or self._size >= CHARACTERS

    @property
    def waiting(self) -> bool:
        return self.count > self._taken

    def take(self) -> Raw:
        columns = {
            name: pl.Series(name, cells, pl.String) for name, cells in zip(self._names, self._columns, strict=True)
        }
        table = pl.DataFrame({"row": pl.Series(self._rows, dtype=pl.UInt32), **columns})
        entries = pl.DataFrame(self._entries, schema=ENTRIES, orient="row")
        raw = Raw(table, entries, self.count - self._taken)
        self._empty()
        return raw

    def _empty(self) -> None:
        self._taken, self._size = self.count, 0
        self._rows: list[int] = []
        self._columns: list[list[str | None]] = [[] for _ in self._names]
        self._entries: list[tuple[int, str | None, str, str]] = []
