"""The table as it would be had links been decided a step below and a step above each model's threshold."""

import polars as pl

from gate.bias.facts import Headline, Sensitivity
from linkage import LinkedTable
from linkage.linking import PLAUSIBLE
from register.output import Output
from release.aggregate import tallied
from release.population import population

_EPSILON = 1e-9


def sensitivity(linked: LinkedTable, output: Output, step: float) -> Sensitivity | None:
    """None where a threshold lies so low that pairs below it were not kept, or where links above it are certain."""
    thresholds = [found.threshold for found in linked.quality]
    if any(threshold - step < PLAUSIBLE - _EPSILON or threshold + step > 1 + _EPSILON for threshold in thresholds):
        return None
    headlines = tuple(Headline(one.dimension, one.more, one.less) for one in output.headlines)
    lower, higher = (_table(linked.at_thresholds(shift), output) for shift in (-step, step))
    return Sensitivity(step, lower, higher, headlines)


def _table(linked: LinkedTable, output: Output) -> pl.DataFrame:
    counted = tallied(population(linked, output).records, output.dimensions, output.magnitude, output.hierarchies)
    measures = ["records", *(["value"] if output.magnitude else [])]
    return counted.select(*output.dimensions, *measures).sort(output.dimensions)
