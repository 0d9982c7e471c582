"""From validated rows to a protected delivery: every column goes where its role says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from declare import WrongInput
from expectations.validated import ValidatedExtract
from intake.derive import derive
from intake.source import Role, Source
from pseudonymise.aside import AsideTable, Protected
from pseudonymise.canary import require_canaries
from pseudonymise.encode import encodings
from pseudonymise.harden import HARDENINGS, filtered, harden
from pseudonymise.keys import DomainKeys
from pseudonymise.protected import _PSEUDONYMISE, PAYLOAD, ProtectedTable
from pseudonymise.standardise import Field, evidence, fields_of
from pseudonymise.token import RECORD, record_tokens, tokens


def protect(validated: ValidatedExtract, keys: DomainKeys) -> Protected:
    """As `protected_parts`, all rows at once and in memory."""
    fields = _fields(validated, keys)
    return _protected(validated.table, fields, _origin(validated), keys)


def protected_parts(validated: ValidatedExtract, keys: DomainKeys) -> Iterator[Protected]:
    """Identifying columns as tokens and encodings, payload kept, protected attributes apart, the rest gone.

    One piece of the delivery at a time, as `validated` holds them. Raises `NotActive` when the keys are not in use,
    `CanaryFailed` when this installation makes other tokens than its contract says, `WrongInput` when the source
    declares nothing to link by.
    """
    fields = _fields(validated, keys)
    return (_protected(part.collect(), fields, _origin(validated), keys) for part in validated.parts)


def nobody(source: Source, keys: DomainKeys) -> Protected:
    """A delivery of `source` without rows: what its tables look like."""
    fields = linkage_fields(source)
    kinds = {column.name: _CANONICAL.get(column.type, pl.String()) for column in source.kept}
    rows = pl.DataFrame(schema={"row": pl.UInt32(), **kinds})
    return _protected(rows, fields, Origin(source, "", ""), keys)


_CANONICAL: Final = {"integer": pl.Int64(), "decimal": pl.Float64()}
"""Types of columns that are no text in an Extract."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where rows come from: `records` is the delivery by whose digest they are numbered, for a corrected row the one it
    corrects."""

    source: Source
    delivery: str
    records: str


def _fields(validated: ValidatedExtract, keys: DomainKeys) -> tuple[Field, ...]:
    """What will be protected, when nothing speaks against it."""
    keys.require_active()
    require_canaries()
    return linkage_fields(validated.source)


def _origin(validated: ValidatedExtract) -> Origin:
    # A corrected row is the record it corrects.
    return Origin(validated.source, validated.delivery, validated.supplements or validated.delivery)


def _protected(rows: pl.DataFrame, fields: Sequence[Field], origin: Origin, keys: DomainKeys) -> Protected:
    source, delivery = origin.source, origin.delivery
    identity = _identity(rows, origin.records, fields, keys)
    table = pl.concat([identity, _kept(rows, source, "payload", PAYLOAD)], how="horizontal")
    aside = pl.concat([rows.select("row"), _kept(rows, source, "aside", "")], how="horizontal")
    return Protected(
        ProtectedTable(
            source=source.id, entity=source.entity, once=source.once, delivery=delivery,
            fields={field.name: field.kind for field in fields}, key_id=keys.key_id, table=table,
            _made_by=_PSEUDONYMISE,
        ),
        AsideTable(source=source.id, delivery=delivery, table=aside, _made_by=_PSEUDONYMISE),
    )  # fmt: skip


def _identity(rows: pl.DataFrame, delivery: str, fields: Sequence[Field], keys: DomainKeys) -> pl.DataFrame:
    """`row`, `record`, and the tokens and encodings of every field, as the domain asks them hardened."""
    numbers = rows.get_column("row")
    hardening = HARDENINGS[keys.signed.domain.hardening]
    found = evidence(rows, fields)
    dates = frozenset(field.name for field in fields if field.kind == "date")
    similar = encodings(found.select(filtered(fields, hardening)), dates, keys)
    found = harden(found, fields, keys, hardening)
    records = record_tokens(delivery, numbers, keys.leaf(RECORD, ""))
    return pl.concat([pl.DataFrame([numbers, records]), tokens(found, keys), similar], how="horizontal")


def _kept(rows: pl.DataFrame, source: Source, role: Role, prefix: str) -> pl.DataFrame:
    """Declared and derived columns of one role, their names behind `prefix`."""
    declared = rows.select(column.name for column in source.with_role(role))
    derived = derive(rows, source).select(each.name for each in source.derived if each.role == role)
    return pl.concat([declared, derived], how="horizontal").rename(lambda name: prefix + name)


def linkage_fields(source: Source) -> tuple[Field, ...]:
    """What `source` can be linked by. Raises `WrongInput` for nothing."""
    columns = source.with_role("identify")
    if not columns:
        raise WrongInput(
            f"source {source.id} has no column to link by",
            remedy="Give at least one column the role identify and a field.",
        )
    return fields_of((column.name, column.type, column.field or column.name) for column in columns)
