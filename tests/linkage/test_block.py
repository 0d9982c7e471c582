"""Candidate pairs, against a slow twin that looks at every pair."""

import polars as pl
import pytest
from hypothesis import given, settings

from declare import WrongInput
from linkage.block import block, candidates
from linkage.model import Model
from linkage.pairing import Pairing, pair_up
from tests.linkage.persons import MODEL, RECORDS, persons

DEDUPE = MODEL.model_copy(update={"right": MODEL.left})


def blocks_of(pairing: Pairing, one: int, two: int) -> int:
    """Bit k for each block whose evidence is present and equal in both records."""
    left, right = pairing.left.table.row(one, named=True), pairing.right.table.row(two, named=True)
    agree = [
        all(left[part] is not None and left[part] == right[part] for part in declared.on)
        for declared in pairing.model.blocks
    ]
    return sum(1 << number for number, holds in enumerate(agree) if holds)


def found(pairing: Pairing) -> dict[tuple[int, int], int]:
    pairs = candidates(pairing, block(pairing))
    assert not pairs.select("l", "r").is_duplicated().any()
    return {(one, two): mask for one, two, mask in pairs.select("l", "r", "blocks").iter_rows()}


@settings(max_examples=15, deadline=None)
@given(RECORDS, RECORDS)
def test_candidates_are_the_pairs_that_agree_on_some_block(left, right):
    pairing = pair_up(persons(left), persons(right), MODEL)
    expected = {(i, j): mask for i in range(len(left)) for j in range(len(right)) if (mask := blocks_of(pairing, i, j))}
    assert found(pairing) == expected


@settings(max_examples=15, deadline=None)
@given(RECORDS)
def test_double_records_are_sought_once_per_pair_and_never_in_one_record(rows):
    pairing = pair_up(persons(rows), persons(rows), DEDUPE)
    expected = {(i, j): mask for j in range(len(rows)) for i in range(j) if (mask := blocks_of(pairing, i, j))}
    assert found(pairing) == expected


def test_an_oversized_block_is_capped_and_reported():
    rows = [("Jansen", "Jan", "1980-03-05", None, None)] * 4 + [("Bakker", "Piet", "1999-12-31", None, None)]
    model = MODEL.model_copy(update={"block_limit": 15})
    pairing = pair_up(persons(rows), persons(rows), model)
    sizes = block(pairing).sizes
    assert [(size.pairs, size.oversized, size.left_out) for size in sizes] == [(13, 1, 4), (13, 1, 4), (0, 0, 0)]
    assert len(found(pairing)) == 13


def test_the_size_of_a_block_is_what_it_brings():
    rows = [("Jansen", "Jan", "1980-03-05", "4223", "m"), ("Jansen", None, None, "1000", None), (None,) * 5]
    pairing = pair_up(persons(rows), persons(rows), MODEL)
    assert [size.pairs for size in block(pairing).sizes] == [4, 1, 2]


UNKNOWN = {
    "a field that is not there": {"comparisons": [{"field": "shoe_size"}]},
    "evidence that is not there": {"blocks": [{"on": ["surname.colour"]}]},
}


@pytest.mark.parametrize("change", UNKNOWN.values(), ids=UNKNOWN)
def test_a_model_that_does_not_fit_is_refused(change):
    model = Model.model_validate(MODEL.model_dump(mode="json") | change)
    with pytest.raises(WrongInput):
        pair_up(persons([]), persons([]), model)


def test_codes_do_not_depend_on_the_order_of_rows():
    rows = [("Jansen", "Jan", None, None, "m"), ("Bakker", "Eva", None, None, "v")]
    one, two = pair_up(persons(rows), persons(rows), MODEL), pair_up(persons(rows[::-1]), persons(rows), MODEL)
    assert one.left_codes.equals(two.left_codes[::-1])
    assert isinstance(one.left_codes, pl.DataFrame)
