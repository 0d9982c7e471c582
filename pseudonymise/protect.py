"""From validated rows to a protected delivery: every column goes where its role says."""

from collections.abc import Sequence

import polars as pl

from declare import WrongInput
from expectations.validated import ValidatedExtract
from intake.derive import derive
from intake.source import Role, Source
from pseudonymise.aside import AsideTable, Protected
from pseudonymise.encode import encodings
from pseudonymise.keys import DomainKeys
from pseudonymise.protected import _PSEUDONYMISE, PAYLOAD, ProtectedTable
from pseudonymise.standardise import Field, encoded, evidence, fields_of
from pseudonymise.token import RECORD, record_tokens, tokens


def protect(validated: ValidatedExtract, keys: DomainKeys) -> Protected:
    """Identifying columns as tokens and encodings, payload kept, protected attributes apart, the rest gone.

    Raises `NotActive` when the keys are not in use, `WrongInput` when the source declares nothing to link by.
    """
    keys.require_active()
    source, delivery = validated.source, validated.delivery
    fields = linkage_fields(source)
    table = pl.concat([_identity(validated, fields, keys), _kept(validated, "payload", PAYLOAD)], how="horizontal")
    aside = pl.concat([validated.table.select("row"), _kept(validated, "aside", "")], how="horizontal")
    return Protected(
        ProtectedTable(
            source=source.id, entity=source.entity, once=source.once, delivery=delivery,
            fields={field.name: field.kind for field in fields}, key_id=keys.key_id, table=table,
            _made_by=_PSEUDONYMISE,
        ),
        AsideTable(source=source.id, delivery=delivery, table=aside, _made_by=_PSEUDONYMISE),
    )  # fmt: skip


def _identity(validated: ValidatedExtract, fields: Sequence[Field], keys: DomainKeys) -> pl.DataFrame:
    """`row`, `record`, and the tokens and encodings of every field."""
    rows = validated.table.get_column("row")
    found = evidence(validated.table, fields)
    dates = frozenset(field.name for field in fields if field.kind == "date")
    similar = encodings(found.select(encoded(fields)), dates, keys)
    records = record_tokens(validated.delivery, rows, keys.leaf(RECORD, ""))
    return pl.concat([pl.DataFrame([rows, records]), tokens(found, keys), similar], how="horizontal")


def _kept(validated: ValidatedExtract, role: Role, prefix: str) -> pl.DataFrame:
    """Declared and derived columns of one role, their names behind `prefix`."""
    source = validated.source
    declared = validated.table.select(column.name for column in source.with_role(role))
    derived = derive(validated.table, source).select(each.name for each in source.derived if each.role == role)
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
