"""What a room sees of a delivery, in one table that two deliveries can be compared by: tokens as opaque numbers."""

from collections.abc import Iterable, Sequence

import polars as pl

from declare import canonical, digest
from intake.changes import Measure, kind_of
from intake.source import Source
from intake.spool import Spool
from pseudonymise.aside import Protected
from pseudonymise.protect import linkage_fields
from pseudonymise.protected import PAYLOAD, bits
from pseudonymise.standardise import Field, parts

_ADDRESS = (".postcode", ".number")
"""Parts of an address that are empty apart from each other, and are told apart."""


def visible(pieces: Iterable[Protected], source: Source, spool: Spool) -> pl.LazyFrame:
    """Columns: `measured`, by the names that the declaration gives them.

    A linkage field is one number for all its evidence, equal where that is, and null where there is none. Columns that
    are kept are as they are. Rows wait in `spool`.
    """
    return pl.concat([spool.keep(_piece(piece, source)) for piece in pieces])


def measured(source: Source) -> dict[str, Measure | None]:
    """Column of `visible` → how its values are compared, as in `intake.changes.measured_as`."""
    fields = linkage_fields(source)
    tokens = {name: None for field in fields for name in (titled(field), *_apart(field))}
    kept = {column.name: kind_of(column.type) for column in source.with_role("payload", "aside")}
    kept |= {derived.name: "shares" for derived in source.derived}
    return tokens | {_named(name, fields): measure for name, measure in kept.items()}


def compared(source: Source) -> list[str]:
    """Columns of `visible` whose cells a difference counts; of a field no part beside the whole."""
    fields = linkage_fields(source)
    apart = {name for field in fields for name in _apart(field)}
    return [name for name in measured(source) if name not in apart]


def titled(field: Field) -> str:
    """A field by the columns that it is made of."""
    return ", ".join(field.columns.values())


def form(source: Source) -> str:
    """Digest of what decides which columns a delivery has here and what they mean: two of one form are comparable."""
    columns = [(each.name, each.type, each.role, each.field, each.freetext) for each in source.columns]
    return digest(canonical({"columns": columns, "derived": [each.model_dump(mode="json") for each in source.derived]}))


def _piece(piece: Protected, source: Source) -> pl.DataFrame:
    table, aside = piece.table.table, piece.aside.table.drop("row")
    fields = linkage_fields(source)
    tokens = [expression for field in fields for expression in _of_field(field, table.columns)]
    payload = table.select(pl.col(name).alias(name.removeprefix(PAYLOAD)) for name in table.columns
                           if name.startswith(PAYLOAD))  # fmt: skip
    kept = pl.concat([payload, aside], how="horizontal").rename(lambda name: _named(name, fields))
    return pl.concat([table.select(tokens), kept], how="horizontal")


def _of_field(field: Field, there: Sequence[str]) -> list[pl.Expr]:
    evidence = [*parts(field.name, field.kind), *(name for name in bits(field.name) if name in there)]
    whole = pl.when(pl.any_horizontal(pl.col(evidence).is_not_null())).then(pl.struct(evidence).hash())
    return [whole.alias(titled(field)), *(pl.col(name).is_not_null().replace(False, None) for name in _apart(field))]


def _apart(field: Field) -> list[str]:
    return [field.name + ending for ending in _ADDRESS if field.kind == "address"]


def _named(name: str, fields: Sequence[Field]) -> str:
    """A column that is kept: it may bear the name of one of which only tokens are left, such as its origin."""
    taken = {column for field in fields for column in (titled(field), *_apart(field))}
    return f"{name} (kept)" if name in taken else name
