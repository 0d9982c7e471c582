"""What is known of how many pairs match: a chance that is kept, or rules that are counted."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from declare import WrongInput
from linkage import Model, train
from linkage.block import block
from linkage.pairing import pair_up
from linkage.prior import start
from linkage.train import fit
from tests.linkage.persons import MODEL, RECORDS, persons
from tests.linkage.test_train import LEFT, RIGHT


def with_prior(prior: dict, **changes: object) -> Model:
    return Model.model_validate(MODEL.model_dump(mode="json") | {"prior": prior} | changes)


RULES = [["surname", "birth_date"], ["postcode", "given_name.initial"], ["sex", "postcode"]]


@settings(max_examples=8, deadline=None)
@given(
    RECORDS.filter(len), RECORDS.filter(len), st.booleans(), st.sampled_from([0.5, 1.0]),
    st.lists(st.sampled_from(RULES), min_size=1, max_size=3),
)  # fmt: skip
def test_rules_count_the_pairs_that_agree_on_any_of_them(left, right, double, recall, rules):
    model = with_prior({"rules": rules, "recall": recall}, right="left" if double else "right")
    pairing = pair_up(persons(left), persons(left if double else right), model)
    one, two = pairing.left.table.to_dicts(), pairing.right.table.to_dicts()
    agreeing = sum(
        any(all(one[i][part] is not None and one[i][part] == two[j][part] for part in rule) for rule in rules)
        for i in range(len(one))
        for j in range(i + 1 if double else 0, len(two))
    )
    found = start(pairing, "none")
    assert found.fixed
    assert found.prior == pytest.approx(min(max(agreeing / recall / max(pairing.possible, 1), 1e-12), 0.1))


def test_a_chance_is_kept_as_it_is():
    assert train(persons(LEFT), persons(RIGHT), with_prior({"chance": 0.0123})).prior == 0.0123


def test_rules_are_kept_through_training():
    model = with_prior({"rules": [["surname", "birth_date"]], "recall": 0.9})
    pairing = pair_up(persons(LEFT), persons(RIGHT), model)
    assert fit(pairing, block(pairing)).prior == start(pairing, "none").prior > 1e-12


def test_without_anything_known_every_record_of_the_side_held_once_is_thought_to_have_a_partner():
    pairing = pair_up(persons(LEFT * 30), persons(RIGHT * 10), MODEL)
    assert start(pairing, "one-to-one").prior == pytest.approx(160 / pairing.possible)
    assert start(pairing, "right-once").prior == pytest.approx(600 / pairing.possible)
    assert not start(pairing, "none").fixed


def test_a_rule_over_what_is_not_compared_is_refused():
    pairing = pair_up(persons(LEFT), persons(RIGHT), with_prior({"rules": [["surname", "shoe_size"]]}))
    with pytest.raises(WrongInput, match="names shoe_size, which is not compared"):
        start(pairing, "none")


WRONG = {"nothing": {}, "both": {"chance": 0.1, "rules": [["surname"]]}, "certainty": {"chance": 1.0}}


@pytest.mark.parametrize("prior", WRONG.values(), ids=WRONG)
def test_what_is_no_prior_is_refused(prior):
    with pytest.raises(ValidationError):
        with_prior(prior)
