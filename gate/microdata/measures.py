"""How far rows hide their persons: sizes of classes, sensitive values in them, uniques.

A class is all rows with the same values of the quasi-identifiers; a missing value is a value like others there.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from gate.microdata.spelling import known


def class_sizes(table: pl.DataFrame, quasi: Sequence[str]) -> pl.Series:
    """Rows in each class."""
    return _plain(table, quasi).group_by(_names(quasi)).agg(n=pl.len().cast(pl.Int64))["n"]


def smallest(table: pl.DataFrame, quasi: Sequence[str]) -> int | None:
    """k: rows of the smallest class (Samarati and Sweeney 1998; Samarati 2001); None without rows."""
    least = class_sizes(table, quasi).min()
    return least if isinstance(least, int) else None


def diversity(table: pl.DataFrame, quasi: Sequence[str], sensitive: str) -> int | None:
    """l: least number of distinct known values in a class (distinct l-diversity, Machanavajjhala et al. 2007); two
    ways of writing are one value."""
    rows = _plain(table, quasi).with_columns(value=known(table[sensitive]))
    least = rows.group_by(_names(quasi)).agg(n=pl.col("value").drop_nulls().n_unique().cast(pl.Int64))["n"].min()
    return least if isinstance(least, int) else None


def closeness(table: pl.DataFrame, quasi: Sequence[str], sensitive: str) -> float:
    """t: greatest distance between the values in a class and those in the table (Li, Li and Venkatasubramanian 2007).

    The earth mover's distance, 0 to 1: with ordered distance for numbers, where a step is one distinct value, and
    equal distance otherwise. A missing value is a value, below all others. 0 without rows.
    """
    rows = _plain(table, quasi).with_columns(value=places(table[sensitive]))
    pairs = rows.group_by(*_names(quasi), "value").agg(n=pl.len().cast(pl.Int64))
    classes = pairs.select(_names(quasi)).unique().with_row_index("class")
    counted = pairs.join(classes, on=_names(quasi), nulls_equal=True)
    return farthest(counted, ordered=table[sensitive].dtype.is_numeric())


def places(values: pl.Series) -> pl.Series:
    """The place of each value among the distinct ones, from 1; 0 for none (UInt32)."""
    return values.rank("dense").fill_null(0).cast(pl.UInt32)


def farthest(held: pl.DataFrame, *, ordered: bool) -> float:
    """The same of `class`, the place of its `value` and `n`, how many rows have both."""
    if held.is_empty():
        return 0.0
    whole = held.group_by("value").agg(pl.col("n").sum()).sort("value").with_row_index("place")
    whole = whole.select("value", pl.col("place").cast(pl.Int64), q=pl.col("n") / pl.col("n").sum())
    share = pl.col("n") / pl.col("n").sum().over("class")
    each = held.select("class", "value", p=share).join(whole, on="value")
    if ordered and whole.height > 1:
        return _ordered(
            each.select("class", "p", value="place").sort("class", "value"), whole["q"].cum_sum().to_numpy()
        )
    moved = (pl.col("p") - pl.col("q")).abs().sum() + 1 - pl.col("q").sum()
    return float(each.group_by("class").agg(moved=moved / 2)["moved"].to_numpy().max())


def _ordered(each: pl.DataFrame, whole: np.ndarray) -> float:
    """Sum over the values of |P - Q|, both cumulative, divided by the number of steps. Between two values that a class
    has, P stays as it is and Q rises, so the sum from one to the next is told by where Q passes P."""
    last = whole.size - 1
    upto = np.append(0.0, np.cumsum(whole))
    runs = each.select(
        "class",
        start="value",
        end=pl.col("value").shift(-1).over("class").fill_null(last).clip(upper_bound=last),
        level=pl.col("p").cum_sum().over("class"),
    )
    first = each.group_by("class").agg(start=pl.lit(0, pl.Int64), end=pl.col("value").min(), level=pl.lit(0.0))
    runs = pl.concat([runs.filter(pl.col("start") < last), first])
    start, end, level = (runs[name].to_numpy() for name in ("start", "end", "level"))
    turn = np.clip(np.searchsorted(whole, level), start, end)
    below = level * (turn - start) - (upto[turn] - upto[start])
    above = (upto[end] - upto[turn]) - level * (end - turn)
    sums = runs.select("class", moved=pl.Series(below + above)).group_by("class").agg(pl.col("moved").sum())["moved"]
    return float(sums.to_numpy().max() / last)


def rarest(table: pl.DataFrame, quasi: Sequence[str], column: str) -> int | None:
    """Rows that have the rarest value of `column` in a class; None where nobody has one."""
    rows = _plain(table, quasi).with_columns(value=table[column]).drop_nulls("value")
    least = rows.group_by(*_names(quasi), "value").agg(n=pl.len().cast(pl.Int64))["n"].min()
    return least if isinstance(least, int) else None


def uniques(table: pl.DataFrame, quasi: Sequence[str], weight: str | None) -> tuple[int, float]:
    """Rows that are alone in their class, and how many of these are expected to be alone in the population too.

    Of a row with weight w, alone in its class, that chance is 1/w (Benedetti and Franconi 1998: the population's class
    is negative binomial around what is seen of it). Without weights the table is the population.
    """
    rows = _plain(table, quasi).with_columns(stands=pl.lit(1.0) if weight is None else table[weight].cast(pl.Float64))
    alone = rows.group_by(_names(quasi)).agg(n=pl.len(), stands=pl.col("stands").first()).filter(pl.col("n") == 1)
    return alone.height, float((1 / alone["stands"]).sum())


def _plain(table: pl.DataFrame, quasi: Sequence[str]) -> pl.DataFrame:
    """The quasi-identifiers under names of our own: those of a file may be anything."""
    return table.select(pl.col(name).alias(own) for name, own in zip(quasi, _names(quasi), strict=True))


def _names(quasi: Sequence[str]) -> list[str]:
    return [f"q{place}" for place in range(len(quasi))]
