"""Classifiers that learn from labels: made-up persons, whose truth is known."""

import random

import numpy as np
import polars as pl
import pytest

from declare import WrongInput
from linkage.assign import assign
from linkage.block import block
from linkage.labels import SCHEMA
from linkage.pairing import pair_up
from linkage.score import scored, start_of
from linkage.supervised import LEAST_LABELS, learn
from linkage.train import fit
from tests.linkage.persons import MODEL, persons

PEOPLE = 250
NAMES = [start + end for start in ("Jan", "Piet", "Bakk", "Viss", "Mul", "Smit") for end in ("sen", "ers", "er", "ma")]
GIVEN = ["Jan", "Piet", "Eva", "Anna", "Kees", "Truus", "Mo", "Fatima", "Lotte", "Sanne"]


def made_up():
    """Two files in which row n is one person; one value in six is another's on the right."""
    chance = random.Random(5)
    left = [
        (
            chance.choice(NAMES),
            chance.choice(GIVEN),
            f"19{chance.randint(40, 99)}-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}",
            str(chance.randint(1000, 1040)),
            chance.choice("mv"),
        )
        for _ in range(PEOPLE)
    ]
    right = [
        tuple(chance.choice(left)[place] if chance.random() < 1 / 6 else value for place, value in enumerate(row))
        for row in left
    ]
    return persons(left), persons(right, "right")


@pytest.fixture(scope="module")
def linked():
    pairing = pair_up(*made_up(), MODEL)
    blocks = block(pairing)
    fitted = fit(pairing, blocks)
    return fitted, start_of(pairing, fitted), scored(pairing, blocks, fitted)


def labelled(pairs: pl.DataFrame, size: int) -> pl.DataFrame:
    """Labels of every n-th pair, in order of weight."""
    drawn = pairs.sort("match_weight", "l", "r").gather_every(max(pairs.height // size, 1))
    label = pl.when(pl.col("l") == pl.col("r")).then(pl.lit("match")).otherwise(pl.lit("other"))
    return drawn.select("l", "r", label.alias("label"), stratum=pl.lit(None, pl.String), inclusion=pl.lit(0.5))


def f1(pairs: pl.DataFrame) -> float:
    links = assign(pairs, "one-to-one", 0.5)
    return 2 * links.filter(pl.col("l") == pl.col("r")).height / (links.height + PEOPLE)


LOSS = {"logistic": 0.02, "svm": 0.02, "naive-bayes": 0.1, "ecm": 0.1}  # of F1, at most


@pytest.mark.parametrize(("method", "loss"), LOSS.items(), ids=LOSS)
def test_what_is_learnt_scores_pairs_as_the_model_does(linked, method, loss):
    fitted, start, pairs = linked
    learned = learn(pairs, fitted, start, None if method == "ecm" else labelled(pairs, 300), method)
    found = learned.score(pairs)
    assert found.schema == pairs.schema
    assert found["match_probability"].is_between(0, 1).all()
    assert np.allclose(found["match_probability"], 1 / (1 + np.exp2(-(found["match_weight"] + start).to_numpy())))
    assert f1(found) > f1(pairs) - loss


@pytest.mark.parametrize("method", ["logistic", "svm", "naive-bayes"])
def test_the_same_labels_in_another_order_teach_the_same(linked, method):
    fitted, start, pairs = linked
    labels = labelled(pairs, 200)
    one, other = (learn(pairs, fitted, start, some, method) for some in (labels, labels.reverse()))
    assert one.score(pairs).equals(other.score(pairs))
    assert (one.crossed, one.labels) == (other.crossed, labels.height)
    assert one.facts == other.facts


def test_labels_mend_a_model_that_is_too_sure(linked):
    fitted, start, pairs = linked
    too_sure = pairs.with_columns(match_probability=1 / (1 + (-10 - pl.col("match_weight")).exp()))
    learned = learn(too_sure, fitted, start, labelled(pairs, 200))
    assert learned.crossed.loss < 0.5
    assert learned.model.loss > 1
    assert learned.crossed.wrong < learned.model.wrong
    assert learned.paid
    assert len(learned.said) == 1
    assert f1(learned.score(pairs)) == pytest.approx(f1(pairs), abs=0.05)


def test_labels_that_do_not_pay_are_told(linked):
    fitted, start, pairs = linked
    knowing = pairs.with_columns(match_probability=pl.when(pl.col("l") == pl.col("r")).then(1.0).otherwise(0.0))
    learned = learn(knowing, fitted, start, labelled(pairs, 200))
    assert learned.model.wrong == 0
    assert not learned.paid
    assert "the labels did not pay" in learned.said[-1]


def test_a_classifier_that_learnt_nonsense_is_told(linked):
    fitted, start, pairs = linked
    other_way_round = labelled(pairs, 300).with_columns(
        label=pl.col("label").replace({"match": "other", "other": "match"})
    )
    learned = learn(pairs, fitted, start, other_way_round)
    assert any("for a sign of no match: do not trust it" in sentence for sentence in learned.said)


@pytest.mark.parametrize("method", LOSS)
def test_every_field_has_its_reason(linked, method):
    fitted, start, pairs = linked
    learned = learn(pairs, fitted, start, None if method == "ecm" else labelled(pairs, 300), method)
    reasons = {reason.field: reason for reason in learned.reasons()}
    assert list(reasons) == [field.field for field in fitted.fields]
    for field in fitted.fields:
        assert reasons[field.field].model == pytest.approx(field.weights[1] - field.weights[-1])
    assert sum(reason.learned > 0 for reason in reasons.values()) >= len(reasons) - 1


def test_labels_nobody_is_sure_of_teach_nothing(linked):
    fitted, start, pairs = linked
    labels = labelled(pairs, 200)
    unsure = labels.with_columns(label=pl.lit("unsure")).with_columns(pl.col("l", "r") + 1)
    known = learn(pairs, fitted, start, labels)
    assert learn(pairs, fitted, start, pl.concat([labels, unsure])).score(pairs).equals(known.score(pairs))


def test_naive_bayes_does_not_take_an_unseen_level_for_the_first(linked):
    fitted, start, pairs = linked
    column = "level postcode"
    seen = pairs.filter(pl.col(column).is_in([1, fitted.fields[3].names.index("other")]))
    learned = learn(seen, fitted, start, labelled(seen, 200), "naive-bayes")
    pair = pairs.head(1)
    weight = {
        level: learned.score(pair.with_columns(pl.lit(level, pl.UInt8).alias(column)))["match_weight"][0]
        for level in (1, 2, 13)
    }
    assert weight[1] > weight[2] + 0.1
    assert weight[2] == weight[13]


def few(matches: int, others: int) -> pl.DataFrame:
    rows = [(n, n, "match", None, None) for n in range(matches)]
    rows += [(n, n + 1, "other", None, None) for n in range(others)]
    schema = {"l": pl.UInt32, "r": pl.UInt32} | {name: SCHEMA[name] for name in ("label", "stratum", "inclusion")}
    return pl.DataFrame(rows, schema=schema, orient="row")


REFUSED = {
    "no labels": (None, "without labels"),
    "matches only": (few(50, 0), f"{LEAST_LABELS} of each"),
    "too few matches": (few(LEAST_LABELS - 1, 50), f"{LEAST_LABELS} of each"),
    "none among the pairs": (few(50, 50).with_columns(pl.col("l") + 100_000), "0 are labelled as a match and 0"),
}


@pytest.mark.parametrize(("labels", "message"), REFUSED.values(), ids=REFUSED)
def test_too_few_labels_are_refused(linked, labels, message):
    fitted, start, pairs = linked
    with pytest.raises(WrongInput, match=message):
        learn(pairs, fitted, start, labels)
