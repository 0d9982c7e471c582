"""Optimal one-to-one matching: the links that are likeliest together, not one by one."""

import warnings
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

MOST_CELLS: Final = 4_000_000
"""Left times right records of one connected component that is still solved; a cell takes 8 bytes."""

_A_LINK: Final = 1e-6
"""Bits that a link is worth in itself: of matchings that weigh the same, the one with more links is best."""
_ROUNDING: Final = 1e-9

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Indices = np.ndarray[tuple[int], np.dtype[np.intp]]
Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]


def optimal(pairs: pl.DataFrame, greedy: pl.Series, at_least: float, most_cells: int = MOST_CELLS) -> pl.Series:
    """Whether each pair is in the one-to-one matching with the greatest sum of log2 posterior odds above `at_least`.

    `pairs` has `l`, `r`, `match_weight`, `match_probability`, all of at least that probability, the heaviest first;
    `greedy` says which of them greed takes. At one half it is the likeliest matching, pairs taken as independent.

    Connected components are solved one by one (Crouse 2016, as in scipy), but only where greed is not proved optimal.
    A component of more than `most_cells` left times right records stays greedy, with a `UserWarning`.
    """
    found = pairs.select(
        "l", "r", component=_components(pairs), gain=_gain(pairs, at_least), taken=greedy
    ).with_row_index()
    open_ = found.join(_unproved(found), on="component", how="semi")
    cells = pl.col("l").n_unique().cast(pl.UInt64) * pl.col("r").n_unique()
    small = cells.over("component") <= most_cells
    _warn(open_.filter(~small))
    solved = _solved(open_.filter(small))
    return greedy.clone().scatter(solved["index"], solved["taken"])


def _components(pairs: pl.DataFrame) -> pl.Series:
    """Number of the connected component of each pair."""
    left, right = (pairs[side].cast(pl.Int64).to_numpy() for side in ("l", "r"))
    if not left.size:
        return pl.Series([], dtype=pl.Int32)
    start = int(left.max()) + 1
    nodes = start + int(right.max()) + 1
    graph = coo_array((np.ones(left.size, dtype=np.int8), (left, start + right)), shape=(nodes, nodes))
    return pl.Series(connected_components(graph, directed=False)[1][left])


def _gain(pairs: pl.DataFrame, at_least: float) -> pl.Series:
    """log2 posterior odds above those of `at_least`.

    Taken from the weights, for probabilities near one are rounded; the least likely pair tells what lies between.
    """
    if pairs.is_empty():
        return pl.Series([], dtype=pl.Float64)
    weight, least = pairs["match_weight"], min(float(pairs["match_probability"][-1]), 1 - 2**-52)
    above = np.log2(least / (1 - least)) - np.log2(at_least / (1 - at_least))
    return weight - float(weight[-1]) + max(float(above), 0.0) + _A_LINK


def _unproved(found: pl.DataFrame) -> pl.DataFrame:
    """`component` of those where greed gains less than each left, and each right, record's best pair together."""
    reached = found.group_by("component").agg((pl.col("gain") * pl.col("taken")).sum())
    for side in ("l", "r"):
        best = found.group_by("component", side).agg(pl.col("gain").max())
        bound = best.group_by("component").agg(pl.col("gain").sum().alias(f"bound {side}"))
        reached = reached.join(bound, on="component")
    short = pl.col("gain") + _ROUNDING < pl.min_horizontal("bound l", "bound r")
    return reached.filter(short).select("component")


def _solved(open_: pl.DataFrame) -> pl.DataFrame:
    """`index`, `taken` of every pair of the components, each of which fits into memory."""
    dense = [(pl.col(side).rank("dense").over("component") - 1).cast(pl.Int64).alias(side) for side in ("l", "r")]
    parts = open_.with_columns(dense).sort("component", "l", "r")
    left, right, gain = (parts[name].to_numpy() for name in ("l", "r", "gain"))
    starts = parts.select(pl.col("component").is_first_distinct().arg_true()).to_series().to_list()
    taken = np.zeros(parts.height, dtype=np.bool_)
    for start, end in pairwise([*starts, parts.height]):
        part = slice(start, end)
        taken[part] = _assignment(left[part], right[part], gain[part])
    return parts.select("index", pl.Series("taken", taken))


def _assignment(left: Indices, right: Indices, gain: Floats) -> Flags:
    from scipy.optimize import linear_sum_assignment

    cells = np.zeros((left.max() + 1, right.max() + 1))
    cells[left, right] = gain
    partner = np.full(cells.shape[0], -1)
    rows, columns = linear_sum_assignment(cells, maximize=True)
    partner[rows] = columns
    return np.asarray(partner[left] == right)


def _warn(large: pl.DataFrame) -> None:
    if large.height:
        warnings.warn(
            f"{large['component'].n_unique()} groups, of {large.height} pairs, are too large for an optimal matching; "
            "theirs is greedy. A higher threshold makes groups smaller.",
            stacklevel=5,
        )
