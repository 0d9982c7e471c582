"""Clusters, against a slow twin that knows nothing of components."""

from itertools import combinations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.cluster import Rules, clusters

NODES = 9
NODE = st.integers(0, NODES - 1)
LINKS = st.lists(st.tuples(NODE, NODE), max_size=22)
SOURCES = st.lists(st.integers(0, 2), min_size=NODES, max_size=NODES)
VALUES = st.lists(st.sampled_from([None, None, "x", "y"]), min_size=NODES, max_size=NODES)
COMPARED = st.sampled_from([{(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)}, {(0, 1), (1, 2)}, {(0, 1)}])


def table(links: list[tuple[int, int]]) -> pl.DataFrame:
    return pl.DataFrame(links, schema={"one": pl.UInt32, "two": pl.UInt32}, orient="row")


def rules(sources, values, once=(), share=0.0, compared=((0, 0),)) -> Rules:
    return Rules(
        source=pl.Series(sources, dtype=pl.UInt32),
        once=frozenset(once),
        different=(pl.Series(values, dtype=pl.String).cast(pl.Binary),),
        least_share=share,
        compared=frozenset(compared),
    )


def slow(links, sources, values, once, share, compared) -> list[int]:
    """Groups merged link by link where the rules allow, over and over; numbered by first node."""
    groups = [{node} for node in range(NODES)]
    tied = {frozenset(link) for link in links}

    def allowed(first: set[int], second: set[int]) -> bool:
        seen = [sources[node] for node in first | second if sources[node] in once]
        known = {values[node] for node in first | second} - {None}
        pairs = [(a, b) for a in first for b in second if tuple(sorted((sources[a], sources[b]))) in compared]
        linked = sum(frozenset((a, b)) in tied for a in first for b in second)
        return len(seen) == len(set(seen)) and len(known) <= 1 and linked >= share * len(pairs)

    moved = True
    while moved:
        moved = False
        for one, two in links:
            first, second = (next(group for group in groups if node in group) for node in (one, two))
            if first is not second and allowed(first, second):
                groups.remove(second)
                first |= second
                moved = True
    order = sorted(groups, key=min)
    return [next(number for number, group in enumerate(order) if node in group) for node in range(NODES)]


@settings(max_examples=60, deadline=None)
@given(LINKS)
def test_clusters_are_what_links_tie_together(links):
    found = clusters(NODES, table(links))
    assert found.numbers.to_list() == slow(links, [0] * NODES, [None] * NODES, set(), 0.0, {(0, 0)})
    assert found.left_out.is_empty()


@settings(max_examples=200, deadline=None)
@given(LINKS, SOURCES, VALUES, st.sets(st.integers(0, 2)), st.sampled_from([0.0, 0.2, 0.5, 1.0]), COMPARED)
def test_clusters_keep_to_the_rules(links, sources, values, once, share, compared):
    # what is linked was compared
    compared = compared | {tuple(sorted((sources[one], sources[two]))) for one, two in links}
    found = clusters(NODES, table(links), rules(sources, values, once, share, compared))
    assert found.numbers.to_list() == slow(links, sources, values, once, share, compared)
    held = pl.DataFrame({"cluster": found.numbers, "source": sources, "value": values})
    assert not held.filter(pl.col("source").is_in(list(once))).select("cluster", "source").is_duplicated().any()
    assert held.drop_nulls().group_by("cluster").agg(pl.col("value").n_unique())["value"].eq(1).all()


@settings(max_examples=60, deadline=None)
@given(LINKS, SOURCES, VALUES, st.sampled_from([0.2, 0.5, 1.0]))
def test_what_is_left_out_is_told(links, sources, values, share):
    found = clusters(NODES, table(links), rules(sources, values, {1}, share))
    between = {frozenset((one, two)) for one, two in links if found.numbers[one] != found.numbers[two]}
    assert {frozenset(link) for link in found.left_out.select("one", "two").iter_rows()} == between
    told = found.report
    assert told.once + told.different + told.chain == found.left_out.height == len(between)
    assert sum(size * many for size, many in told.sizes) == told.records == NODES
    assert sum(many for _, many in told.sizes) == told.clusters


def clique(*nodes: int) -> list[tuple[int, int]]:
    return list(combinations(nodes, 2))


CHAINS = {  # links from heavy to light, least share, clusters
    "a bridge between two families is cut": (clique(0, 1, 2) + clique(3, 4, 5) + [(2, 3)], 0.2, [0, 0, 0, 1, 1, 1]),
    "two bridges of nine pairs hold": (clique(0, 1, 2) + clique(3, 4, 5) + [(2, 3), (1, 4)], 0.2, [0] * 6),
    "a short chain holds": ([(0, 1), (1, 2), (2, 3)], 0.2, [0, 0, 0, 0, 1, 2]),
    "a long chain falls apart": ([(0, 1), (2, 3), (4, 5), (1, 2), (3, 4)], 0.3, [0, 0, 1, 1, 2, 2]),
    "without a guard one link is enough": (clique(0, 1, 2) + clique(3, 4, 5) + [(2, 3)], 0.0, [0] * 6),
    "a link refused at first holds once groups have grown": (
        [(0, 1), (2, 3), (0, 2), (0, 4), (1, 4), (4, 2), (4, 3)],
        0.5,
        [0, 0, 0, 0, 0, 1],
    ),
}


@pytest.mark.parametrize(("links", "share", "expected"), CHAINS.values(), ids=CHAINS)
def test_chains(links, share, expected):
    assert clusters(6, table(links), Rules(least_share=share)).numbers.to_list() == expected


def test_records_of_sources_nobody_compared_do_not_speak_against_a_chain():
    chain = table([(0, 1), (1, 2), (2, 3), (3, 4)])
    sources = pl.Series([0, 1, 2, 3, 4], dtype=pl.UInt32)
    nobody = Rules(sources, least_share=1.0)
    assert clusters(5, table([]), nobody).numbers.n_unique() == 5
    neighbours = Rules(sources, least_share=1.0, compared=frozenset({(0, 1), (1, 2), (2, 3), (3, 4)}))
    assert clusters(5, chain, neighbours).numbers.n_unique() == 1
    everyone = Rules(sources, least_share=1.0, compared=frozenset(combinations(range(5), 2)))
    assert clusters(5, chain, everyone).numbers.n_unique() == 3


def test_two_numbers_of_citizens_are_never_one_cluster_and_a_record_without_goes_with_the_heaviest_link():
    numbers = pl.Series(["111", None, "222"])
    found = clusters(3, table([(1, 2), (0, 1), (0, 2)]), Rules(different=(numbers,)))
    assert found.numbers.to_list() == [0, 1, 1]
    assert found.left_out.rows() == [(0, 1, "different"), (0, 2, "different")]
    assert (found.report.split, found.report.different) == (1, 2)
