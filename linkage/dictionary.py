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


def together(keys: Sequence[Sequence[Codes]]) -> list[Codes]:
    """One code for all parts of a key: `keys` holds the parts of one side after another. A key that lacks a part has
    none, which is 0."""
    from linkage import kernel

    found = [parts[0] for parts in keys]
    for number in range(1, len(keys[0])):
        sides = zip(found, (parts[number] for parts in keys), strict=True)
        coded = kernel.coded(np.concatenate([wide(one, two) for one, two in sides]))
        found = np.split(coded, np.cumsum([side.size for side in found])[:-1])
    return found


def wide(one: Codes, two: Codes) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Two codes of 32 bits side by side in one of 64; 0 where either is."""
    both = one.astype(np.uint64) << np.uint64(32) | two
    both[(one == 0) | (two == 0)] = 0
    return both


def numbers(column: pl.Series) -> Codes:
    """Codes as an array, 0 where missing."""
    return column.fill_null(0).to_numpy()
