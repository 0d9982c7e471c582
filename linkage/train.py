"""Training: a separate, reviewed step that turns two tables and a model into a fitted model. No labels are used."""

import numpy as np
import polars as pl

from linkage.block import block, candidates
from linkage.coincidence import coincidence
from linkage.comparable import Comparable, comparable
from linkage.em import Fit, Indices, Levels, Patterns, expectation_maximisation
from linkage.fitted import FittedField, FittedModel
from linkage.model import EXCLUDING, MOST_LEVELS, Assignment, Model
from linkage.pairing import Field, Pairing, pair_up
from pseudonymise.protected import ProtectedTable
from pseudonymise.standardise import VERSION


def train(left: ProtectedTable | Comparable, right: ProtectedTable | Comparable, model: Model) -> FittedModel:
    """The model fitted to the two tables; the same tables in any row order give the same numbers.

    Raises `WrongInput` when a table lacks what the model reads or there would be too many candidates.
    """
    pairing = pair_up(comparable(left), comparable(right), model)
    return fit(pairing, candidates(pairing, block(pairing)))


def fit(pairing: Pairing, pairs: pl.DataFrame) -> FittedModel:
    """The fitted model of candidate pairs with their levels."""
    chance = coincidence(pairing)
    found = expectation_maximisation(
        patterns(pairs, pairing.fields, assignment_of(pairing)),
        [chance[field.name] for field in pairing.fields],
        pairing.possible,
        _starting_prior(pairing),
        [_ordered_levels(field) for field in pairing.fields],
    )
    return _frozen(pairing, found, pairs.height)


def patterns(pairs: pl.DataFrame, fields: tuple[Field, ...], assignment: Assignment) -> Patterns:
    """Distinct rows of levels with their counts, in order; where assignment excludes, the pattern of each pair too."""
    columns = [field.column for field in fields]
    counted = pairs.group_by(columns).agg(pl.len().alias("pairs")).sort(columns)
    levels, counts = counted.select(columns).to_numpy(), counted["pairs"].cast(pl.Float64).to_numpy()
    if not (sides := EXCLUDING[assignment]):
        return Patterns(levels, counts)
    indices = pairs.select(pl.col(sides).cast(pl.Int64))
    return Patterns(levels, counts, _pattern_of(pairs.select(columns), levels), tuple(indices.to_numpy().T))


def _pattern_of(pairs: pl.DataFrame, levels: Levels) -> Indices:
    """For each pair the number of its pattern; levels are put together as the digits of one number.

    Sixteen fields of at most fourteen levels (`linkage.model`) fit into 64 bits.
    """
    digits = np.uint64(MOST_LEVELS + 2) ** np.arange(levels.shape[1] - 1, -1, -1, dtype=np.uint64)
    weighed = zip(pairs.columns, digits.tolist(), strict=True)
    codes = pairs.select(pl.sum_horizontal(pl.col(name).cast(pl.UInt64) * digit for name, digit in weighed))
    return np.searchsorted(levels.astype(np.uint64) @ digits, codes.to_series().to_numpy())


def assignment_of(pairing: Pairing) -> Assignment:
    """As declared; otherwise from what the sources say of holding each entity once.

    Between two kinds of entity the left refers to the right, as persons do to addresses: a person has one address, an
    address many persons.
    """
    if pairing.model.one_to_one is not None:
        return pairing.model.one_to_one
    if pairing.model.dedupe:
        return "none"
    left_once = pairing.left.once and pairing.left.entity == pairing.right.entity
    names: dict[tuple[bool, bool], Assignment] = {
        (True, True): "one-to-one",
        (True, False): "left-once",
        (False, True): "right-once",
    }
    return names.get((left_once, pairing.right.once), "none")


def _starting_prior(pairing: Pairing) -> float:
    """As if every record had a partner: what agrees is taken for a match until something speaks against it."""
    heights = {"l": pairing.left_codes.height, "r": pairing.right_codes.height}
    sides = EXCLUDING[assignment_of(pairing)] or ("l", "r")
    most = min(heights[side] for side in sides)
    return min(max(most / max(pairing.possible, 1), 1e-12), 0.1)


def _ordered_levels(field: Field) -> list[int]:
    """Levels, from 0, that are declared from best to worst; those of incomplete values stand outside the order."""
    return [number for number, level in enumerate(field.levels) if not level.incomplete] + [field.other - 1]


def _frozen(pairing: Pairing, found: Fit, pairs: int) -> FittedModel:
    return FittedModel(
        model=pairing.model,
        fields=tuple(
            FittedField(
                field=field.name,
                kind=field.kind,
                levels=field.levels,
                term_frequency=field.term_frequency,
                m=tuple(np.asarray(m).tolist()),
                u=tuple(np.asarray(u).tolist()),
            )
            for field, m, u in zip(pairing.fields, found.m, found.u, strict=True)
        ),
        prior=found.prior,
        clear=pairing.clear,
        standard=VERSION,
        assignment=assignment_of(pairing),
        candidates=pairs,
        iterations=found.iterations,
        converged=found.converged,
    )
