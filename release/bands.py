"""How far a released figure may be off because links were missed or wrong.

Each figure gets one of a few steps in percent, and no band of its own: with exact bounds of a margin and of the cells
beside a hidden one, what plausible link sets put into the hidden cell could be worked out. A cell that is hidden hides
its step, and a cell without records has none, for a step would tell that one may belong there.
"""

from typing import Final

import numpy as np
import polars as pl

from linkage import LinkedTable
from register.output import Output
from release.aggregate import tallied
from release.population import population

DRAWS: Final = 30
SEED: Final = 20_240_101
TAILS: Final = (0.05, 0.95)
"""Of the drawn figures, the middle nine tenths are the band."""
STEPS: Final = (1, 2, 5, 10, 20, 50, 100)
"""Percent; the last stands for everything above the one before."""


def linkage_error(linked: LinkedTable, output: Output, table: pl.DataFrame, draws: int = DRAWS) -> pl.Series:
    """Of each cell of `table` (`release.aggregate`) the step, in percent of the figure, within which nine in ten
    plausible link sets put its records, and its sum where there is one; null where there are no records.

    Only records whose links are open are counted anew in each set; a category that occurs in drawn sets alone is in no
    cell, and its records are missing from the cells they left.
    """
    measures = ["records", *(["value"] if output.magnitude else [])]
    keys = table.select(output.dimensions)
    open_part = linked.open_part()
    settled = table.select(measures).to_numpy() - _tally(open_part, output, keys, measures)
    sets = open_part.draws(draws, SEED) if open_part.entities.height else [open_part]
    drawn = np.stack([settled + _tally(one, output, keys, measures) for one in sets])
    low, high = np.quantile(drawn, TAILS, axis=0)
    figure = table.select(measures).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.maximum(high - figure, figure - low) / np.abs(figure)
    worst = 100 * np.where(figure == 0, np.where(high > low, np.inf, 0.0), off).max(axis=1)
    step = np.array(STEPS)[np.minimum(np.searchsorted(STEPS, worst - 1e-9), len(STEPS) - 1)]
    return pl.select(pl.when(table["records"] > 0).then(pl.Series(step)).alias("linkage_error")).to_series()


def _tally(linked: LinkedTable, output: Output, keys: pl.DataFrame, measures: list[str]) -> np.ndarray:
    """The measures of the cells `keys`, of the records of `linked`."""
    counted = tallied(population(linked, output).records, output.dimensions, output.magnitude, output.hierarchies)
    found = keys.join(counted, on=list(output.dimensions), how="left", maintain_order="left")
    return found.select(pl.col(measures).fill_null(0).cast(pl.Float64)).to_numpy()
