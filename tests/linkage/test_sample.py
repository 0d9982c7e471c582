"""The sample a model is fitted on: about as large as asked, the same from any order of rows, rivals together."""

import random

import polars as pl
import pytest

from linkage import Model, train
from linkage.block import block, candidates
from linkage.pairing import Pairing, pair_up
from linkage.sample import sample
from linkage.score import scorer
from linkage.train import fit
from tests.linkage.persons import MODEL, crowd, persons

LEFT, RIGHT = crowd(400, seed=1), crowd(300, seed=1, wrong=0.2) + crowd(200, seed=5)
SAMPLED = {"training_pairs": 1500, "random_pairs": 2000}


def model(**changes: object) -> Model:
    return Model.model_validate(MODEL.model_dump(mode="json") | SAMPLED | changes)


def pairing_of(declared: Model, left: list = LEFT, right: list = RIGHT) -> Pairing:
    return pair_up(persons(left), persons(left if declared.dedupe else right), declared)


def shuffled(rows: list, seed: int) -> list:
    return random.Random(seed).sample(rows, len(rows))


def drawn(pairing: Pairing, assignment: str) -> pl.DataFrame:
    found = sample(pairing, block(pairing), assignment)
    return candidates(pairing, found.blocks, found.screen)


WAYS = {
    "none": ({}, "none", ()),
    "the right has each once": ({}, "right-once", ("l",)),
    "the left has each once": ({}, "left-once", ("r",)),
    "both": ({}, "one-to-one", ("l",)),
    "double records": ({"right": "left"}, "none", ()),
}


@pytest.mark.parametrize(("changes", "assignment", "rivals"), WAYS.values(), ids=WAYS)
def test_it_is_about_as_large_as_asked_with_the_rivals_of_every_drawn_record(changes, assignment, rivals):
    pairing = pairing_of(model(**changes))
    every, some = candidates(pairing, block(pairing)), drawn(pairing, assignment)
    found = sample(pairing, block(pairing), assignment)
    assert every.height > 3000
    assert 1000 < some.height < 2200
    assert found.rivals == rivals
    for side in rivals:
        assert some.equals(every.filter(pl.col(side).is_in(some[side].unique().to_list())))
    assert found.possible == pytest.approx(pairing.possible * some.height / every.height, rel=0.25)


@pytest.mark.parametrize(("changes", "assignment", "rivals"), WAYS.values(), ids=WAYS)
def test_the_order_of_rows_makes_no_difference(changes, assignment, rivals):
    declared = model(**changes)
    left, right = shuffled(LEFT, 1), shuffled(RIGHT, 2)

    def values(one: list, two: list) -> list:
        second = one if declared.dedupe else two
        pairs = drawn(pairing_of(declared, one, two), assignment).select("l", "r").iter_rows()
        return sorted(
            str(sorted((str(one[i]), str(second[j]))) if declared.dedupe else (one[i], second[j])) for i, j in pairs
        )

    assert values(left, right) == values(LEFT, RIGHT)


@pytest.mark.parametrize(
    "changes", [{}, {"one_to_one": "one-to-one"}, {"right": "left"}, {"joint": [["postcode", "sex"]]}], ids=str
)
def test_a_model_fitted_on_a_sample_is_the_same_from_any_order_of_rows(changes):
    declared = model(**changes)
    sides = [(LEFT, RIGHT), (shuffled(LEFT, 3), shuffled(RIGHT, 4))]
    one, two = (train(persons(left), persons(left if declared.dedupe else right), declared) for left, right in sides)
    assert one.digest == two.digest
    assert one.candidates < 2200


def test_few_candidates_are_all_taken():
    pairing = pairing_of(model(training_pairs=1_000_000))
    blocks = block(pairing)
    found = sample(pairing, blocks, "one-to-one")
    assert (found.blocks, found.possible, found.rivals) == (blocks, pairing.possible, ("l", "r"))
    assert candidates(pairing, found.blocks, found.screen).equals(candidates(pairing, blocks))


@pytest.mark.parametrize("floor", [0.5, 1e-3])
def test_the_tail_is_the_share_of_expected_matches_below_the_floor(floor):
    declared = model(training_pairs=1_000_000, floor=floor)
    comparisons = tuple(each.model_copy(update={"term_frequency": False}) for each in declared.comparisons)
    pairing = pairing_of(declared.model_copy(update={"comparisons": comparisons}))
    fitted = fit(pairing, block(pairing))
    chance = scorer(pairing, fitted).score(candidates(pairing, block(pairing)))["match_probability"]
    assert fitted.assignment == "none"
    assert fitted.tail == pytest.approx(chance.filter(chance < floor).sum() / chance.sum(), rel=1e-6)
    assert fitted.tail > 0
