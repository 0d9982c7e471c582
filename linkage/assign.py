"""Assignment: which of the likely pairs become links when a source holds each entity once."""

import polars as pl

from linkage.model import Assignment

_ORDER = ("match_weight", "l", "r")


def assign(scored: pl.DataFrame, mode: Assignment, at_least: float) -> pl.DataFrame:
    """Rows of `scored` that are links at probability `at_least`, the heaviest first.

    Greedy: the heaviest pair first, equal weights by position; every pair left out is in conflict with a heavier link,
    so the links at a higher threshold are among those at a lower one.
    """
    pairs = scored.filter(pl.col("match_probability") >= at_least).sort(_ORDER, descending=[True, False, False])
    match mode:
        case "none":
            return pairs
        case "right-once":
            return pairs.unique("l", keep="first", maintain_order=True)
        case "left-once":
            return pairs.unique("r", keep="first", maintain_order=True)
        case "one-to-one":
            return _one_to_one(pairs)


def _one_to_one(pairs: pl.DataFrame) -> pl.DataFrame:
    """Rounds of mutually best pairs come to the same as taking the heaviest pair again and again."""
    waiting = pairs.with_row_index("rank")
    taken = []
    while waiting.height:
        best = pl.col("rank") == pl.col("rank").min()
        links = waiting.filter(best.over("l") & best.over("r"))
        taken.append(links)
        waiting = waiting.join(links, on="l", how="anti", maintain_order="left")
        waiting = waiting.join(links, on="r", how="anti", maintain_order="left")
    if not taken:
        return pairs
    return pl.concat(taken).sort("rank").drop("rank")
