"""One delivery in, one Extract out; one module per file format."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from intake.extract import _INTAKE, Extract
from intake.quarantine import Quarantine
from intake.read.cells import read_cells
from intake.read.csv import read_csv
from intake.read.raw import Raw
from intake.read.wrong_file import WrongFile
from intake.source import Source
from intake.spool import Spool

READERS: Mapping[str, Callable[[Iterable[bytes], Source], Iterator[Raw]]] = {"csv": read_csv}
"""By `file.kind`: the bytes as delivered to rows of text."""
BLOCK: Final = 8 * 2**20
"""Bytes of the file read at once. What is made of them, tokens and encodings, takes some fifteen times as much."""


def read_extract(source: Source, path: Path, spool: Spool | None = None) -> Extract:
    """The delivery in canonical form, and in quarantine what did not fit. The file is read once, as its digest says.

    A `spool` holds the rows of a file that may not fit in memory. Raises `WrongFile` when the file as a whole is not
    what the source declares.
    """
    state = hashlib.sha256()
    parts, entries, rows_in = [], [], 0
    for raw in READERS[source.file.kind](_blocks(source, path, state), source):
        table, found = read_cells(raw.table, source)
        parts.append(spool.keep(table) if spool else table.lazy())
        entries += [raw.rejected, found]
        rows_in += raw.rows_in
    quarantine = Quarantine(pl.concat(entries).sort("row", "scope", "column", nulls_last=True))
    return Extract(source, state.hexdigest(), rows_in, tuple(parts), quarantine, _INTAKE)


def _blocks(source: Source, path: Path, state: "hashlib._Hash") -> Iterator[bytes]:
    """The file's bytes, of which `state` takes the digest."""
    why = None
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                state.update(block)
                yield block
    except OSError as error:
        why = os.strerror(error.errno or 0)
    if why is not None:
        raise WrongFile(source.id, f"cannot be opened ({why})", remedy="Check the name and that it may be read.")
