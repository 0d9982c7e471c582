"""The first type on the way: rows of one delivery as declared, and what was set apart."""

from dataclasses import dataclass, field
from typing import Final

import polars as pl

from intake.quarantine import Quarantine
from intake.source import Source

_INTAKE: Final = object()


@dataclass(frozen=True, slots=True, repr=False)
class Extract:
    """Made by `intake` only.

    `parts` together hold the rows in order, each a piece that fits in memory: `row` (UInt32, data rows from 1) and the
    columns of `source.read` (none that is dropped and of which nothing is asked), in canonical form: dates as text
    YYYY-MM-DD with 00 or 0000 for unknown parts, integers as Int64, decimals as Float64, everything else as trimmed
    text. `delivery` is the SHA-256 of the file as delivered. Rows in the file = height + rows in quarantine.

    Of corrected rows, `supplements` is the delivery they were set apart from, and `row` their number there.
    """

    source: Source
    delivery: str
    rows_in: int
    parts: tuple[pl.LazyFrame, ...]
    quarantine: Quarantine
    supplements: str | None = None
    _made_by: object = field(default=None)

    def __post_init__(self) -> None:
        if self._made_by is not _INTAKE:
            raise TypeError("an Extract is made by intake only")

    @property
    def height(self) -> int:
        return self.rows_in - len(self.quarantine.rows)

    @property
    def frame(self) -> pl.LazyFrame:
        """All rows, not read yet."""
        return pl.concat(self.parts)

    @property
    def table(self) -> pl.DataFrame:
        """All rows in memory."""
        return self.frame.collect()

    def __repr__(self) -> str:
        return f"Extract({self.source.id}, {self.height} of {self.rows_in} rows)"
