"""Assignment, against a slow twin that takes the heaviest pair again and again."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.assign import assign

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
