"""Estimates without labels, against the truth of pairs that the model itself made."""

import numpy as np
import polars as pl
import pytest

from linkage.block import BlockSize
from linkage.fitted import FittedField, FittedJoint, FittedModel
from linkage.model import Model
from linkage.quality import LinkQuality, link_quality

M = [np.array([0.85, 0.1, 0.05]), np.array([0.9, 0.1]), np.array([0.7, 0.2, 0.1]), np.array([0.8, 0.2])]
U = [np.array([0.01, 0.04, 0.95]), np.array([0.3, 0.7]), np.array([0.02, 0.08, 0.9]), np.array([0.05, 0.95])]
NAMES = [f"f{number}" for number in range(len(M))]
COLUMNS = [f"level {name}" for name in NAMES]
PRIOR, PAIRS, RUNS = 0.05, 4000, 60


def fitted(m: list[np.ndarray], u: list[np.ndarray], prior: float) -> FittedModel:
    levels = [{"name": "same", "equal": [[""]]}, {"name": "near", "equal": [["near"]]}]
    return FittedModel.model_validate(
        {
            "model": Model.model_validate(
                {"id": "m", "blocks": [{"on": ["f0"]}], "comparisons": [{"field": name} for name in NAMES]}
            ),
            "fields": [
                FittedField.model_validate(
                    {
                        "field": name,
                        "kind": "code",
                        "levels": levels[: of_matches.size - 1],
                        "term_frequency": False,
                        "m": of_matches.tolist(),
                        "u": of_strangers.tolist(),
                    }
                )
                for name, of_matches, of_strangers in zip(NAMES, m, u, strict=True)
            ],
            "prior": prior,
            "clear": True,
            "standard": "1",
            "assignment": "none",
            "candidates": PAIRS,
            "converged": True,
        }
    )


def made_pairs(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Levels of pairs, a twentieth of them missing, and which are matches."""
    rng = np.random.default_rng(seed)
    is_match = rng.random(PAIRS) < PRIOR
    levels = np.empty((PAIRS, len(M)), dtype=np.uint8)
    for field, chances in enumerate(zip(M, U, strict=True)):
        of_match, of_stranger = (rng.choice(chance.size, p=chance, size=PAIRS) for chance in chances)
        levels[:, field] = np.where(is_match, of_match, of_stranger) + 1
    levels[rng.random(levels.shape) < 0.05] = 0
    return levels, is_match


def plain_em(levels: np.ndarray) -> FittedModel:
    """The slow readable twin of what training does, u being known: ten matches stand for the first guess."""
    patterns, counts = np.unique(levels, axis=0, return_counts=True)
    first = [np.array([0.9, *[0.1 / (u.size - 1)] * (u.size - 1)]) for u in U]
    m, prior = first, 0.1
    for _ in range(60):
        odds = prior / (1 - prior) * np.ones(counts.size)
        for field, (of_match, of_stranger) in enumerate(zip(m, U, strict=True)):
            odds *= np.array([1.0, *(of_match / of_stranger)])[patterns[:, field]]
        matches = counts * odds / (1 + odds)
        seen = [np.bincount(patterns[:, f], matches, u.size + 1)[1:] + 10 * first[f] for f, u in enumerate(U)]
        m, prior = [one / one.sum() for one in seen], matches.sum() / counts.sum()
    return fitted(m, U, prior)


def measured(levels: np.ndarray, model: FittedModel, *, with_levels: bool = True) -> tuple[LinkQuality, np.ndarray]:
    """The quality at 0.5, and which pairs are links."""
    weight = sum(np.array(field.weights)[levels[:, number]] for number, field in enumerate(model.fields))
    odds = np.exp2(weight) * model.prior / (1 - model.prior)
    numbers = pl.Series(range(PAIRS), dtype=pl.UInt32)
    scored = pl.DataFrame(
        {"l": numbers, "r": numbers, "match_weight": weight, "match_probability": odds / (1 + odds)}
    ).with_columns(pl.lit(1, pl.UInt32).alias("blocks"))
    if with_levels:
        scored = scored.with_columns(pl.Series(name, levels[:, field]) for field, name in enumerate(COLUMNS))
    linked = odds >= 1
    return link_quality(scored, scored.filter(linked), model, 0.5, ()), linked


def within(value: float, interval: tuple[float, float] | None) -> bool:
    assert interval is not None
    return interval[0] <= value <= interval[1]


@pytest.fixture(scope="module")
def runs() -> list[tuple[LinkQuality, float, float]]:
    """Quality, true precision and true recall of pairs made anew each time."""
    found = []
    for seed in range(RUNS):
        levels, is_match = made_pairs(seed)
        quality, linked = measured(levels, plain_em(levels))
        right = int((linked & is_match).sum())
        found.append((quality, right / linked.sum(), right / is_match.sum()))
    return found


def test_nineteen_of_twenty_intervals_hold_the_truth_where_the_model_is_right(runs):
    least = RUNS * 0.95 - 2 * np.sqrt(RUNS * 0.95 * 0.05)
    assert sum(within(precision, quality.precision_interval) for quality, precision, _ in runs) >= least
    assert sum(within(recall, quality.recall_interval) for quality, _, recall in runs) >= least


def test_the_estimates_themselves_are_not_lopsided(runs):
    for estimated, true in (("precision", 1), ("recall", 2)):
        off = np.array([getattr(run[0], estimated) - run[true] for run in runs])
        assert abs(off.mean()) < 3 * off.std() / np.sqrt(RUNS) + 0.005


def test_fields_fitted_together_tell_as_much_as_each_on_its_own_where_they_are_independent():
    """A joint of two independent fields has the same odds, and more numbers that were fitted."""
    levels, _ = made_pairs(1)
    alone = plain_em(levels)
    first, second = alone.fields[1], alone.fields[3]
    chances = {name: np.outer(getattr(first, name), getattr(second, name)).ravel().tolist() for name in ("m", "u")}
    joint = FittedJoint.model_validate({"fields": [first.field, second.field], **chances})
    together = measured(levels, alone.model_copy(update={"joints": (joint,)}))[0]
    apart = measured(levels, alone)[0]
    assert together.recall == pytest.approx(apart.recall)
    assert np.diff(together.recall_interval) == pytest.approx(np.diff(apart.recall_interval), rel=0.3)
    assert np.diff(together.recall_interval) > np.diff(apart.recall_interval)


def test_what_seems_sure_has_a_narrow_interval_all_the_same():
    """Every link is certain and nothing is missed: the interval is that of so many draws that all came out well."""
    levels = np.vstack([np.ones((400, 4)), np.full((PAIRS - 400, 4), [3, 2, 3, 2])]).astype(np.uint8)
    sharp = [np.array([0.998, *[0.002 / (m.size - 1)] * (m.size - 1)]) for m in M]
    quality, _ = measured(levels, fitted(sharp, [one[::-1] for one in sharp], 0.1))
    for interval in (quality.precision_interval, quality.recall_interval):
        assert interval is not None
        assert 0.98 < interval[0] < interval[1] <= 1


def test_without_levels_the_interval_is_narrower_and_says_what_it_lacks():
    levels, _ = made_pairs(1)
    model = plain_em(levels)
    whole, lacking = (measured(levels, model, with_levels=kept)[0] for kept in (True, False))
    assert (whole.precision, whole.recall) == (lacking.precision, lacking.recall)
    for quality in (whole, lacking):
        assert within(quality.precision, quality.precision_interval)
        assert within(quality.recall, quality.recall_interval)
    assert np.diff(whole.recall_interval) > np.diff(lacking.recall_interval)
    assert "count as known" in lacking.note
    assert "count as known" not in whole.note


def test_matches_left_out_for_being_improbable_lower_the_recall():
    levels, _ = made_pairs(1)
    model = plain_em(levels)
    quality, _ = measured(levels, model)
    weight = sum(np.array(field.weights)[levels[:, number]] for number, field in enumerate(model.fields))
    odds = np.exp2(weight) * model.prior / (1 - model.prior)
    chance = odds / (1 + odds)
    scored = pl.DataFrame(
        {"l": range(PAIRS), "r": range(PAIRS), "match_weight": weight, "match_probability": chance}
    ).with_columns(pl.lit(1, pl.UInt32).alias("blocks"))
    kept, links = scored.filter(chance >= 0.01), scored.filter(chance >= 0.5)
    tail = 1 - chance[chance >= 0.01].sum() / chance.sum()
    known = model.model_copy(update={"tail": tail})
    sizes = (BlockSize(("one",), PAIRS, 0, 0), BlockSize(("two",), 5, 0, 0))
    cut = link_quality(kept, links, known, 0.5, sizes)
    assert cut.candidates == PAIRS + 5
    assert cut.recall == pytest.approx(quality.recall)


def test_nothing_is_estimated_from_nothing():
    levels, _ = made_pairs(1)
    model = plain_em(levels)
    empty = pl.DataFrame(
        schema={
            "l": pl.UInt32,
            "r": pl.UInt32,
            "blocks": pl.UInt32,
            "match_weight": pl.Float64,
            "match_probability": pl.Float64,
        }
        | dict.fromkeys(COLUMNS, pl.UInt8)
    )
    found = link_quality(empty, empty, model, 0.5, ())
    assert (found.precision, found.precision_interval, found.recall, found.recall_interval) == (None,) * 4
    assert found.blocking_recall is None
