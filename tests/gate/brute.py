"""The slow twin of the auditor: write down every table of whole numbers that fits what was published."""

from itertools import product

import numpy as np
import numpy.typing as npt
import polars as pl

from gate import TOTAL

Ints = npt.NDArray[np.int64]


def possible_tables(safe: pl.DataFrame, dimensions: tuple[str, ...], low: Ints, high: Ints) -> Ints:
    """One row per possible table, one column per cell of `safe`; hidden cells lie between `low` and `high`.

    Only `people` are looked at. Tables with an inner cell above `high` are left out.
    """
    names = safe.select(dimensions).rows()
    inner = [number for number, name in enumerate(names) if TOTAL not in name]
    published = safe["people"].to_list()
    choices = [[published[n]] if published[n] is not None else range(low[n], high[n] + 1) for n in inner]
    tables = np.array(list(product(*choices)), dtype=np.int64)
    sums = tables @ np.array([[_holds(cell, names[part]) for cell in names] for part in inner], dtype=np.int64)
    fits = np.ones(len(sums), dtype=bool)
    for number, people in enumerate(published):
        fits &= (sums[:, number] == people) if people is not None else (sums[:, number] >= low[number])
        inside = number in inner or people is not None
        fits &= True if inside else sums[:, number] <= np.where(high[number] < 0, sums[:, number], high[number])
    return sums[fits]


def _holds(cell: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return all(mine in (TOTAL, other) for mine, other in zip(cell, part, strict=True))
