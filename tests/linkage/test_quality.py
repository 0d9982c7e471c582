"""Estimates without labels, against the truth of data made by the model itself."""

import numpy as np
import polars as pl
import pytest

from linkage.quality import blocking_recall


def trapped(chances: list[float], people: int, rng: np.random.Generator) -> pl.DataFrame:
    """Matches of which each block brings its share, independently."""
    caught = rng.random((people, len(chances))) < np.array(chances)
    masks = (caught * (1 << np.arange(len(chances)))).sum(axis=1)
    masks = masks[masks > 0]
    return pl.DataFrame({"blocks": pl.Series(masks, dtype=pl.UInt32), "chance": np.ones(masks.size)})


@pytest.mark.parametrize("chances", [[0.5, 0.5, 0.5], [0.7, 0.7, 0.7, 0.7], [0.3, 0.3, 0.3]])
def test_what_no_block_brings_is_estimated_from_what_one_or_two_bring(chances):
    table = trapped(chances, 20_000, np.random.default_rng(1))
    assert blocking_recall(table, len(chances)) == pytest.approx(table.height / 20_000, abs=0.02)


def test_with_one_block_nothing_can_be_said():
    assert blocking_recall(trapped([0.5], 1000, np.random.default_rng(1)), 1) is None


def test_pairs_that_are_no_matches_do_not_count():
    table = trapped([0.5, 0.5, 0.5], 5000, np.random.default_rng(1))
    noise = pl.DataFrame({"blocks": pl.Series([1] * 5000, dtype=pl.UInt32), "chance": [0.0] * 5000})
    assert blocking_recall(pl.concat([table, noise]), 3) == blocking_recall(table, 3)
