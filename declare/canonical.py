"""Canonical bytes and SHA-256 digests (hexadecimal): equal contents, equal digest.

JSON is canonical by RFC 8785. A frame is its column names, types, nulls and values in row order, each written as
uncompressed Arrow IPC at Polars' oldest compatibility level, so that the way a frame was computed does not show.
"""

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rfc8785

if TYPE_CHECKING:
    import polars as pl


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of plain JSON data."""
    return rfc8785.dumps(value)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def digest_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_frame(frame: "pl.DataFrame") -> str:
    # Imported here, so that the audit room runs where Polars is not installed.
    import polars as pl

    parts = hashlib.sha256()
    for column in frame.get_columns():
        # What lies under a null or in a bitmap's last byte is arbitrary: nulls are taken out, Booleans are widened.
        values = column.drop_nulls()
        parts.update(canonical([column.name, str(column.dtype), column.len()]))
        parts.update(_bytes(column.is_null().cast(pl.UInt8)))
        parts.update(_bytes(values.cast(pl.UInt8) if column.dtype == pl.Boolean else values))
    return parts.hexdigest()


def _bytes(column: "pl.Series") -> bytes:
    import polars as pl

    buffer = io.BytesIO()
    frame = column.rechunk().to_frame()
    frame.write_ipc(buffer, compression="uncompressed", compat_level=pl.CompatLevel.oldest())
    return hashlib.sha256(buffer.getbuffer()).digest()
