"""A fitted model: the same numbers from any row order, the same scores from its frozen form."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declare import WrongInput
from linkage import FittedModel, Model, explain, train
from linkage.block import block, candidates
from linkage.pairing import pair_up
from linkage.score import scorer
from tests.linkage.persons import MODEL, RECORDS, persons

LEFT = [
    ("Jansen", "Jan", "1980-03-05", "4223", "m"),
    ("de Vries", "Eva", "1999-12-31", "1000", "v"),
    ("Bakker", "Piet", "1981-03-05", "4232", "m"),
    ("Jansen-de Vries", None, "1980-05-03", "1000", None),
] * 5
RIGHT = [
    ("Janssen", "Jan", "1980-03-05", "4223", "m"),
    ("de Vries", "Éva", "1999-12-00", "1000", "v"),
    ("Bakker", "P.", "1981-03-05", "4223", None),
    ("Vries", "Jean", "1980-03-05", None, "m"),
] * 4
SAMPLED = MODEL.model_copy(update={"random_pairs": 1000})


@pytest.fixture(scope="module")
def fitted() -> FittedModel:
    return train(persons(LEFT), persons(RIGHT), MODEL)


def scores(fitted: FittedModel, left: list, right: list, one: list[int], two: list[int]) -> dict:
    """(Original left position, original right position) → weight, probability."""
    pairing = pair_up(persons([left[i] for i in one]), persons([right[i] for i in two]), fitted.model)
    found = scorer(pairing, fitted).score(candidates(pairing, block(pairing)))
    columns = ("l", "r", "match_weight", "match_probability")
    return {(one[i], two[j]): (weight, chance) for i, j, weight, chance in found.select(columns).iter_rows()}


@settings(max_examples=3, deadline=None)
@given(st.permutations(range(len(LEFT))), st.permutations(range(len(RIGHT))))
def test_the_order_of_rows_makes_no_difference(one, two):
    as_given = train(persons(LEFT), persons(RIGHT), SAMPLED)
    shuffled = train(persons([LEFT[i] for i in one]), persons([RIGHT[i] for i in two]), SAMPLED)
    assert shuffled.digest == as_given.digest
    plain = scores(as_given, LEFT, RIGHT, list(range(len(LEFT))), list(range(len(RIGHT))))
    assert scores(shuffled, LEFT, RIGHT, list(one), list(two)) == plain


def test_a_frozen_model_scores_the_same(fitted):
    again = FittedModel.from_json(fitted.to_json())
    assert again == fitted
    assert again.digest == fitted.digest
    order = list(range(len(LEFT))), list(range(len(RIGHT)))
    assert scores(again, LEFT, RIGHT, *order) == scores(fitted, LEFT, RIGHT, *order)


@settings(max_examples=12, deadline=None)
@given(RECORDS, RECORDS)
def test_an_explanation_adds_up_to_the_score(fitted, left, right):
    pairing = pair_up(persons(left), persons(right), MODEL)
    found = scorer(pairing, fitted).score(candidates(pairing, block(pairing)))
    for one, two, weight, chance in found.select("l", "r", "match_weight", "match_probability").iter_rows():
        why = explain(pairing, fitted, one, two)
        assert why.match_weight == pytest.approx(weight, abs=1e-9)
        assert why.match_probability == pytest.approx(chance, abs=1e-9)
        odds = 2 ** (why.prior_weight + why.match_weight)
        assert chance == pytest.approx(odds / (1 + odds), abs=1e-9)


def test_agreement_on_a_rare_name_weighs_more():
    common = [("Jansen", None, None, "4223", None)] * 30
    rare = [("Zwartendijk", None, None, "4223", None)]
    pairing = pair_up(persons(common + rare), persons(common + rare), MODEL)
    fitted = train(persons(common + rare), persons(common + rare), MODEL)
    both = explain(pairing, fitted, 30, 30).steps[0], explain(pairing, fitted, 0, 0).steps[0]
    assert both[0].level == both[1].level == "same"
    assert both[0].weight > both[1].weight + 4


@pytest.mark.parametrize("rows", [[], LEFT[:1]], ids=["empty", "one record"])
def test_tiny_tables_give_a_model(rows):
    fitted = train(persons(rows), persons(rows), MODEL)
    assert 0 < fitted.prior <= 0.5
    assert all(chance > 0 for field in fitted.fields for chance in field.m + field.u)


def test_a_model_fitted_on_other_evidence_is_refused(fitted):
    fewer = Model.model_validate(MODEL.model_dump(mode="json") | {"comparisons": [{"field": "surname"}]})
    pairing = pair_up(persons(LEFT), persons(RIGHT), fewer)
    with pytest.raises(WrongInput, match="other evidence"):
        scorer(pairing, fitted).score(candidates(pairing, block(pairing)))


def test_what_is_no_model_is_refused():
    with pytest.raises(WrongInput):
        FittedModel.from_json(b'{"prior": 0.5}')
