"""The yardstick of the benchmarks against what can be counted by hand."""

import polars as pl
import pytest

from benchmarks.accuracy import accuracy, best_f1, marked, mutually_best
from benchmarks.bootstrap import f1_difference
from benchmarks.public import PUBLIC
from benchmarks.summary import medians, report

TRUTH = pl.DataFrame({"id_l": [0, 1, 2, 3], "id_r": [0, 1, 2, 3]})
PAIRS = pl.DataFrame(
    {
        "id_l": [0, 0, 1, 2],
        "id_r": [0, 1, 1, 3],
        "match_weight": [9.0, 5.0, 7.0, -2.0],
        "match_probability": [0.99, 0.8, 0.9, 0.1],
    }
)


def test_pairs_at_the_threshold_and_one_to_one():
    found = accuracy(marked(PAIRS, TRUTH), TRUTH.height)
    assert (found["precision"], found["recall"]) == (2 / 3, 0.5)
    assert found["f1"] == pytest.approx(4 / 7)
    assert found["one_to_one_f1"] == pytest.approx(4 / 6)
    assert found["best_f1_threshold_picked_with_truth"] == pytest.approx(4 / 6)


def test_mutually_best_pairs_share_no_record():
    assert mutually_best(PAIRS).select("id_l", "id_r").rows() == [(0, 0), (1, 1), (2, 3)]


def test_pairs_of_one_weight_go_together():
    tied = marked(PAIRS.with_columns(match_weight=pl.lit(1.0)), TRUTH)
    assert best_f1(tied, TRUTH.height) == pytest.approx(2 * 2 / (4 + 4))


SIDES = (pl.DataFrame({"row": range(200), "entity": [f"e{number}" for number in range(200)]}),) * 2
EVERYTHING = pl.DataFrame({"id_l": range(200), "id_r": range(200)})
CASES = {
    "the same links do not differ": (EVERYTHING, EVERYTHING, 0.0),
    "half of the pairs missed": (EVERYTHING[:100], EVERYTHING, 2 * 100 / 300 - 1),
    "a false link for every true one": (
        pl.concat([EVERYTHING, EVERYTHING.with_columns(id_r=(pl.col("id_r") + 1) % 200)]),
        EVERYTHING,
        2 * 200 / 600 - 1,
    ),
}


@pytest.mark.parametrize(("one", "other", "difference"), CASES.values(), ids=CASES)
def test_difference_of_f1(one: pl.DataFrame, other: pl.DataFrame, difference: float):
    found = f1_difference((one, other), SIDES, draws=200)
    assert found.value == pytest.approx(difference)
    assert found.low <= found.value <= found.high
    assert (found.low == found.high) == (difference == 0)


def test_the_interval_narrows_as_the_binomial_says():
    """F1 with perfect precision is a function of recall; its spread over draws is known."""
    found = f1_difference((EVERYTHING[:100], EVERYTHING), SIDES, draws=1000)
    # recall 0.5 of 200: standard error 0.0354; F1 = 2r / (1 + r) has slope 2 / 2.25 there
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.0354 * 2 / 2.25, rel=0.2)


PAIR_COUNTS = {"febrl3": 6538, "febrl4": 5000, "fake_1000": 2031, "transactions": 5000, "census-social-security": 9949}


@pytest.mark.parametrize(("name", "pairs"), PAIR_COUNTS.items(), ids=PAIR_COUNTS)
def test_true_pairs_of_the_public_sets(name: str, pairs: int):
    truth = PUBLIC[name].truth()
    assert truth.height == pairs
    assert truth.n_unique() == pairs


def test_a_failed_run_stands_in_the_report():
    run = {"train_cpu_seconds": 2.0, "predict_cpu_seconds": 1.0, "load_cpu_seconds": 0.5, "peak_memory_mib": 100.0}
    run |= {"f1": 0.9, "one_to_one_f1": 0.95, "accent_dropped_recall": 0.99, "candidates": 10}
    slow = run | {"train_cpu_seconds": 16.0, "predict_cpu_seconds": 10.0}
    arms = {"ours": [run], "splink-documented": [slow], "splink-tuned": [{"failed": "no result within 1 s"}]}
    page = report({"1m": {arm: {"conditions": {"day": "today"}, "runs": runs} for arm, runs in arms.items()}})
    assert "predict: 10.0 × less CPU" in page
    assert "train: 8.0 × less CPU" in page
    assert "no result within 1 s" in page
    assert medians(arms["splink-tuned"]) == {}
