"""Paired bootstrap over entities: is one linkage's F1 really above another's on the same records?"""

from dataclasses import dataclass

import numpy as np
import polars as pl

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Difference:
    """F1 of the first less that of the second, with the middle 95 % of the draws."""

    value: float
    low: float
    high: float


def f1_difference(
    links: tuple[pl.DataFrame, pl.DataFrame],
    sides: tuple[pl.DataFrame, ...],
    *,
    draws: int = 2000,
    seed: int = 20_261_122,
) -> Difference:
    """Entities are drawn with replacement, the same for both linkages (Efron and Tibshirani 1993, ch. 6).

    `links` are those of the two linkages, columns `id_l`, `id_r`; `sides` has for each file (one, or left and right)
    `row` and `entity`. A pair counts as often as its entities were drawn: right pairs once for each time their entity
    was, wrong pairs for each combination of the two.
    """
    entities = pl.concat([side["entity"] for side in sides]).unique(maintain_order=True)
    codes = pl.DataFrame({"entity": entities}).with_row_index("code")
    numbered = [side.join(codes, on="entity").select("row", "code") for side in sides]
    pairs = [_codes(table, numbered[0], numbered[-1]) for table in links]
    true = _true_pairs(numbered, entities.len())
    rng = np.random.default_rng(seed)
    once = np.ones(entities.len())
    found = []
    for _ in range(draws):
        times = np.bincount(rng.integers(entities.len(), size=entities.len()), minlength=entities.len()).astype(float)
        found.append(_f1(*pairs[0], true, times) - _f1(*pairs[1], true, times))
    low, high = np.quantile(found, [0.025, 0.975])
    return Difference(_f1(*pairs[0], true, once) - _f1(*pairs[1], true, once), float(low), float(high))


def _codes(
    links: pl.DataFrame, left: pl.DataFrame, right: pl.DataFrame
) -> tuple[np.ndarray[tuple[int], np.dtype[np.uint32]], np.ndarray[tuple[int], np.dtype[np.uint32]]]:
    """Entity of the left and of the right record of each link."""
    named = links.select(pl.col("id_l", "id_r").cast(pl.UInt32)).join(left, left_on="id_l", right_on="row")
    named = named.join(right, left_on="id_r", right_on="row", suffix=" right")
    return named["code"].to_numpy(), named["code right"].to_numpy()


def _true_pairs(sides: list[pl.DataFrame], entities: int) -> Floats:
    """How many true pairs each entity has."""
    counts = [np.bincount(side["code"].to_numpy(), minlength=entities) for side in sides]
    if len(counts) == 1:
        return np.asarray(counts[0] * (counts[0] - 1) / 2, dtype=np.float64)
    return np.asarray(counts[0] * counts[1], dtype=np.float64)


def _f1(
    left: np.ndarray[tuple[int], np.dtype[np.uint32]],
    right: np.ndarray[tuple[int], np.dtype[np.uint32]],
    true: Floats,
    times: Floats,
) -> float:
    same = left == right
    hits = times[left[same]].sum()
    misses = (times[left[~same]] * times[right[~same]]).sum()
    return float(2 * hits / (hits + misses + (times * true).sum()))
