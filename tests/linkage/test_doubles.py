"""Double registrations: whom a source probably holds twice, in counts, and which rows."""

import itertools

import polars as pl
import pytest

from declare import WrongInput
from linkage import FittedModel, Model, train
from linkage.comparable import Comparable
from linkage.doubles import doubles, doubles_of
from tests.linkage.persons import MODEL, crowd, persons
from tests.linkage.test_linked import PERSON, person, protected

TWICE = MODEL.model_copy(update={"right": "left", "id": "twice"})
PEOPLE = crowd(400, seed=5)
AGAIN = PEOPLE[:40]
"""Who is in the file twice."""


@pytest.fixture(scope="module")
def side() -> Comparable:
    return persons([*PEOPLE, *AGAIN, AGAIN[0]])


@pytest.fixture(scope="module")
def fitted(side: Comparable) -> FittedModel:
    return train(side, side, TWICE)


def numbers(side: Comparable) -> pl.Series:
    return pl.Series(range(1, side.height + 1), dtype=pl.UInt32)


def test_clusters_hold_the_rows_of_one_person(side: Comparable, fitted: FittedModel) -> None:
    found = doubles_of(side, numbers(side), fitted)
    cluster = dict(found.rows.iter_rows())
    assert all(cluster[place + 1] == cluster[place + 401] for place in range(len(AGAIN)))
    assert cluster[1] == cluster[441]
    assert found.rows.equals(found.rows.sort("cluster", "row"))


def test_counts_are_those_of_the_rows(side: Comparable, fitted: FittedModel) -> None:
    found = doubles_of(side, numbers(side), fitted)
    assert found.doubled == found.rows["row"].n_unique() == sum(size * many for size, many in found.sizes)
    assert found.share == found.doubled / 441
    assert found.sizes[0][0] == 2
    assert "rows" not in found.facts
    assert found.facts["clusters"] == found.rows["cluster"].n_unique()


def test_expected_false_is_the_doubt_of_the_likeliest_link(side: Comparable, fitted: FittedModel) -> None:
    """A slow twin: for every record in a cluster its best partner there."""
    found = doubles_of(side, numbers(side), fitted)
    from linkage.block import block
    from linkage.pairing import pair_up
    from linkage.score import scored

    pairing = pair_up(side, side, TWICE)
    chance = {(left, right): p for left, right, p in scored(pairing, block(pairing), fitted).select(
        "l", "r", "match_probability").iter_rows() if p >= TWICE.threshold}  # fmt: skip
    doubt = 0.0
    for rows in found.rows.group_by("cluster").agg("row")["row"].to_list():
        for row in rows:
            ends = [tuple(sorted((row - 1, other - 1))) for other in rows if other != row]
            doubt += 1 - max(chance.get(ends_, 0.0) for ends_ in ends)
    assert found.expected_false == pytest.approx(doubt)


def test_a_source_that_says_it_holds_everybody_once_is_not_taken_at_its_word() -> None:
    table = protected("residents", [*(person(i) for i in range(60)), *(person(i) for i in range(10))], once=True)
    model = PERSON.model_copy(update={"left": "residents", "right": "residents"})
    found = doubles(table, train(table, table, model))
    pairs = {tuple(rows) for rows in found.rows.group_by("cluster").agg("row")["row"].to_list()}
    assert {(i + 1, i + 61) for i in range(10)} <= pairs


def test_nobody_twice() -> None:
    table = protected("residents", [person(i) for i in range(60)])
    model = PERSON.model_copy(update={"left": "residents", "right": "residents"})
    found = doubles(table, train(table, table, model))
    assert found.facts | {"model": "", "precision": None} == {
        "model": "", "records": 60, "doubled": 0, "clusters": 0, "sizes": [], "expected_false": 0.0, "precision": None,
        "share": 0.0,
    }  # fmt: skip


def test_a_model_of_two_sources_is_refused(side: Comparable) -> None:
    two = Model.model_validate(MODEL.model_dump() | {"left": "a", "right": "b"})
    fitted = train(side, persons(PEOPLE, "right"), two)
    with pytest.raises(WrongInput, match="links two sources"):
        doubles_of(side, numbers(side), fitted)


def test_repr_holds_counts_only(side: Comparable, fitted: FittedModel) -> None:
    shown = repr(doubles_of(side, numbers(side), fitted))
    assert shown.startswith("Doubles(")
    assert not [name for name, *_ in itertools.islice(PEOPLE, 20) if name and name in shown]
