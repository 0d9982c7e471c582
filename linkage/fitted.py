"""A fitted model: frozen numbers that score pairs. It can be read, reviewed, signed and used again."""

import json
import math
from typing import Self

from declare import Declaration, WrongInput, canonical
from linkage.compare.level import MISSING, OTHER, Level
from linkage.model import Assignment, Model
from linkage.pairing import Pairing


class FittedField(Declaration):
    """Chances of each level, from the first to *other*, missing values apart."""

    field: str
    kind: str
    levels: tuple[Level, ...]
    term_frequency: bool
    m: tuple[float, ...]
    """Chance of the level when both records are of one entity."""
    u: tuple[float, ...]
    """Chance of the level when they are not."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names by level number."""
        return (MISSING, *(level.name for level in self.levels), OTHER)

    @property
    def weights(self) -> tuple[float, ...]:
        """log2 Bayes factors by level number; a missing value weighs nothing."""
        return (0.0, *(math.log2(m / u) for m, u in zip(self.m, self.u, strict=True)))


class FittedModel(Declaration):
    """Fellegi and Sunter (1969): a prior, and for each field the chances of its levels among matches and strangers."""

    model: Model
    fields: tuple[FittedField, ...]
    prior: float
    """Chance that a pair drawn at random from all pairs is a match."""
    clear: bool
    """Fitted on clear text; otherwise on tokens and encodings."""
    standard: str
    """Version of the standardisation."""
    assignment: Assignment
    candidates: int
    iterations: int
    converged: bool

    def to_json(self) -> bytes:
        """Canonical JSON (RFC 8785), fit to be signed."""
        return canonical(self.model_dump(mode="json"))

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Raises `WrongInput` when the content is not a fitted model."""
        try:
            return cls.model_validate(json.loads(content))
        except ValueError as error:
            raise WrongInput("this is not a fitted model", remedy="Train the model again.") from error

    def check(self, pairing: Pairing) -> None:
        """Raise `WrongInput` unless it was fitted for such evidence: the same fields, levels and representation."""
        mine = [(field.field, field.kind, field.levels) for field in self.fields]
        if self.clear != pairing.clear or mine != [(field.name, field.kind, field.levels) for field in pairing.fields]:
            raise WrongInput(
                f"model {self.model.id} was fitted on other evidence than this",
                remedy="Train it on tables of the same sources, or use the fitted model that belongs to them.",
            )
