"""One delivery in, one Extract out; one module per file format."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import polars as pl

from intake.extract import _INTAKE, Extract
from intake.freetext import refused, search
from intake.quarantine import Quarantine
from intake.read.cells import read_cells
from intake.read.content import Content
from intake.read.csv import read_csv
from intake.read.excel import read_excel
from intake.read.fixed import read_fixed
from intake.read.jsonl import read_jsonl
from intake.read.parquet import read_parquet
from intake.read.raw import Raw
from intake.read.wrong_file import WrongFile
from intake.read.xml import read_xml
from intake.source import Source
from intake.spool import Spool

READERS: Mapping[str, Callable[[Content, Source], Iterator[Raw]]] = {
    "csv": read_csv,
    "excel": read_excel,
    "fixed": read_fixed,
    "jsonl": read_jsonl,
    "parquet": read_parquet,
    "xml": read_xml,
}
"""By `file.kind`: what was delivered to rows of text."""
BLOCK: Final = 8 * 2**20
"""Bytes of the file read at once. What is made of them, tokens and encodings, takes some fifteen times as much."""


def read_extract(source: Source, path: Path, spool: Spool | None = None) -> Extract:
    """The delivery in canonical form, and in quarantine what did not fit. The file is read once, as its digest says.

    A `spool` holds the rows of a file that may not fit in memory. Raises `WrongFile` when the file as a whole is not
    what the source declares.
    """
    with Content(path, source, BLOCK) as content:
        return extracted(READERS[source.file.kind](content, source), content, source, spool)


def extracted(
    raws: Iterable[Raw], content: Content, source: Source, spool: Spool | None, supplements: str | None = None
) -> Extract:
    """What a reader of `content` found, in canonical form."""
    parts, entries, rows_in = [], [], 0
    for raw in raws:
        cells, found = read_cells(raw.table, source)
        table, identifying = search(cells, source)
        parts.append(spool.keep(table) if spool else table.lazy())
        entries += [raw.rejected, found, identifying]
        rows_in += raw.rows_in
    if rows_in == 0:
        raise WrongFile(source.id, "holds no rows", remedy="Ask for a delivery with rows.")
    digest, told = content.digest(), pl.concat(entries)
    parts = [part.with_columns(pl.lit(None, pl.String).alias(name) for name in refused(told, source)) for part in parts]
    quarantine = Quarantine(told.sort("row", "scope", "column", nulls_last=True))
    return Extract(source, digest, rows_in, tuple(parts), quarantine, supplements, _INTAKE)
