"""CSV (RFC 4180) by pyarrow, every column as text. Rows with too few or too many fields are set apart."""

import csv
from collections.abc import Sequence

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv

from declare import Fault
from intake.quarantine import ENTRIES
from intake.read.encoding import utf8
from intake.read.header import check_header
from intake.read.raw import Raw
from intake.read.records import Bytes, misplaced_quote, quote_offsets, record_ends, record_starts, structural
from intake.read.wrong_file import WrongFile
from intake.source import Source

BLOCK = 64 * 2**20
"""Bytes parsed at once; no record may be longer."""


def read_csv(content: bytes, source: Source) -> Raw:
    """Split the file into rows and fields. Raises `WrongFile`."""
    text = utf8(content, source)
    data = np.frombuffer(text, dtype=np.uint8)
    starts = _record_starts(data, source)
    body = int(starts[1]) if starts.size > 1 else len(text)
    header = _header(text[:body].decode(), source)
    check_header(header, source)
    if starts.size == 1:
        raise WrongFile(source.id, "holds a header and no rows", remedy="Ask for a delivery with rows.")
    table, rejected = _parsed(text[body:], header, source)
    return _numbered(table, rejected, int(starts.size) - 1, source)


def _record_starts(data: Bytes, source: Source) -> np.ndarray:
    quotes = quote_offsets(data, source.file.quote)
    wrong = misplaced_quote(data, quotes, source.file.separator)
    if wrong is not None:
        line = int(np.count_nonzero(data[:wrong] == ord("\n"))) + 1
        remedy = 'Have quotes doubled inside quoted fields; `quote = ""` declares a file without quoting.'
        raise WrongFile(source.id, f"has a quote in a place where none may stand (line {line})", remedy=remedy)
    starts = record_starts(record_ends(data, structural(data, quotes, source.file.separator)))
    if starts.size == 0:
        raise WrongFile(source.id, "is empty", remedy="Ask for the delivery again.")
    return starts


def _header(text: str, source: Source) -> list[str]:
    lines = text.strip("\r\n").splitlines(keepends=True)
    if source.file.quote:
        reader = csv.reader(lines, delimiter=source.file.separator, quotechar=source.file.quote)
    else:
        reader = csv.reader(lines, delimiter=source.file.separator, quoting=csv.QUOTE_NONE)
    return [name.strip() for name in next(reader)]


def _parsed(body: bytes, header: Sequence[str], source: Source) -> tuple[pa.Table, list[tuple[int, str]]]:
    rejected: list[tuple[int, str]] = []

    def set_apart(row: pyarrow.csv.InvalidRow) -> str:
        few = row.actual_columns < row.expected_columns
        rejected.append((row.number, "too-few-fields" if few else "too-many-fields"))
        return "skip"

    try:
        table = pyarrow.csv.read_csv(
            pa.py_buffer(body),
            # Only one thread keeps count of the rows it sets apart.
            read_options=pyarrow.csv.ReadOptions(column_names=list(header), use_threads=False, block_size=BLOCK),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=source.file.separator,
                quote_char=source.file.quote or False,
                newlines_in_values=bool(source.file.quote),
                invalid_row_handler=set_apart,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={name: pa.string() for name in header},
                include_columns=[column.name for column in source.read],
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        table = None
    if table is None:  # outside the handler: pyarrow's message may quote the row
        remedy = f"No record may be longer than {BLOCK // 2**20} MiB; check the quotes and line ends."
        raise WrongFile(source.id, "cannot be split into records", remedy=remedy)
    return table, rejected


def _numbered(table: pa.Table, rejected: list[tuple[int, str]], rows_in: int, source: Source) -> Raw:
    if table.num_rows + len(rejected) != rows_in:
        message = f"the parser and the count of records disagree on {source.id}; nothing was read"
        raise Fault(message, remedy="Report the source's declaration and the line ends of the file.")
    numbers = pl.DataFrame(rejected, schema={"row": pl.UInt32, "rule": pl.String}, orient="row")
    entries = numbers.select("row", pl.lit(None, pl.String).alias("column"), "rule", pl.lit("row").alias("scope"))
    all_rows = np.arange(1, rows_in + 1, dtype=np.uint32)
    kept = pl.Series("row", np.delete(all_rows, numbers.get_column("row").to_numpy() - 1))
    frame = pl.DataFrame(pl.from_arrow(table))
    return Raw(frame.insert_column(0, kept), entries.cast(ENTRIES), rows_in)
