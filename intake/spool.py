"""Rows that do not fit in memory wait on disk, encrypted under a key that nobody but this process ever holds."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import polars as pl

from declare import Opaque, workplace

HELD: Final = 64 * 2**20
"""Bytes of rows kept in memory before any goes to disk."""


class Spool(Opaque):
    """Made by `spooled`. When the process dies its key dies with it, and what is left on the disk is noise."""

    __slots__ = ("__key", "_files", "_folder", "_room")

    def __init__(self, folder: Path, held: int | None = None) -> None:
        self._folder, self._room = folder, HELD if held is None else held
        self.__key = secrets.token_bytes(32)
        self._files = 0

    def __repr__(self) -> str:
        return f"Spool({self._files} files)"

    def keep(self, table: pl.DataFrame) -> pl.LazyFrame:
        """The same rows, read again whenever they are asked for."""
        self._room -= int(table.estimated_size())
        if self._room >= 0:
            return table.lazy()
        path = self._folder / f"{self._files:05}.parquet"
        self._files += 1
        # Without keys of their own, all columns are encrypted under the footer's key.
        table.write_parquet(path, compression="lz4", encryption=pl.ParquetEncryptionProperties(footer_key=self.__key))
        return pl.scan_parquet(path, decryption=pl.ParquetDecryptionProperties(footer_key=self.__key))


def spool_in(folder: Path) -> Spool:
    """A spool in a new folder, which goes when whoever keeps it does."""
    folder.mkdir()
    return Spool(folder)


@contextmanager
def spooled(beside: Path) -> Iterator[Spool]:
    """A spool in a folder of its own beside the file to be written; gone afterwards."""
    with workplace(beside) as folder:
        yield Spool(folder)
