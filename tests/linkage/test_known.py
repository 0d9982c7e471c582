"""What is known beforehand: given chances stay, and what people said of pairs counts for what it is."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from declare import WrongInput
from linkage import FittedModel, Model
from linkage.block import block, candidates
from linkage.em import Patterns
from linkage.pairing import Pairing, pair_up
from linkage.score import scorer
from linkage.train import fit
from tests.linkage.persons import MODEL, crowd, persons


def changed(field: str, chances: dict, **changes: object) -> Model:
    comparisons = [
        comparison.model_dump(mode="json") | (chances if comparison.field == field else {})
        for comparison in MODEL.comparisons
    ]
    return Model.model_validate(MODEL.model_dump(mode="json") | {"comparisons": comparisons} | changes)


def pairing_of(model: Model) -> Pairing:
    return pair_up(persons(crowd(60, seed=1)), persons(crowd(60, seed=1, wrong=0.3)), model)


def fitted_to(model: Model, labels: pl.DataFrame | None = None) -> FittedModel:
    pairing = pairing_of(model)
    return fit(pairing, block(pairing), labels)


GIVEN = {
    "one m": {"m": {"same": 0.6}},
    "two m": {"m": {"same": 0.6, "other": 0.3}},
    "one u": {"u": {"same": 0.02}},
    "all of both": {
        "m": {"same": 0.9, "similar": 0.06, "other": 0.04}, "u": {"same": 0.1, "similar": 0.1, "other": 0.8},
    },
}  # fmt: skip


@pytest.mark.parametrize("chances", GIVEN.values(), ids=GIVEN)
def test_given_chances_stay_and_the_others_share_what_is_left(chances):
    postcode = fitted_to(changed("postcode", chances)).fields[3]
    names = [*(level.name for level in postcode.levels), "other"]
    for given_ones, found in ((chances.get("m", {}), postcode.m), (chances.get("u", {}), postcode.u)):
        assert {name: dict(zip(names, found, strict=True))[name] for name in given_ones} == pytest.approx(given_ones)
        assert sum(found) == pytest.approx(1)
        assert min(found) > 0


UNFIT = {
    "an unknown level": ({"m": {"sam": 0.5}}, "Its levels are: same, similar, other"),
    "more than all": ({"m": {"same": 0.7, "similar": 0.7}}, "Chances of all levels together are 1"),
    "nothing for the others": ({"u": {"same": 0.5, "similar": 0.5}}, "Chances of all levels together are 1"),
    "all levels, not all chance": ({"m": {"same": 0.5, "similar": 0.1, "other": 0.1}}, "together are 1"),
}


@pytest.mark.parametrize(("chances", "remedy"), UNFIT.values(), ids=UNFIT)
def test_chances_that_do_not_fit_are_refused(chances, remedy):
    with pytest.raises(WrongInput) as refused:
        fitted_to(changed("postcode", chances))
    assert remedy in refused.value.remedy


def test_a_chance_of_a_field_that_weighs_together_with_another_is_refused():
    with pytest.raises(ValidationError, match="given"):
        changed("postcode", {"m": {"same": 0.6}}, joint=[["postcode", "sex"]])


# Labels.


def labels(pairing: Pairing, level: int, *, match: bool, count: int = 40) -> pl.DataFrame:
    """Candidates on a level of the birth date, called matches or not."""
    pairs = candidates(pairing, block(pairing)).filter(pl.col("level birth_date") == level).head(count)
    assert pairs.height
    return pairs.select("l", "r", match=pl.lit(match))


def test_labelled_matches_that_differ_raise_the_chance_of_differing():
    pairing = pairing_of(MODEL)
    other = pairing.fields[2].other
    before = fit(pairing, block(pairing))
    after = fit(pairing, block(pairing), labels(pairing, other, match=True))
    assert after.fields[2].m[-1] > before.fields[2].m[-1] + 0.05
    assert after.fields[2].m[0] < before.fields[2].m[0]


def test_pairs_that_agree_and_are_labelled_others_lower_what_agreement_weighs():
    pairing = pairing_of(MODEL)
    before = fit(pairing, block(pairing))
    after = fit(pairing, block(pairing), labels(pairing, 1, match=False))
    assert after.prior < before.prior
    assert after.fields[2].weights[1] < before.fields[2].weights[1]


def test_labels_that_say_what_was_thought_anyway_change_little():
    pairing = pairing_of(MODEL)
    before = fit(pairing, block(pairing))
    sure = (
        scorer(pairing, before)
        .score(candidates(pairing, block(pairing)))
        .filter((pl.col("match_probability") > 0.9999) | (pl.col("match_probability") < 0.0001))
    )
    said = sure.select("l", "r", match=pl.col("match_probability") > 0.5)
    assert set(said["match"]) == {True, False}
    after = fit(pairing, block(pairing), said)
    assert after.prior == pytest.approx(before.prior, rel=0.01)
    for one, two in zip(after.fields, before.fields, strict=True):
        assert one.m == pytest.approx(two.m, abs=0.01)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.floats(1e-3, 1e3)), min_size=1, max_size=6))
def test_expected_matches_of_patterns_that_are_all_labelled(rows):
    """All of a pattern's pairs labelled: as many matches as people said, whatever the odds."""
    matches, others, odds = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    levels = np.arange(odds.size, dtype=np.uint8)[:, None]
    seen = Patterns(levels, matches + others, labelled=(matches, others))
    assert seen.matches(odds, 0.1) == pytest.approx(matches, abs=1e-9)
