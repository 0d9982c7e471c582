"""The compiled loop, beside twins that walk."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.block.runs import Entries, runs
from linkage.kernel import PORTION, coded, enumerated, ones

WORDS = st.integers(0, 2**64 - 1)
KEYS = st.lists(st.one_of(st.integers(0, 5), WORDS), max_size=60)


@settings(deadline=None)
@given(WORDS)
def test_set_bits_are_counted(word):
    assert ones(np.uint64(word)) == word.bit_count()


@settings(deadline=None)
@given(KEYS)
def test_keys_are_numbered_in_the_order_in_which_they_come(keys):
    known = {0: 0}
    expected = [known.setdefault(key, len(known)) for key in keys]
    assert coded(np.array(keys, dtype=np.uint64)).tolist() == expected


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=40),
    st.lists(st.integers(0, 3), min_size=1, max_size=40),
    st.booleans(),
    st.integers(1, PORTION),
)
def test_portions_together_are_all_pairs_of_equal_keys(left, right, halved, portion):
    if halved:
        right = left
    sides = [np.array(side, dtype=np.uint32) for side in (left, right)]
    every = [Entries(np.arange(side.size, dtype=np.uint32), side) for side in sides]
    found = runs(*every, most=10_000, window=None, halved=halved).runs
    one, two = np.empty(portion, dtype=np.uint32), np.empty(portion, dtype=np.uint32)
    entry, member, pairs = 0, 0, []
    while entry < found.left.size:
        size, entry, member = enumerated(found, entry, member, one, two)
        pairs += zip(one[:size].tolist(), two[:size].tolist(), strict=True)
    meet = [(i, j) for i, a in enumerate(left) for j, b in enumerate(right) if a == b and a]
    assert sorted(pairs) == [pair for pair in meet if pair[0] < pair[1] or not halved]
    assert sorted(pairs) == sorted(zip(*(side.tolist() for side in found.pairs()), strict=True))
