"""Clusters: records that links tie together, without putting two records of a once-only source into one."""

from collections.abc import Collection

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def clusters(nodes: int, links: pl.DataFrame, once: pl.Series | None = None) -> pl.Series:
    """Cluster (UInt32, from 0 in order of first node) of each of `nodes` nodes.

    `links` has `one`, `two` (node numbers), the heaviest first. `once` gives each node the number of its once-only
    source, null for others; where plain connected components would join two nodes of one such source, links are taken
    one by one and those that would do so are left out.
    """
    found = _components(nodes, links["one"].to_numpy(), links["two"].to_numpy())
    if once is not None and (clashes := _clashes(found, once)):
        found = _components(nodes, *_without_clashes(links, found, clashes, once))
    return pl.Series("cluster", found).rank("dense").cast(pl.UInt32) - 1


def _components(nodes: int, one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """The first node of each node's component."""
    graph = coo_array((np.ones(one.size, dtype=np.int8), (one, two)), shape=(nodes, nodes))
    _, labels = connected_components(graph, directed=False)
    _, first = np.unique(labels, return_index=True)
    return np.asarray(first[labels], dtype=np.uint32)


def _clashes(found: np.ndarray, once: pl.Series) -> set[int]:
    """Components that hold two nodes of one once-only source."""
    nodes = pl.DataFrame({"component": found, "once": once}).drop_nulls()
    return set(nodes.filter(pl.struct("component", "once").is_duplicated())["component"])


def _without_clashes(
    links: pl.DataFrame, found: np.ndarray, clashes: Collection[int], once: pl.Series
) -> tuple[np.ndarray, np.ndarray]:
    """Ends of all links but those that would join two nodes of one once-only source."""
    numbered = links.select("one", "two").with_columns(pl.Series("component", found[links["one"].to_numpy()]))
    clashing = pl.col("component").is_in(list(clashes))
    sources = once.to_list()
    group: dict[int, set[int]] = {}
    kept = [(one, two) for one, two, _ in numbered.filter(clashing).iter_rows() if _joined(group, one, two, sources)]
    safe = numbered.filter(~clashing)
    ends = pl.concat(
        [safe.select("one", "two"), pl.DataFrame(kept, schema=safe.select("one", "two").schema, orient="row")]
    )
    return ends["one"].to_numpy(), ends["two"].to_numpy()


def _joined(group: dict[int, set[int]], one: int, two: int, sources: list[int | None]) -> bool:
    """Join the groups of two nodes unless a once-only source would be in it twice; whether they are together now."""
    first, second = group.setdefault(one, {one}), group.setdefault(two, {two})
    if first is second:
        return True
    seen = [sources[node] for node in first | second if sources[node] is not None]
    if len(seen) != len(set(seen)):
        return False
    first |= second
    group.update(dict.fromkeys(second, first))
    return True
