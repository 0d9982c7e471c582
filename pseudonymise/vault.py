"""Tables at rest: Parquet Modular Encryption (Apache Parquet format, AES-GCM) with a key of its own for every column.

Polars writes columns without a key in clear and reads them without a word, so every column gets one, and a file is
checked before it takes its name and when it is opened. The context is additional data: a file put in the place of
another does not open.
"""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl
from polars.exceptions import PolarsError

from declare import Fault, Refusal, WrongInput, replacing
from pseudonymise.keys import DomainKeys, LeafKey, RoomKeys
from pseudonymise.keys.derive import PRODUCT, framed

RECORDS: Final = "records"
ASIDE: Final = "aside"


class Unreadable(Refusal):
    def __init__(self, context: str) -> None:
        super().__init__(
            f"an encrypted table does not open as {context}",
            remedy="It was changed, belongs elsewhere, or was made under another key; restore it or deliver again.",
        )


class Vault:
    """Writes and reads tables under leaf keys of one purpose (`shelf`).

    `earlier` are retired keys: what was written under them is read as well, and nothing is written under them.
    """

    def __init__(self, keys: RoomKeys | DomainKeys, shelf: str = RECORDS, *, earlier: Sequence[RoomKeys] = ()) -> None:
        self._keys = keys
        self._shelf = shelf
        self._earlier = earlier

    def __repr__(self) -> str:
        return f"Vault({self._keys.name}, {self._shelf})"

    def write(self, table: pl.DataFrame, path: Path, context: str) -> None:
        """Encrypt to `path`, whole or not at all.

        Raises `NotActive`, `WrongInput` for nested columns and `Fault` for the disk.
        """
        with replacing(path, mode=0o600) as temporary:
            self._encrypt(table, temporary, context)

    def read(self, path: Path, context: str, *, rows: int | None = None) -> pl.DataFrame:
        """Raises `Unreadable` when key, context, file or number of rows differ, `WrongInput` when there is no file.

        The number is looked at before the rows are: a small file can hold very many.
        """
        if not path.is_file():
            raise WrongInput(f"{path} does not exist", remedy="Deliver again, or restore the store.")
        return self._decrypt(path, context, rows)

    def to_bytes(self, table: pl.DataFrame, context: str) -> bytes:
        """As `write`, in memory."""
        buffer = io.BytesIO()
        self._encrypt(table, buffer, context)
        return buffer.getvalue()

    def from_bytes(self, content: bytes, context: str, *, rows: int | None = None) -> pl.DataFrame:
        """As `read`, from memory."""
        return self._decrypt(io.BytesIO(content), context, rows)

    def _encrypt(self, table: pl.DataFrame, target: Path | io.BytesIO, context: str) -> None:
        if nested := [name for name, dtype in table.schema.items() if dtype.is_nested()]:
            raise WrongInput(f"column {nested[0]} is nested", remedy="Store flat columns only.")
        self._keys.require_active()
        leaf = self._leaf(self._keys, context)
        footer, bound = leaf.footer_key(), self._bound(context)
        columns = {name: leaf.column_key(name) for name in table.columns}
        properties = pl.ParquetEncryptionProperties(footer_key=footer, column_keys=columns, aad_prefix=bound)
        table.write_parquet(target, encryption=properties)
        if table.height and (clear := clear_columns(target, leaf, bound)):
            raise Fault(
                f"column {clear[0]} would be stored in clear; nothing was written",
                remedy="Report this: the Parquet library no longer encrypts every column that has a key.",
            )

    def _decrypt(self, content: Path | io.BytesIO, context: str, rows: int | None) -> pl.DataFrame:
        for keys in (self._keys, *self._earlier):
            leaf, bound = self._leaf(keys, context), self._bound(context)
            try:
                return _read(content, leaf, bound, rows)
            except PolarsError:
                continue
        raise Unreadable(context)

    def _leaf(self, keys: RoomKeys | DomainKeys, context: str) -> LeafKey:
        return keys.leaf(f"vault {self._shelf}", context)

    def _bound(self, context: str) -> bytes:
        return framed(PRODUCT, "parquet", self._shelf, context)


def clear_columns(file: Path | io.BytesIO, leaf: LeafKey, bound: bytes) -> list[str]:
    """Columns of a table with rows that can be read without a key of their own."""
    return [name for name in _columns(file, leaf, bound) if _is_clear(file, name, _footer_only(leaf, bound))]


def _is_clear(file: Path | io.BytesIO, column: str, footer_only: pl.ParquetDecryptionProperties) -> bool:
    try:
        pl.read_parquet(_start(file), columns=[column], n_rows=1, decryption=footer_only)
    except PolarsError:
        return False
    return True


def _read(file: Path | io.BytesIO, leaf: LeafKey, bound: bytes, rows: int | None) -> pl.DataFrame:
    """Raises `PolarsError` when the file does not open, holds a column in clear, or another number of rows."""
    if rows is not None and rows != _height(file, leaf, bound):
        raise PolarsError
    keys = {name: leaf.column_key(name) for name in _columns(file, leaf, bound)}
    properties = pl.ParquetDecryptionProperties(footer_key=leaf.footer_key(), column_keys=keys, aad_prefix=bound)
    table = pl.read_parquet(_start(file), decryption=properties)
    if table.height and clear_columns(file, leaf, bound):
        raise PolarsError
    return table


def _columns(file: Path | io.BytesIO, leaf: LeafKey, bound: bytes) -> list[str]:
    return pl.scan_parquet(_start(file), decryption=_footer_only(leaf, bound)).collect_schema().names()


def _height(file: Path | io.BytesIO, leaf: LeafKey, bound: bytes) -> int:
    """As the footer has it; no column is read."""
    footer = pl.scan_parquet(_start(file), decryption=_footer_only(leaf, bound))
    return int(footer.select(pl.len()).collect().item())


def _footer_only(leaf: LeafKey, bound: bytes) -> pl.ParquetDecryptionProperties:
    return pl.ParquetDecryptionProperties(footer_key=leaf.footer_key(), aad_prefix=bound)


def _start(file: Path | io.BytesIO) -> Path | io.BytesIO:
    if isinstance(file, io.BytesIO):
        file.seek(0)
    return file
