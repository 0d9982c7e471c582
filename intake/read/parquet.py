"""Parquet, by Arrow: columns of text as they are, those of numbers, days and truth values as the source writes them."""

from collections.abc import Iterator
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet

from intake.quarantine import ENTRIES
from intake.read.content import EXPANSION, FREE, Content
from intake.read.header import check_header
from intake.read.raw import Raw
from intake.read.typed import Broken, Cell, day, fraction
from intake.read.wrong_file import WrongFile, attempt, guarded
from intake.source import Column, FileFormat, Source

ROWS: Final = 100_000
_ERRORS: Final = (pa.ArrowException, OSError, ValueError, MemoryError)


def read_parquet(content: Content, source: Source) -> Iterator[Raw]:
    """Some rows at a time. Raises `WrongFile`, also for columns of lists, bytes and other kinds that are no cell."""
    file = content.file()
    broken = WrongFile(source.id, "is no whole Parquet file", remedy="Have it sent again, or mend `kind`.")
    opened = attempt(lambda: pyarrow.parquet.ParquetFile(file), _ERRORS)
    if opened is None:
        raise broken
    check_header(opened.schema_arrow.names, source)
    _refuse_kinds(opened.schema_arrow, source)
    _refuse_expansion(opened.metadata, file.seek(0, 2), source)
    names = [column.name for column in source.read]
    batches = opened.iter_batches(ROWS, columns=names)
    rows = 0
    for batch in guarded((_checked(batch) for batch in batches), _ERRORS, broken):
        yield _raw(batch, rows, source)
        rows += batch.num_rows
    if rows != opened.metadata.num_rows:
        raise broken


def _checked(batch: pa.RecordBatch) -> pa.RecordBatch:
    batch.validate(full=True)  # text that is not UTF-8, offsets that lead nowhere
    return batch


def _is_text(kind: pa.DataType) -> bool:
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    return any(of(inner) for of in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))


def _is_exact(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_decimal(kind))


def _is_day(kind: pa.DataType) -> bool:
    return bool(pa.types.is_date(kind) or (pa.types.is_timestamp(kind) and kind.tz is None))


_KINDS: Final = (_is_text, _is_exact, _is_day, pa.types.is_floating, pa.types.is_boolean, pa.types.is_null)


def _refuse_kinds(schema: pa.Schema, source: Source) -> None:
    wrong = [column.name for column in source.read if not any(of(schema.field(column.name).type) for of in _KINDS)]
    if wrong:
        why = f"has columns that hold neither text, numbers, days nor truth values: {', '.join(wrong)}"
        raise WrongFile(source.id, why, remedy="Have them written as text; a moment needs no time zone.")


def _refuse_expansion(metadata: Any, size: int, source: Source) -> None:
    unpacked = sum(metadata.row_group(place).total_byte_size for place in range(metadata.num_row_groups))
    if unpacked > max(FREE, EXPANSION * size):
        why = f"unpacks to more than {EXPANSION} times its size"
        raise WrongFile(source.id, why, remedy="Have it written without compression, if it is what it should be.")


def _raw(batch: pa.RecordBatch, before: int, source: Source) -> Raw:
    rows = pl.Series("row", range(before + 1, before + batch.num_rows + 1), pl.UInt32)
    read = [_column(batch.column(column.name), column, source.file, rows) for column in source.read]
    entries = [entry for _, found in read for entry in found]
    table = pl.DataFrame([rows, *(cells for cells, _ in read)])
    return Raw(table, pl.DataFrame(entries, schema=ENTRIES, orient="row"), batch.num_rows)


Entry = tuple[int, str, str, str]


def _column(values: pa.Array, column: Column, file: FileFormat, rows: pl.Series) -> tuple[pl.Series, list[Entry]]:
    """Its cells, and an entry for each that has no text."""
    kind = values.type
    if _is_text(kind) or pa.types.is_null(kind):
        return _text(values.cast(pa.large_string()), column), []
    if pa.types.is_boolean(kind):
        return _text(values.cast(pa.large_string()), column), []
    if _is_exact(kind):
        text = _text(values.cast(pa.large_string()), column)
        return text.str.replace(".", file.decimal, literal=True), []
    cells = _converted(values, column, file)
    entries = [(row, column.name, c.rule, "cell") for row, c in zip(rows, cells, strict=True) if isinstance(c, Broken)]
    return pl.Series(column.name, [None if isinstance(c, Broken) else c for c in cells], pl.String), entries


def _converted(values: pa.Array, column: Column, file: FileFormat) -> list[Cell]:
    """Days and fractions, each distinct value once."""
    coded = values.dictionary_encode()
    known: list[Cell] = [
        fraction(value, file) if isinstance(value, float) else day(value, column, file)
        for value in coded.dictionary.to_pylist()
    ]
    return [None if code is None else known[code] for code in coded.indices.to_pylist()]


def _text(values: pa.Array, column: Column) -> pl.Series:
    return pl.Series(column.name, pl.from_arrow(values), pl.String)
