"""From declared steps to levels: level 0 is the value itself, the last level is `TOTAL` for all values."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from declare import Coarsening, WrongInput

ALL: Final = "*"
"""What stands on the last level."""
MISSING: Final = "?"
"""What stands for no value, above level 0."""


def levels(name: str, values: pl.Series, declared: Coarsening) -> pl.DataFrame:
    """One row per distinct value, sorted, nulls first: column `0` as it is, `1` … as String, the last one `ALL`.

    Raises `WrongInput` where a step does not fit the values, or is no coarsening of the step before.
    """
    distinct = values.unique().sort()
    steps = [label.fill_null(MISSING) for label in _steps(name, distinct, declared)]
    steps.append(pl.Series([ALL]).new_from_index(0, distinct.len()))
    found = pl.DataFrame([distinct.alias("0"), *(step.alias(str(place + 1)) for place, step in enumerate(steps))])
    for finer, coarser in pairwise(found.columns):
        if found[finer].n_unique() != found.select(finer, coarser).n_unique():
            raise WrongInput(
                f"level {coarser} of {name} tears a band or group of level {finer} apart",
                remedy="Let every step put whole bands or groups of the step before together.",
            )
    return found


def _steps(name: str, values: pl.Series, declared: Coarsening) -> Iterable[pl.Series]:
    numeric = values.dtype.is_numeric()
    if (declared.widths or declared.cuts) and not numeric:
        raise WrongInput(f"{name} holds no numbers, so it has no bands", remedy="Use groups or prefixes.")
    for width in declared.widths:
        low = (values / width).floor() * width
        yield _bands(values, low, low + width)
    for edges in declared.cuts:
        yield _cut(values, edges)
    for length in declared.prefixes:
        yield values.cast(pl.String).str.slice(0, length)
    yield from _grouped(name, values, declared.groups)


def _cut(values: pl.Series, edges: Sequence[float]) -> pl.Series:
    bounds = np.array(sorted(edges), float)
    place = np.searchsorted(bounds, values.cast(pl.Float64).to_numpy(), side="right")
    low = pl.Series(np.append(-np.inf, bounds)[place])
    high = pl.Series(np.append(bounds, np.inf)[place])
    return _bands(values, low, high)


def _bands(values: pl.Series, low: pl.Series, high: pl.Series) -> pl.Series:
    """20-24 for whole numbers, 20 to <22.5 for others; <18 and 65+ at the ends."""
    whole = values.dtype.is_integer()
    labels = [
        None if value is None else _band(first, last, whole=whole)
        for value, first, last in zip(values, low, high, strict=True)
    ]
    return pl.Series(labels, dtype=pl.String)


def _band(low: float, high: float, *, whole: bool) -> str:
    if low == -np.inf:
        return f"<{high:g}"
    if high == np.inf:
        return f"{low:g}+"
    if not whole:
        return f"{low:g} to <{high:g}"
    return f"{low:.0f}" if high - low == 1 else f"{low:.0f}-{np.ceil(high) - 1:.0f}"


def _grouped(name: str, values: pl.Series, groups: Sequence[dict[str, tuple[str, ...]]]) -> Iterable[pl.Series]:
    current = values.cast(pl.String)
    for place, listed in enumerate(groups):
        above = {value: group for group, members in listed.items() for value in members}
        if len(above) < sum(len(members) for members in listed.values()):
            raise WrongInput(f"step {place + 1} of {name} has a value in two groups", remedy="Put it in one of them.")
        lacking = current.drop_nulls().filter(~current.drop_nulls().is_in(list(above))).n_unique()
        if lacking:
            raise WrongInput(
                f"step {place + 1} of {name} has a group for all values but {lacking}",
                remedy="Put every value in a group.",
            )
        current = current.replace_strict(above, default=None, return_dtype=pl.String)
        yield current
