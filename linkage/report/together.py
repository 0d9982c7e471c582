"""Fields whose levels weigh together: what they say as one, beside what they would say each alone."""

import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np

from linkage.fitted import FittedJoint, FittedModel

SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Together:
    """Chances of some levels of several fields at once, and the log2 Bayes factor they have."""

    levels: tuple[str, ...]
    m: float
    u: float
    weight: float
    alone: float
    """Sum of the weights that the fields would have each alone: the evidence that would be counted twice."""


@dataclass(frozen=True, slots=True)
class Joined:
    """One joint comparison; `rows` are the combinations that matches show most, of `combinations` there are."""

    fields: tuple[str, ...]
    rows: tuple[Together, ...]
    combinations: int


def joined(fitted: FittedModel) -> tuple[Joined, ...]:
    """One for each joint comparison of the model."""
    return tuple(_joined(fitted, joint) for joint in fitted.joints)


def _joined(fitted: FittedModel, joint: FittedJoint) -> Joined:
    fields = [next(field for field in fitted.fields if field.field == name) for name in joint.fields]
    numbers = list(itertools.product(*(range(1, len(field.names)) for field in fields)))
    most = np.argsort(-np.asarray(joint.m), kind="stable")[:SHOWN]
    rows = tuple(
        Together(
            levels=tuple(field.names[level] for field, level in zip(fields, numbers[place], strict=True)),
            m=joint.m[place],
            u=joint.u[place],
            weight=float(np.log2(joint.m[place] / joint.u[place])),
            alone=sum(field.weights[level] for field, level in zip(fields, numbers[place], strict=True)),
        )
        for place in most.tolist()
    )
    return Joined(joint.fields, rows, len(numbers))
