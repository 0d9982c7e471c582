"""Levels of pairs: for each field the best level that holds, from codes and then from similarity."""

import polars as pl

from linkage.compare.agreement import by_equality, with_similarity
from linkage.pairing import Field, Pairing


def with_levels(pairs: pl.DataFrame, pairing: Pairing) -> pl.DataFrame:
    """Pairs `l`, `r` with the level number of each field, `level <field>` (UInt8)."""
    equal = pairs.with_columns(equality(pairs, pairing, field) for field in pairing.fields)
    return equal.with_columns(with_similarity(equal, pairing, field) for field in pairing.fields)


def equality(pairs: pl.DataFrame, pairing: Pairing, field: Field) -> pl.Series:
    """Level numbers of one field from codes alone."""
    parts = sorted(field.evidence)
    sides = {"l": pairing.left_codes, "r": pairing.right_codes}
    wide = pl.DataFrame(
        [codes[part].gather(pairs[side]).alias(f"{side}:{part}") for side, codes in sides.items() for part in parts]
    )
    return wide.select(by_equality(field)).to_series()
