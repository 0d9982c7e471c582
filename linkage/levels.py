"""Levels of pairs: for each field the best level that holds, from codes and then from similarity."""

import polars as pl

from linkage.compare.agreement import agreements
from linkage.pairing import Pairing


def with_levels(pairs: pl.DataFrame, pairing: Pairing) -> pl.DataFrame:
    """Pairs `l`, `r` with the level number of each field, `level <field>` (UInt8)."""
    left, right = pairs["l"].to_numpy(), pairs["r"].to_numpy()
    found = []
    for agreement in agreements(pairing):
        rows = agreement.rows(left, right)
        levels = agreement.with_similarity(agreement.equality(*rows), *rows)
        found.append(pl.Series(agreement.field.column, levels))
    return pairs.with_columns(found)
