"""Tokens: HMAC-SHA-256 under a leaf key, 16 bytes kept (RFC 2104, section 5), computed once per distinct value.

A token hides a value from whoever lacks the key and still shows that two values are equal, so the counts of a column
remain: the commonest token of a surname column is the commonest surname. The format is docs/token.md.
"""

from typing import Final

import numpy as np
import polars as pl

from pseudonymise.binary import of_size
from pseudonymise.keys import DomainKeys, LeafKey
from pseudonymise.standardise import token_group

TOKEN: Final = "token"
RECORD: Final = "record"


def tokens(evidence: pl.DataFrame, keys: DomainKeys) -> pl.DataFrame:
    """Every text column as tokens, Binary(16); columns that are compared with each other share a leaf key."""
    columns = evidence.get_columns()
    return pl.DataFrame([token_column(column, keys.leaf(TOKEN, token_group(column.name))) for column in columns])


def token_column(values: pl.Series, key: LeafKey) -> pl.Series:
    """Tokens of text, or of bytes when re-keying. Null gives null, and so does an empty value: two unknowns differ."""
    places, distinct = dictionary(values)
    messages = distinct.cast(pl.Binary)
    made = key.column_macs(messages)
    return pl.select(pl.when(messages.bin.size() > 0).then(made).alias(values.name)).to_series().gather(places)


def record_tokens(delivery: str, rows: pl.Series, key: LeafKey) -> pl.Series:
    """One token per record; the message is the delivery's digest (32 bytes) and the row (4 bytes, big-endian)."""
    digest = np.frombuffer(bytes.fromhex(delivery), np.uint8)
    numbers = rows.to_numpy().astype(">u4").view(np.uint8).reshape(-1, 4)
    messages = np.hstack([np.broadcast_to(digest, (rows.len(), digest.size)), numbers])
    return key.column_macs(of_size(messages.reshape(-1), messages.shape[1])).rename("record")


def dictionary(values: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Per row the place of its value among the distinct values (null for null); those values, first seen first.

    By a hash of 64 bits, which is twice as fast as by the values themselves; should two of them share one, by those.
    """
    places, _ = by_value(pl.select(pl.when(values.is_not_null()).then(_hashes(values))).to_series())
    seen = np.maximum.accumulate(np.append(np.int32(-1), places.fill_null(-1)))
    distinct = values.gather(np.flatnonzero(seen[1:] > seen[:-1]))
    return (places, distinct) if distinct.gather(places).equals(values) else by_value(values)


def by_value(values: pl.Series) -> tuple[pl.Series, pl.Series]:
    """What `dictionary` tells, by comparing the values."""
    encoded = values.to_arrow(compat_level=pl.CompatLevel.oldest()).dictionary_encode()
    return pl.Series(encoded.indices), pl.Series(encoded.dictionary, dtype=values.dtype)


def _hashes(values: pl.Series) -> pl.Series:
    return values.hash()
