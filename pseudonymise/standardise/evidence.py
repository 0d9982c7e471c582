"""Evidence columns of a table: for each field what can be compared, as text."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import polars as pl

from pseudonymise.standardise.address import address
from pseudonymise.standardise.contact import email, iban, phone
from pseudonymise.standardise.date import date
from pseudonymise.standardise.field import PARTS, Field, Kind
from pseudonymise.standardise.fold import accented, fold
from pseudonymise.standardise.full_name import full_name
from pseudonymise.standardise.given_name import given_name
from pseudonymise.standardise.identifier import category, code, identifier, text
from pseudonymise.standardise.measure import members, number, place
from pseudonymise.standardise.surname import surname

VERSION: Final = "3"
"""Changes whenever any input gets other evidence; tables of two versions must not be compared."""

ENCODED: Final[frozenset[Kind]] = frozenset(
    ("surname", "given_name", "full_name", "date", "code", "text", "email", "phone", "iban")
)
"""Kinds that are also compared by similarity."""

WRITTEN: Final = ".written"
"""Ending of the evidence that keeps diacritics."""

Standard = Callable[[pl.DataFrame], pl.DataFrame]
"""From folded columns named by semantic type to columns named by the ending of the evidence."""
_STANDARDS: Final[Mapping[Kind, Standard]] = {
    "surname": surname,
    "given_name": given_name,
    "full_name": full_name,
    "date": date,
    "address": address,
    "identifier": identifier,
    "code": code,
    "text": text,
    "category": category,
    "email": email,
    "phone": phone,
    "iban": iban,
    "number": number,
    "place": place,
    "list": members,
}


def evidence(table: pl.DataFrame, fields: Sequence[Field]) -> pl.DataFrame:
    """String columns in row order, for each field those of `parts`; null where there is nothing to compare."""
    return pl.concat([_of_field(table, field) for field in fields], how="horizontal")


def encoded(fields: Sequence[Field]) -> tuple[str, ...]:
    """Evidence columns that are compared by similarity, and so also get an encoding."""
    return tuple(field.name for field in fields if field.kind in ENCODED)


def token_group(evidence_column: str) -> str:
    """Columns of one group are compared with each other, so their values need tokens under one key."""
    return evidence_column.removesuffix(".other").removesuffix(".swapped").removesuffix(".surname")


def _of_field(table: pl.DataFrame, field: Field) -> pl.DataFrame:
    """Standardised once for each distinct value: names repeat."""
    inputs = table.select(pl.col(name).cast(pl.String).alias(kind) for kind, name in field.columns.items())
    distinct = inputs.unique(maintain_order=True)
    found = _standardised(distinct, field.kind)
    # Prefixed, for a column may bear the very name of the evidence.
    known = pl.concat([distinct, found.rename(lambda ending: f"evidence {ending}")], how="horizontal")
    joined = inputs.join(known, on=inputs.columns, how="left", nulls_equal=True, maintain_order="left")
    return joined.select(pl.col(f"evidence {ending}").alias(field.name + ending) for ending in PARTS[field.kind])


def _standardised(columns: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    folded = columns.select(fold(pl.all()))
    found = _STANDARDS[kind](folded).cast(pl.String)
    if WRITTEN not in PARTS[kind]:
        return found
    return found.with_columns(_as_written(columns, folded, found[""], _STANDARDS[kind]))


def _as_written(columns: pl.DataFrame, folded: pl.DataFrame, whole: pl.Series, standard: Standard) -> pl.Series:
    """The whole value with its diacritics. Only rows that have any are standardised again, for they are few."""
    kept = columns.select(accented(pl.all()))
    marked = kept.select(pl.any_horizontal(kept[name].ne_missing(folded[name]) for name in kept.columns)).to_series()
    places = marked.arg_true()
    again = standard(kept.filter(marked))[""].cast(pl.String)
    values = pl.DataFrame({"again": again, "whole": whole.gather(places)})
    # Where the accents hid what the value is, a prefix for one, it counts as it was folded.
    filled = values.select(pl.when(pl.col("whole").is_not_null()).then(pl.coalesce("again", "whole"))).to_series()
    return whole.clone().scatter(places, filled).alias(WRITTEN)
