"""Dependence: fields that agree together more often than the model, which takes them apart, expects.

Evidence that comes twice counts twice: where the postcode decides the city, agreement on both weighs too much. What is
counted of pairs on which both fields can be compared is set beside what independence expects, among strangers and among
matches; the model errs where the two differ. Its remedy is to take the fields together (`joint`).
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import polars as pl

from linkage.coincidence import chance_equal
from linkage.em import Floats, Patterns
from linkage.fitted import Dependence, FittedModel
from linkage.model import MOST_JOINED
from linkage.pairing import Field, Pairing

RECORDS = 50_000
"""Records of a side that are looked at, drawn by value."""
WORTH_A_JOINT = 1.2
"""Excess (log2) from which fields are to be taken together. About a factor of two makes no difference: seen on made-up
persons, where sex follows from the name by so much."""
_COUNTED = 10.0
"""Pairs that must be counted or expected before anything is said."""


def dependences(pairing: Pairing, fitted: FittedModel, seen: Patterns, matches: Floats) -> tuple[Dependence, ...]:
    """Every two fields that are compared whole and are not taken together yet, the greatest excess first.

    `matches` are the expected matches of each pattern.
    """
    joined = [set(joint.fields) for joint in fitted.joints]
    sides = _drawn(pairing)
    found = []
    for pair in combinations(range(len(pairing.fields)), 2):
        one, two = (pairing.fields[f] for f in pair)
        if not (one.whole and two.whole) or any({one.name, two.name} <= names for names in joined):
            continue
        strangers = _among_strangers(sides, pairing, fitted, pair)
        if strangers is not None:
            of_matches = _among_matches(seen, matches, pair, (one, two))
            found.append(Dependence(fields=(one.name, two.name), strangers=strangers, matches=of_matches))
    return tuple(sorted(found, key=lambda each: (-each.excess, each.fields)))


def joints(found: Sequence[Dependence], at_least: float = WORTH_A_JOINT) -> tuple[tuple[str, ...], ...]:
    """Fields to be taken together: from the greatest excess (log2) down, as long as no joint becomes too large."""
    groups: list[list[str]] = []
    for each in sorted(found, key=lambda one: (-one.excess, one.fields)):
        touched = [group for group in groups if set(group) & set(each.fields)]
        merged = list(dict.fromkeys([name for group in touched for name in group] + list(each.fields)))
        if each.excess >= at_least and len(merged) <= MOST_JOINED:
            groups = [group for group in groups if group not in touched] + [merged]
    return tuple(tuple(group) for group in groups)


def _drawn(pairing: Pairing) -> tuple[pl.DataFrame, pl.DataFrame]:
    whole = [field.name for field in pairing.fields]
    chance = np.random.default_rng(pairing.model.seed)
    left, right = (
        codes.select(whole)[chance.permutation(order)[:RECORDS]]
        for codes, order in zip((pairing.left_codes, pairing.right_codes), pairing.by_value, strict=True)
    )
    return left, left if pairing.model.dedupe else right


def _among_strangers(
    sides: tuple[pl.DataFrame, pl.DataFrame], pairing: Pairing, fitted: FittedModel, fields: tuple[int, int]
) -> float | None:
    """log2 of how much more often strangers agree on both fields than independence expects; None where too few do."""
    names = [pairing.fields[f].name for f in fields]
    left, right = (side.select(names).drop_nulls() for side in sides)
    pairs = left.height * right.height
    chances = [chance_equal(left, right, each, dedupe=pairing.model.dedupe) for each in ([names[0]], [names[1]], names)]
    m = [sum(fitted.fields[f].m[: pairing.fields[f].whole]) for f in fields]
    of_matches = [fitted.prior * each for each in (m[0], m[1], m[0] * m[1])]
    one, two, both = (max(chance - matches, 0.0) for chance, matches in zip(chances, of_matches, strict=True))
    # Where matches are most of those that agree on both, what is left of strangers is mostly the error of their number.
    if max(one * two, both) * pairs < _COUNTED or not one * two or both < of_matches[2]:
        return None
    return float(np.log2(both / (one * two)))


def _among_matches(seen: Patterns, matches: Floats, fields: tuple[int, int], declared: tuple[Field, Field]) -> float:
    """log2 of the same among matches."""
    levels = seen.levels[:, fields]
    compared = (levels > 0).all(axis=1)
    first, second = (compared & (levels[:, axis] <= field.whole) for axis, field in enumerate(declared))
    total = matches[compared].sum()
    one, two, both = (matches[which].sum() for which in (first, second, first & second))
    if min(one, two, both) < _COUNTED:
        return 0.0
    return float(np.log2(both * total / (one * two)))
