"""Diagnosis of a fitted model: what a reviewer should know before it is used."""

import numpy as np

from linkage.em import Floats, Patterns
from linkage.fitted import FittedModel
from linkage.pairing import Pairing

_COMMON = 0.01
"""Prior from which matches are common among random pairs."""
_SEEN = 1.0
"""Expected matches below which a level was not seen among matches."""


def warnings(pairing: Pairing, fitted: FittedModel, seen: Patterns, odds: Floats) -> tuple[str, ...]:
    """Sentences without any value of a record, the gravest first."""
    expected = seen.matches(odds)
    found = []
    if not seen.counts.sum():
        found.append("no pair is a candidate: no block brings two records together")
    elif expected.sum() < 1:
        found.append("hardly any candidate looks like a match: weights rest on what was supposed at first")
    if not fitted.converged:
        found.append(f"expectation–maximisation did not come to rest in {fitted.iterations} iterations")
    if fitted.prior > _COMMON and seen.counts.sum():
        found.append(
            f"matches are common among random pairs (1 in {1 / fitted.prior:.0f}): how strangers agree is less sure"
        )
    return (*found, *_of_fields(pairing, fitted, seen, expected))


def _of_fields(pairing: Pairing, fitted: FittedModel, seen: Patterns, expected: Floats) -> list[str]:
    found = []
    for number, (field, chances) in enumerate(zip(pairing.fields, fitted.fields, strict=True)):
        levels = seen.levels[:, number]
        sides = [codes[field.name] for codes in (pairing.left_codes, pairing.right_codes)]
        if any(side.count() == 0 for side in sides):
            found.append(f"{field.name} is empty on one side: it tells nothing")
        elif all(side.min() == side.max() for side in sides):
            found.append(f"{field.name} has one value everywhere: it tells nothing")
        elif chances.m[0] < chances.u[0]:
            found.append(f"matches agree on {field.name} less often than strangers: look at its columns and formats")
        matches = np.bincount(levels, weights=expected, minlength=field.other + 1)[1 : field.other]
        found += [
            f"level “{level.name}” of {field.name} was not seen among matches: its weight is what was supposed at first"
            for level, share in zip(field.levels, matches, strict=True)
            if share < _SEEN <= expected.sum()
        ]
    return found
