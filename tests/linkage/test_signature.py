"""Signatures bound how alike two texts can be: what reaches a limit is never ruled out, and most strangers are."""

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler

from linkage.arrays import EDITS, JARO_WINKLER
from linkage.compare.signature import Signatures, signatures
from linkage.kernel import possible as may_reach

TEXTS = st.lists(
    st.one_of(st.none(), st.text(alphabet="abcdeéßИ日😀 12", max_size=9), st.text(max_size=6)), min_size=1, max_size=12
)


def every_pair(texts: list[str | None]) -> tuple[Signatures, np.ndarray, np.ndarray]:
    one, two = (side.ravel() for side in np.indices((len(texts), len(texts))))
    return signatures(pl.Series(texts, dtype=pl.String)), one, two


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.sampled_from([0.7, 0.8, 0.88, 0.92, 1.0]))
def test_no_text_that_is_similar_enough_is_ruled_out(texts, limit):
    found, one, two = every_pair(texts)
    may = may_reach(JARO_WINKLER, limit, found, found, one, two)
    for left, right, possible in zip(one, two, may, strict=True):
        pair = texts[left], texts[right]
        if not all(pair):
            assert not possible
        elif JaroWinkler.similarity(*pair, prefix_weight=0.1) >= limit:
            assert possible


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(1, 3))
def test_no_text_that_is_few_edits_away_is_ruled_out(texts, limit):
    found, one, two = every_pair(texts)
    may = may_reach(EDITS, limit, found, found, one, two)
    for left, right, possible in zip(one, two, may, strict=True):
        pair = texts[left], texts[right]
        if not all(pair):
            assert not possible
        elif OSA.distance(*pair) <= limit:
            assert possible


def test_strangers_are_ruled_out_at_a_glance():
    names = ["jansen", "vries", "bakker", "yilmaz", "groot", "smith", "dupont", "quist"]
    found, one, two = every_pair(names)
    others = one != two
    assert may_reach(JARO_WINKLER, 0.8, found, found, one, two)[others].mean() < 0.1
    assert not may_reach(EDITS, 1.0, found, found, one, two)[others].any()
