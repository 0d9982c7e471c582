"""On receipt the room re-keys all tokens and encodings, so that no partner can match what the room holds with its own
copy.

Tokens become tokens of tokens. The 512 bits of all encodings change places, in one order that only the room knows: what
two of them have in common stays in common. Whoever knows many values behind encodings can work the order out; what it
keeps from others is a look-up of theirs.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from declare import Refusal
from pseudonymise.aside import Protected
from pseudonymise.encode import BITS
from pseudonymise.keys import LeafKey, RoomKeys
from pseudonymise.protected import _PSEUDONYMISE, PAYLOAD, ProtectedTable, bits
from pseudonymise.token import token_column

_AT_ONCE: Final = 50_000
"""Rows whose bits are spread out, a byte each, at a time: 25 MB."""


def rekey(protected: Protected, keys: RoomKeys) -> Protected:
    """The same delivery with every token replaced by the token of that token, and the bits of encodings in another
    order; equal stays equal, and alike as much alike.

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
    tokens = [_rekeyed(column, leaf) for column in table.table.get_columns()]
    columns = pl.DataFrame(tokens).with_columns(_moved(table.table, _places(keys)))
    fresh = ProtectedTable(
        source=table.source, entity=table.entity, once=table.once, delivery=table.delivery, fields=table.fields,
        key_id=keys.key_id, table=columns, _made_by=_PSEUDONYMISE,
    )  # fmt: skip
    return Protected(fresh, protected.aside)


def _rekeyed(column: pl.Series, leaf: LeafKey) -> pl.Series:
    is_token = column.dtype == pl.Binary and not column.name.startswith(PAYLOAD)
    return token_column(column, leaf) if is_token else column


def _places(keys: RoomKeys) -> npt.NDArray[np.int64]:
    """The old place of each new bit: the order of 512 tokens is anybody's guess."""
    macs = keys.leaf("rekey encodings", "").macs([place.to_bytes(2) for place in range(BITS)], 16)
    return np.array(sorted(range(BITS), key=macs.__getitem__), np.int64)


def _moved(table: pl.DataFrame, places: npt.NDArray[np.int64]) -> list[pl.Series]:
    """All words of all encodings, `_AT_ONCE` rows at a time; null stays null."""
    names = [bits(name) for name in table.columns if bits(name)[0] in table.columns]
    return [word for words in names for word in _encoding_moved(table.select(words), places)]


def _encoding_moved(words: pl.DataFrame, places: npt.NDArray[np.int64]) -> list[pl.Series]:
    filled = words.fill_null(0).to_numpy(order="c").astype("<u8", copy=False)
    moved = np.zeros_like(filled)
    for start in range(0, len(filled), _AT_ONCE):
        spread = np.unpackbits(filled[start : start + _AT_ONCE].view(np.uint8), axis=1, bitorder="little")
        moved[start : start + _AT_ONCE] = np.packbits(spread.take(places, axis=1), axis=1, bitorder="little").view(
            "<u8"
        )
    there = words.to_series(0).is_not_null()
    columns = [pl.Series(name, moved[:, place]) for place, name in enumerate(words.columns)]
    return [pl.select(pl.when(there).then(column)).to_series().alias(column.name) for column in columns]
