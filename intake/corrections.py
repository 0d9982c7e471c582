"""Rows that lost something, as their supplier gets them back to correct, and as it delivers them again.

One form whatever the source's own: CSV (RFC 4180) in UTF-8 with commas and a header; first `row`, the number of the row
in its delivery, then every declared column with the text that was delivered, last why. Dates, decimals and empty cells
are written as the source writes them. A text that a spreadsheet would execute gets an apostrophe in front, which falls
away again on reading.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from declare import WrongInput
from intake.extract import Extract
from intake.quarantine import ENTRIES
from intake.read import BLOCK, READERS, extracted, read_extract
from intake.read.content import Content
from intake.read.csv import Parsed, parsed
from intake.read.raw import Raw
from intake.read.wrong_file import WrongFile
from intake.source import Column, FileFormat, Source
from intake.spool import Spool

ROW: Final = "row"
_EXECUTED: Final = r"[=+\-@\t\r\n＝＋－＠]"
"""Signs with which a formula begins (OWASP, CSV injection)."""


def read_delivery(source: Source, path: Path, supplements: str | None, spool: Spool | None = None) -> Extract:
    """As `read_extract`, or as `read_corrections` where the file supplements a delivery. Raises `WrongInput`."""
    if supplements is None:
        return read_extract(source, path, spool)
    if not re.fullmatch("[0-9a-f]{64}", supplements):
        raise WrongInput(
            "that is no digest of a delivery", remedy="Copy the 64 signs that `encode` or `check` printed."
        )
    return read_corrections(source, path, supplements, spool)


def read_corrections(source: Source, path: Path, supplements: str, spool: Spool | None = None) -> Extract:
    """Corrected rows of the delivery `supplements`, as `read_extract` reads a delivery. Raises `WrongFile`."""
    form = _form(source)
    with Content(path, form, BLOCK) as content:
        return extracted(_corrections(content, form), content, source, spool, supplements)


def delivered_rows(
    source: Source, path: Path, rows: pl.Series, *, delivery: str, supplements: str | None = None
) -> Iterator[pl.DataFrame]:
    """`row` and every declared column as text, as delivered, of the rows with these numbers.

    Reads the file a second time, some rows at a time; a row that could not be split has its number only. Raises
    `WrongFile` when it is no longer the file whose digest is `delivery`.
    """
    form, reader = (_form(source), _corrections) if supplements else (_whole(source), READERS[source.file.kind])
    with Content(path, form, BLOCK) as content:
        for raw in reader(content, form):
            numbers = pl.concat([raw.table.select(ROW), raw.rejected.select(ROW)]).unique()
            wanted = numbers.filter(pl.col(ROW).is_in(rows.implode())).sort(ROW)
            yield wanted.join(raw.table, on=ROW, how="left", maintain_order="left").select(ROW, *names_of(source))
        if content.digest() != delivery:
            remedy = "Let nobody write to it meanwhile, and run again."
            raise WrongFile(source.id, "changed after it was checked", remedy=remedy)


def written(tables: Iterable[pl.DataFrame], source: Source, reasons: Sequence[str]) -> Iterator[bytes]:
    """The form above, piece by piece; `tables` as `delivered_rows`, with the columns `reasons` behind."""
    names = dict(zip(reasons, reason_names(source, reasons), strict=True))
    empty = pl.DataFrame(schema=[ROW, *names_of(source), *names.values()])
    yield csv_of(empty, header=True)
    for table in tables:
        yield csv_of(table.rename(names, strict=False))


def csv_of(table: pl.DataFrame, *, header: bool = False) -> bytes:
    """CSV in UTF-8, every field quoted, nothing in it that a spreadsheet would execute."""
    texts = [name for name, dtype in table.schema.items() if dtype == pl.String]
    safe = table.with_columns(_guarded(pl.col(texts)))
    return safe.write_csv(include_header=header, quote_style="always").encode()


def reason_names(source: Source, reasons: Sequence[str]) -> list[str]:
    """The names of the last columns, otherwise than those of declared ones."""
    declared, names = set(names_of(source)), list(reasons)
    while declared.intersection(names):
        names = [f"{name}_" for name in names]
    return names


def names_of(source: Source) -> list[str]:
    return [column.name for column in source.columns]


def _form(source: Source) -> Source:
    """The declaration of a file of corrections."""
    file = source.file
    own = FileFormat(decimal=file.decimal, date=file.date, unknown_date_parts=file.unknown_date_parts, null=file.null)
    whole = _whole(source)
    number = Column(name=ROW, type="integer", role="payload")
    return whole.model_copy(update={"file": own, "columns": (number, *whole.columns)})


def _whole(source: Source) -> Source:
    """The same declaration, of which every column is read."""
    columns = tuple(column.model_copy(update={"role": "payload"}) for column in source.columns)
    return source.model_copy(update={"columns": columns, "derived": ()})


def _corrections(content: Content, form: Source) -> Iterator[Raw]:
    seen = pl.Series(ROW, [], pl.UInt32)
    for some in parsed(content, form, optional=reason_names(form, ("reden", "reason"))):
        raw = _numbered(some, form)
        numbers = raw.table.get_column(ROW)
        doubled = numbers.filter(numbers.is_duplicated() | numbers.is_in(seen.implode()))
        if doubled.len():
            _refuse(form, f"has row {doubled[0]} more than once", "Deliver every row once.")
        seen = pl.concat([seen, numbers])
        yield raw


def _numbered(some: Parsed, form: Source) -> Raw:
    """Under the numbers that stand in it. Without its number nobody knows which row a row corrects."""
    table, rejected, places = some
    if rejected:
        place = rejected[0][0] + places.start - 1
        _refuse(form, f"has too few or too many fields in its row {place}", "Put texts with commas in quotes.")
    frame = pl.DataFrame(pl.from_arrow(table))
    text = pl.col(ROW).str.strip_chars()
    numbers = frame.select(pl.when(text.str.contains(r"^[1-9][0-9]*$")).then(text).cast(pl.UInt32, strict=False))
    if numbers.get_column(ROW).null_count():
        place = places.start + int(numbers.get_column(ROW).is_null().arg_max() or 0)
        _refuse(form, f"has no row number in its row {place}", "Leave the column row as it was.")
    cells = frame.drop(ROW).select(_bare(pl.all()))
    return Raw(pl.concat([numbers, cells], how="horizontal"), pl.DataFrame(schema=ENTRIES), len(places))


def _guarded(text: pl.Expr) -> pl.Expr:
    return text.str.replace(f"^('*{_EXECUTED})", "'$1")


def _bare(text: pl.Expr) -> pl.Expr:
    return text.str.replace(f"^'('*{_EXECUTED})", "$1")


def _refuse(source: Source, why: str, remedy: str) -> None:
    raise WrongFile(source.id, why, remedy=remedy)
