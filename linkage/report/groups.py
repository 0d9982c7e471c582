"""Records that hang together by likely pairs: clusters of links, and what speaks against them. No id is kept."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from linkage.cluster import clusters
from linkage.pairing import Pairing

SHOWN: Final = 8
MOST_NODES: Final = 12
_LEAST_DOUBT: Final = 0.01
"""Expected mistakes below which a pair of records is not worth a drawing."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A likely pair of records, by their number in the group."""

    one: int
    two: int
    probability: float
    linked: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Records joined by pairs at or above the threshold, linked or not."""

    sides: tuple[str, ...]
    """Side (`l` or `r`) of each record drawn."""
    edges: tuple[Edge, ...]
    records: int
    """Records in all, also those that are not drawn."""
    doubt: float
    """Expected mistakes: links that are wrong, and matches that were left out."""


def groups(scored: pl.DataFrame, pairing: Pairing, threshold: float) -> tuple[Group, ...]:
    """The largest and the most doubtful. `scored` has `l`, `r`, `match_probability` and `linked`."""
    edges = _edges(scored, pairing, threshold)
    chance = pl.col("match_probability")
    summed = edges.group_by("group").agg(
        pl.concat_list("one", "two").explode().n_unique().alias("records"),
        pl.when("linked").then(1 - chance).otherwise(chance).sum().alias("doubt"),
        pl.col("one").min().alias("first"),
    )
    telling = summed.filter((pl.col("records") > 2) | (pl.col("doubt") >= _LEAST_DOUBT))
    largest = telling.sort("records", "doubt", "first", descending=[True, True, False]).head(SHOWN // 2)
    doubtful = telling.sort("doubt", "first", descending=[True, False]).head(SHOWN)
    chosen = pl.concat([largest, doubtful]).unique("group", keep="first", maintain_order=True).head(SHOWN)
    start = pairing.left_codes.height
    return tuple(
        _group(edges.filter(pl.col("group") == group), records, doubt, start)
        for group, records, doubt, _ in chosen.iter_rows()
    )


def _edges(scored: pl.DataFrame, pairing: Pairing, threshold: float) -> pl.DataFrame:
    """Likely pairs with `one`, `two` (node numbers: left records, then right ones) and `group`."""
    start = 0 if pairing.model.dedupe else pairing.left_codes.height
    likely = scored.filter((pl.col("match_probability") >= threshold) | pl.col("linked")).select(
        pl.col("l").cast(pl.Int64).alias("one"),
        (pl.col("r").cast(pl.Int64) + start).alias("two"),
        "match_probability",
        "linked",
    )
    found = clusters(start + pairing.right_codes.height, likely.select("one", "two")).numbers
    return likely.with_columns(found.gather(likely["one"]).alias("group"))


def _group(edges: pl.DataFrame, records: int, doubt: float, start: int) -> Group:
    """The records with most edges, numbered in their order."""
    ends = pl.concat([edges["one"], edges["two"].alias("one")])
    busiest = ends.value_counts(name="edges").sort("edges", "one", descending=[True, False]).head(MOST_NODES)
    nodes = sorted(busiest["one"].to_list())
    number = {node: place for place, node in enumerate(nodes)}
    kept = edges.filter(pl.col("one").is_in(nodes) & pl.col("two").is_in(nodes)).sort("one", "two")
    return Group(
        sides=tuple("l" if node < start else "r" for node in nodes),
        edges=tuple(Edge(number[one], number[two], *rest) for one, two, *rest in kept.drop("group").iter_rows()),
        records=records,
        doubt=doubt,
    )
