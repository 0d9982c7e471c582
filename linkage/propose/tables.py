"""Files as they are: which columns they have, how they are separated and encoded, and a profile of each column."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from declare import WrongInput
from linkage.files import read_texts
from linkage.header import read_header, refuse_values
from linkage.model import Files
from linkage.propose.kinds import Column, recognise
from linkage.propose.profile import Profile

_SEPARATORS: Final = (",", ";", "\t", "|")
_ENCODINGS: Final = ("utf-8", "cp1252")
_NAMELESS: Final = re.compile(r"(?:_duplicated_\d+)?")
"""What Polars calls a column without a name, the first and the next."""


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """A file with what its columns hold."""

    path: Path
    texts: pl.DataFrame
    columns: tuple[Column, ...]
    files: Files
    doubts: tuple[str, ...] = ()
    """What of the file is left out that could be compared."""


def read_table(path: Path) -> Table:
    """Raises `WrongInput` when the file cannot be read, has no header, or holds fewer than two records."""
    files = _written(path)
    schema = _schema(path, files)
    texts = read_texts(path, list(schema), separator=files.separator, encoding=files.encoding)
    if texts.height < 2:
        raise WrongInput(f"{path.name} holds fewer than two records", remedy="Give a file with records to link.")
    listed = {name for name, kind in schema.items() if isinstance(kind, pl.List | pl.Array)}
    columns = [recognise(Profile.of(column, listed=column.name in listed)) for column in texts.get_columns()]
    named = tuple(column for column in columns if not _NAMELESS.fullmatch(column.name))
    lost = sum(column.type is not None for column in columns if column not in named)
    doubts = (f"columns of {path.name} without a name are left out ({lost})",) if lost else ()
    return Table(path, texts.select(column.name for column in named), named, files, doubts)


def _written(path: Path) -> Files:
    """Separator and encoding: the sign that parts the first line most often, the first encoding that can be read."""
    if path.suffix.lower() in (".parquet", ".pq"):
        return Files()
    try:
        content = path.read_bytes()
    except OSError:
        raise WrongInput(f"{path.name} cannot be read", remedy="Check the name of the file.") from None
    encoding = next((name for name in _ENCODINGS if _decodes(content, name)), "latin-1")
    head = content.split(b"\n", 1)[0].decode(encoding)
    return Files(separator=max(_SEPARATORS, key=head.count), encoding=encoding)


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _schema(path: Path, files: Files) -> dict[str, pl.DataType]:
    """Column names, blanks around them taken off, and what the file says they hold."""
    try:
        refuse_values(path, read_header(path, separator=files.separator, encoding=files.encoding))
        if path.suffix.lower() in (".parquet", ".pq"):
            schema = dict(pl.read_parquet_schema(path))
        else:
            schema = dict(
                pl.read_csv(
                    path, separator=files.separator, encoding=files.encoding, infer_schema=False, n_rows=1
                ).schema
            )
    except (OSError, csv.Error, pl.exceptions.PolarsError) as error:
        raise WrongInput(
            f"{path.name} cannot be read ({type(error).__name__})", remedy="Give a CSV or Parquet file."
        ) from None
    return {name.strip(): kind for name, kind in schema.items()}
