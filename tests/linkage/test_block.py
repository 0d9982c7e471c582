"""Candidate pairs, against a slow twin that looks at every pair."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declare import WrongInput
from linkage.block import block, candidates
from linkage.block.lsh import _minhashes
from linkage.comparable import Comparable
from linkage.model import Block, Model
from linkage.pairing import Pairing, pair_up
from pseudonymise.standardise import fields_of
from tests.linkage.persons import MODEL, RECORDS, persons
from tests.linkage.test_compare import tokenised

DEDUPE = MODEL.model_copy(update={"right": MODEL.left})

Row = dict[str, Any]
EXPRESSIONS: dict[str, Callable[[Row], list[str | None]]] = {
    "substr(surname, 1, 2)": lambda row: [row["surname"] and row["surname"][:2]],
    "substr(surname, 7, 1)": lambda row: [row["surname"] and row["surname"][6:7]],
    "string_to_array(surname, 's')": lambda row: (row["surname"] or "").split("s"),
    'left("birth_date.year", 3)': lambda row: [row["birth_date.year"] and row["birth_date.year"][:3]],
}


def members(part: str, row: Row) -> set[str]:
    """What a record has for a part of a key; nothing is no member, and no text is none either."""
    found = EXPRESSIONS[part](row) if part in EXPRESSIONS else [row[part]]
    return {value for value in found if value}


def blocks_of(pairing: Pairing, one: int, two: int) -> int:
    """Bit k for each block in which both records have a value of every part in common."""
    left, right = pairing.left.table.row(one, named=True), pairing.right.table.row(two, named=True)
    agree = [
        all(members(part, left) & members(part, right) for part in declared.on) for declared in pairing.model.blocks
    ]
    return sum(1 << number for number, holds in enumerate(agree) if holds)


def found(pairing: Pairing) -> dict[tuple[int, int], int]:
    pairs = candidates(pairing, block(pairing))
    assert pairs.select("l", "r").rows() == sorted(set(pairs.select("l", "r").rows()))
    return {(one, two): mask for one, two, mask in pairs.select("l", "r", "blocks").iter_rows()}


def with_blocks(blocks: list[dict[str, Any]], **changes: Any) -> Model:
    return Model.model_validate(MODEL.model_dump(mode="json") | {"blocks": blocks} | changes)


EQUALITY = st.lists(
    st.sampled_from(
        [{"on": list(declared.on)} for declared in MODEL.blocks]
        + [{"on": [expression]} for expression in EXPRESSIONS]
        + [{"on": ["sex", "string_to_array(surname, 's')"]}]
    ),
    min_size=1, max_size=4, unique_by=str,
)  # fmt: skip


@settings(max_examples=10, deadline=None)
@given(RECORDS, RECORDS, EQUALITY)
def test_candidates_are_the_pairs_that_agree_on_some_block(left, right, blocks):
    pairing = pair_up(persons(left), persons(right), with_blocks(blocks))
    expected = {(i, j): mask for i in range(len(left)) for j in range(len(right)) if (mask := blocks_of(pairing, i, j))}
    assert found(pairing) == expected


@settings(max_examples=10, deadline=None)
@given(RECORDS, EQUALITY)
def test_double_records_are_sought_once_per_pair_and_never_in_one_record(rows, blocks):
    pairing = pair_up(persons(rows), persons(rows), with_blocks(blocks, right="left"))
    expected = {(i, j): mask for j in range(len(rows)) for i in range(j) if (mask := blocks_of(pairing, i, j))}
    assert found(pairing) == expected


@settings(max_examples=5, deadline=None)
@given(RECORDS, RECORDS, st.booleans())
def test_the_size_of_a_block_is_what_it_brings(left, right, double):
    """Also through tokens, and with pairs that several blocks bring counted for each."""
    model = DEDUPE if double else MODEL
    clear = [persons(left), persons(left if double else right)]
    for sides in (clear, [tokenised(side) for side in clear]) if left and right else (clear,):
        pairing = pair_up(*sides, model)
        masks = found(pairing).values()
        brought = [sum(mask >> number & 1 for mask in masks) for number in range(len(model.blocks))]
        assert [size.pairs for size in block(pairing).sizes] == brought
        assert [(size.oversized, size.left_out) for size in block(pairing).sizes] == [(0, 0)] * len(model.blocks)


def test_lists_meet_on_a_member_and_names_on_a_word():
    columns = {"skills": "list", "name": "full_name"}
    rows = [("welding|sewing", "Jan van den Berg"), ("sewing", "Berg, Kees"), ("||", None), (None, "")]
    table = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    side = Comparable.of_text("left", table, fields_of((column, kind, column) for column, kind in columns.items()))
    model = Model.model_validate(
        {
            "id": "lists", "right": "left", "comparisons": [{"field": "skills"}, {"field": "name"}],
            "blocks": [{"on": ["string_to_array(skills, '|')"]}, {"on": ["string_to_array(\"name.words\", '|')"]}],
        }
    )  # fmt: skip
    assert found(pair_up(side, side, model)) == {(0, 1): 0b11}


def test_lists_with_more_ways_to_combine_them_than_pairs_may_be_are_refused():
    letters = "|".join("abcdefghij")
    table = pl.DataFrame({"one": [letters] * 20, "two": [letters] * 20})
    side = Comparable.of_text("left", table, fields_of((name, "list", name) for name in ("one", "two")))
    parts = [f"string_to_array({name}, '|')" for name in ("one", "two")]
    model = Model.model_validate(
        {
            "id": "lists", "right": "left", "comparisons": [{"field": "one"}], "blocks": [{"on": parts}],
            "candidate_limit": 1_999,
        }
    )  # fmt: skip
    with pytest.raises(WrongInput, match="2,000 ways"):
        block(pair_up(side, side, model))


# Sorted neighbourhood, and blocks that are too large: only records near each other in an order meet.


def ordering(row: Row, columns: tuple[str, ...]) -> tuple:
    """Missing values first, then as the values are; records alike in `columns` by all that is compared."""
    names = (*columns, *(comparison.field for comparison in MODEL.comparisons))
    return tuple((row[name] is not None, row[name] or "") for name in names)


def near(pairing: Pairing, lefts: list[int], rights: list[int], columns: tuple[str, ...], aside: int) -> set:
    """Pairs of records within `aside` places, where left records of one order are spread over right ones of it."""
    left, right = pairing.left.table.to_dicts(), pairing.right.table.to_dicts()
    in_order = sorted(rights, key=lambda j: ordering(right[j], columns))
    orders = [ordering(right[j], columns) for j in in_order]
    pairs = set()
    for i in lefts:
        mine = ordering(left[i], columns)
        alike = [other for other in lefts if ordering(left[other], columns) == mine]
        place = sum(other < mine for other in orders) + alike.index(i) * orders.count(mine) // len(alike)
        place = min(place, len(in_order) - 1)
        pairs |= {(i, j) for j in in_order[max(place - aside, 0) : place + aside + 1]}
    return pairs


def groups(pairing: Pairing, declared: Block) -> dict[tuple, tuple[list[int], list[int]]]:
    """Records of both sides by the one key that a block gives them."""
    grouped: dict[tuple, tuple[list[int], list[int]]] = {}
    for side, table in enumerate((pairing.left.table, pairing.right.table)):
        for position, row in enumerate(table.to_dicts()):
            sortable = not declared.sorted_by or any(row[name] is not None for name in declared.sorted_by)
            if sortable and None not in (key := tuple(row[part] for part in declared.on)):
                grouped.setdefault(key, ([], []))[side].append(position)
    return {key: both for key, both in grouped.items() if all(both)}


def once(pairs: set, *, double: bool) -> set:
    return {(i, j) for i, j in pairs if i < j or not double}


NEIGHBOURHOODS = [
    {"sorted_by": ["surname"], "window": 1},
    {"sorted_by": ["birth_date", "surname.sound"], "window": 3},
    {"on": ["sex"], "sorted_by": ["postcode"], "window": 2},
]


@settings(max_examples=10, deadline=None)
@given(RECORDS, RECORDS, st.sampled_from(NEIGHBOURHOODS), st.booleans())
def test_sorted_neighbourhood(left, right, declared, double):
    model = with_blocks([declared, {"on": ["postcode"]}], right="left" if double else "right")
    pairing = pair_up(persons(left), persons(left if double else right), model)
    expected: set = set()
    for lefts, rights in groups(pairing, model.blocks[0]).values():
        expected |= near(pairing, lefts, rights, model.blocks[0].sorted_by, declared["window"])
    expected = once(expected, double=double)
    masks = found(pairing)
    assert {pair for pair, mask in masks.items() if mask & 1} == expected
    assert block(pairing).sizes[0].pairs == len(expected)
    agreeing = {pair for pair in masks if blocks_of(pairing, *pair) >> 1 & 1}
    assert {pair for pair, mask in masks.items() if mask & 2} == agreeing


@settings(max_examples=10, deadline=None)
@given(RECORDS, RECORDS, st.integers(1, 30), st.booleans())
def test_of_a_block_that_is_too_large_the_nearest_meet(left, right, most, double):
    """At most as many as the limit says, or one for each record where that is more; never none, and reported."""
    model = with_blocks([{"on": ["sex"]}], right="left" if double else "right", block_limit=most)
    pairing = pair_up(persons(left), persons(left if double else right), model)
    expected, oversized, all_pairs = set(), 0, 0
    for lefts, rights in groups(pairing, model.blocks[0]).values():
        count = len(lefts) * len(rights)
        pairs = {(i, j) for i in lefts for j in rights}
        if count > (2 * most if double else most):
            aside = max(most // len(lefts), 1) if double else max((most // len(lefts) - 1) // 2, 0)
            pairs = near(pairing, lefts, rights, (), aside)
            oversized += 1
            assert 0 < len(once(pairs, double=double)) <= max(most, len(lefts))
        expected |= once(pairs, double=double)
        all_pairs += len(once({(i, j) for i in lefts for j in rights}, double=double))
    assert set(found(pairing)) == expected
    [size] = block(pairing).sizes
    assert (size.pairs, size.oversized) == (len(expected), oversized)
    assert size.pairs + size.left_out == all_pairs


DIFFERENT = [(f"Jans{a}n", f"{b}iet", None, None, "m") for a in "aeiou" for b in "DPR"]


@pytest.mark.parametrize("declared", [*NEIGHBOURHOODS, {"on": ["sex"]}, {"alike": "surname"}], ids=str)
@settings(max_examples=3, deadline=None)
@given(st.data(), st.lists(st.sampled_from(DIFFERENT), unique=True))
def test_the_order_of_rows_makes_no_difference_to_what_meets(declared, data, rows):
    shuffled = data.draw(st.permutations(rows))
    model = with_blocks([declared], right="left", block_limit=20)

    def values(rows: list) -> set[frozenset]:
        return {frozenset((rows[i], rows[j])) for i, j in found(pair_up(persons(rows), persons(rows), model))}

    assert values(shuffled) == values(rows)


def test_a_block_of_a_hundred_million_pairs_is_answered_within_the_limit():
    """Ten thousand records of one value on both sides: each is compared with some, none with all."""
    rows = [("Jansen", None, None, None, None)] * 10_000
    model = with_blocks([{"on": ["surname"]}], comparisons=[{"field": "surname"}])
    side = persons(rows)
    pairing = pair_up(side, side, model)
    blocks = block(pairing)
    [size] = blocks.sizes
    pairs = candidates(pairing, blocks)
    assert (size.pairs, size.oversized) == (pairs.height, 1)
    assert size.pairs + size.left_out == 10**8
    assert 900_000 < pairs.height <= model.block_limit
    assert pairs["l"].n_unique() == pairs["r"].n_unique() == 10_000


def test_more_candidates_than_allowed_are_refused_before_anything_is_paired():
    rows = [("Jansen", None, None, None, None)] * 100
    with pytest.raises(WrongInput, match="10,000 candidate pairs, more than 9,999") as refused:
        block(pair_up(persons(rows), persons(rows), with_blocks([{"on": ["surname"]}], candidate_limit=9_999)))
    assert "surname" in refused.value.remedy


# Locality-sensitive hashing.

LETTERS = ["Abcdefgh", "Ijklmnop", "Qrstuvwx", "Jansen", "Kowalczyk", "Ünlü", "Bø"]


@pytest.mark.parametrize("protect", [lambda side: side, tokenised], ids=["clear text", "encodings"])
def test_what_is_equal_always_meets_and_what_is_very_different_never(protect):
    rows = [(name, None, None, None, None) for name in LETTERS]
    model = with_blocks([{"alike": "surname", "bands": 5, "size": 9}])
    left, right = protect(persons(rows)), protect(persons([(None,) * 5, *reversed(rows)]))
    assert set(found(pair_up(left, right, model))) == {(i, len(LETTERS) - i) for i in range(len(LETTERS))}


def test_what_is_nearly_equal_meets_through_text_and_through_encodings():
    rows = [("Vredenburgstra", None, None, None, None), ("Vredenbregstra", None, None, None, None)]
    model = with_blocks([{"alike": "surname", "bands": 60, "size": 3}], right="left")
    for side in (persons(rows), tokenised(persons(rows))):
        assert set(found(pair_up(side, side, model))) == {(0, 1)}


@given(st.lists(st.text("abcde", min_size=1, max_size=9), min_size=2, max_size=2))
@settings(max_examples=10, deadline=None)
def test_hashes_agree_as_often_as_bigrams_do(values):
    """Broder (1997): the chance that two least hashes agree is the Jaccard similarity of the sets."""
    hashes = _minhashes(pl.Series(values), Block(alike="x", bands=200, size=1))
    one, two = ({f"\x02{value}\x03"[i : i + 2] for i in range(len(value) + 1)} for value in values)
    assert np.mean(hashes[0] == hashes[1]) == pytest.approx(len(one & two) / len(one | two), abs=0.17)


UNKNOWN = {
    "a field that is not there": {"comparisons": [{"field": "shoe_size"}]},
    "evidence that is not there": {"blocks": [{"on": ["surname.colour"]}]},
    "no expression": {"blocks": [{"on": ["substr(surname,"]}]},
    "an unknown function": {"blocks": [{"on": ["soundslike(surname)"]}]},
    "an expression over two fields": {"blocks": [{"on": ["concat(surname, postcode)"]}]},
    "an expression over nothing": {"blocks": [{"on": ["1 + 1"]}]},
    "order by what is not there": {"blocks": [{"sorted_by": ["surname.colour"]}]},
    "order by a list": {"blocks": [{"sorted_by": ["string_to_array(surname, 's')"]}]},
    "alike in what is not there": {"blocks": [{"alike": "shoe_size"}]},
}


@pytest.mark.parametrize("change", UNKNOWN.values(), ids=UNKNOWN)
def test_a_model_that_does_not_fit_is_refused(change):
    model = Model.model_validate(MODEL.model_dump(mode="json") | change)
    with pytest.raises(WrongInput):
        block(pair_up(persons([]), persons([]), model))


def test_expressions_over_tokens_are_refused():
    side = tokenised(persons([("Jansen", "Jan", "1980-03-05", "4223", "m")]))
    with pytest.raises(WrongInput, match=r"substr.*no such evidence"):
        pair_up(side, side, with_blocks([{"on": ["substr(surname, 1, 2)"]}]))


def test_codes_do_not_depend_on_the_order_of_rows():
    rows = [("Jansen", "Jan", None, None, "m"), ("Bakker", "Eva", None, None, "v")]
    one, two = pair_up(persons(rows), persons(rows), MODEL), pair_up(persons(rows[::-1]), persons(rows), MODEL)
    assert one.left_codes.equals(two.left_codes[::-1])
    assert isinstance(one.left_codes, pl.DataFrame)
