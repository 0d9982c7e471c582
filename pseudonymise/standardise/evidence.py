"""Evidence columns of a table: for each field what can be compared, as text."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import polars as pl

from pseudonymise.standardise.address import address
from pseudonymise.standardise.date import date
from pseudonymise.standardise.field import PARTS, Field, Kind
from pseudonymise.standardise.given_name import given_name
from pseudonymise.standardise.identifier import category, code, identifier, text
from pseudonymise.standardise.surname import surname

VERSION: Final = "1"
"""Changes whenever any input gets other evidence; tables of two versions must not be compared."""

ENCODED: Final[frozenset[Kind]] = frozenset(("surname", "given_name", "date", "code", "text"))
"""Kinds that are also compared by similarity."""

Standard = Callable[[pl.DataFrame], pl.DataFrame]
"""From columns named by semantic type to columns named by the ending of the evidence."""
_STANDARDS: Final[Mapping[Kind, Standard]] = {
    "surname": surname,
    "given_name": given_name,
    "date": date,
    "address": address,
    "identifier": identifier,
    "code": code,
    "text": text,
    "category": category,
}


def evidence(table: pl.DataFrame, fields: Sequence[Field]) -> pl.DataFrame:
    """String columns in row order, for each field those of `parts`; null where there is nothing to compare."""
    return pl.concat([_of_field(table, field) for field in fields], how="horizontal")


def encoded(fields: Sequence[Field]) -> tuple[str, ...]:
    """Evidence columns that are compared by similarity, and so also get an encoding."""
    return tuple(field.name for field in fields if field.kind in ENCODED)


def token_group(evidence_column: str) -> str:
    """Columns of one group are compared with each other, so their values need tokens under one key."""
    return evidence_column.removesuffix(".other").removesuffix(".swapped")


def _of_field(table: pl.DataFrame, field: Field) -> pl.DataFrame:
    """Standardised once for each distinct value: names repeat."""
    inputs = table.select(pl.col(name).alias(kind) for kind, name in field.columns.items())
    distinct = inputs.unique(maintain_order=True)
    found = _STANDARDS[field.kind](distinct).cast(pl.String)
    # Prefixed, for a column may bear the very name of the evidence.
    known = pl.concat([distinct, found.rename(lambda ending: f"evidence {ending}")], how="horizontal")
    joined = inputs.join(known, on=inputs.columns, how="left", nulls_equal=True, maintain_order="left")
    return joined.select(pl.col(f"evidence {ending}").alias(field.name + ending) for ending in PARTS[field.kind])
