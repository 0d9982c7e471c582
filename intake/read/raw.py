"""What every reader of a file format gives back, before types are looked at."""

from dataclasses import dataclass
from typing import Final

import polars as pl

LONGEST: Final = 64 * 2**20
"""Bytes; no record may be longer."""


@dataclass(frozen=True, slots=True, repr=False)
class Raw:
    """Some rows in a row. `table`: `row` (UInt32, data rows of the file from 1) and the wanted columns as text, nothing
    trimmed.

    `rejected`: entries (`quarantine.ENTRIES`) of rows that could not be split into fields, and of cells that have no
    text. `rows_in` is counted apart from the parser: table.height + rejected rows.
    """

    table: pl.DataFrame
    rejected: pl.DataFrame
    rows_in: int
