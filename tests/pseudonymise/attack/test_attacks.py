"""The parts of the attacks, on data of which the answer is known."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pseudonymise.attack.matching import Likeness, align, balanced, centred
from pseudonymise.attack.names import dice
from pseudonymise.attack.others import dictionary_unkeyed
from pseudonymise.attack.pattern import bit_groups
from pseudonymise.attack.plan import Setting
from pseudonymise.attack.population import Population, dutch_surnames
from pseudonymise.attack.seen import filters_of, see
from pseudonymise.harden import HARDENINGS, Hardening

NAMES = pl.Series(["jong", "jansen", "zandvoorder", "kwikkelaar", "bakker"])
SMALL = Population(NAMES, np.array([0.4, 0.3, 0.15, 0.1, 0.05]))


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_a_hidden_order_is_found_by_likeness_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    known = rng.random((25, 25))
    known = centred((known + known.T).astype(np.float32))
    order = rng.permutation(25)
    seen = known[np.ix_(order, order)] + rng.normal(0, 0.01, (25, 25)).astype(np.float32)
    start = np.full((25, 25), 0.02, np.float32)
    start[np.arange(5), order[:5]] = 1
    found = align(np.zeros((25, 25), np.float32), [Likeness(seen, known, 1.0)], [balanced(start)])
    assert (found == order).mean() == 1


def test_without_names_nothing_is_aligned() -> None:
    assert align(np.zeros((0, 0), np.float32), [], []).size == 0


def test_positions_of_one_bigram_are_found_together() -> None:
    rng = np.random.default_rng(4)
    has = rng.random((200, 4)) < np.array([0.6, 0.45, 0.3, 0.2])
    planted = [np.arange(8) + 8 * number for number in range(4)]
    filters = np.zeros((200, 64), np.float32)
    for number, positions in enumerate(planted):
        filters[np.ix_(has[:, number], positions)] = 1
    found = bit_groups(filters, np.ones(200, np.float32))
    assert sorted(group.tolist() for group in found) == [positions.tolist() for positions in planted]


def test_dice_of_noisy_filters_is_right_on_average() -> None:
    rng = np.random.default_rng(5)
    clean = filters_of(NAMES, rng)
    drawn = [dice(np.abs(clean - (rng.random(clean.shape) < 0.1)).astype(np.float32), 0.1) for _ in range(200)]
    assert np.mean(drawn, axis=0) == pytest.approx(dice(clean), abs=0.02)


@pytest.mark.parametrize("name", HARDENINGS)
def test_what_is_seen_adds_up(name: str) -> None:
    hardening: Hardening = dict(HARDENINGS)[name]  # type: ignore[index]  # parametrised by the names themselves
    rng = np.random.default_rng(6)
    draw = SMALL.draw(1_000, 1.0, rng)
    seen = see(SMALL, "surname", draw, Setting(title=name, hardening=hardening), rng)
    assert np.bincount(seen.token_of, weights=draw.counts).tolist() == seen.counts.tolist()
    assert (seen.filters is None) == (name != "none")
    assert (np.diff(seen.counts) <= 0).all()


def test_overlap_is_the_share_of_names_that_both_have() -> None:
    everyone = dutch_surnames()
    draw = everyone.draw(50_000_000, 0.8, np.random.default_rng(7))
    commonest = np.arange(5_000)
    in_file = draw.counts[commonest] > 0
    listed = np.isin(commonest, draw.listed)
    assert (in_file & listed).sum() / in_file.sum() == pytest.approx(0.8, abs=0.02)
    assert (in_file & listed).sum() / listed.sum() == pytest.approx(0.8, abs=0.02)


def test_names_of_the_country_are_as_evidence_writes_them() -> None:
    everyone = dutch_surnames()
    assert everyone.names.head(3).to_list() == ["jong", "jansen", "vries"]
    assert everyone.share.sum() == pytest.approx(1)
    assert everyone.names.is_unique().all()


def test_a_hash_without_a_key_hides_nothing() -> None:
    assert dictionary_unkeyed(NAMES, np.random.default_rng(8)) == 1
