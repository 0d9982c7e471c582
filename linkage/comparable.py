"""Evidence of one side, ready to be compared: tokens and encodings, or clear text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from declare import WrongInput
from linkage.dictionary import codes, numbers
from linkage.model import Model
from pseudonymise.protected import ProtectedTable, bits
from pseudonymise.standardise import Field, evidence, parts


@dataclass(frozen=True, slots=True, repr=False)
class Evidence:
    """Evidence columns of one field: their distinct rows, and which of these each record has."""

    distinct: pl.DataFrame
    rows: pl.Series | None = None
    """Row of `distinct` by position (UInt32); None when every record has a row of its own."""

    def each(self, column: pl.Series) -> pl.Series:
        """A column of `distinct`, or one computed from it, by position of the records."""
        return column if self.rows is None else column.gather(self.rows)


@dataclass(frozen=True, slots=True, repr=False)
class Comparable:
    """Records of one side by position, with the evidence of every field in `kinds`.

    `clear` says whether evidence is text, or tokens (Binary) with encodings.
    """

    name: str
    kinds: Mapping[str, str]
    evidence: Mapping[str, Evidence]
    height: int
    clear: bool
    once: bool = False
    """Whether each entity is here once."""
    entity: str = "person"

    def __repr__(self) -> str:
        return f"Comparable({self.name}, {self.height} records)"

    @classmethod
    def of_text(cls, name: str, table: pl.DataFrame, fields: tuple[Field, ...]) -> Self:
        """Clear text of `table`, standardised once for each distinct value: names repeat."""
        found = {field.name: _distinct(table, field) for field in fields}
        return cls(name, {field.name: field.kind for field in fields}, found, table.height, clear=True)

    @property
    def by_column(self) -> Iterator[tuple[str, Evidence]]:
        """Every evidence column with the evidence it belongs to."""
        return ((column, found) for found in self.evidence.values() for column in found.distinct.columns)

    @property
    def table(self) -> pl.DataFrame:
        """All evidence by position of the records."""
        every = [found.each(column) for found in self.evidence.values() for column in found.distinct]
        return pl.DataFrame(every)


def comparable(table: ProtectedTable | Comparable) -> Comparable:
    """Tokens and encodings of a protected table, in its row order; what is comparable stays as it is."""
    if isinstance(table, Comparable):
        return table
    found = {
        name: Evidence(table.table.select(column for column in table.table.columns if _belongs(column, name, kind)))
        for name, kind in table.fields.items()
    }
    return Comparable(
        table.source, table.fields, found, table.table.height, clear=False, once=table.once, entity=table.entity
    )


def kinds_of(left: Comparable, right: Comparable, model: Model) -> dict[str, str]:
    """Kind of each compared field. Raises `WrongInput` when a side lacks it or holds something else under the name."""
    found = {}
    for comparison in model.comparisons:
        name = comparison.field
        if name not in left.kinds or name not in right.kinds:
            lacking = (left if name not in left.kinds else right).name
            raise WrongInput(f"{lacking} has no linkage field {name}", remedy=f"Declare it, or mend model {model.id}.")
        if left.kinds[name] != right.kinds[name]:
            raise WrongInput(f"linkage field {name} is of two kinds", remedy="Give its columns the same types.")
        found[name] = left.kinds[name]
    return found


def _distinct(table: pl.DataFrame, field: Field) -> Evidence:
    inputs = table.select(list(dict.fromkeys(field.columns.values())))
    key = codes([inputs.to_series(0)], ordered=False)[0].fill_null(0)
    for other in inputs.get_columns()[1:]:
        [key] = codes([key.cast(pl.UInt64) * (1 << 32) + codes([other], ordered=False)[0].fill_null(0)], ordered=False)
    first = key.arg_unique()
    place = np.zeros(numbers(key).max(initial=0) + 1, dtype=np.uint32)
    place[numbers(key.gather(first))] = np.arange(first.len())
    return Evidence(evidence(inputs[first], [field]), pl.Series("row", place[numbers(key)]))


def _belongs(column: str, name: str, kind: str) -> bool:
    return column in parts(name, kind) or column in bits(name)
