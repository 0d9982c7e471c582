"""The inner loop, compiled: candidates are enumerated, compared by codes and dropped in one pass.

A pair costs some tens of nanoseconds here, where columns of pairs (a step of NumPy or Polars for every field) cost
several hundred: nothing is written down of the pairs that cannot reach the floor, which are most.
docs/decisions/043 says why it is compiled, and by what.

It takes a moment to import: import it where pairs are compared, not before.
"""

import sys

import numpy as np

from declare.compiled import compiler
from linkage import arrays
from linkage.arrays import ANY, EDITS, F32, F64, I64, U8, U32, U64, Bounds, Fields, Glances, Truths
from linkage.block import runs as pairs_of
from linkage.block.runs import Runs
from linkage.compare import signature
from linkage.compare.signature import LENGTH, LETTER, PREFIX
from linkage.packing import Rows

# Constants of these modules, and the layout of what they name, are compiled in.
compiled = compiler(arrays, signature, pairs_of, sys.modules[__name__])

PORTION = 256
"""Pairs that go through the steps together; what is worked on then stays near the processor."""
_LENGTH = np.uint64(LENGTH)
_HEADS = np.array([(1 << LETTER * letters) - 1 for letters in range(1, PREFIX + 1)], dtype=np.uint64)
"""Masks of the first letter, the first two …"""
_ROUNDING = 1e-4


@compiled
def ones(word: np.uint64) -> np.int64:
    """Set bits of a word of 64; the compiler knows this way of counting and uses the processor's own."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@compiled
def may_reach(way: int, limit: float, left: U64, one: int, right: U64, two: int) -> bool:
    """Whether two texts may be as alike as the limit asks, from their signatures (`linkage.compare.signature`) at these
    places: letters that match are at most those of the one less those the other lacks, and none is out of order; every
    letter that only one of them has takes an edit."""
    if way == ANY:
        return True
    letters, head, others, other_head = left[one], left[one + 1], right[two], right[two + 1]
    length, other_length = np.int64(head >> _LENGTH), np.int64(other_head >> _LENGTH)
    if length == 0 or other_length == 0:
        return False
    lacking, missing = ones(letters & ~others), ones(others & ~letters)
    if way == EDITS:
        return bool(max(lacking, missing, abs(length - other_length)) <= limit)
    matching = min(length - lacking, other_length - missing)
    if matching <= 0:
        return False
    jaro = (matching / length + matching / other_length + 1.0) / 3.0
    different = head ^ other_head
    prefix = 0
    for place in range(PREFIX):
        prefix += 1 if different & _HEADS[place] == 0 else 0
    return bool(jaro + 0.1 * prefix * (1.0 - jaro) >= limit - _ROUNDING)


@compiled
def possible(way: int, limit: float, left: U64, right: U64, one: Rows, two: Rows) -> Truths:
    """`may_reach` for pairs of rows of signatures."""
    found = np.empty(one.size, dtype=np.bool_)
    texts, others = left.ravel(), right.ravel()
    for pair in range(one.size):
        found[pair] = may_reach(way, limit, texts, 2 * np.int64(one[pair]), others, 2 * np.int64(two[pair]))
    return found


@compiled
def enumerated(runs: Runs, entry: int, member: int, left: U32, right: U32) -> tuple[int, int, int]:
    """Fill `left` and `right` with pairs from a place in the runs on: how many, and the place behind them."""
    size = 0
    while entry < runs.left.size and size < left.size:
        one, first = runs.left[entry], runs.start[entry]
        last = min(runs.length[entry], member + left.size - size)
        for place in range(first + member, first + last):
            left[size], right[size] = one, runs.right[place]
            size += 1 if one < runs.right[place] or not runs.halved else 0
        member = last
        if member == runs.length[entry]:
            entry, member = entry + 1, 0
    return size, entry, member


@compiled
def laid(words: U64, first: int, of_values: U64, rows: U32) -> None:
    """Write the words of each record's value into its row of `words`, from column `first` on."""
    for record in range(rows.size):
        for word in range(of_values.shape[1]):
            words[record, first + word] = of_values[rows[record], word]


@compiled
def told(fields: Fields, left: U32, right: U32, levels: U8, different: U64, outcomes: U32) -> None:
    """Write the level of every field (rows of `levels`) in every pair (columns); `different` and `outcomes` are room to
    work in, by word or field and pair."""
    for pair in range(left.size):
        one, two = left[pair], right[pair]
        for word in range(different.shape[0]):
            different[word, pair] = fields.left_words[one, word] ^ fields.right_words[two, word]
    outcomes[:] = 0
    for test in range(fields.word.size):
        word, mask = different[fields.word[test]], fields.mask[test]
        outcome, bit = outcomes[fields.field[test]], fields.bit[test]
        for pair in range(left.size):
            outcome[pair] |= bit if word[pair] & mask == 0 else np.uint32(0)
    for field in range(levels.shape[0]):
        outcome, level, first = outcomes[field], levels[field], fields.levels_at[field]
        for pair in range(left.size):
            level[pair] = fields.levels[first + outcome[pair]]


@compiled
def by_codes(fields: Fields, left: U32, right: U32, levels: U8) -> None:
    """Write the level of every field (rows of `levels`) in every pair (columns)."""
    different = np.empty((fields.left_words.shape[1], PORTION), dtype=np.uint64)
    outcomes = np.empty((levels.shape[0], PORTION), dtype=np.uint32)
    for first in range(0, left.size, PORTION):
        last = min(first + PORTION, left.size)
        told(fields, left[first:last], right[first:last], levels[:, first:last], different, outcomes)


@compiled
def hoping(bounds: Bounds, states: U8) -> None:
    """Put the fields of pairs whose level similarity may better, in states that say so."""
    for field in range(states.shape[0]):
        state, useful, hopeful = states[field], bounds.useful[field], bounds.hopeful[field]
        for pair in range(state.size):
            if state[pair] > useful:
                state[pair] += hopeful


@compiled
def bounded(bounds: Bounds, left: U32, states: U8, cells: I64, most: F32) -> None:
    """Write the most that each pair can weigh, its fields being in these states (by field and pair), and the cell it
    is at in the table of each factor (`cells`, by factor and pair)."""
    for factor in range(cells.shape[0]):
        cells[factor] = bounds.first[factor]
    for field in range(states.shape[0]):
        state, cell, stride = states[field], cells[bounds.factor[field]], bounds.stride[field]
        for pair in range(left.size):
            cell[pair] += stride * state[pair]
    table = bounds.table
    most[:] = 0
    for factor in range(cells.shape[0]):
        cell = cells[factor]
        for pair in range(left.size):
            most[pair] += table[cell[pair]]
    for field in range(states.shape[0]):
        if bounds.rare[field] >= 0:
            rarer(bounds, field, left, states[field], most)


@compiled
def rarer(bounds: Bounds, field: int, left: U32, state: U8, most: F32) -> None:
    """Add what term frequency says of pairs whose whole values are equal."""
    rarity, column, whole = bounds.rarity, bounds.rare[field], bounds.whole[field]
    for pair in range(left.size):
        if 1 <= state[pair] <= whole:
            most[pair] += rarity[left[pair], column]


@compiled
def glanced(
    glances: Glances, bounds: Bounds, field: int, pairs: tuple[U32, U32], states: U8, cells: I64, most: F32
) -> None:
    """Where similarity may better a field of pairs that can still reach the least weight: look whether their signatures
    allow it, and lower what they can weigh where they do not."""
    left, right = pairs
    left_rows, right_rows, measures, best, way, limit, left_texts, right_texts, left_at, right_at = glances
    first, behind = measures[field], measures[field + 1]
    table, least, hopeful = bounds.table, bounds.least, bounds.hopeful[field]
    state, cell, back = states[field], cells[bounds.factor[field]], bounds.stride[field] * hopeful
    for pair in range(left.size):
        level = np.int64(state[pair]) - hopeful
        if level < 0 or most[pair] < least:
            continue
        row, other = np.int64(left_rows[left[pair], field]), np.int64(right_rows[right[pair], field])
        hope = False
        for measure in range(first, behind):
            if level > best[measure] and not hope:
                one, two = left_at[measure] + 2 * row, right_at[measure] + 2 * other
                hope = may_reach(way[measure], limit[measure], left_texts, one, right_texts, two)
        if not hope:
            state[pair] = level
            most[pair] += table[cell[pair] - back] - table[cell[pair]]
            cell[pair] -= back


@compiled
def within(bounds: Bounds, left: U32, states: U8) -> Truths:
    """Whether pairs whose fields are in these states (by field and pair) can reach the least weight."""
    cells = np.empty((bounds.first.size, left.size), dtype=np.int64)
    most = np.empty(left.size, dtype=np.float32)
    bounded(bounds, left, states, cells, most)
    return most >= bounds.least


@compiled
def screened(runs: Runs, fields: Fields, glances: Glances, bounds: Bounds, left: U32, right: U32, states: U8) -> int:
    """Write the pairs that can reach the least weight into `left` and `right`, and the states of their fields into
    `states` (by field and pair); how many pairs these are."""
    count = states.shape[0]
    one, two = np.empty(PORTION, dtype=np.uint32), np.empty(PORTION, dtype=np.uint32)
    different = np.empty((fields.left_words.shape[1], PORTION), dtype=np.uint64)
    outcomes = np.empty((count, PORTION), dtype=np.uint32)
    found = np.empty((count, PORTION), dtype=np.uint8)
    cells = np.empty((bounds.first.size, PORTION), dtype=np.int64)
    most = np.empty(PORTION, dtype=np.float32)
    entry, member, kept = 0, 0, 0
    while entry < runs.left.size:
        size, entry, member = enumerated(runs, entry, member, one, two)
        mine, its, state, best = one[:size], two[:size], found[:, :size], most[:size]
        told(fields, mine, its, state, different, outcomes)
        hoping(bounds, state)
        bounded(bounds, mine, state, cells[:, :size], best)
        for field in bounds.order:
            glanced(glances, bounds, field, (mine, its), state, cells[:, :size], best)
        for pair in range(size):
            if best[pair] >= bounds.least:
                left[kept], right[kept] = mine[pair], its[pair]
                for field in range(count):
                    states[field, kept] = state[field, pair]
                kept += 1
    return kept


@compiled
def coded(keys: U64) -> U32:
    """Number of each distinct key from 1, in the order in which they come; 0 for key 0. A hash table with open
    addressing and multiplicative hashing (Knuth 1973, 6.4)."""
    bits = 4
    while (1 << bits) < 2 * keys.size:
        bits += 1
    last, back = np.uint64((1 << bits) - 1), np.uint64(64 - bits)
    table, distinct = np.zeros(1 << bits, dtype=np.uint32), np.empty(keys.size, dtype=np.uint64)
    codes = np.zeros(keys.size, dtype=np.uint32)
    known = 0
    for place in range(keys.size):
        key = keys[place]
        if key == 0:
            continue
        slot = (key * np.uint64(0x9E3779B97F4A7C15)) >> back
        while table[slot] != 0 and distinct[table[slot] - 1] != key:
            slot = (slot + np.uint64(1)) & last
        if table[slot] == 0:
            distinct[known] = key
            known += 1
            table[slot] = known
        codes[place] = table[slot]
    return codes


@compiled
def dice(left: U64, left_sizes: U32, right: U64, right_sizes: U32, one: Rows, two: Rows, found: F64) -> None:
    """Write the Dice coefficient of the filters (rows of words, and how many of their bits are set) in rows `one` and
    `two`; NaN where either has no bit."""
    for pair in range(one.size):
        row, other = one[pair], two[pair]
        common = 0
        for word in range(left.shape[1]):
            common += ones(left[row, word] & right[other, word])
        known = left_sizes[row] > 0 and right_sizes[other] > 0
        found[pair] = 2 * common / (left_sizes[row] + right_sizes[other]) if known else np.nan
