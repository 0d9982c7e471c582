"""Active selection: near the threshold, along the patterns, and a sample all the same."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declare import WrongInput
from linkage.active import allocate, select
from linkage.clerical import estimate

THRESHOLD = 0.5


def made_up(pairs: int = 4_000) -> pl.DataFrame:
    """Pairs of which most are surely none, with a pattern that goes with the probability."""
    chance = np.random.default_rng(3)
    probability = np.round(chance.beta(0.2, 0.6, pairs), 4)
    return pl.DataFrame(
        {
            "id_l": [f"l{number}" for number in range(pairs)],
            "id_r": [f"r{number}" for number in range(pairs)],
            "match_probability": probability,
            "level name": (probability * 7).astype(np.uint8),
            "level date": chance.integers(0, 3, pairs).astype(np.uint8),
        }
    )


PAIRS = made_up()
LINKS = PAIRS.filter(pl.col("match_probability") >= THRESHOLD)


def chosen(pairs: pl.DataFrame = PAIRS, size: int = 120, seed: int = 1, **more) -> pl.DataFrame:
    return select(pairs, LINKS, size, threshold=THRESHOLD, seed=seed, **more)


def test_it_takes_as_many_as_asked_and_more_of_those_near_the_threshold():
    found = chosen()
    assert found.height == 120
    assert found.select(PAIRS.columns).join(PAIRS, on=PAIRS.columns, how="semi").height == 120
    near = pl.col("match_probability").is_between(0.2, 0.8)
    assert found.filter(near).height / 120 > 2 * PAIRS.filter(near).height / PAIRS.height
    assert found["stratum"].n_unique() > 5


def test_the_same_pairs_in_another_order_give_the_same_sample():
    assert chosen().equals(chosen(PAIRS.sample(fraction=1, shuffle=True, seed=8)))
    assert not chosen().equals(chosen(seed=2))


def test_every_pair_has_the_chance_it_is_said_to_have():
    drawn = pl.concat([chosen(seed=seed).select("id_l", "stratum", "inclusion") for seed in range(150)])
    assert drawn.group_by("stratum").agg(pl.col("inclusion").n_unique())["inclusion"].eq(1).all()
    times = drawn.group_by("id_l").agg(pl.len(), pl.col("inclusion").first()).filter(pl.col("inclusion") > 0.05)
    spread = (times["len"] - 150 * times["inclusion"]) / (150 * times["inclusion"] * (1 - times["inclusion"])).sqrt()
    assert spread.abs().max() < 5


def test_within_a_stratum_every_common_pattern_is_drawn():
    found = chosen(size=300)
    patterns = ["stratum", "level name", "level date"]
    for stratum, inclusion in found.select("stratum", "inclusion").unique().iter_rows():
        name, low, high = stratum.partition(" p ")[0], *map(float, stratum.rpartition(" ")[2].split("-"))
        inside = pl.col("match_probability").is_between(low, high, closed="left" if high < 1 else "both")
        pool = (LINKS if name == "link" else PAIRS.join(LINKS, on="id_l", how="anti")).filter(inside)
        common = pool.group_by(patterns[1:]).len().filter(pl.col("len") * inclusion >= 1)
        assert common.join(found.filter(pl.col("stratum") == stratum), on=patterns[1:], how="anti").is_empty()


def test_labelled_pairs_are_not_drawn_again():
    first = chosen()
    second = chosen(labelled=first)
    assert second.join(first, on=["id_l", "id_r"], how="semi").is_empty()


def test_its_labels_can_estimate():
    chance = np.random.default_rng(4)
    match = pl.Series(chance.random(PAIRS.height) < PAIRS["match_probability"].to_numpy())
    truth = PAIRS.with_columns(label=pl.Series(np.where(match, "match", "other")))
    labels = chosen(size=600).join(truth, on=["id_l", "id_r"]).select("id_l", "id_r", "label", "stratum", "inclusion")
    precision = estimate(labels, PAIRS, LINKS, threshold=THRESHOLD).precision
    right = truth.join(LINKS, on="id_l", how="semi").filter(pl.col("label") == "match").height / LINKS.height
    assert precision.low <= right <= precision.high
    assert precision.high - precision.low < 0.15


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 30), st.floats(0, 1)), min_size=1, max_size=8), st.integers(0, 200))
def test_allocation_spends_all_it_can_and_forgets_no_stratum(strata, size):
    pairs, doubt = np.array([p for p, _ in strata]), np.array([d for _, d in strata])
    drawn = allocate(pairs, doubt, size)
    assert drawn.sum() == min(size, pairs.sum())
    assert (drawn <= pairs).all()
    assert size < len(strata) or (drawn > 0).all()


def test_there_must_be_something_to_choose():
    with pytest.raises(WrongInput, match="no pairs to choose from"):
        chosen(labelled=PAIRS)
    with pytest.raises(WrongInput, match="no pairs to choose from"):
        chosen(size=0)
