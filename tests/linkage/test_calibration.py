"""Labels calibrate chances: a model too sure of itself is brought down to what people said; few labels say nothing."""

import numpy as np
import polars as pl
import pytest

from linkage import Model, explain
from linkage.block import block, candidates
from linkage.calibration import FEWEST, calibrated
from linkage.fitted import Calibration
from linkage.pairing import pair_up
from linkage.score import scored, scorer
from linkage.train import fit
from tests.linkage.persons import MODEL, crowd, persons

CURVES = {  # shift and slope by which people differ from the model
    "twice too sure": (0.0, 0.5),
    "too sure of every pair": (-2.0, 1.0),
    "right": (0.0, 1.0),
}


def labelled(shift: float, slope: float, pairs: int = 4000, seed: int = 1) -> pl.DataFrame:
    """Labels of pairs drawn with unequal chances; people say match as often as the curve says."""
    chance = np.random.default_rng(seed)
    odds = chance.uniform(-8, 8, pairs)
    match = chance.random(pairs) < 1 / (1 + np.exp2(-(shift + slope * odds)))
    inclusion = np.where(np.abs(odds) < 2, 1.0, 0.2)
    drawn = chance.random(pairs) < inclusion
    return pl.DataFrame({"odds": odds, "match": match, "inclusion": inclusion}).filter(drawn)


@pytest.mark.parametrize(("shift", "slope"), CURVES.values(), ids=CURVES)
def test_the_curve_comes_back(shift, slope):
    found = calibrated(labelled(shift, slope))
    assert found is not None
    assert found.shift == pytest.approx(shift, abs=0.4)
    assert found.slope == pytest.approx(slope, abs=0.12)
    by_model = np.array([-3.0, 0.0, 5.0])
    assert [found.by_model(odds) for odds in found.odds(by_model)] == pytest.approx(by_model)


def test_nine_in_ten_means_nine_in_ten():
    found = calibrated(labelled(-2.0, 0.5, seed=2))
    fresh = labelled(-2.0, 0.5, pairs=40_000, seed=3)
    chance = 1 / (1 + np.exp2(-found.odds(fresh["odds"].to_numpy())))
    for low, high in ((0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.0)):
        these = (chance >= low) & (chance < high)
        assert fresh["match"].to_numpy()[these].mean() == pytest.approx(chance[these].mean(), abs=0.06)


TOO_LITTLE = {
    "no labels": labelled(0, 1).clear(),
    "nearly all match": labelled(0, 1).filter("match").head(200).vstack(
        labelled(0, 1).filter(~pl.col("match")).head(FEWEST - 1)
    ),
    "heavier pairs match less": labelled(0, 1).with_columns(odds=-pl.col("odds")),
}  # fmt: skip


@pytest.mark.parametrize("labels", TOO_LITTLE.values(), ids=TOO_LITTLE)
def test_too_little_to_go_by_changes_nothing(labels):
    assert calibrated(labels) is None


@pytest.mark.parametrize("assignment", ["none", "right-once", "one-to-one"])
def test_what_is_kept_goes_by_the_chances_that_are_shown(assignment):
    """Floor, bound, scores and explanations follow curve and chance of no partner, as scoring everything does."""
    left, right = persons(crowd(80, seed=1)), persons(crowd(80, seed=1, wrong=0.3))
    declared = MODEL.model_dump(mode="json") | {"floor": 0.05, "one_to_one": assignment}
    pairing = pair_up(left, right, Model.model_validate(declared))
    blocks = block(pairing)
    bent = fit(pairing, blocks).model_copy(update={"calibration": Calibration(shift=-3.0, slope=0.4, labels=50)})
    whole = scorer(pairing, bent).score(candidates(pairing, blocks))
    expected = whole.filter(pl.col("match_probability") >= 0.05).select("l", "r", "match_probability").sort("l", "r")
    found = scored(pairing, blocks, bent).select("l", "r", "match_probability")
    assert 0 < found.height < whole.height
    assert found.select("l", "r").equals(expected.select("l", "r"))
    assert found["match_probability"].to_list() == pytest.approx(expected["match_probability"].to_list())
    for one, two, chance in found.head(5).iter_rows():
        assert explain(pairing, bent, one, two).match_probability == pytest.approx(chance)


def test_labels_calibrate_what_is_shown_where_a_record_has_one_partner():
    """Half of the records have no partner, and people say so: the chances of all pairs add up to the matches."""
    rows = crowd(400, seed=3)
    left, right = persons(rows[:300]), persons(crowd(400, seed=3, wrong=0.35)[100:])
    weak = {"comparisons": [{"field": "surname"}, {"field": "postcode"}], "one_to_one": "one-to-one", "floor": 1e-6}
    pairing = pair_up(left, right, Model.model_validate(MODEL.model_dump(mode="json") | weak))
    blocks = block(pairing)
    every = scored(pairing, blocks, fit(pairing, blocks)).select("l", "r")
    labels = every.with_columns(match=pl.col("l").cast(pl.Int64) == pl.col("r").cast(pl.Int64) + 100, inclusion=1.0)
    fitted = fit(pairing, blocks, labels)
    assert fitted.calibration is not None
    shown = scored(pairing, blocks, fitted).join(labels, on=["l", "r"])
    assert shown["match_probability"].sum() == pytest.approx(shown["match"].sum(), rel=0.15)
