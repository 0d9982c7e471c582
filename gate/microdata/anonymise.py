"""Microdata as it may leave: coarsened as little as hides enough, the rest left out, in an order that tells nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from gate.microdata.declared import Rows
from gate.microdata.lattice import least
from gate.microdata.loss import discernibility
from gate.microdata.measures import class_sizes
from gate.microdata.patterns import Limits, Patterns

_DIGITS: Final = 3
"""Significant ones of a weight: of a mean with all its digits somebody could work out which weights it was made of."""


@dataclass(frozen=True, slots=True, repr=False)
class Anonymised:
    """`safe` is None where no coarsening hides enough."""

    rows: Rows
    safe: pl.DataFrame | None
    facts: Mapping[str, Any]
    """`rows`, `left_out`, `loss` (0 to 1), `discernibility`, `classes`, `levels` (quasi-identifier → level and last
    level), `asked` of `nodes`, `without` (columns that do not leave)."""
    stays: pl.Series | None = None
    """Of each of the rows whether it is among the safe ones."""


def anonymise(rows: Rows, limits: Limits) -> Anonymised:
    """The rows with the least loss under `limits`. Raises `WrongInput` where a declared step does not fit."""
    patterns = Patterns(rows, limits)
    found = least(patterns)
    without = rows.declared.of("person", "drop")
    if found is None:
        return Anonymised(rows, None, {"rows": rows.table.height, "without": list(without)})
    kept = patterns.kept(found.node)
    columns = {
        name: steps[str(level)].gather(codes)
        for name, steps, level, codes in zip(patterns.quasi, patterns.steps, found.node, patterns.codes, strict=True)
    }
    table = rows.table.with_columns(column.alias(name) for name, column in columns.items())
    safe = _weighed(table.drop(without).filter(kept), patterns.quasi, rows.declared.weight)
    safe = safe.sort(safe.columns)
    sizes = class_sizes(safe, patterns.quasi)
    facts = {
        "rows": rows.table.height,
        "left_out": rows.table.height - safe.height,
        "loss": found.loss,
        "discernibility": discernibility(sizes, rows.table.height - safe.height),
        "classes": sizes.len(),
        "levels": {
            name: [level, size - 1]
            for name, level, size in zip(patterns.quasi, found.node, patterns.shape, strict=True)
        },
        "asked": found.asked,
        "nodes": found.nodes,
        "without": list(without),
    }
    return Anonymised(rows, safe, facts, kept)


def _weighed(safe: pl.DataFrame, quasi: Sequence[str], weight: str | None) -> pl.DataFrame:
    """Every row with the mean weight of its class (microaggregation, Defays and Anwar 1998). Weights are made from the
    very attributes that are coarsened, so a weight of its own would tell what these were."""
    if weight is None:
        return safe
    mean = pl.col(weight).cast(pl.Float64).mean().over(quasi)
    return safe.with_columns(mean.round_sig_figs(_DIGITS).alias(weight))
