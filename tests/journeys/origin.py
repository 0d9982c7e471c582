"""Which row of its file a stored record was: whoever holds all keys of the room can tell, and nobody else."""

import polars as pl

from flows.keyring import Keyring
from pseudonymise.token import RECORD, record_tokens, token_column


def origin(keyring: Keyring, delivery: str, rows: int) -> pl.DataFrame:
    """`record` as it is stored and `origin`, its row in a file of so many rows whose digest is `delivery`."""
    numbers = pl.Series("origin", range(1, rows + 1), pl.UInt32)
    made = record_tokens(delivery, numbers, keyring.domain_keys.leaf(RECORD, ""))
    return pl.DataFrame([token_column(made, keyring.room_keys.leaf("rekey", "")), numbers])
