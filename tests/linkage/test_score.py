"""Scoring: what pruning and shards give equals scoring everything, and both equal a twin that walks all pairs."""

from dataclasses import replace
from importlib import import_module
from math import log2
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage import Comparable, FittedModel, Model, similarity
from linkage.block import block, candidates
from linkage.compare import agreement
from linkage.fitted import FittedField, FittedJoint
from linkage.pairing import Field, Pairing, pair_up
from linkage.score import scored, scorer, shards
from pseudonymise.protected import bits
from pseudonymise.standardise import VERSION
from tests.linkage.persons import MODEL, RECORDS, persons
from tests.linkage.test_block import blocks_of
from tests.linkage.test_compare import holds, slow_level, tokenised

WHOLE = {"name": "same", "equal": [[""]]}
OWN: dict[str, list[dict[str, Any]]] = {
    "surname": [WHOLE, {"name": "like it", "osa": 2, "dice": 0.5}, {"name": "partner", "equal": [["=.other"]]}],
    "given_name": [{"name": "initial", "equal": [[".initial"]]}, {"name": "like it", "jaro_winkler": 0.6}],
    "birth_date": [{"name": "year", "equal": [[".year"]]}, WHOLE, {"name": "near", "days": 400}],
    "postcode": [WHOLE, {"name": "like it", "jaro_winkler": 0.7, "dice": 0.4}],
}
JOINTS = [
    (),
    (("surname", "given_name"),),
    (("postcode", "sex", "surname"),),
    (("sex", "birth_date"), ("postcode", "surname")),
]
KINDS_OF_BLOCKS = [
    {"on": ["surname.sound"]},
    {"on": ["postcode"]},
    {"on": ["birth_date.year", "sex"]},
    {"sorted_by": ["surname", "birth_date"], "window": 2},
    {"on": ["sex"], "sorted_by": ["given_name"], "window": 1},
    {"alike": "surname", "bands": 6, "size": 2},
]


@st.composite
def models(draw: st.DrawFn) -> Model:
    """Levels of the library and own ones, with and without term frequency, fields alone and together."""
    comparisons = [
        {
            "field": name,
            "levels": draw(st.sampled_from([[], OWN.get(name, [])])),
            "term_frequency": draw(st.sampled_from([None, True, False])),
        }
        for name in ("surname", "given_name", "birth_date", "postcode", "sex")
    ]
    floor = draw(st.sampled_from([1e-12, 1e-3, 0.1, 0.5]))
    blocks = draw(st.lists(st.sampled_from(KINDS_OF_BLOCKS[:3]), min_size=1, max_size=3, unique_by=str))
    return Model.model_validate(
        {
            "id": "drawn", "blocks": blocks, "comparisons": comparisons, "floor": floor,
            "joint": draw(st.sampled_from(JOINTS)), "right": draw(st.sampled_from(["left", "right"])),
        }
    )  # fmt: skip


def drawn(pairing: Pairing, seed: int) -> FittedModel:
    """A fitted model of random chances, extreme ones among them."""
    chance = np.random.default_rng(seed)

    def chances(size: int) -> list[float]:
        found = chance.dirichlet(np.full(size, 0.4)) + 1e-9
        return list(found / found.sum())

    sizes = {field.name: len(field.levels) + 1 for field in pairing.fields}
    joined = [int(np.prod([sizes[name] for name in names])) for names in pairing.model.joint]
    return FittedModel(
        model=pairing.model,
        fields=tuple(
            FittedField(
                field=field.name, kind=field.kind, levels=field.levels, term_frequency=field.term_frequency,
                m=chances(sizes[field.name]), u=chances(sizes[field.name]),
            )
            for field in pairing.fields
        ),
        joints=tuple(
            FittedJoint(fields=names, m=chances(size), u=chances(size))
            for names, size in zip(pairing.model.joint, joined, strict=True)
        ),
        prior=float(10 ** chance.uniform(-6, -0.5)),
        clear=pairing.clear, standard=VERSION, assignment="none", candidates=0, converged=True,
    )  # fmt: skip


Row = dict[str, Any]


def protected_level(field: Field, left: Row, right: Row) -> int:
    """The twin's level of tokens and encodings: similarity there is that of encodings, bit by bit."""
    for number, level in enumerate(field.levels, start=1):
        by_equality = level.model_copy(update=dict.fromkeys(level.limits))
        alike = level.dice is not None and slow_dice(field.name, left, right) >= level.dice
        if alike or holds(field, by_equality, left, right):
            return number
    return field.other if slow_level(replace(field, levels=()), left, right) else 0


def slow_dice(name: str, left: Row, right: Row) -> float:
    if name not in ("surname", "given_name", "postcode", "birth_date") or None in (left[name], right[name]):
        return 0.0
    one, two = ([bin(side[word]).count("1") for word in bits(name)] for side in (left, right))
    both = [bin(left[word] & right[word]).count("1") for word in bits(name)]
    return 2 * sum(both) / (sum(one) + sum(two))


def slow_weight(pairing: Pairing, fitted: FittedModel, levels: dict[str, int], left: Row) -> float:
    """Fields one by one, then fields that weigh together; agreement on a rare value counts for more."""
    joined = {name for joint in fitted.joints for name in joint.fields}
    weight = 0.0
    for field, chances in zip(pairing.fields, fitted.fields, strict=True):
        level = levels[field.name]
        if field.name not in joined and level:
            weight += log2(chances.m[level - 1] / chances.u[level - 1])
        if chances.term_frequency and 1 <= level <= field.whole:
            weight += log2(sum(chances.u[: field.whole]) / frequency(pairing, field.name, left[field.name]))
    sizes = {field.name: len(field.levels) + 1 for field in pairing.fields}
    for joint in fitted.joints:
        cells = [[levels[name] - 1] if levels[name] else range(sizes[name]) for name in joint.fields]
        places = [
            np.ravel_multi_index(cell, [sizes[name] for name in joint.fields])
            for cell in np.array(np.meshgrid(*cells)).reshape(len(cells), -1).T
        ]
        weight += log2(sum(joint.m[place] for place in places) / sum(joint.u[place] for place in places))
    return weight


def frequency(pairing: Pairing, name: str, value: object) -> float:
    sides = [pairing.left] if pairing.model.dedupe else [pairing.left, pairing.right]
    values = [each for side in sides for each in side.table[name] if each is not None]
    return values.count(value) / len(values)


def walked(pairing: Pairing, fitted: FittedModel) -> dict[tuple[int, int], tuple[int, tuple[int, ...], float]]:
    """All pairs of positions that meet in a block → blocks, levels, weight."""
    left, right = pairing.left.table.to_dicts(), pairing.right.table.to_dicts()
    level_of = slow_level if pairing.clear else protected_level
    found = {}
    for i, one in enumerate(left):
        for j, two in enumerate(right):
            mask = blocks_of(pairing, i, j)
            if mask and (i < j or not pairing.model.dedupe):
                levels = {field.name: level_of(field, one, two) for field in pairing.fields}
                found[i, j] = (mask, tuple(levels.values()), slow_weight(pairing, fitted, levels, one))
    return found


def by_pair(pairs: pl.DataFrame, pairing: Pairing) -> dict[tuple[int, int], tuple[int, tuple[int, ...], float]]:
    assert pairs.select("l", "r").rows() == sorted(set(pairs.select("l", "r").rows()))
    columns = ("l", "r", "blocks", "match_weight", *(field.column for field in pairing.fields))
    rows = pairs.select(columns).iter_rows()
    return {(one, two): (mask, tuple(levels), weight) for one, two, mask, weight, *levels in rows}


def sharded(pairing: Pairing, fitted: FittedModel, most: int) -> list[pl.DataFrame]:
    """`scored`, shard by shard, with shards so small that there are several."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module("linkage.block.candidates"), "CHUNK", most)
        patch.setattr(agreement, "CHUNK", most + 1)
        return list(shards(pairing, block(pairing), fitted))


def unpruned(pairing: Pairing, fitted: FittedModel) -> pl.DataFrame:
    every = scorer(pairing, fitted).score(candidates(pairing, block(pairing)))
    return every.filter(pl.col("match_probability") >= fitted.model.floor)


REPRESENTATIONS = MappingProxyType({"clear": lambda side: side, "protected": tokenised})


def sides(model: Model, left: list, right: list, representation: str) -> tuple[Comparable, Comparable]:
    as_shown = REPRESENTATIONS[representation]
    one = as_shown(persons(left))
    return one, one if model.dedupe else as_shown(persons(right))


@pytest.mark.parametrize("representation", REPRESENTATIONS)
@settings(max_examples=10, deadline=None)
@given(models(), RECORDS.filter(len), RECORDS.filter(len), st.integers(0, 2**32), st.integers(1, 20))
def test_pruned_in_shards_equals_scored_whole_equals_the_twin(representation, model, left, right, seed, most):
    pairing = pair_up(*sides(model, left, right, representation), model)
    fitted = drawn(pairing, seed)
    found = by_pair(pl.concat(sharded(pairing, fitted, most)), pairing)
    assert found == by_pair(unpruned(pairing, fitted), pairing)
    odds = log2(model.floor / (1 - model.floor)) - log2(fitted.prior / (1 - fitted.prior))
    expected = {pair: told for pair, told in walked(pairing, fitted).items() if told[2] >= odds}
    assert {pair: told[:2] for pair, told in found.items()} == {pair: told[:2] for pair, told in expected.items()}
    for pair, told in expected.items():
        assert found[pair][2] == pytest.approx(told[2], abs=1e-9)


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.sampled_from(KINDS_OF_BLOCKS), min_size=1, max_size=4, unique_by=str),
    RECORDS.filter(len), RECORDS.filter(len), st.booleans(), st.integers(0, 2**32), st.integers(1, 20),
)  # fmt: skip
def test_shards_and_pruning_make_no_difference_to_any_kind_of_block(blocks, left, right, double, seed, most):
    changed = MODEL.model_dump(mode="json") | {"blocks": blocks, "right": "left" if double else "right"}
    model = Model.model_validate(changed)
    pairing = pair_up(*sides(model, left, right, "clear"), model)
    fitted = drawn(pairing, seed)
    found = pl.concat(sharded(pairing, fitted, most))
    assert by_pair(found, pairing) == by_pair(unpruned(pairing, fitted), pairing)
    assert found.equals(scored(pairing, block(pairing), fitted))


def test_what_cannot_reach_the_floor_never_reaches_similarity(monkeypatch):
    """Twenty persons of one postcode, all different: only equal names are worth a look, and nothing gets lost."""
    rows = [(f"{chr(97 + i)}ansen{chr(97 + i)}", "Jan", f"19{50 + i}-01-02", "1000", "m") for i in range(20)]
    model = MODEL.model_copy(update={"blocks": MODEL.blocks[2:], "floor": 0.5})
    pairing = pair_up(persons(rows), persons(rows), model)
    fitted = agreeing(pairing)
    every = unpruned(pairing, fitted)
    compared: list[int] = []
    measured = similarity._both

    def counted(expression: pl.Expr, left: pl.Series, right: pl.Series) -> pl.Series:
        compared.append(left.len())
        return measured(expression, left, right)

    monkeypatch.setattr(similarity, "_both", counted)
    candidates(pairing, block(pairing))
    unpruned_work, compared[:] = sum(compared), []
    found = scored(pairing, block(pairing), fitted)
    assert found.select("l", "r").rows() == [(i, i) for i in range(20)]
    assert found.select(every.columns).equals(every)
    assert sum(compared) <= 20 < unpruned_work / 10


def agreeing(pairing: Pairing) -> FittedModel:
    """Nine of ten matches agree wholly on each field, one of a hundred strangers does."""
    model = drawn(pairing, 0)
    fields = []
    for field in model.fields:
        others = len(field.levels)
        fields.append(
            field.model_copy(update={"m": (0.9, *[0.1 / others] * others), "u": (0.01, *[0.99 / others] * others)})
        )
    return model.model_copy(update={"fields": tuple(fields), "prior": 1e-6})
