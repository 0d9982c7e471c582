"""Levels of pairs: for each field the best level that holds, from codes and then from similarity."""

import numpy as np
import polars as pl

from linkage.compare.comparing import comparing
from linkage.pairing import Pairing


def with_levels(pairs: pl.DataFrame, pairing: Pairing) -> pl.DataFrame:
    """Pairs `l`, `r` with the level number of each field, `level <field>` (UInt8)."""
    from linkage import kernel

    left, right = pairs["l"].to_numpy(), pairs["r"].to_numpy()
    ready = comparing(pairing)
    levels = np.empty((len(ready.agreements), left.size), dtype=np.uint8)
    kernel.by_codes(ready.fields, left, right, levels)
    for agreement, found in zip(ready.agreements, levels, strict=True):
        agreement.better(found, left, right)
    columns = [agreement.field.column for agreement in ready.agreements]
    return pairs.with_columns(map(pl.Series, columns, levels))
