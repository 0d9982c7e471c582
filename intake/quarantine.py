"""What intake and expectations set apart: row number, column and rule, never the value."""

from dataclasses import dataclass
from typing import Final, Self

import polars as pl

ENTRIES: Final = pl.Schema({"row": pl.UInt32, "column": pl.String, "rule": pl.String, "scope": pl.String})
"""`row` counts data rows from 1; `scope` is `row` (the row is kept out), `cell` (the cell became empty), `masked`
(an identifier in a text was masked), `refused` (it was found, and the column became empty in all rows) or, in a
delivery that a check stops, `stop`."""

ROW_RULES: Final = (
    "too-few-fields", "too-many-fields", "line-too-short", "line-too-long", "not-a-json-object", "doubled-column",
    "undeclared-column", "text-between-cells",
)  # fmt: skip
"""Why a row could not be split into cells; these name no column."""
CELL_RULES: Final = (
    "decoded-wrongly", "doubled-value", "error-value", "formula", "nested-value", "not-a-number", "unexpected-date",
)  # fmt: skip
"""Why a cell has no text, whatever its type; `TYPE-format` where it has one that its type does not read."""


@dataclass(frozen=True, slots=True, repr=False)
class Quarantine:
    """Entries with the columns of `ENTRIES`; a row or cell may be named by several rules."""

    entries: pl.DataFrame

    @classmethod
    def empty(cls) -> Self:
        return cls(pl.DataFrame(schema=ENTRIES))

    @property
    def rows(self) -> set[int]:
        """Numbers of the rows kept out."""
        return set(self.entries.filter(pl.col("scope") == "row").get_column("row"))

    @property
    def correctable(self) -> pl.Series:
        """Numbers of the rows that lost something, in order: kept out, or a cell of them. To be delivered again."""
        lost = self.entries.filter(pl.col("scope").is_in(["row", "cell"]))
        return lost.get_column("row").unique().sort()

    def with_entries(self, more: pl.DataFrame) -> "Quarantine":
        return Quarantine(pl.concat([self.entries, more.select(ENTRIES.names()).cast(ENTRIES)]))

    def counts(self) -> pl.DataFrame:
        """Columns `scope`, `column`, `rule`, `count`; the largest first."""
        grouped = self.entries.group_by("scope", "column", "rule").agg(pl.col("row").n_unique().alias("count"))
        return grouped.sort("count", "column", "rule", descending=[True, False, False])

    def __repr__(self) -> str:
        return f"Quarantine({self.entries.height} entries)"
