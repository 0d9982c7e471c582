"""Clusters of the records of plain files."""

from collections.abc import Sequence

import polars as pl

from linkage.cluster import ClusterReport, Rules, clusters
from linkage.files import Records
from linkage.pairing import Pairing


def file_clusters(
    links: pl.DataFrame, pairing: Pairing, left: Records, right: Records
) -> tuple[ClusterReport, pl.DataFrame]:
    """Clusters of one file as `id`, `cluster`, of two as `side`, `id`, `cluster`, from links by position."""
    if pairing.model.dedupe:
        found = clusters(left.ids.len(), links.select(one="l", two="r"), rules_of(pairing, ["left"]))
        return found.report, pl.DataFrame([left.ids.alias("id"), found.numbers])
    start = left.ids.len()
    ties = links.select(one="l", two=pl.col("r") + start)
    found = clusters(start + right.ids.len(), ties, rules_of(pairing, ["left", "right"]))
    sides = [
        pl.select(pl.repeat(name, side.ids.len()).alias("side")) for name, side in (("left", left), ("right", right))
    ]
    ids = pl.concat([left.ids.alias("id"), right.ids.alias("id")])
    return found.report, pl.concat(sides).with_columns(ids, found.numbers)


def rules_of(pairing: Pairing, sides: Sequence[str]) -> Rules:
    """The model's rules for the records of one side, or of two that were compared with each other only."""
    codes = {"left": pairing.left_codes, "right": pairing.right_codes}
    declared = pairing.model.clusters
    return Rules(
        source=pl.concat(
            [pl.repeat(n, codes[side].height, dtype=pl.UInt32, eager=True) for n, side in enumerate(sides)]
        ),
        different=tuple(pl.concat([codes[side][field] for side in sides]) for field in declared.different),
        least_share=declared.least_share,
        compared=frozenset({(0, len(sides) - 1)}),
    )
