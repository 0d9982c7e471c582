"""What the page says, as plain frozen values: everything is computed here, nothing while the page is made."""

from dataclasses import dataclass

import polars as pl

from linkage.cluster import ClusterReport
from linkage.exclusive import beside_rivals
from linkage.fitted import FittedModel
from linkage.pairing import Pairing
from linkage.quality import LinkQuality
from linkage.report.brought import Brought, brought
from linkage.report.examples import Example, examples
from linkage.report.groups import Group, groups
from linkage.report.histogram import Bin, histogram
from linkage.report.patterns import Patterns, patterns
from linkage.report.unlinkable import Unlinkable, unlinkable
from linkage.score import start_of, weight_at
from linkage.side_by_side import SideBySide


@dataclass(frozen=True, slots=True, repr=False)
class Findings:
    """One linkage, ready to be shown. Without values of records unless examples were given them."""

    fitted: FittedModel
    quality: LinkQuality
    threshold_weight: float
    """Match weight from which pairs are links."""
    even_weight: float
    """Match weight of a pair that is as likely a match as not."""
    threshold_odds: float
    """The threshold in log2 odds by the model, before labels calibrate them."""
    brought: tuple[Brought, ...]
    histogram: tuple[Bin, ...]
    patterns: Patterns
    examples: tuple[Example, ...]
    clusters: ClusterReport
    groups: tuple[Group, ...]
    unlinkable: tuple[Unlinkable, ...]

    @property
    def shows_values(self) -> bool:
        return any(example.values for example in self.examples)


def findings(
    pairing: Pairing,
    scored: pl.DataFrame,
    links: pl.DataFrame,
    clusters: ClusterReport,
    fitted: FittedModel,
    quality: LinkQuality,
    shown: SideBySide | None = None,
) -> Findings:
    """`scored` has `l`, `r`, the level columns, `match_weight` and `match_probability`; `links` has `l`, `r`.

    `shown` gives examples their values.
    """
    linked = links.select("l", "r", linked=pl.lit(value=True))
    marked = scored.join(linked, on=["l", "r"], how="left", maintain_order="left").with_columns(
        pl.col("linked").fill_null(value=False)
    )
    expected = marked.with_columns(match_probability=beside_rivals(marked, fitted.assignment))
    start = start_of(pairing, fitted)
    threshold_weight = weight_at(quality.threshold, start, fitted)
    return Findings(
        fitted=fitted,
        quality=quality,
        threshold_weight=threshold_weight,
        even_weight=weight_at(0.5, start, fitted),
        threshold_odds=threshold_weight + start,
        brought=brought(expected, quality.blocks),
        histogram=histogram(expected),
        patterns=patterns(expected, fitted),
        examples=examples(marked, pairing, fitted, shown),
        clusters=clusters,
        groups=groups(marked, pairing, quality.threshold),
        unlinkable=unlinkable(pairing, fitted),
    )
