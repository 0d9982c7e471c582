"""Assignment, against slow twins: one takes the heaviest pair again and again, one tries every matching."""

import math
from collections.abc import Iterator

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.assign import assign
from linkage.optimal import optimal

PAIRS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6), st.sampled_from([-2.0, 1.0, 3.0, 3.5, 9.0])),
    max_size=25,
    unique_by=lambda pair: pair[:2],
)


def scored(pairs: list[tuple[int, int, float]]) -> pl.DataFrame:
    schema = {"l": pl.UInt32, "r": pl.UInt32, "match_weight": pl.Float64}
    table = pl.DataFrame(pairs, schema=schema, orient="row")
    return table.with_columns(match_probability=1 / (1 + (-pl.col("match_weight")).exp()))


def greedy(pairs: list[tuple[int, int, float]], left_once: bool, right_once: bool) -> set[tuple[int, int]]:
    taken: set[tuple[int, int]] = set()
    for one, two, weight in sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1])):
        free_left = not right_once or one not in {a for a, _ in taken}
        free_right = not left_once or two not in {b for _, b in taken}
        if weight >= 0 and free_left and free_right:
            taken.add((one, two))
    return taken


MODES = {"none": (False, False), "left-once": (True, False), "right-once": (False, True), "one-to-one": (True, True)}


@pytest.mark.parametrize(("mode", "once"), MODES.items(), ids=MODES)
@settings(max_examples=60, deadline=None)
@given(pairs=PAIRS)
def test_assignment(mode, once, pairs):
    links = assign(scored(pairs), mode, 0.5)
    assert set(links.select("l", "r").iter_rows()) == greedy(pairs, *once)
    assert links["match_weight"].is_sorted(descending=True)


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_one_to_one_is_one_to_one_and_leaves_no_free_pair(pairs):
    table = scored(pairs)
    links = assign(table, "one-to-one", 0.5)
    assert not links["l"].is_duplicated().any()
    assert not links["r"].is_duplicated().any()
    free = table.filter(
        pl.col("match_probability") >= 0.5,
        ~pl.col("l").is_in(links["l"].implode()),
        ~pl.col("r").is_in(links["r"].implode()),
    )
    assert free.is_empty()


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_links_of_a_higher_threshold_are_among_those_of_a_lower_one(pairs):
    lower, higher = (assign(scored(pairs), "one-to-one", limit) for limit in (0.1, 0.9))
    assert higher.equals(lower.filter(pl.col("match_probability") >= 0.9))


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_mutually_best_links_are_the_best_of_both_records(pairs):
    links = set(assign(scored(pairs), "one-to-one", 0.5, "mutual-best").select("l", "r").iter_rows())
    ranked = sorted((pair for pair in pairs if pair[2] >= 0), key=lambda pair: (-pair[2], pair[0], pair[1]))
    best_of_left = {left: right for left, right, _ in reversed(ranked)}
    best_of_right = {right: left for left, right, _ in reversed(ranked)}
    assert links == {(left, right) for left, right in best_of_left.items() if best_of_right[right] == left}


def matchings(pairs: list[tuple[int, int, float]]) -> Iterator[list[tuple[int, int, float]]]:
    """Every one-to-one choice from `pairs`."""
    if not pairs:
        yield []
        return
    (one, two, _), rest = pairs[0], pairs[1:]
    yield from matchings(rest)
    free = [pair for pair in rest if pair[0] != one and pair[1] != two]
    yield from ([pairs[0], *chosen] for chosen in matchings(free))


FEW_PAIRS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from([-2.0, 0.5, 1.0, 3.0, 5.0, 60.0, 99.0])),
    max_size=12,
    unique_by=lambda pair: pair[:2],
)


@settings(max_examples=80, deadline=None)
@given(FEW_PAIRS, st.sampled_from([0.1, 0.5, 0.9]))
def test_optimal_links_are_the_likeliest_one_to_one_matching(pairs, limit):
    links = assign(logistic(pairs), "one-to-one", limit, "optimal")
    assert not links["l"].is_duplicated().any()
    assert not links["r"].is_duplicated().any()
    likely = [pair for pair in pairs if pair[2] >= math.log2(limit / (1 - limit))]
    above = [sum(weight - math.log2(limit / (1 - limit)) for _, _, weight in chosen) for chosen in matchings(likely)]
    mine = (links["match_weight"] - math.log2(limit / (1 - limit))).sum()
    assert mine == pytest.approx(max(above), abs=1e-4)
    assert links["match_weight"].is_sorted(descending=True)


def logistic(pairs: list[tuple[int, int, float]]) -> pl.DataFrame:
    """As `scored`, with weights in bits, so that 60 bits are a probability of one."""
    return scored(pairs).with_columns(match_probability=1 / (1 + 2 ** -pl.col("match_weight")))


TRAP = [(0, 0, 9.0), (0, 1, 8.0), (1, 0, 8.0), (5, 5, 1.0)]


def test_matchings_differ_where_the_heaviest_pair_stands_in_the_way_of_two():
    found = {way: assign(scored(TRAP), "one-to-one", 0.5, way) for way in ("mutual-best", "greedy", "optimal")}
    assert {way: links.select("l", "r").rows() for way, links in found.items()} == {
        "mutual-best": [(0, 0), (5, 5)],
        "greedy": [(0, 0), (5, 5)],
        "optimal": [(0, 1), (1, 0), (5, 5)],
    }


def test_a_component_too_large_to_solve_stays_greedy_and_says_so():
    table = scored(TRAP).sort("match_weight", "l", descending=[True, False])
    greedy_links = pl.Series([True, False, False, True])
    with pytest.warns(UserWarning, match="1 groups, of 3 pairs, are too large"):
        assert optimal(table, greedy_links, 0.5, most_cells=3).equals(greedy_links)
