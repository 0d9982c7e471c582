"""Missed and false matches by group, with truth and without."""

import numpy as np
import polars as pl
import pytest

from linkage.subgroup import UNKNOWN, by_posterior, by_truth


def pairs(rows: list[tuple[int, int]], **columns: list[float]) -> pl.DataFrame:
    table = pl.DataFrame(rows, schema={"l": pl.UInt32, "r": pl.UInt32}, orient="row")
    return table.with_columns(pl.Series(name, values) for name, values in columns.items())


def groups(names: list[str | None]) -> pl.DataFrame:
    return pl.DataFrame({"position": pl.Series(range(len(names)), dtype=pl.UInt32), "group": names})


def test_against_the_truth_by_hand():
    """Of a two matches, one missed; of b one link that is false and one match that no block brought."""
    truth = pairs([(0, 0), (1, 1), (2, 2)])
    links = pairs([(0, 0), (2, 3)])
    found = by_truth(links, truth, groups(["a", "a", "b"]), side="l", attribute="sex")
    assert [(rate.group, rate.count, rate.of) for rate in found.missed] == [("a", 1, 2), ("b", 1, 1)]
    assert [(rate.group, rate.count, rate.of) for rate in found.false] == [("a", 0, 1), ("b", 1, 1)]
    assert found.false[0].high == pytest.approx(0.7935, abs=1e-4)  # Wilson, 0 of 1
    assert (found.attribute, found.basis) == ("sex", "truth")


def test_records_without_a_group_are_a_group():
    found = by_truth(pairs([(0, 0)]), pairs([(0, 0), (1, 1)]), groups([None]), side="l", attribute="sex")
    assert [(rate.group, rate.of) for rate in found.missed] == [(UNKNOWN, 2)]


def test_a_group_without_links_has_no_rate_of_false_ones():
    found = by_truth(pairs([(0, 0)]), pairs([(0, 0), (1, 1)]), groups(["a", "b"]), side="l", attribute="sex")
    assert (found.false[1].rate, found.false[1].low) == (None, None)
    assert found.gap("false") is None


def made(seed: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Pairs with their chance, links, truth and groups: the records of group y are harder to tell apart."""
    rng = np.random.default_rng(seed)
    number = 6000
    hard = np.arange(number) % 3 == 0
    chance = np.where(hard, rng.beta(2, 2, number), rng.choice([0.02, 0.98], number))
    scored = pairs([(i, i) for i in range(number)], chance=chance.tolist())
    links = scored.filter(pl.col("chance") >= 0.5)
    truth = scored.filter(pl.Series(rng.random(number) < chance)).select("l", "r")
    return scored, links, truth, groups(["y" if one else "x" for one in hard])


def test_expected_rates_are_near_the_true_ones_where_chances_hold():
    for seed in range(5):
        scored, links, truth, of = made(seed)
        expected = by_posterior(scored, links, of, side="l", attribute="race")
        true = by_truth(links, truth, of, side="l", attribute="race")
        for error in ("missed", "false"):
            for one, other in zip(getattr(expected, error), getattr(true, error), strict=True):
                assert one.group == other.group
                assert one.rate == pytest.approx(other.rate, abs=0.05)
                assert one.low < one.rate < one.high


def test_the_gap_names_the_groups_and_leaves_small_ones_out():
    scored, links, truth, of = made(1)
    alone = of.with_columns(group=pl.when(pl.col("position") == 2).then(pl.lit("z")).otherwise("group"))
    for found in (
        by_posterior(scored, links, alone, side="l", attribute="race"),
        by_truth(links, truth, alone, side="l", attribute="race"),
    ):
        gap = found.gap("false", at_least=30)
        assert gap is not None
        assert (gap.most, gap.least, gap.differs) == ("y", "x", True)
        assert gap.low < gap.gap < gap.high
        rates = {rate.group: rate.rate for rate in found.false}
        assert gap.gap == pytest.approx(rates["y"] - rates["x"])


def test_groups_alike_do_not_differ():
    _, links, truth, of = made(1)
    mixed = of.with_columns(group=pl.Series(np.where(np.arange(6000) % 2 == 0, "even", "odd")))
    gap = by_truth(links, truth, mixed, side="l", attribute="coin").gap("missed")
    assert gap is not None
    assert not gap.differs
