"""The second type on the way: rows that met the source's contract, and how the delivery did."""

from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from expectations.feedback import DOUBTED
from intake.quarantine import Quarantine
from intake.source import Source

_EXPECTATIONS: Final = object()


@dataclass(frozen=True, slots=True, repr=False)
class ValidatedExtract:
    """Made by `expectations.validate` only.

    `parts` together hold the rows in order: `row` and the columns of `source.kept`, as in `Extract`, without the rows
    that failed; cells of the wrong shape are null.

    `quality` is plain JSON data: one item per check with expectation, column, rule, consequence (`row`, `cell`,
    `warn`), evaluated, unexpected (rows), outcome (`met`, `failed`; of corrected rows alone a check of a whole
    column may be `not judged`); no values. What was not evaluated refuses.

    `doubted` (`feedback.DOUBTED`) names the cells that throw doubt on a national register, whatever that costs here.
    `supplements` as in `Extract`.
    """

    source: Source
    delivery: str
    rows_in: int
    parts: tuple[pl.LazyFrame, ...]
    quarantine: Quarantine
    quality: tuple[dict[str, Any], ...]
    doubted: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=DOUBTED))
    supplements: str | None = None
    _made_by: object = field(default=None)

    def __post_init__(self) -> None:
        if self._made_by is not _EXPECTATIONS:
            raise TypeError("a ValidatedExtract is made by expectations.validate only")

    @property
    def height(self) -> int:
        return self.rows_in - len(self.quarantine.rows)

    @property
    def table(self) -> pl.DataFrame:
        """All rows in memory."""
        return pl.concat(self.parts).collect()

    def __repr__(self) -> str:
        return f"ValidatedExtract({self.source.id}, {self.height} of {self.rows_in} rows)"
