"""Clusters, against a slow union–find."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.cluster import clusters

NODES = 8
LINKS = st.lists(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)), max_size=14)


def table(links: list[tuple[int, int]]) -> pl.DataFrame:
    return pl.DataFrame(links, schema={"one": pl.UInt32, "two": pl.UInt32}, orient="row")


def slow(links: list[tuple[int, int]], once: list[int | None]) -> list[int]:
    """Groups merged link by link, unless a once-only source would be in one group twice; numbered by first node."""
    groups = [{node} for node in range(NODES)]
    for one, two in links:
        first, second = (next(group for group in groups if node in group) for node in (one, two))
        sources = [once[node] for node in first | second if once[node] is not None]
        if first is not second and len(sources) == len(set(sources)):
            groups.remove(second)
            first |= second
    order = sorted(groups, key=min)
    return [next(number for number, group in enumerate(order) if node in group) for node in range(NODES)]


@settings(max_examples=60, deadline=None)
@given(LINKS)
def test_clusters_are_what_links_tie_together(links):
    assert clusters(NODES, table(links)).to_list() == slow(links, [None] * NODES)


@settings(max_examples=60, deadline=None)
@given(LINKS, st.lists(st.sampled_from([None, 0, 1]), min_size=NODES, max_size=NODES))
def test_a_source_that_holds_each_entity_once_is_in_a_cluster_once(links, once):
    series = pl.Series("source", once, dtype=pl.UInt32)
    found = clusters(NODES, table(links), series)
    held = pl.DataFrame({"cluster": found, "source": series}).drop_nulls()
    assert not held.is_duplicated().any()
    assert found.to_list() == slow(links, once)
