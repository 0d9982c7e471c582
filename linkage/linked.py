"""The fourth type on the way: records of several sources, tied together by links."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from linkage.cluster import Clusters, Rules, clusters
from linkage.draws import NEARLY, draw_links, positions
from linkage.exclusive import beside_rivals
from linkage.model import Assignment
from linkage.quality import LinkQuality

LINKS: Final = pl.Schema(
    {
        "model": pl.String, "source_l": pl.String, "row_l": pl.UInt32, "source_r": pl.String, "row_r": pl.UInt32,
        "match_weight": pl.Float64, "match_probability": pl.Float64,
    }
)  # fmt: skip

CERTAIN: Final = 0.9999
"""Probability of a match from which a pair is in every plausible link set."""

_LINKAGE: Final = object()


@dataclass(frozen=True, slots=True, repr=False)
class LinkedTable:
    """Made by `linkage.link` only."""

    entities: pl.DataFrame
    """`source`, `row` (UInt32), `record` (Binary), `cluster` (UInt32): every record of every source once. Only links
    between sources of one kind of entity put records into one cluster."""
    links: pl.DataFrame
    """As `LINKS`, after assignment, at each model's threshold."""
    plausible: pl.DataFrame
    """As `LINKS`, after assignment, from the least probability worth counting; `links` are among them."""
    likely: pl.DataFrame
    """As `LINKS`, before assignment, from the same probability; `plausible` are among them. Who is registered twice has
    two rows here where assignment leaves one."""
    payload: Mapping[str, pl.DataFrame]
    """Source → `row`, `payload.<name>` …"""
    kinds: Mapping[str, str]
    """Source → kind of entity."""
    once: Mapping[str, bool]
    """Source → whether it holds each entity once."""
    quality: tuple[LinkQuality, ...]
    models: Mapping[str, str]
    """Model → digest of the fitted model."""
    deliveries: Mapping[str, str]
    """Source → digest of the delivery."""
    assignments: Mapping[str, Assignment] = field(default_factory=dict)
    """Model → which records have one partner at most; a model without one excludes nobody."""
    marks: pl.DataFrame | None = None
    """`source`, `row` and a code (UInt32) for each field of which no cluster has two values."""
    least_share: float = 0.0
    """Of the compared pairs between two groups, the least share that must be links for them to be one cluster."""
    _made_by: object = field(default=None)

    def __post_init__(self) -> None:
        if self._made_by is not _LINKAGE:
            raise TypeError("a LinkedTable is made by linkage.link only")

    def __repr__(self) -> str:
        return f"LinkedTable({self.entities.height} records, {self.links.height} links)"

    def clusters_at(self, probability: float) -> pl.DataFrame:
        """`source`, `row`, `cluster` when every likely pair of at least `probability` is one entity.

        Neither assignment nor a source's word that it holds each entity once keeps two rows apart, for some entities
        are registered twice. So no choice among these pairs counts fewer entities, and a lower probability counts no
        more than a higher one.
        """
        likely = self.likely.filter(pl.col("match_probability") >= probability)
        often = dict.fromkeys(self.once, False)
        return cluster_records(self.entities.select("source", "row"), likely, self.kinds, often)

    def at_thresholds(self, shift: float) -> "LinkedTable":
        """The same records linked anew, the threshold of every model moved by `shift`; not below what was kept."""
        thresholds = {found.model: found.threshold + shift for found in self.quality}
        limit = pl.col("model").replace_strict(thresholds, return_dtype=pl.Float64) if thresholds else pl.lit(1.0)
        return self._linked_by(self.plausible.filter(pl.col("match_probability") >= limit - NEARLY))

    def _linked_by(self, links: pl.DataFrame) -> "LinkedTable":
        records = self.entities.select("source", "row")
        found = clusters_of(records, links, self.kinds, self.once, self.marks, self.least_share)
        return replace(self, links=links, entities=self.entities.with_columns(found.numbers.alias("cluster")))

    def chances(self) -> pl.DataFrame:
        """`likely` with `chance` of a match, given that a record has one partner at most where assignment says so."""
        parts = [self._with_chance(part) for part in self.likely.partition_by("model", maintain_order=True)]
        return pl.concat([self.likely.with_columns(chance=pl.lit(0.0)).clear(), *parts])

    def _with_chance(self, part: pl.DataFrame) -> pl.DataFrame:
        assignment = self.assignments.get(part["model"][0], "none")
        numbered = positions(part).with_columns(part["match_probability"])
        return part.with_columns(chance=beside_rivals(numbered, assignment))

    def open_part(self) -> "LinkedTable":
        """Only the records that likely pairs tie, of whatever kind, to a pair that is neither link nor certain.

        What plausible link sets differ in, they differ in here.
        """
        one_kind = dict.fromkeys(self.kinds, "")
        often = dict.fromkeys(self.once, False)
        tied = cluster_records(self.entities.select("source", "row"), self.likely, one_kind, often)
        settled = self.links.filter(pl.col("match_probability") >= CERTAIN)
        doubtful = self.likely.join(settled, on=list(LINKS)[:5], how="anti")
        ends = [
            doubtful.select(pl.col(f"source_{side}").alias("source"), pl.col(f"row_{side}").alias("row"))
            for side in "lr"
        ]
        touched = tied.join(pl.concat(ends), on=["source", "row"], how="semi").select("cluster").unique()
        records = tied.join(touched, on="cluster", how="semi").select("source", "row")
        return replace(
            self,
            entities=self.entities.join(records, on=["source", "row"], how="semi", maintain_order="left"),
            links=_among(self.links, records),
            plausible=_among(self.plausible, records),
            likely=_among(self.likely, records),
        )

    def draws(self, number: int, seed: int) -> Iterator["LinkedTable"]:
        """The same records under `number` plausible link sets: `links` are drawn from the likely pairs."""
        for links in draw_links(self.likely, self.assignments, number, seed):
            yield self._linked_by(links)


def _among(links: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Links of these records; both ends are among them, or neither."""
    left = records.rename({"source": "source_l", "row": "row_l"})
    return links.join(left, on=["source_l", "row_l"], how="semi", maintain_order="left")


def cluster_records(
    records: pl.DataFrame, links: pl.DataFrame, kinds: Mapping[str, str], once: Mapping[str, bool]
) -> pl.DataFrame:
    """`source`, `row`, `cluster` of `records` (`source`, `row`); links between kinds of entities tie nothing."""
    return records.with_columns(clusters_of(records, links, kinds, once).numbers)


def clusters_of(
    records: pl.DataFrame,
    links: pl.DataFrame,
    kinds: Mapping[str, str],
    once: Mapping[str, bool],
    marks: pl.DataFrame | None = None,
    least_share: float = 0.0,
) -> Clusters:
    """Clusters of `records` by position, with the rules of `linkage.cluster.Rules` and the links left out.

    `marks` has, for each `source` and `row`, what no cluster has two different values of. Sources that some link ties
    count as compared.
    """
    nodes = records.select("source", "row").with_row_index("node")
    same_kind = links.filter(
        pl.col("source_l").replace_strict(kinds, return_dtype=pl.String)
        == pl.col("source_r").replace_strict(kinds, return_dtype=pl.String)
    ).sort("match_weight", "source_l", "row_l", "source_r", "row_r", descending=[True, False, False, False, False])
    ends = pl.DataFrame([_nodes(same_kind, nodes, "l").alias("one"), _nodes(same_kind, nodes, "r").alias("two")])
    known = records.select("source", "row")
    marked = known if marks is None else known.join(marks, on=["source", "row"], how="left", maintain_order="left")
    numbers = {source: number for number, source in enumerate(once)}
    tied = same_kind.select("source_l", "source_r").unique().iter_rows()
    rules = Rules(
        source=nodes["source"].replace_strict(numbers, return_dtype=pl.UInt32),
        once=frozenset(number for source, number in numbers.items() if once[source]),
        different=tuple(marked.get_columns()[2:]),
        least_share=least_share,
        compared=frozenset((min(pair), max(pair)) for pair in (tuple(numbers[end] for end in ends) for ends in tied)),
    )
    return clusters(nodes.height, ends, rules)


def _nodes(links: pl.DataFrame, nodes: pl.DataFrame, side: str) -> pl.Series:
    ends = links.select(pl.col(f"source_{side}").alias("source"), pl.col(f"row_{side}").alias("row"))
    return ends.join(nodes, on=["source", "row"], how="left", maintain_order="left")["node"]
