"""A fitted model: frozen numbers that score pairs. It can be read, reviewed, signed and used again."""

import json
import math
from dataclasses import dataclass
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, ValidationError, model_validator

from declare import Declaration, WrongInput, canonical
from linkage.compare.level import MISSING, OTHER, Level
from linkage.model import Assignment, Chance, Model
from linkage.pairing import Pairing

Chances = tuple[Annotated[float, Field(gt=0)], ...]
"""Of levels that exclude each other: together 1."""


class FittedField(Declaration):
    """Chances of each level, from the first to *other*, missing values apart."""

    field: str
    kind: str
    levels: tuple[Level, ...]
    term_frequency: bool
    m: Chances
    """Chance of the level when both records are of one entity."""
    u: Chances
    """Chance of the level when they are not."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names by level number."""
        return (MISSING, *(level.name for level in self.levels), OTHER)

    @property
    def weights(self) -> tuple[float, ...]:
        """log2 Bayes factors by level number; a missing value weighs nothing."""
        return tuple(weights(np.asarray(self.m), np.asarray(self.u)).tolist())


class FittedJoint(Declaration):
    """Chances of the levels of several fields together, where one tells something of the other."""

    fields: tuple[str, ...]
    m: Chances
    """By level of the first field, then of the second …, each from the first level to *other*."""
    u: Chances


class Dependence(Declaration):
    """How much more often two fields agree together than they would if each went its own way (log2)."""

    fields: tuple[str, str]
    strangers: float
    matches: float

    @property
    def excess(self) -> float:
        """What agreement on both weighs too much (log2) when the fields are taken apart."""
        return self.strangers - self.matches


class Within(Declaration):
    """How often strangers agree wholly on a field: in random pairs, and where blocks on other evidence bring them."""

    field: str
    random: float = Field(gt=0)
    candidates: float = Field(gt=0)

    @property
    def excess(self) -> float:
        """How much more often among candidates (log2)."""
        return math.log2(self.candidates / self.random)


class Iteration(Declaration):
    """One step of expectation–maximisation."""

    prior: float
    moved: float
    """Largest change of any m."""


class Calibration(Declaration):
    """log2 odds = `shift` + `slope` × (log2 odds by the model), fitted on labelled pairs. Platt (1999)."""

    shift: float = Field(allow_inf_nan=False)
    slope: float = Field(gt=0, allow_inf_nan=False)
    labels: int
    """Pairs it rests on."""

    def odds(self, by_model: np.ndarray) -> np.ndarray:
        return np.asarray(self.shift + self.slope * by_model)

    def by_model(self, odds: float) -> float:
        """The model's log2 odds that come to `odds`."""
        return (odds - self.shift) / self.slope


@dataclass(frozen=True, slots=True)
class Factor:
    """What weighs as one: a field, or fields whose levels are taken together."""

    fields: tuple[int, ...]
    """Numbers of the fields in the model."""
    weights: np.ndarray
    """log2 Bayes factors, an axis for each field, by level number."""


def weights(m: np.ndarray, u: np.ndarray) -> np.ndarray:
    """log2 Bayes factors; level 0 of an axis is a missing value, beside which the other fields tell what they tell."""
    return np.asarray(np.log2(with_missing(m) / with_missing(u)))


def with_missing(chances: np.ndarray) -> np.ndarray:
    """Chances by level number: level 0, nothing known, has the chance of all levels together."""
    for axis in range(chances.ndim):
        chances = np.concatenate([chances.sum(axis=axis, keepdims=True), chances], axis=axis)
    return chances


def _where(error: ValueError) -> str:
    """The first place where its content is wrong, and what is."""
    if not isinstance(error, ValidationError):
        return ""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    said = (".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, "))
    return "".join(f": {part}" for part in said if part)


def _refuse_other_chances(m: Chances, u: Chances, levels: int) -> None:
    for chances in (m, u):
        if len(chances) != levels or not math.isclose(math.fsum(chances), 1.0, abs_tol=1e-6):
            raise ValueError("there is a chance for each level, and together they are 1")


class FittedModel(Declaration):
    """Fellegi and Sunter (1969): a prior, and for each field the chances of its levels among matches and strangers."""

    version: Literal[2] = 2
    """Of this format."""
    model: Model
    fields: tuple[FittedField, ...]
    joints: tuple[FittedJoint, ...] = ()
    """Fields that weigh together; their own chances above are what a field tells alone."""
    prior: Chance
    """Chance that a pair drawn at random from all pairs is a match."""
    clear: bool
    """Fitted on clear text; otherwise on tokens and encodings."""
    standard: str
    """Version of the standardisation."""
    assignment: Assignment
    candidates: int
    """Pairs it was fitted on."""
    tail: float = 0.0
    """Share of the expected matches among the candidates that are less likely than the model's floor."""
    missed: float | None = None
    """The same for the model's threshold: what it may be expected to miss, whichever records it links later. None where
    that was not kept, and where labels made other chances of the weights."""
    converged: bool
    history: tuple[Iteration, ...] = ()
    dependences: tuple[Dependence, ...] = ()
    """Of every two fields taken apart, the greatest excess first."""
    within: tuple[Within, ...] = ()
    """The same by field, as the blocks show it."""
    calibration: Calibration | None = None
    """How weights become chances, where people labelled pairs."""
    warnings: tuple[str, ...] = ()
    """What a reviewer should know before the model is used."""

    @model_validator(mode="after")
    def _chances_are_of_the_levels(self) -> Self:
        sizes = {field.field: len(field.levels) + 1 for field in self.fields}
        for field in self.fields:
            _refuse_other_chances(field.m, field.u, sizes[field.field])
        for joint in self.joints:
            if not set(joint.fields) <= set(sizes):
                raise ValueError("a joint names fields that are not there")
            _refuse_other_chances(joint.m, joint.u, math.prod(sizes[name] for name in joint.fields))
        return self

    @property
    def factors(self) -> tuple[Factor, ...]:
        """All that is added up to the weight of a pair."""
        names = [field.field for field in self.fields]
        joined = {name for joint in self.joints for name in joint.fields}
        alone = [
            Factor((number,), np.asarray(field.weights))
            for number, field in enumerate(self.fields)
            if field.field not in joined
        ]
        together = [Factor(tuple(map(names.index, joint.fields)), self._joint_weights(joint)) for joint in self.joints]
        return (*alone, *together)

    def _joint_weights(self, joint: FittedJoint) -> np.ndarray:
        shape = [len(field.levels) + 1 for name in joint.fields for field in self.fields if field.field == name]
        return weights(np.reshape(joint.m, shape), np.reshape(joint.u, shape))

    @property
    def iterations(self) -> int:
        return len(self.history)

    def to_json(self) -> bytes:
        """Canonical JSON (RFC 8785), fit to be signed."""
        return canonical(self.model_dump(mode="json"))

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Raises `WrongInput` when the content is not a fitted model, or its numbers cannot be."""
        try:
            return cls.model_validate(json.loads(content))
        except ValueError as error:
            raise WrongInput(f"this is not a fitted model{_where(error)}", remedy="Train the model again.") from error

    def check(self, pairing: Pairing) -> None:
        """Raise `WrongInput` unless it was fitted for such evidence: the same fields, levels and representation."""
        mine = [(field.field, field.kind, field.levels) for field in self.fields]
        if self.clear != pairing.clear or mine != [(field.name, field.kind, field.levels) for field in pairing.fields]:
            raise WrongInput(
                f"model {self.model.id} was fitted on other evidence than this",
                remedy="Train it on tables of the same sources, or use the fitted model that belongs to them.",
            )
