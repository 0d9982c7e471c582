"""One delivery in, one Extract out; one module per file format."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from declare import digest
from intake.extract import _INTAKE, Extract
from intake.quarantine import Quarantine
from intake.read.cells import read_cells
from intake.read.csv import read_csv
from intake.read.raw import Raw
from intake.read.wrong_file import WrongFile
from intake.source import Source

READERS: Mapping[str, Callable[[bytes, Source], Raw]] = {"csv": read_csv}
"""By `file.kind`: the bytes as delivered to rows of text."""


def read_extract(source: Source, path: Path) -> Extract:
    """The delivery in canonical form, and in quarantine what did not fit. The file is read once, as its digest says.

    Raises `WrongFile` when the file as a whole is not what the source declares.
    """
    content = _content(source, path)
    raw = READERS[source.file.kind](content, source)
    table, entries = read_cells(raw.table, source)
    quarantine = Quarantine(pl.concat([raw.rejected, entries]).sort("row", "scope", "column", nulls_last=True))
    return Extract(source, digest(content), raw.rows_in, table, quarantine, _INTAKE)


def _content(source: Source, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        why = os.strerror(error.errno or 0)
    raise WrongFile(source.id, f"cannot be opened ({why})", remedy="Check the name and that it may be read.")
