"""Tables at rest: Parquet Modular Encryption (Apache Parquet format, AES-GCM) with a key of its own for every column.

Polars writes columns without a key in clear, so every column gets one and the file is checked before it takes its name.
The context is additional data: a file put in the place of another does not open.
"""

import io
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
    """Writes and reads tables under leaf keys of one purpose (`shelf`)."""

    def __init__(self, keys: RoomKeys | DomainKeys, shelf: str = RECORDS) -> None:
        self._keys = keys
        self._shelf = shelf

    def __repr__(self) -> str:
        return f"Vault({self._keys.name}, {self._shelf})"

    def write(self, table: pl.DataFrame, path: Path, context: str) -> None:
        """Encrypt to `path`, whole or not at all. Raises `WrongInput` for nested columns and `Fault` for the disk."""
        with replacing(path, mode=0o600) as temporary:
            self._encrypt(table, temporary, context)

    def read(self, path: Path, context: str) -> pl.DataFrame:
        """Raises `Unreadable` when key, context or file differ, `WrongInput` when there is no file."""
        if not path.is_file():
            raise WrongInput(f"{path} does not exist", remedy="Deliver again, or restore the store.")
        return self._decrypt(path, context)

    def to_bytes(self, table: pl.DataFrame, context: str) -> bytes:
        """As `write`, in memory."""
        buffer = io.BytesIO()
        self._encrypt(table, buffer, context)
        return buffer.getvalue()

    def from_bytes(self, content: bytes, context: str) -> pl.DataFrame:
        """As `read`, from memory."""
        return self._decrypt(io.BytesIO(content), context)

    def _encrypt(self, table: pl.DataFrame, target: Path | io.BytesIO, context: str) -> None:
        if nested := [name for name, dtype in table.schema.items() if dtype.is_nested()]:
            raise WrongInput(f"column {nested[0]} is nested", remedy="Store flat columns only.")
        leaf = self._leaf(context)
        footer, bound = leaf.footer_key(), self._bound(context)
        columns = {name: leaf.column_key(name) for name in table.columns}
        properties = pl.ParquetEncryptionProperties(footer_key=footer, column_keys=columns, aad_prefix=bound)
        table.write_parquet(target, encryption=properties)
        if table.height:
            require_no_clear_column(target, pl.ParquetDecryptionProperties(footer_key=footer, aad_prefix=bound))

    def _decrypt(self, content: Path | io.BytesIO, context: str) -> pl.DataFrame:
        leaf = self._leaf(context)
        footer, bound = leaf.footer_key(), self._bound(context)
        try:
            names = _columns(content, pl.ParquetDecryptionProperties(footer_key=footer, aad_prefix=bound))
            columns = {name: leaf.column_key(name) for name in names}
            properties = pl.ParquetDecryptionProperties(footer_key=footer, column_keys=columns, aad_prefix=bound)
            return pl.read_parquet(_start(content), decryption=properties)
        except PolarsError:
            raise Unreadable(context) from None

    def _leaf(self, context: str) -> LeafKey:
        return self._keys.leaf(f"vault {self._shelf}", context)

    def _bound(self, context: str) -> bytes:
        return framed(PRODUCT, "parquet", self._shelf, context)


def require_no_clear_column(file: Path | io.BytesIO, footer_only: pl.ParquetDecryptionProperties) -> None:
    """Raise `Fault` when a column can be read without a key of its own. `footer_only` opens the footer and no more."""
    for name in _columns(file, footer_only):
        try:
            pl.read_parquet(_start(file), columns=[name], n_rows=1, decryption=footer_only)
        except PolarsError:
            continue
        raise Fault(
            f"column {name} would be stored in clear; nothing was written",
            remedy="Report this: the Parquet library no longer encrypts every column that has a key.",
        )


def _columns(file: Path | io.BytesIO, properties: pl.ParquetDecryptionProperties) -> list[str]:
    return pl.scan_parquet(_start(file), decryption=properties).collect_schema().names()


def _start(file: Path | io.BytesIO) -> Path | io.BytesIO:
    if isinstance(file, io.BytesIO):
        file.seek(0)
    return file
