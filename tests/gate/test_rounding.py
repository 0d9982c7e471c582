"""Controlled rounding: multiples, sums that hold, and no count moved further than it must be."""

from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.disclosure.lattice import Lattice
from gate.perturb.loss import Loss
from gate.perturb.rounding import Line, NoRounding, rounded

BASE = 5


def with_margins(inner: np.ndarray) -> tuple[pl.Series, list[Line]]:
    """All cells of a table, the total of each dimension first, and its sums."""
    full = inner
    for axis in range(inner.ndim):
        full = np.concatenate([full.sum(axis=axis, keepdims=True), full], axis=axis)
    names = [f"d{axis}" for axis in range(full.ndim)]
    places = [["*" if at == 0 else str(at) for at in place] for place in np.ndindex(full.shape)]
    table = pl.DataFrame(places, schema=names, orient="row")
    return pl.Series("people", full.ravel()), Lattice.of(table, names, {}).lines()


TABLES = st.integers(1, 3).flatmap(
    lambda size: st.lists(st.lists(st.integers(0, 40), min_size=size, max_size=size), min_size=1, max_size=4)
)


@settings(deadline=None, max_examples=60)
@given(TABLES)
def test_two_dimensions_always_round_to_a_neighbour(rows: list[list[int]]) -> None:
    counts, sums = with_margins(np.array(rows))
    found = rounded(counts, sums, BASE)
    assert (found % BASE == 0).all()
    assert Loss.between(counts, found).largest < BASE
    assert (found.filter(counts % BASE == 0) == counts.filter(counts % BASE == 0)).all()
    assert all(found[total] == sum(found[int(part)] for part in parts) for total, parts in sums)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 14), min_size=4, max_size=4))
def test_no_other_rounding_changes_less(cells: list[int]) -> None:
    """Every way to send four cells and their margins to neighbours, one by one."""
    counts, sums = with_margins(np.array(cells).reshape(2, 2))
    neighbours = [sorted({value // BASE * BASE, -(-value // BASE) * BASE}) for value in counts.to_list()]
    fitting = [
        sum(abs(a - b) for a, b in zip(choice, counts.to_list(), strict=True))
        for choice in product(*neighbours)
        if all(choice[total] == sum(choice[part] for part in parts) for total, parts in sums)
    ]
    found = rounded(counts, sums, BASE)
    assert (found - counts).abs().sum() == min(fitting)


@pytest.mark.parametrize("seed", range(6))
def test_three_dimensions_keep_their_sums(seed: int) -> None:
    counts, sums = with_margins(np.random.default_rng(seed).poisson(6, (4, 3, 3)))
    found = rounded(counts, sums, BASE)
    assert (found % BASE == 0).all()
    assert (found >= 0).all()
    assert all(found[total] == sum(found[int(part)] for part in parts) for total, parts in sums)


def test_a_hidden_count_stays_hidden_and_frees_its_lines() -> None:
    counts, sums = with_margins(np.array([[12, 13], [14, 16]]))
    hidden = pl.select(pl.when(counts != 12).then(counts)).to_series()
    found = rounded(hidden, sums, BASE)
    assert found.null_count() == 1
    assert found.drop_nulls().to_list() == [55, 25, 30, 25, 15, 30, 15, 15]


def test_records_are_no_fewer_than_people() -> None:
    people, sums = with_margins(np.array([[13, 18]]))
    records, _ = with_margins(np.array([[13, 19]]))
    rounded_people = rounded(people, sums, BASE)
    assert (rounded(records, sums, BASE, least=rounded_people) >= rounded_people).all()


def test_what_cannot_be_kept_is_refused() -> None:
    counts, sums = with_margins(np.array([[13, 18]]))
    with pytest.raises(NoRounding):
        rounded(counts, sums, BASE, least=counts + 100)


def test_loss() -> None:
    assert Loss.between(pl.Series([10, 13, 0]), pl.Series([10, None, 5])) == Loss(2, 1, 2.5, 5)
    assert Loss.between(pl.Series([3]), pl.Series([None], dtype=pl.Int64)) == Loss(0, 0, 0.0, 0)
