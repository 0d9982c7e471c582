"""What a request would bring, foretold without linking: from counts of each source by itself and from earlier links.

Nothing here knows who is linked to whom. The dimensions are taken as if they had nothing to do with each other, which
makes hidden cells too few where they have. All that is told is worked out from rounded numbers, and categories of fewer
than the least are left out: whoever tries many filters learns no number that was not rounded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import prod

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.special import pdtr

from declare import WrongInput
from pseudonymise.protected import PAYLOAD
from register.output import Filter
from release.aggregate import MOST_CELLS, UNKNOWN


@dataclass(frozen=True, slots=True)
class Eligible:
    """Of one source: records that came in, and those the request's filters keep. Rounded; None below `minimum`."""

    source: str
    came: int | None
    kept: int | None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A table as it may come out; expected numbers under the Poisson distribution. The numbers are None where there are
    too few records, or too few in every category of a dimension."""

    dimensions: tuple[str, ...]
    cells: int | None = None
    """Without margins, of categories that have the least number of records in their source."""
    blocked: int | None = None
    """Cells that some record is expected in, and fewer than the minimum."""
    blocked_share: float | None = None
    """Share of the counted records in blocked cells, in whole percents, before anything else is hidden to protect
    them."""


def rounded(count: int, minimum: int) -> int | None:
    """To the nearest multiple of `minimum`; None below it. No single record shows."""
    return None if count < minimum else round(count / minimum) * minimum


def eligible(source: str, payload: pl.DataFrame, filters: Sequence[Filter], minimum: int) -> Eligible:
    """How much of one source the request is about."""
    kept = kept_of(source, payload, filters)
    return Eligible(source, rounded(payload.height, minimum), rounded(kept.height, minimum))


def kept_of(source: str, payload: pl.DataFrame, filters: Sequence[Filter]) -> pl.DataFrame:
    """Records of `source` that the filters on its own columns keep. Raises `WrongInput` for a column it lacks."""
    own = [one for one in filters if one.column.partition(".")[0] == source]
    return payload.filter(*(column_of(source, payload, one.column).is_in(one.values) for one in own))


def column_of(source: str, payload: pl.DataFrame, name: str) -> pl.Expr:
    """A column written as `source.payload`, as text. Raises `WrongInput`."""
    column = PAYLOAD + name.partition(".")[2]
    if column not in payload.columns:
        raise WrongInput(
            f"{source} keeps no column {name.partition('.')[2]}", remedy="Give it the role payload in its source."
        )
    return pl.col(column).cast(pl.String)


def foreseen(
    payload: Mapping[str, pl.DataFrame], unit: str, dimensions: Sequence[str], rate: float, minimum: int
) -> Foreseen:
    """The table of `unit` by `dimensions`, when `rate` of its records find their links.

    `payload`: of each source the records that its filters keep. Raises `WrongInput` where the categories that are told
    make too many cells.
    """
    counts = [_counts(payload[name.partition(".")[0]], name) for name in dimensions]
    records = rounded(payload[unit].height, minimum)
    told = [np.array([near for each in some if (near := rounded(each, minimum))], dtype=np.float64) for some in counts]
    if prod(map(len, told)) > MOST_CELLS:  # a category of few would show by what is refused
        raise WrongInput(
            f"the table would have more than {MOST_CELLS:,} cells", remedy="Leave a dimension out, or coarsen one."
        )
    if records is None or not all(map(len, told)):
        return Foreseen(tuple(dimensions))
    means = records * rate * _outer([each / each.sum() for each in told])
    some = pdtr(minimum - 1, means) - np.exp(-means)
    # Of a Poisson variable, the part of the mean that lies below n is the mean times the chance of less than n - 1.
    lost = float((means * pdtr(minimum - 2, means)).sum()) if minimum > 1 else 0.0
    total = float(means.sum())
    return Foreseen(tuple(dimensions), means.size, round(float(some.sum())), round(lost / total, 2) if total else 0.0)


def _counts(records: pl.DataFrame, name: str) -> pl.Series:
    """Of each category of a column among the records of its source, unknown being one."""
    values = records.select(column_of(name.partition(".")[0], records, name).fill_null(UNKNOWN).alias("value"))
    return values.group_by("value").len()["len"]


def _outer(shares: Sequence[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """The product of one share of each dimension, for every combination."""
    return np.asarray(reduce(np.multiply.outer, shares)).ravel()
