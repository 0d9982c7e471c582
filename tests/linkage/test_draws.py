"""Plausible link sets: they keep to assignment and come as often as their probability, against all matchings."""

from collections import Counter
from itertools import chain, combinations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.draws import draw_links
from linkage.linked import LINKS
from linkage.model import EXCLUDING, Assignment

COPIES = 4000
"""Of a component in one table: one draw of them all is as many draws."""


def likely(pairs: list[tuple[int, int, float]], model: str = "m") -> pl.DataFrame:
    """Left row, right row, odds."""
    rows = [(model, "left", one, "right", two, 0.0, odds / (1 + odds)) for one, two, odds in pairs]
    return pl.DataFrame(rows, schema=LINKS, orient="row")


def shares(pairs: list[tuple[int, int, float]], mode: Assignment) -> dict[tuple[int, int], float]:
    """The slow readable twin: the share of every pair in all matchings, each weighing the product of its odds."""
    sides = [{"l": 0, "r": 1}[side] for side in EXCLUDING[mode]]
    sets = chain.from_iterable(combinations(pairs, size) for size in range(len(pairs) + 1))
    allowed = [chosen for chosen in sets if all(len({pair[side] for pair in chosen}) == len(chosen) for side in sides)]
    weight: Counter[tuple[int, int]] = Counter()
    total = 0.0
    for chosen in allowed:
        product = 1.0
        for pair in chosen:
            product *= pair[2]
        total += product
        weight.update({(pair[0], pair[1]): product for pair in chosen})
    return {(one, two): weight[one, two] / total for one, two, _ in pairs}


# Pairs and how far a share may lie from that of all matchings.
COMPONENTS: dict[str, tuple[list[tuple[int, int, float]], Assignment, float]] = {
    "every pair on its own": ([(1, 1, 0.5), (1, 2, 4.0), (2, 2, 9.0)], "none", 0.03),
    "one of three partners, or nobody": ([(1, 1, 0.5), (1, 2, 4.0), (1, 3, 1.0), (2, 3, 1.0)], "right-once", 0.03),
    "the right side chooses": ([(1, 1, 0.5), (2, 1, 4.0), (3, 1, 1.0)], "left-once", 0.03),
    "a lone pair": ([(1, 1, 2.0)], "one-to-one", 0.03),
    "two sure rivals for one": ([(1, 1, 900.0), (2, 1, 300.0)], "one-to-one", 0.03),
    "two doubtful rivals for one": ([(1, 1, 1.0), (2, 1, 1.0)], "one-to-one", 0.06),
    "a chain": ([(1, 1, 20.0), (1, 2, 2.0), (2, 2, 30.0), (2, 3, 1.0)], "one-to-one", 0.06),
    "twins": ([(1, 1, 50.0), (1, 2, 10.0), (2, 1, 10.0), (2, 2, 50.0)], "one-to-one", 0.13),
}


@pytest.mark.parametrize(("pairs", "mode", "within"), COMPONENTS.values(), ids=COMPONENTS)
def test_a_pair_is_drawn_as_often_as_it_is_in_all_matchings(pairs, mode, within):
    copies = [(one + 10 * copy, two + 10 * copy, odds) for copy in range(COPIES) for one, two, odds in pairs]
    (drawn,) = draw_links(likely(copies), {"m": mode}, 1, seed=1)
    seen = Counter(drawn.select(pl.col("row_l", "row_r") % 10).iter_rows())
    for pair, share in shares(pairs, mode).items():
        assert seen[pair] / COPIES == pytest.approx(share, abs=within), pair


PAIRS = st.lists(
    st.tuples(st.integers(1, 6), st.integers(1, 6), st.sampled_from([0.1, 0.5, 1.0, 5.0, 1e6])),
    min_size=1,
    max_size=15,
    unique_by=lambda pair: pair[:2],
)


@settings(max_examples=30, deadline=None)
@given(pairs=PAIRS, mode=st.sampled_from(sorted(EXCLUDING)), seed=st.integers(0, 9))
def test_sets_keep_to_assignment_and_do_not_depend_on_order(pairs, mode, seed):
    table = pl.concat([likely(pairs), likely(pairs[:3], "other")])
    once = list(draw_links(table, {"m": mode}, 3, seed))
    again = list(draw_links(table.reverse(), {"m": mode}, 3, seed))
    for one, other in zip(once, again, strict=True):
        assert one.equals(other)
        assert one.join(table, on=table.columns, how="anti").is_empty()
        of_model = one.filter(pl.col("model") == "m")
        for side in EXCLUDING[mode]:
            assert of_model[f"row_{side}"].is_unique().all()


def test_of_nothing_nothing_is_drawn():
    assert [drawn.height for drawn in draw_links(likely([]), {}, 2, seed=1)] == [0, 0]
