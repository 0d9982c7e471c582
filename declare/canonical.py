"""Canonical bytes and SHA-256 digests (hexadecimal): equal contents, equal digest.

JSON is canonical by RFC 8785. A frame is its column names, types and values in row order, written as uncompressed
Arrow IPC at Polars' oldest compatibility level, so that the way a frame was computed does not show.
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
    import polars as pl  # here, so that the audit room and a partner's laptop read declarations without loading Polars

    buffer = io.BytesIO()
    frame.rechunk().write_ipc(buffer, compression="uncompressed", compat_level=pl.CompatLevel.oldest())
    return digest(buffer.getvalue())
