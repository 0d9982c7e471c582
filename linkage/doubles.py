"""Double registrations: records of one source that are probably of one entity."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from declare import WrongInput
from linkage.assign import assign
from linkage.block import block
from linkage.cluster import clusters
from linkage.comparable import Comparable, comparable
from linkage.fitted import FittedModel
from linkage.grouping import rules_of
from linkage.pairing import pair_up
from linkage.quality import LinkQuality, link_quality
from linkage.score import scored
from pseudonymise.protected import ProtectedTable


@dataclass(frozen=True, slots=True, repr=False)
class Doubles:
    """What one source probably holds twice. Counts may be told to others; `rows` are for its owner alone."""

    rows: pl.DataFrame
    """`row` (UInt32) and `cluster` (UInt32) of the records in clusters of two and more, by cluster and row."""
    records: int
    """Of the source."""
    sizes: tuple[tuple[int, int], ...]
    """Records in such a cluster, and how many clusters have so many."""
    expected_false: float
    """Of the records in clusters, how many are expected to be of somebody else: the chance that not even the likeliest
    link of a record is right, summed."""
    quality: LinkQuality

    def __repr__(self) -> str:
        return f"Doubles({self.doubled} of {self.records} records)"

    @property
    def doubled(self) -> int:
        """Records in clusters."""
        return self.rows.height

    @property
    def share(self) -> float:
        """Of the records of the source."""
        return self.doubled / self.records if self.records else 0.0

    @property
    def facts(self) -> Mapping[str, Any]:
        """Plain JSON data, without row numbers."""
        return {
            "model": self.quality.model,
            "records": self.records,
            "doubled": self.doubled,
            "clusters": sum(count for _, count in self.sizes),
            "sizes": [list(size) for size in self.sizes],
            "expected_false": self.expected_false,
            "precision": self.quality.precision,
            "share": self.share,
        }


def doubles(table: ProtectedTable, fitted: FittedModel) -> Doubles:
    """Of a protected delivery. Raises as `doubles_of`."""
    return doubles_of(comparable(table), table.table["row"], fitted)


def doubles_of(side: Comparable, rows: pl.Series, fitted: FittedModel) -> Doubles:
    """Of records with the numbers `rows`, under a model that has the source on both sides.

    A source's word that it holds each entity once is what is doubted here, so it keeps no records apart; the model's
    other rules for clusters do. Raises `WrongInput` for a model of two sources or fitted on other evidence.
    """
    model = fitted.model
    if not model.dedupe:
        raise WrongInput(
            f"model {model.id} links two sources, so it finds no double registrations in one",
            remedy="Name a model whose left is its right.",
        )
    pairing = pair_up(side, side, model)
    blocks = block(pairing)
    pairs = scored(pairing, blocks, fitted)
    links = assign(pairs, "none", model.threshold)
    numbers = clusters(side.height, links.select(one="l", two="r"), rules_of(pairing, ["left"])).numbers
    grouped = pl.DataFrame([rows.alias("row"), numbers]).filter(pl.len().over("cluster") > 1).sort("cluster", "row")
    return Doubles(
        rows=grouped,
        records=side.height,
        sizes=_sizes(grouped),
        expected_false=_expected_false(links, numbers),
        quality=link_quality(pairs, links, fitted, model.threshold, blocks.sizes),
    )


def _sizes(grouped: pl.DataFrame) -> tuple[tuple[int, int], ...]:
    counted = grouped.group_by("cluster").len("size").group_by("size").len("clusters").sort("size")
    return tuple(counted.iter_rows())


def _expected_false(links: pl.DataFrame, numbers: pl.Series) -> float:
    """Over the records that a link inside their cluster ties."""
    inside = links.filter(numbers.gather(links["l"]) == numbers.gather(links["r"]))
    ends = pl.concat([inside.select(pl.col(side).alias("record"), "match_probability") for side in ("l", "r")])
    best = ends.group_by("record").agg(pl.col("match_probability").max())
    return float((1.0 - best["match_probability"]).sum())
