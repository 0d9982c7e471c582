"""Made-up rows as a file in the declared format."""

import gzip
import io
import json
import unicodedata
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import polars as pl

from declare import WrongInput, write_atomically
from intake.source import FileFormat, Source


class NoWriter(WrongInput):
    def __init__(self) -> None:
        super().__init__(
            "dummy data cannot be written as a workbook",
            remedy='Declare kind = "csv" in a copy of the source for the time being.',
        )


def write(path: Path, rows: pl.DataFrame, source: Source) -> None:
    """Write `rows` (all text) as `source` declares its file. Raises `NoWriter` for a workbook."""
    content = _content(rows, source)
    write_atomically(path, _packed(content, source.file, path.stem))


def _content(rows: pl.DataFrame, source: Source) -> bytes:
    file = source.file
    if file.kind == "excel":
        raise NoWriter
    if file.kind == "parquet":
        buffer = io.BytesIO()
        rows.write_parquet(buffer)
        return buffer.getvalue()
    text = {"csv": _csv, "fixed": _fixed, "jsonl": _jsonl, "xml": _xml}[file.kind](rows, source)
    return _with_signs_of(file.encoding, text).encode(file.encoding, errors="ignore")


def _with_signs_of(encoding: str, text: str) -> str:
    """Letters that the encoding lacks lose their accents; what is lacking even so is left out."""
    lacking = {sign for sign in set(text) if not sign.encode(encoding, errors="ignore")}
    return text.translate({ord(sign): unicodedata.normalize("NFKD", sign)[0] for sign in lacking})


def _csv(rows: pl.DataFrame, source: Source) -> str:
    file = source.file
    return rows.write_csv(
        separator=file.separator,
        quote_char=file.quote or '"',
        quote_style="necessary" if file.quote else "never",
        include_header=file.header,
    )


def _fixed(rows: pl.DataFrame, source: Source) -> str:
    width = max(column.place.stop for column in source.columns)
    lines = []
    for row in rows.iter_rows(named=True):
        line = [" "] * width
        for column in source.columns:
            place = column.place
            line[place.start : place.stop] = (row[column.name] or "")[: len(place)].ljust(len(place))
        lines.append("".join(line))
    return "\n".join([*lines, ""])


def _jsonl(rows: pl.DataFrame, _: Source) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows.iter_rows(named=True))


def _xml(rows: pl.DataFrame, source: Source) -> str:
    root = ElementTree.Element("rows")
    for row in rows.iter_rows(named=True):
        record = ElementTree.SubElement(root, source.file.record or "row")
        for name, value in row.items():
            if value is not None:
                ElementTree.SubElement(record, name).text = value
    head = f'<?xml version="1.0" encoding="{source.file.encoding}"?>\n'
    return head + ElementTree.tostring(root, encoding="unicode")


def _packed(content: bytes, file: FileFormat, stem: str) -> bytes:
    if file.packing == "gzip":
        return gzip.compress(content, mtime=0)
    if file.packing == "zip":
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(file.member or f"{stem}.{file.kind}", content)
        return buffer.getvalue()
    return content
