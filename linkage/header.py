"""Headers: the names of a file's columns, as they are written; a file without a line of names has a person's values
there, which nobody may see."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from declare import WrongInput

_VALUE: Final = re.compile(r"@|^[\s./:,+()-]*\d[\d\s./:,+()-]*$|\d[-/.]\d{1,2}[-/.]\d|^\d{4} ?[A-Za-z]{2}$")
"""An address of mail, a number, a date or a Dutch postcode."""


def read_header(path: Path, *, separator: str = ",", encoding: str = "utf-8") -> list[str]:
    """Names in the order of the columns, blanks around them taken off; one may come twice, or be empty.

    Raises `OSError`, `LookupError`, `csv.Error` or `polars.exceptions.PolarsError` when the file cannot be read.
    """
    if path.suffix.lower() in (".parquet", ".pq"):
        return [name.strip() for name in pl.read_parquet_schema(path)]
    plain = "utf-8-sig" if encoding.lower().startswith(("utf8", "utf-8")) else encoding
    with path.open(encoding=plain, errors="replace", newline="") as file:
        rows = csv.reader(file, delimiter=separator)
        return [name.strip() for name in next((row for row in rows if row), [])]


def holds_values(names: Sequence[str]) -> bool:
    """Whether one of them looks like the value of a record."""
    return any(_VALUE.search(name) for name in names)


def refuse_values(path: Path, header: Sequence[str]) -> None:
    """Raise `WrongInput`, without a word of it, when the header looks like a record, or names two columns alike."""
    if holds_values(header):
        raise WrongInput(
            f"the first line of {path.name} holds values where names of columns should stand",
            remedy="Give the file a first line that names its columns.",
        )
    for place, name in enumerate(header):
        if name and name in header[:place]:
            raise WrongInput(
                f"columns {header.index(name) + 1} and {place + 1} of {path.name} have one name",
                remedy="Give each column a name of its own.",
            )


def refuse_repeated(path: Path, names: Sequence[str], header: Sequence[str]) -> None:
    """Raise `WrongInput` when one of `names`, which a model declares, is that of two columns."""
    for name in names:
        if name and header.count(name) > 1:
            raise WrongInput(
                f"{path.name} has the column {name} {'twice' if header.count(name) == 2 else 'several times'}",
                remedy="Give each column a name of its own.",
            )
