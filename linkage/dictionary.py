"""Dictionaries: values become numbers, equal where values are equal, so no string is compared twice."""

from collections.abc import Sequence

import numpy as np
import polars as pl
import pyarrow as pa

Codes = np.ndarray[tuple[int], np.dtype[np.uint32]]


def codes(columns: Sequence[pl.Series], *, ordered: bool = True) -> list[pl.Series]:
    """UInt32 codes of each column from 1, null where missing; `ordered` as the values of all columns together are.

    So the same records in another order get the same codes. Only distinct values are sorted: values repeat.
    """
    every = pl.concat([column.alias("value") for column in columns], rechunk=True)
    coded = pa.array(every.to_arrow()).dictionary_encode()
    values, places = pl.Series(coded.dictionary), pl.Series("code", coded.indices, dtype=pl.UInt32)
    found = values.rank("dense").cast(pl.UInt32).gather(places) if ordered else places + 1
    starts = np.cumsum([0, *(column.len() for column in columns)])
    return [found.slice(start, column.len()) for start, column in zip(starts.tolist(), columns, strict=False)]


def mapped(column: pl.Series, expression: pl.Expr) -> pl.Series:
    """An expression over `value`, worked out for distinct values only."""
    coded = pa.array(column.rechunk().to_arrow()).dictionary_encode()
    found = pl.DataFrame({"value": pl.Series(coded.dictionary, dtype=column.dtype)}).select(expression).to_series()
    return found.gather(pl.Series(coded.indices, dtype=pl.UInt32)).alias(column.name)


def together(keys: Sequence[Sequence[pl.Series]], *, ordered: bool = False) -> list[pl.Series]:
    """One code for all parts of a key: `keys` holds the parts of one side after another. A key that lacks a part
    is null."""
    found = [parts[0] for parts in keys]
    for number in range(1, len(keys[0])):
        # two codes of 32 bits side by side in one of 64, then a new dictionary
        wide = [
            side.cast(pl.UInt64) * (1 << 32) + parts[number] for side, parts in zip(found, keys, strict=True)
        ]  # fmt: skip
        found = codes(wide, ordered=ordered)
    return found


def numbers(column: pl.Series) -> Codes:
    """Codes as an array, 0 where missing."""
    return column.fill_null(0).to_numpy()
