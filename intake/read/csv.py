"""CSV (RFC 4180) by pyarrow, every column as text. Rows with too few or too many fields are set apart."""

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv

from declare import Fault
from intake.quarantine import ENTRIES
from intake.read.content import Content
from intake.read.encoding import utf8
from intake.read.header import check_header
from intake.read.raw import LONGEST, Raw
from intake.read.records import (
    Bytes,
    Offsets,
    misplaced_quote,
    quote_offsets,
    record_ends,
    record_starts,
    structural,
)  # fmt: skip
from intake.read.wrong_file import WrongFile
from intake.source import Source

Piece = tuple[bytes, int]
"""Text, and how many records it holds; empty lines are none."""
Parsed = tuple[pa.Table, list[tuple[int, str]], range]
"""Cells as text by column of `source.read`; place (from 1) and rule of rows that could not be split; the numbers of all
these rows by the count of records."""


def read_csv(content: Content, source: Source) -> Iterator[Raw]:
    """Split the file into rows and fields, some rows at a time. Raises `WrongFile`."""
    for table, rejected, rows in parsed(content, source):
        yield _numbered(table, rejected, rows)


def parsed(content: Content, source: Source, optional: Collection[str] = ()) -> Iterator[Parsed]:
    """The file some rows at a time; columns named in `optional` may be there and fall away. Raises `WrongFile`."""
    pieces = _whole_records(utf8(content.blocks(), source), source)
    header, first = _header_and_rest(pieces, source, optional)
    rows = 0
    for text, count in chain([first], pieces):
        if count:
            table, rejected = _parsed(text, header, source)
            _require_agreement(table.num_rows + len(rejected), count, source)
            yield table, rejected, range(rows + 1, rows + count + 1)
            rows += count
    if rows == 0:
        raise WrongFile(source.id, "holds a header and no rows", remedy="Ask for a delivery with rows.")


def _whole_records(blocks: Iterable[bytes], source: Source) -> Iterator[Piece]:
    """The text in pieces that each end where a record ends.

    What follows the last line end outside quotes waits for the next block.
    """
    rest, lines = b"", 0
    for block in blocks:
        rest += block
        ends = _ends(rest, source)[:-1]
        whole = int(ends[-1]) + 1 if ends.size else 0
        if whole == 0 and len(rest) <= LONGEST:
            continue
        piece, rest = rest[:whole], rest[whole:]
        _refuse_misplaced_quote(piece or rest, lines, source)
        if not piece:
            raise _unsplit(source)
        yield piece, int(record_starts(ends).size)
        lines += piece.count(b"\n")
    _refuse_misplaced_quote(rest, lines, source)
    yield rest, int(record_starts(_ends(rest, source)).size)


def _ends(text: bytes, source: Source) -> Offsets:
    data, mark = np.frombuffer(text, dtype=np.uint8), source.file.quote
    return record_ends(data, structural(data, quote_offsets(data, mark), source.file.separator))


def _refuse_misplaced_quote(text: bytes, lines: int, source: Source) -> None:
    """`lines` stand before the text."""
    data: Bytes = np.frombuffer(text, dtype=np.uint8)
    wrong = misplaced_quote(data, quote_offsets(data, source.file.quote), source.file.separator)
    if wrong is not None:
        line = lines + text.count(b"\n", 0, wrong) + 1
        remedy = 'Have quotes doubled inside quoted fields; `quote = ""` declares a file without quoting.'
        raise WrongFile(source.id, f"has a quote in a place where none may stand (line {line})", remedy=remedy)


def _header_and_rest(pieces: Iterator[Piece], source: Source, optional: Collection[str]) -> tuple[list[str], Piece]:
    """The checked header, and what follows it in the first piece that holds a record."""
    text, count = next((piece for piece in pieces if piece[1]), (b"", 0))
    if count == 0:
        raise WrongFile(source.id, "is empty", remedy="Ask for the delivery again.")
    if not source.file.header:
        return [column.name for column in source.columns], (text, count)
    starts = record_starts(_ends(text, source))
    body = int(starts[1]) if count > 1 else len(text)
    header = _header(text[:body].decode(), source)
    check_header([name for name in header if name not in optional], source)
    return header, (text[body:], count - 1)


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
            read_options=pyarrow.csv.ReadOptions(column_names=list(header), use_threads=False, block_size=len(body)),
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
        raise _unsplit(source)
    return table, rejected


def _unsplit(source: Source) -> WrongFile:
    remedy = f"No record may be longer than {LONGEST // 2**20} MiB; check the quotes and line ends."
    return WrongFile(source.id, "cannot be split into records", remedy=remedy)


def _require_agreement(rows: int, records: int, source: Source) -> None:
    if rows != records:
        message = f"the parser and the count of records disagree on {source.id}; nothing was read"
        raise Fault(message, remedy="Report the source's declaration and the line ends of the file.")


def _numbered(table: pa.Table, rejected: list[tuple[int, str]], rows: range) -> Raw:
    numbers = pl.DataFrame(rejected, schema={"row": pl.UInt32, "rule": pl.String}, orient="row")
    numbers = numbers.with_columns(pl.col("row") + (rows.start - 1))
    entries = numbers.select("row", pl.lit(None, pl.String).alias("column"), "rule", pl.lit("row").alias("scope"))
    all_rows = np.arange(rows.start, rows.stop, dtype=np.uint32)
    kept = pl.Series("row", np.delete(all_rows, numbers.get_column("row").to_numpy() - rows.start))
    frame = pl.DataFrame(pl.from_arrow(table))
    return Raw(frame.insert_column(0, kept), entries.cast(ENTRIES), len(rows))
