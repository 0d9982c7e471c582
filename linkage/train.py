"""Training: a separate, reviewed step that turns two tables and a model into a fitted model."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from declare import WrongInput
from linkage.block import Blocks, block, candidates
from linkage.calibration import calibrated
from linkage.coincidence import coincidence, random_pairs, together
from linkage.comparable import Comparable, comparable
from linkage.diagnosis import diagnosed
from linkage.em import Chances, Fit, Indices, Levels, Patterns, expectation_maximisation, pattern_odds
from linkage.fitted import FittedField, FittedJoint, FittedModel, Iteration
from linkage.levels import with_levels
from linkage.model import MOST_LEVELS, Assignment, Model
from linkage.pairing import Field, Pairing, pair_up
from linkage.prior import start
from linkage.sample import in_order_of_value, sample
from linkage.score import scorer
from pseudonymise.protected import ProtectedTable
from pseudonymise.standardise import VERSION

NOT_CALIBRATED = (
    "the labels trained the model but do not calibrate its chances: there are too few matches or others among them, or "
    "heavier pairs match no oftener than lighter ones"
)


def train(left: ProtectedTable | Comparable, right: ProtectedTable | Comparable, model: Model) -> FittedModel:
    """The model fitted to the two tables; the same tables in any row order give the same numbers.

    Raises `WrongInput` when a table lacks what the model reads or there would be too many candidates.
    """
    pairing = pair_up(comparable(left), comparable(right), model)
    return fit(pairing, block(pairing))


def fit(pairing: Pairing, blocks: Blocks, labels: pl.DataFrame | None = None) -> FittedModel:
    """The model fitted to the candidates of drawn records.

    `labels` has positions `l`, `r` and `match` (bool): what people said of pairs counts for what it is. Where it also
    has `inclusion`, the chance with which each was drawn, the model's chances are calibrated by it.
    """
    assignment = assignment_of(pairing)
    drawn = sample(pairing, blocks, assignment)
    pairs = candidates(pairing, drawn.blocks, drawn.screen)
    if drawn.rivals:
        pairs = in_order_of_value(pairs, pairing)
    others = {"l": pairing.right.height, "r": pairing.left.height}
    rivals = {side: others[side] for side in drawn.rivals}
    seen = patterns(pairs, pairing.fields, rivals, labels if labels is None else with_levels(labels, pairing))
    known = _known(pairing)
    first = start(pairing, assignment)
    found = expectation_maximisation(seen, known, drawn.possible, first.prior, prior_fixed=first.fixed)
    odds = pattern_odds(seen.levels, found.prior, [one.fields for one in known], found.m, found.u)
    matches = seen.matches(odds, found.prior)
    tail, missed = (_share_below(chance, matches, odds) for chance in (pairing.model.floor, pairing.model.threshold))
    fitted = _frozen(pairing, assignment, known, found).model_copy(
        update={"candidates": pairs.height, "tail": tail, "missed": missed}
    )
    fitted = diagnosed(pairing, fitted, pairs, seen, matches)
    return fitted if labels is None else _calibrated(fitted, pairing, labels)


def _share_below(chance: float, matches: np.ndarray, odds: np.ndarray) -> float:
    """Of the expected matches, those of patterns less likely than `chance`."""
    return float(matches[odds < chance / (1.0 - chance)].sum() / max(matches.sum(), 1e-300))


def patterns(
    pairs: pl.DataFrame, fields: tuple[Field, ...], rivals: Mapping[str, int], labels: pl.DataFrame | None = None
) -> Patterns:
    """Distinct rows of levels with their counts, in order; with rivals the pattern of each pair too.

    `rivals` are the sides whose records have one partner at most, with the number of records that may be it. `labels`
    has the levels of labelled pairs and `match`.
    """
    columns = [field.column for field in fields]
    every = [pairs.select(columns, weight=1.0)]
    if labels is not None:
        every.append(labels.select(columns, weight=0.0))
    counted = pl.concat(every).group_by(columns).agg(pl.col("weight").sum()).sort(columns)
    levels, counts = counted.select(columns).to_numpy(), counted["weight"].to_numpy()
    labelled = None if labels is None else _labelled(labels, columns, levels)
    if not rivals:
        return Patterns(levels, counts, labelled=labelled)
    return Patterns(
        levels,
        counts,
        _pattern_of(pairs.select(columns), levels),
        tuple(pairs[side].cast(pl.Int64).to_numpy() for side in rivals),
        tuple(rivals.values()),
        labelled,
    )


def assignment_of(pairing: Pairing) -> Assignment:
    """As declared; otherwise from what the sources say of holding each entity once.

    Between two kinds of entity the left refers to the right, as persons do to addresses: a person has one address, an
    address many persons.
    """
    if pairing.model.dedupe:
        return "none"
    if pairing.model.one_to_one is not None:
        return pairing.model.one_to_one
    left_once = pairing.left.once and pairing.left.entity == pairing.right.entity
    names: dict[tuple[bool, bool], Assignment] = {
        (True, True): "one-to-one",
        (True, False): "left-once",
        (False, True): "right-once",
    }
    return names.get((left_once, pairing.right.once), "none")


def _pattern_of(pairs: pl.DataFrame, levels: Levels) -> Indices:
    """For each pair the number of its pattern; levels are put together as the digits of one number.

    Sixteen fields of at most fourteen levels (`linkage.model`) fit into 64 bits.
    """
    digits = np.uint64(MOST_LEVELS + 2) ** np.arange(levels.shape[1] - 1, -1, -1, dtype=np.uint64)
    weighed = zip(pairs.columns, digits.tolist(), strict=True)
    codes = pairs.select(pl.sum_horizontal(pl.col(name).cast(pl.UInt64) * digit for name, digit in weighed))
    return np.searchsorted(levels.astype(np.uint64) @ digits, codes.to_series().to_numpy())


def _labelled(labels: pl.DataFrame, columns: list[str], levels: Levels) -> tuple[np.ndarray, np.ndarray]:
    place, match = _pattern_of(labels.select(columns), levels), labels["match"].to_numpy()
    of_matches, of_others = (
        np.bincount(place[these], minlength=levels.shape[0]).astype(np.float64) for these in (match, ~match)
    )
    return of_matches, of_others


def _known(pairing: Pairing) -> tuple[Chances, ...]:
    """Chances among strangers of every field alone, then of fields taken together; what the model fixes stays fixed."""
    pairs = random_pairs(pairing)
    chance = coincidence(pairing, pairs)
    joined = {name for names in pairing.model.joint for name in names}
    numbers = {field.name: number for number, field in enumerate(pairing.fields)}
    declared = {comparison.field: comparison for comparison in pairing.model.comparisons}
    alone = [
        Chances(
            (numbers[field.name],),
            chance[field.name],
            ordered=tuple(_ordered_levels(field)),
            fixed_m=_fixed(field, declared[field.name].m, pairing.model),
            fixed_u=_fixed(field, declared[field.name].u, pairing.model),
        )
        for field in pairing.fields
        if field.name not in joined
    ]
    for names in pairing.model.joint:
        fields = [pairing.fields[numbers[name]] for name in names]
        table = together(pairing, pairs, fields, [chance[name] for name in names])
        alone.append(Chances(tuple(numbers[name] for name in names), table))
    return tuple(alone)


def _fixed(field: Field, given: Mapping[str, float], model: Model) -> dict[int, float]:
    """Level, from 0 → its given chance. Raises `WrongInput` for an unknown level, or when others get no chance."""
    names = [*(level.name for level in field.levels), "other"]
    if unknown := sorted(set(given) - set(names)):
        raise WrongInput(
            f"model {model.id} gives a chance to level {unknown[0]} of {field.name}, which is not there",
            remedy=f"Its levels are: {', '.join(names)}.",
        )
    left = 1.0 - sum(given.values())
    if given and (left < -1e-9 or (left < 1e-9) != (len(given) == len(names))):
        raise WrongInput(
            f"the chances that model {model.id} gives to levels of {field.name} do not leave room for the others",
            remedy="Chances of all levels together are 1; a missing value has none.",
        )
    return {names.index(name): chance for name, chance in given.items()}


def _ordered_levels(field: Field) -> list[int]:
    """Levels, from 0, that are declared from best to worst; those of incomplete values stand outside the order."""
    return [number for number, level in enumerate(field.levels) if not level.incomplete] + [field.other - 1]


def _calibrated(fitted: FittedModel, pairing: Pairing, labels: pl.DataFrame) -> FittedModel:
    if "inclusion" not in labels.columns or labels["inclusion"].null_count():
        said = "the labels trained the model, but were not drawn with known chances: nothing is calibrated by them"
        return fitted.model_copy(update={"warnings": (*fitted.warnings, said)})
    ready = scorer(pairing, fitted)
    weighed = ready.score(with_levels(labels, pairing))
    found = calibrated(weighed.with_columns(odds=pl.col("match_weight") + ready.start))
    said = f"chances are calibrated by {labels.height} labels" if found else NOT_CALIBRATED
    missed = None if found else fitted.missed
    return fitted.model_copy(update={"calibration": found, "missed": missed, "warnings": (*fitted.warnings, said)})


def _frozen(pairing: Pairing, assignment: Assignment, known: tuple[Chances, ...], found: Fit) -> FittedModel:
    m, u = ({one.fields: each for one, each in zip(known, every, strict=True)} for every in (found.m, found.u))
    return FittedModel(
        model=pairing.model,
        fields=tuple(
            FittedField(
                field=field.name,
                kind=field.kind,
                levels=field.levels,
                term_frequency=field.term_frequency,
                m=tuple(_alone(m, number).tolist()),
                u=tuple(_alone(u, number).tolist()),
            )
            for number, field in enumerate(pairing.fields)
        ),
        joints=tuple(
            FittedJoint(
                fields=tuple(pairing.fields[f].name for f in fields),
                m=tuple(m[fields].ravel().tolist()),
                u=tuple(u[fields].ravel().tolist()),
            )
            for fields in m
            if len(fields) > 1
        ),
        prior=found.prior,
        clear=pairing.clear,
        standard=VERSION,
        assignment=assignment,
        candidates=0,
        converged=found.converged,
        history=tuple(Iteration(prior=prior, moved=moved) for prior, moved in found.history),
    )


def _alone(chances: Mapping[tuple[int, ...], np.ndarray], field: int) -> np.ndarray:
    """Chances of one field's levels, whatever those of the fields beside it."""
    fields = next(fields for fields in chances if field in fields)
    others = tuple(axis for axis, other in enumerate(fields) if other != field)
    return np.asarray(chances[fields].sum(axis=others))
