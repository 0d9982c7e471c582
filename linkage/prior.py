"""The prior: what is known, or supposed at first, of how many pairs match."""

from dataclasses import dataclass

import polars as pl

from declare import WrongInput
from linkage.coincidence import chance_equal
from linkage.dictionary import numbers, together
from linkage.model import EXCLUDING, Assignment
from linkage.pairing import Pairing

_LEAST, _MOST = 1e-12, 0.1
MOST_AGREEING = 50_000_000
"""Pairs of a rule that are told apart from those of another."""


@dataclass(frozen=True, slots=True)
class Start:
    prior: float
    fixed: bool = False
    """Whether it is kept as it is."""


def start(pairing: Pairing, assignment: Assignment) -> Start:
    """As declared; otherwise as if every record had a partner, to be bettered: what agrees is taken for a match until
    something speaks against it. Raises `WrongInput` when a rule names evidence that is not compared or blocked on."""
    declared = pairing.model.prior
    if declared is None:
        heights = {"l": pairing.left.height, "r": pairing.right.height}
        most = min(heights[side] for side in EXCLUDING[assignment] or ("l", "r"))
        return Start(_within(most / max(pairing.possible, 1)))
    if declared.chance is not None:
        return Start(declared.chance, fixed=True)
    agreeing = _agreeing(pairing, declared.rules)
    return Start(_within(agreeing / declared.recall / max(pairing.possible, 1)), fixed=True)


def _agreeing(pairing: Pairing, rules: tuple[tuple[str, ...], ...]) -> int:
    """Pairs that agree on all evidence of some rule. Raises `WrongInput` where a rule holds for too many to be told."""
    sides = (pairing.left_codes, pairing.right_codes)
    for rule in rules:
        _known(pairing, rule)
        if chance_equal(*sides, list(rule), dedupe=pairing.model.dedupe) * pairing.possible > MOST_AGREEING:
            raise WrongInput(
                f"the rule {' + '.join(rule)} of the prior holds for more than {MOST_AGREEING:,} pairs",
                remedy="A rule hardly ever joins strangers: add evidence to it.",
            )
    found = [_pairs(pairing, rule) for rule in rules]
    return int(pl.concat(found).unique().select(pl.len()).collect(engine="streaming").item())


def _known(pairing: Pairing, rule: tuple[str, ...]) -> None:
    if unknown := sorted(set(rule) - set(pairing.left_codes.columns)):
        raise WrongInput(
            f"a rule of the prior of model {pairing.model.id} names {unknown[0]}, which is not compared",
            remedy="Name evidence that is compared or blocked on.",
        )


def _pairs(pairing: Pairing, rule: tuple[str, ...]) -> pl.LazyFrame:
    keys = together([[numbers(side[part]) for part in rule] for side in (pairing.left_codes, pairing.right_codes)])
    left, right = (
        pl.LazyFrame({"key": key}).with_row_index(side).filter(pl.col("key") != 0)
        for key, side in zip(keys, ("l", "r"), strict=True)
    )
    pairs = left.join(right, on="key").select("l", "r")
    return pairs.filter(pl.col("l") < pl.col("r")) if pairing.model.dedupe else pairs


def _within(chance: float) -> float:
    return min(max(chance, _LEAST), _MOST)
