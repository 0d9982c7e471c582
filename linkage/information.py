"""How sure the fitted numbers are, and what that means for shares computed from them."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import polars as pl

from linkage.compare.level import whole
from linkage.em import STRENGTH
from linkage.fitted import FittedField, FittedJoint, FittedModel
from linkage.interval import Floats

LEVEL: Final = "level "
"""What the columns of level numbers begin with."""

Levels = np.ndarray[tuple[int, int], np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True)
class Table:
    """Chances that were fitted together: of one field's levels, or of several fields' (an axis for each)."""

    fields: tuple[int, ...]
    m: Floats
    u: Floats
    error: Floats
    """Standard error of log u: that of the number of random pairs it was seen in (Poisson)."""

    def share(self, levels: Levels, chances: Floats) -> Floats:
        """For each pattern (rows) the share of each cell of the table among those its levels leave open."""
        cells = np.indices(self.m.shape).reshape(self.m.ndim, -1).T + 1
        seen = levels[:, None, self.fields]
        left_open = np.all((seen == 0) | (seen == cells), axis=2) * chances.ravel()
        return np.asarray(left_open / left_open.sum(axis=1, keepdims=True))


def tables(fitted: FittedModel) -> tuple[Table, ...]:
    """Of the joints, and of the fields that weigh alone."""
    names = [field.field for field in fitted.fields]
    joined = {name for joint in fitted.joints for name in joint.fields}
    alone = [_alone(number, field, fitted) for number, field in enumerate(fitted.fields) if field.field not in joined]
    return (*alone, *(_together(tuple(map(names.index, joint.fields)), joint, fitted) for joint in fitted.joints))


def _alone(number: int, field: FittedField, fitted: FittedModel) -> Table:
    """What is equal as a whole is known from the frequencies of values, so its u has no error."""
    u = np.array(field.u)
    error = _error(u, fitted)
    error[: whole(field.levels)] = 0.0
    return Table((number,), np.array(field.m), u, error)


def _together(numbers: tuple[int, ...], joint: FittedJoint, fitted: FittedModel) -> Table:
    shape = [len(fitted.fields[number].m) for number in numbers]
    m, u = (np.reshape(chances, shape) for chances in (joint.m, joint.u))
    return Table(numbers, m, u, _error(u, fitted))


def _error(u: Floats, fitted: FittedModel) -> Floats:
    return np.asarray(1.0 / np.sqrt(fitted.model.random_pairs * u + 1.0))


@dataclass(frozen=True, slots=True)
class Information:
    """Patterns of levels among scored pairs: how unsure their pairs are, and how their odds move with what was fitted.

    What was fitted are the prior's log odds and the logits of every table of m. Their information is that of the
    observed pairs: the sum of outer products of scores, in which a pair counts by its squared chance of a match: pairs
    that may be either tell little (Louis 1982; McLachlan and Krishnan 2008, section 4.3).
    """

    linked: Floats
    """By pattern: sum of p(1-p) of the pairs that are links."""
    other: Floats
    """The same of the pairs that are none."""
    slopes: Floats
    """By pattern, of its log odds with each fitted number."""
    covariance: Floats
    strangers: Floats
    """By pattern, of its log odds with one standard error of each u."""

    @classmethod
    def of(cls, pairs: pl.DataFrame, fitted: FittedModel) -> Self:
        """`pairs` has `chance` of a match, `linked` (Boolean) and the columns of levels."""
        columns = [LEVEL + field.field for field in fitted.fields]
        unsure = pl.col("chance") * (1 - pl.col("chance"))
        patterns = pairs.group_by(columns).agg(
            told=(pl.col("chance") ** 2).sum(),
            linked=unsure.filter(pl.col("linked")).sum(),
            other=unsure.filter(~pl.col("linked")).sum(),
        )
        levels, parts = patterns.select(columns).to_numpy(), tables(fitted)
        slopes = [part.share(levels, part.m) - part.m.ravel() for part in parts]
        design = np.hstack([np.ones((levels.shape[0], 1)), *slopes])
        told = design.T @ (design * patterns["told"].to_numpy()[:, None])
        return cls(
            linked=patterns["linked"].to_numpy(),
            other=patterns["other"].to_numpy(),
            slopes=design,
            covariance=np.linalg.pinv(told + _beforehand(parts), hermitian=True),
            strangers=np.hstack([-part.share(levels, part.u) * part.error.ravel() for part in parts]),
        )

    def variance(self, linked: float, other: float) -> float:
        """Of `linked` times the expected matches among links plus `other` times those among the other pairs."""
        moved = linked * self.linked + other * self.other
        by_m, by_u = moved @ self.slopes, moved @ self.strangers
        return float(by_m @ self.covariance @ by_m + by_u @ by_u)


def _beforehand(parts: tuple[Table, ...]) -> Floats:
    """Information of the matches that the first guess of m counts for; on the prior there is none."""
    sizes = [1, *(part.m.size for part in parts)]
    ends = np.cumsum(sizes)
    found = np.zeros((ends[-1], ends[-1]))
    for part, end in zip(parts, ends[1:], strict=True):
        m, place = part.m.ravel(), slice(end - part.m.size, end)
        found[place, place] = STRENGTH * (np.diag(m) - np.outer(m, m))
    return found
