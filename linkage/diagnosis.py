"""Diagnosis of a fitted model: what a reviewer should know before it is used."""

import json
from collections.abc import Iterator, Set

import numpy as np
import polars as pl

from linkage.dependence import dependences, joints
from linkage.em import Floats, Patterns
from linkage.fitted import FittedModel, Within
from linkage.model import Block
from linkage.pairing import Field, Pairing
from linkage.words import say

_COMMON = 0.01
"""Prior from which matches are common among random pairs."""
_SEEN = 1.0
"""Expected matches below which a level was not seen among matches."""
_BY_BLOCKS = 4.0
"""Excess (log2) of strangers that blocks bring over random ones from which it is told."""
_COUNTED = 10.0


def diagnosed(
    pairing: Pairing, fitted: FittedModel, pairs: pl.DataFrame, seen: Patterns, matches: Floats
) -> FittedModel:
    """The model with its diagnosis: `pairs` are those it was fitted on, `matches` the expected ones of each pattern."""
    known = fitted.model_copy(
        update={
            "dependences": dependences(pairing, fitted, seen, matches),
            "within": tuple(_within(pairing, fitted, pairs)),
        }
    )
    return known.model_copy(update={"warnings": tuple(_warnings(pairing, known, seen, matches))})


def _within(pairing: Pairing, fitted: FittedModel, pairs: pl.DataFrame) -> Iterator[Within]:
    """How often strangers agree wholly on each field in pairs of the blocks that ask neither for it nor for what is
    taken together with it."""
    columns = [field.column for field in pairing.fields]
    counted = pairs.group_by(*columns, "blocks").agg(pl.len().alias("pairs")).sort(*columns, "blocks")
    levels = counted.select(columns).to_numpy()
    factors = fitted.factors
    weight = sum(
        (factor.weights[tuple(levels[:, f] for f in factor.fields)] for factor in factors), np.zeros(len(levels))
    )
    odds = np.exp2(np.clip(weight + np.log2(fitted.prior / (1 - fitted.prior)), -300, 300))
    strangers = counted["pairs"].to_numpy() / (1.0 + odds)
    for number, field in enumerate(pairing.fields):
        beside = {field.name}.union(*(joint.fields for joint in fitted.joints if field.name in joint.fields))
        others = sum(1 << k for k, block in enumerate(pairing.model.blocks) if not _asks(block, beside))
        asked = ((counted["blocks"].to_numpy() & others) != 0) & (levels[:, number] > 0)
        agree = asked & (levels[:, number] <= field.whole)
        if field.whole and strangers[asked].sum() >= _COUNTED and strangers[agree].sum() > 0:
            random = sum(fitted.fields[number].u[: field.whole])
            yield Within(
                field=field.name, random=random, candidates=float(strangers[agree].sum() / strangers[asked].sum())
            )


def _asks(block: Block, fields: Set[str]) -> bool:
    """Whether a block reads evidence of any of the fields."""
    return any(name in part for part in (*block.on, *block.sorted_by, block.alike or "") for name in fields)


def _warnings(pairing: Pairing, fitted: FittedModel, seen: Patterns, matches: Floats) -> Iterator[str]:
    """Sentences without any value of a record, the gravest first."""
    if not seen.counts.sum():
        yield say("no_candidates")
    elif matches.sum() < 1:
        yield say("no_matches")
    if not fitted.converged:
        yield say("not_at_rest", iterations=fitted.iterations)
    if fitted.prior > _COMMON and seen.counts.sum():
        yield say("common_matches", number=f"{1 / fitted.prior:.0f}")
    yield from _of_dependence(fitted)
    yield from _of_fields(pairing, fitted)
    yield from _of_levels(pairing, seen, matches)


def _of_dependence(fitted: FittedModel) -> Iterator[str]:
    for names in joints(fitted.dependences):
        most = max(found.excess for found in fitted.dependences if set(found.fields) <= set(names))
        yield say("dependent", fields=", ".join(names), bits=f"{most:.1f}", joint=json.dumps(names))
    for each in fitted.within:
        if each.excess >= _BY_BLOCKS:
            yield say("by_blocks", field=each.field, number=f"{2**each.excess:.0f}")


def _of_fields(pairing: Pairing, fitted: FittedModel) -> Iterator[str]:
    for field, chances in zip(pairing.fields, fitted.fields, strict=True):
        codes = pairing.left_codes, pairing.right_codes
        if any(_empty(side, field) for side in codes):
            yield say("empty", field=field.name)
        elif all(_one_value(side, field) for side in codes):
            yield say("one_value", field=field.name)
        elif any(_one_value(side, field) and side.height > 1 for side in codes):
            yield say("one_value_on_one_side", field=field.name)
        elif chances.m[0] < chances.u[0]:
            yield say("turned_round", field=field.name)


def _empty(codes: pl.DataFrame, field: Field) -> bool:
    """Whether none of a field's evidence is there: a name of which only initials are known still tells something."""
    return all(codes[name].count() == 0 for name in codes.columns if name.partition(".")[0] == field.name)


def _one_value(codes: pl.DataFrame, field: Field) -> bool:
    return codes[field.name].drop_nulls().n_unique() == 1


def _of_levels(pairing: Pairing, seen: Patterns, matches: Floats) -> Iterator[str]:
    unseen = []
    for number, field in enumerate(pairing.fields):
        counts = np.bincount(seen.levels[:, number], weights=matches, minlength=field.other + 1)[1 : field.other]
        names = [level.name for level, count in zip(field.levels, counts, strict=True) if count < _SEEN]
        unseen += [f"{field.name}: {', '.join(names)}"] if names else []
    if unseen and matches.sum() >= _SEEN:
        yield say("unseen", levels="; ".join(unseen))
