"""What no block brings, against the truth of matches caught by made-up blocks."""

import numpy as np
import polars as pl
import pytest

from linkage.capture import captured

MATCHES = 3000


def trapped(chances: list[float], seed: int, *, unlike: float = 0.0, matches: int = MATCHES) -> pl.DataFrame:
    """Matches of which each block brings its share; `unlike`: how much harder some are to bring than others."""
    rng = np.random.default_rng(seed)
    odds = np.array(chances) / (1 - np.array(chances)) * np.exp(rng.normal(size=(matches, 1)) * unlike)
    caught = rng.random((matches, len(chances))) < odds / (1 + odds)
    masks = (caught * (1 << np.arange(len(chances)))).sum(axis=1)
    masks = masks[masks > 0]
    return pl.DataFrame({"blocks": pl.Series(masks, dtype=pl.UInt32), "chance": np.ones(masks.size)})


def apart(number: int) -> list[tuple[str, ...]]:
    """Blocks on a field each."""
    return [(f"field_{block}",) for block in range(number)]


INDEPENDENT = {
    "three alike": [0.5, 0.5, 0.5],
    "four alike": [0.7, 0.7, 0.7, 0.7],
    "two, of which one brings nearly all": [0.99, 0.2],
    "four unlike": [0.9, 0.3, 0.6, 0.8],
}


@pytest.mark.parametrize("chances", INDEPENDENT.values(), ids=INDEPENDENT)
def test_nine_of_ten_intervals_hold_the_truth_where_blocks_miss_independently(chances):
    held = 0
    for seed in range(100):
        table = trapped(chances, seed)
        found = captured(table, apart(len(chances)))
        low, high = found.interval or (0, 0)
        held += low <= table.height / MATCHES <= high
    assert held >= 88


def test_two_blocks_give_lincoln_and_petersen():
    """n1 n2 / n12: 40 matches only in the first, 60 only in the second, 120 in both, so 20 in neither."""
    table = pl.DataFrame({"blocks": pl.Series([1, 2, 3], dtype=pl.UInt32), "chance": [40.0, 60.0, 120.0]})
    assert captured(table, apart(2)).recall == pytest.approx(220 / 240, rel=1e-4)


UNLIKE = {"all blocks": [0.9, 0.3, 0.6, 0.8], "few": [0.3, 0.1, 0.2]}


@pytest.mark.parametrize("chances", UNLIKE.values(), ids=UNLIKE)
def test_matches_that_are_hard_to_bring_make_it_too_high_and_it_says_so(chances):
    table = trapped(chances, 1, unlike=2.0)
    found = captured(table, apart(len(chances)))
    assert found.recall is not None
    assert found.recall > table.height / MATCHES
    assert found.interval is None
    assert "do not miss independently" in found.doubts[0]


SHARED = {
    "two endings of one field": ([("surname.sound",), ("given_name", "surname"), ("street",)], "surname"),
    "an expression": ([("substr(surname, 1, 2)",), ("surname",), ("street",)], "surname"),
    "sorted by it": ([("near by surname",), ("surname.sound",), ("street",)], "surname"),
    "words of SQL alone are not shared": ([("cast(amount as double)",), ("cast(balance as double)",)], None),
    "endings alone are not shared": ([("surname.sound",), ("given_name.sound",)], None),
    "functions alone are not shared": ([("substr(surname, 1, 2)",), ("substr(street, 1, 2)",)], None),
    "kinds of blocks alone are not shared": ([("near by surname",), ("near by street",)], None),
}


@pytest.mark.parametrize(("blocks", "shared"), SHARED.values(), ids=SHARED)
def test_blocks_on_one_field_say_that_they_share_it(blocks, shared):
    doubts = captured(trapped([0.5, 0.6, 0.4][: len(blocks)], 1), blocks).doubts
    assert doubts == (() if shared is None else doubts)
    assert shared is None or f"blocks share {shared}:" in doubts[0]


NOTHING_TO_SAY = {
    "one block": ([0.5], 3000),
    "hardly ever two at once": ([0.001, 0.001, 0.001], 3000),
    "few matches": ([0.3, 0.3], 30),
    "no candidates": ([0.5, 0.5], 0),
}


@pytest.mark.parametrize(("chances", "matches"), NOTHING_TO_SAY.values(), ids=NOTHING_TO_SAY)
def test_with_too_little_to_go_by_nothing_is_said(chances, matches):
    found = captured(trapped(chances, 1, matches=matches), apart(len(chances)))
    assert (found.recall, found.interval) == (None, None)
    assert found.doubts


def test_blocks_that_are_all_on_one_field_cannot_tell_what_they_miss():
    """fake_1000 has a half of its matches in no block of such a model, and its blocks see nothing of that."""
    found = captured(trapped([0.5, 0.6], 1), [("birth_date", "given_name"), ("birth_date.year", "surname")])
    assert (found.recall, found.interval) == (None, None)
    assert "on different fields" in found.doubts[0]


def test_blocks_that_bring_everything_again_and_again_miss_nothing():
    assert captured(trapped([0.95] * 6, 1), apart(6)).recall == pytest.approx(1, abs=1e-3)


def test_pairs_that_are_no_matches_do_not_count():
    table = trapped([0.5, 0.5, 0.5], 1)
    noise = pl.DataFrame({"blocks": pl.Series([1] * 5000, dtype=pl.UInt32), "chance": [0.0] * 5000})
    assert captured(pl.concat([table, noise]), apart(3)) == captured(table, apart(3))


def test_an_estimate_carried_by_unlikely_pairs_says_so():
    table = trapped([0.5, 0.5, 0.5], 1)
    noise = pl.DataFrame({"blocks": pl.Series([1] * 50_000, dtype=pl.UInt32), "chance": [0.02] * 50_000})
    assert "unlikely pairs" in captured(pl.concat([table, noise]), apart(3)).doubts[-1]
