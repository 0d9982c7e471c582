"""On receipt the room re-keys all tokens, so that no partner can match what the room holds with its own copy."""

import polars as pl

from declare import Refusal
from pseudonymise.aside import Protected
from pseudonymise.keys import LeafKey, RoomKeys
from pseudonymise.protected import _PSEUDONYMISE, PAYLOAD, ProtectedTable
from pseudonymise.token import token_column


def rekey(protected: Protected, keys: RoomKeys) -> Protected:
    """The same delivery with every token replaced by the token of that token; equal stays equal, encodings stay.

    One leaf key serves all columns: tokens of two fields differ already. Raises `NotActive`, and `Refusal` when the
    tokens were not made under the domain keys that belong to `keys`.
    """
    keys.require_active()
    table = protected.table
    if table.key_id != keys.accepts:
        raise Refusal(
            f"the tokens of {table.source} were not made under domain {keys.name}, or were re-keyed before",
            remedy="Deliver again under the key of this domain and version.",
        )
    leaf = keys.leaf("rekey", "")
    columns = [_rekeyed(column, leaf) for column in table.table.get_columns()]
    fresh = ProtectedTable(
        source=table.source, entity=table.entity, once=table.once, delivery=table.delivery, fields=table.fields,
        key_id=keys.key_id, table=pl.DataFrame(columns), _made_by=_PSEUDONYMISE,
    )  # fmt: skip
    return Protected(fresh, protected.aside)


def _rekeyed(column: pl.Series, leaf: LeafKey) -> pl.Series:
    is_token = column.dtype == pl.Binary and not column.name.startswith(PAYLOAD)
    return token_column(column, leaf) if is_token else column
