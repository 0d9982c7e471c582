"""How far rows hide their persons: sizes of classes, sensitive values in them, uniques.

A class is all rows with the same values of the quasi-identifiers; a missing value is a value like others there.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl


def smallest(table: pl.DataFrame, quasi: Sequence[str]) -> int | None:
    """k: rows of the smallest class (Samarati and Sweeney 1998; Samarati 2001); None without rows."""
    sizes = table.group_by(quasi).len()["len"]
    least = sizes.min()
    return least if isinstance(least, int) else None


def diversity(table: pl.DataFrame, quasi: Sequence[str], sensitive: str) -> int | None:
    """l: least number of distinct known values in a class (distinct l-diversity, Machanavajjhala et al. 2007)."""
    counts = table.group_by(quasi).agg(l=pl.col(sensitive).drop_nulls().n_unique())["l"]
    least = counts.min()
    return least if isinstance(least, int) else None


def closeness(table: pl.DataFrame, quasi: Sequence[str], sensitive: str) -> float:
    """t: greatest distance between the values in a class and those in the table (Li, Li and Venkatasubramanian 2007).

    The earth mover's distance, 0 to 1: with ordered distance for numbers, where a step is one distinct value, and
    equal distance otherwise. A missing value is a value, below all others. 0 without rows.
    """
    classes = table.select(pl.struct(quasi).rank("dense").alias("class")).to_series()
    return farthest(classes, table[sensitive])


def farthest(classes: pl.Series, values: pl.Series) -> float:
    """The same, of rows whose `classes` are numbered."""
    if classes.is_empty():
        return 0.0
    codes = values.rank("dense").cast(pl.Int64).fill_null(0).rank("dense").cast(pl.Int64) - 1
    held = pl.DataFrame([classes.alias("class"), codes.alias("value")]).group_by("class", "value").len("n")
    whole = held.group_by("value").agg(pl.col("n").sum()).sort("value").select("value", q=pl.col("n") / values.len())
    share = pl.col("n") / pl.col("n").sum().over("class")
    each = held.select("class", "value", p=share).join(whole, on="value").sort("class", "value")
    if values.dtype.is_numeric() and whole.height > 1:
        return _ordered(each, whole["q"].cum_sum().to_numpy())
    moved = (pl.col("p") - pl.col("q")).abs().sum() + 1 - pl.col("q").sum()
    return float(np.nanmax(each.group_by("class").agg(moved / 2)["p"].to_numpy()))


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


def uniques(table: pl.DataFrame, quasi: Sequence[str], weight: str | None) -> tuple[int, float]:
    """Rows that are alone in their class, and how many of these are expected to be alone in the population too.

    Of a row with weight w, alone in its class, that chance is 1/w (Benedetti and Franconi 1998: the population's class
    is negative binomial around what is seen of it). Without weights the table is the population.
    """
    alone = table.filter(pl.len().over(quasi) == 1)
    expected = alone.height if weight is None else (1 / alone[weight].cast(pl.Float64)).sum()
    return alone.height, float(expected)
