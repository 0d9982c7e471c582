"""A clerical sample: drawn as promised, and intervals that hold the truth as often as they say."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declare import WrongInput
from linkage.clerical import LEAST_PAIRS, LEAST_SPREAD, allocate, draw, estimate, intervals, stratify

RUNS = 2000

# Pairs and matches of each stratum, which strata are links, and how many pairs are labelled.
POPULATIONS = {
    "a calibrated model": (
        [200, 300, 400, 5000, 8000, 600, 300, 200, 100],
        [60, 180, 340, 4850, 7992, 240, 36, 8, 1],
        [1, 1, 1, 1, 1, 0, 0, 0, 0],
        400,
    ),
    "every link is right and none is missed": (
        [50, 100, 900, 3000, 500, 5000],
        [50, 100, 900, 3000, 0, 0],
        [1, 1, 1, 1, 0, 0],
        300,
    ),
    "many strata, few draws": (
        [500] * 12,
        [50, 150, 250, 350, 450, 495, 495, 450, 25, 10, 100, 1],
        [1] * 8 + [0] * 4,
        120,
    ),
    "rare misses in a large stratum": ([3000, 4000, 100_000], [2700, 3960, 50], [1, 1, 0], 300),
    "two small strata, half of them labelled": ([44, 39], [38, 6], [1, 0], 40),
    "few mistakes in small strata": ([50, 52, 70, 51, 50], [48, 51, 69, 1, 1], [1, 1, 1, 0, 0], 100),
    "an overconfident model": ([1000, 2000, 5000, 1000, 4000], [500, 1400, 4000, 400, 400], [1, 1, 1, 0, 0], 250),
}  # fmt: skip


@pytest.mark.parametrize(("pairs", "matches", "links", "size"), POPULATIONS.values(), ids=POPULATIONS)
def test_nineteen_of_twenty_intervals_hold_the_truth(pairs, matches, links, size):
    total, of_match, linked = np.array(pairs), np.array(matches), np.array(links, dtype=bool)
    share = of_match / total
    drawn = allocate(total, np.sqrt(np.maximum(share * (1 - share), LEAST_SPREAD * (1 - LEAST_SPREAD))), size)
    shape = (RUNS, total.size)
    seen = np.random.default_rng(7).hypergeometric(
        np.broadcast_to(of_match, shape), total - of_match, np.broadcast_to(drawn, shape)
    )
    right, missed = of_match[linked].sum(), of_match[~linked].sum()
    truth = {
        "precision": right / total[linked].sum(),
        "recall": right / (right + missed),
        "f1": 2 * right / (total[linked].sum() + right + missed),
    }
    error = 2 * np.sqrt(0.95 * 0.05 / RUNS)
    for name, (_, low, high) in intervals(total, drawn, seen, linked, share).items():
        covered = np.mean((low <= truth[name] + 1e-9) & (truth[name] <= high + 1e-9))
        assert covered >= 0.95 - error, name


@given(
    pairs=st.lists(st.integers(1, 5000), min_size=1, max_size=8),
    spread=st.lists(st.floats(0.1, 0.5), min_size=8, max_size=8),
    size=st.integers(1, 3000),
)
def test_every_draw_is_given_out_and_none_twice(pairs, spread, size):
    total = np.array(pairs)
    drawn = allocate(total, np.array(spread[: total.size]), size)
    assert (drawn >= 0).all()
    assert (drawn <= total).all()
    assert drawn.sum() == min(size, total.sum())


def scored(seed: int, height: int = 3000) -> tuple[pl.DataFrame, pl.DataFrame, pl.Series]:
    """Pairs, links, and which pairs are matches: as often as their probability says."""
    chance = np.random.default_rng(seed)
    probability = chance.beta(0.3, 0.5, height)
    pairs = pl.DataFrame(
        {"id_l": [f"a{i}" for i in range(height)], "id_r": [f"b{i}" for i in range(height)]}
    ).with_columns(match_probability=pl.Series(probability), match_weight=pl.Series(np.log2(probability + 1e-9)))
    links = pairs.filter(pl.col("match_probability") >= 0.5)
    return pairs, links, pl.Series(chance.random(height) < probability)


def labelled(sample: pl.DataFrame, pairs: pl.DataFrame, is_match: pl.Series) -> pl.DataFrame:
    known = pairs.select("id_l", "id_r", label=pl.Series(np.where(is_match.to_numpy(), "match", "other")))
    return sample.join(known, on=["id_l", "id_r"], maintain_order="left").select(
        "id_l", "id_r", "label", "stratum", "inclusion"
    )


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_sample_stands_for_all_pairs_in_any_order(seed):
    pairs, links, _ = scored(seed, 500)
    sample = draw(pairs, links, 120, threshold=0.5, seed=seed)
    again = draw(pairs.sample(fraction=1, shuffle=True, seed=1), links.reverse(), 120, threshold=0.5, seed=seed)
    assert sample.equals(again.select(sample.columns))
    assert sample.height == 120 == sample.select("id_l", "id_r").n_unique()
    weights = sample.group_by("stratum").agg(stands_for=(1 / pl.col("inclusion")).sum())
    there = stratify(pairs, links, 0.5).group_by("stratum").len()
    both = weights.join(there, on="stratum", how="full")
    assert both["stands_for"].to_list() == pytest.approx(both["len"].to_list())


def test_links_and_other_pairs_never_share_a_stratum_and_none_is_tiny():
    pairs, links, _ = scored(1)
    links = links.filter(pl.int_range(pl.len()) % 3 > 0)
    found = stratify(pairs, links, 0.7).join(links.select("id_l", linked=pl.lit(value=True)), on="id_l", how="left")
    assert (found["stratum"].str.starts_with("link ") == found["linked"].fill_null(value=False)).all()
    assert found["stratum"].value_counts()["count"].min() >= LEAST_PAIRS


def test_all_labels_together_are_the_truth():
    pairs, links, is_match = scored(2)
    everything = draw(pairs, links, pairs.height, threshold=0.5, seed=1)
    found = estimate(labelled(everything, pairs, is_match), pairs, links, threshold=0.5)
    right = int((is_match & (pairs["match_probability"] >= 0.5)).sum())
    for share, truth in (
        (found.precision, right / links.height),
        (found.recall, right / int(is_match.sum())),
        (found.f1, 2 * right / (links.height + int(is_match.sum()))),
    ):
        assert share is not None
        assert (share.value, share.low, share.high) == pytest.approx((truth, truth, truth))


def test_what_nobody_is_sure_of_widens_the_interval():
    pairs, links, is_match = scored(3)
    labels = labelled(draw(pairs, links, 300, threshold=0.5, seed=1), pairs, is_match)
    unsure = labels.with_columns(
        label=pl.when(pl.int_range(pl.len()) % 10 == 0).then(pl.lit("unsure")).otherwise("label")
    )
    sure, doubtful = (estimate(one, pairs, links, threshold=0.5) for one in (labels, unsure))
    for name in ("precision", "recall", "f1"):
        one, other = getattr(sure, name), getattr(doubtful, name)
        assert other.low < one.low < one.high < other.high
        assert other.low <= other.value <= other.high
    assert sum(stratum.unsure for stratum in doubtful.strata) == 30


def test_a_review_broken_off_says_less_but_nothing_else():
    pairs, links, is_match = scored(4)
    labels = labelled(draw(pairs, links, 600, threshold=0.5, seed=1), pairs, is_match)
    whole, half = (estimate(labels.head(number), pairs, links, threshold=0.5) for number in (600, 300))
    assert whole.precision is not None
    assert half.precision is not None
    assert half.precision.low < whole.precision.value < half.precision.high
    assert half.precision.high - half.precision.low > whole.precision.high - whole.precision.low


def test_labels_that_were_not_drawn_count_for_nothing():
    pairs, links, is_match = scored(5)
    labels = labelled(draw(pairs, links, 100, threshold=0.5, seed=1), pairs, is_match)
    chosen = labels.with_columns(inclusion=pl.lit(None, pl.Float64))
    with pytest.raises(WrongInput, match="not of a sample"):
        estimate(chosen, pairs, links, threshold=0.5)
    elsewhere = labels.with_columns(id_l=pl.lit("x") + pl.col("id_l"))
    with pytest.raises(WrongInput, match="not of a sample"):
        estimate(elsewhere, pairs, links, threshold=0.5)


def test_without_links_there_is_no_precision():
    pairs, links, is_match = scored(6, 300)
    labels = labelled(draw(pairs, links.clear(), 100, threshold=0.5, seed=1), pairs, is_match)
    found = estimate(labels, pairs, links.clear(), threshold=0.5)
    assert found.precision is None
    assert found.recall is not None
    assert found.recall.value == 0
