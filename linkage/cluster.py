"""Clusters: records that links tie together, unless a rule keeps them apart."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from linkage.agglomeration import Limits, Node, agglomerate

Indices = np.ndarray[tuple[int], np.dtype[np.uint32]]

LEFT_OUT: Final = pl.Schema({"one": pl.UInt32, "two": pl.UInt32, "reason": pl.String})
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True, repr=False)
class Rules:
    """What keeps records apart, whatever the links say. Series run over the nodes."""

    source: pl.Series | None = None
    """Number of each record's source; by default all are of source 0."""
    once: frozenset[int] = frozenset()
    """Sources that hold each entity once: no cluster has two of their records."""
    different: tuple[pl.Series, ...] = ()
    """Values of identifiers, in clear text, tokens or codes: no cluster has two different values of one. Null is no
    value."""
    least_share: float = 0.0
    """Guard against chains: two groups become one cluster only when at least this share of the compared pairs between
    them are links. 0 lets one link join any two groups; 1 wants all pairs to be links."""
    compared: frozenset[tuple[int, int]] = frozenset({(0, 0)})
    """Pairs of sources, the lower number first, whose records were compared; a pair nobody compared tells nothing."""


NO_RULES: Final = Rules()


@dataclass(frozen=True, slots=True)
class ClusterReport:
    """What clustering did, in counts."""

    records: int
    clusters: int
    sizes: tuple[tuple[int, int], ...]
    """Records in a cluster, and how many clusters have so many."""
    split: int
    """Groups tied together by links that a rule has taken apart."""
    once: int
    """Links left out because they would put two records of a once-only source into one cluster."""
    different: int
    """Links left out because they would put two values of an identifier into one cluster."""
    chain: int
    """Links left out because too few of the pairs between their groups are links."""


@dataclass(frozen=True, slots=True, repr=False)
class Clusters:
    numbers: pl.Series
    """`cluster` (UInt32) of each node, from 0 in the order of first nodes."""
    left_out: pl.DataFrame
    """As `LEFT_OUT`: links whose ends are in two clusters, and the rule (`once`, `different`, `chain`) that did it."""
    report: ClusterReport


def clusters(nodes: int, links: pl.DataFrame, rules: Rules = NO_RULES) -> Clusters:
    """Clusters of nodes 0 … `nodes` - 1. `links` has `one`, `two` (node numbers), the heaviest first.

    Where connected components break no rule they are the clusters. In the others groups grow from single records,
    link by link (`linkage.agglomeration`), so the same links in the same order give the same clusters.
    """
    either_way = links.select(one=pl.min_horizontal("one", "two"), two=pl.max_horizontal("one", "two"))
    ties = either_way.filter(pl.col("one") != pl.col("two")).unique(keep="first", maintain_order=True)
    found = _components(nodes, ties)
    left_out = _left_out(ties, found, rules)
    parts = _components(nodes, ties.join(left_out, on=["one", "two"], how="anti")) if left_out.height else found
    numbers = pl.Series("cluster", parts).rank("dense").cast(pl.UInt32) - 1
    return Clusters(numbers, left_out, _report(numbers, left_out, found))


def _components(nodes: int, links: pl.DataFrame) -> Indices:
    """The first node of each node's component."""
    ends = links["one"].to_numpy(), links["two"].to_numpy()
    graph = coo_array((np.ones(links.height, dtype=np.int8), ends), shape=(nodes, nodes))
    _, labels = connected_components(graph, directed=False)
    _, first = np.unique(labels, return_index=True)
    return np.asarray(first[labels], dtype=np.uint32)


def _left_out(links: pl.DataFrame, found: Indices, rules: Rules) -> pl.DataFrame:
    """As `LEFT_OUT`. Only components that may break a rule are walked through."""
    linked = links.with_columns(component=pl.Series(found[links["one"].to_numpy()]))
    nodes = _nodes(linked, found, rules)
    suspects = pl.concat([_clashing(nodes, rules), _loose(nodes, linked, rules)]).unique()
    limits = Limits(rules.once, rules.compared, rules.least_share)
    members = nodes.join(suspects, on="component", how="semi")
    asked = {node: Node(source, tuple(values)) for node, _, source, *values in members.iter_rows()}
    ties = linked.join(suspects, on="component", how="semi", maintain_order="left").select("one", "two")
    return pl.DataFrame(agglomerate(ties.rows(), asked, limits), schema=LEFT_OUT, orient="row")


def _nodes(linked: pl.DataFrame, found: Indices, rules: Rules) -> pl.DataFrame:
    """`node`, `component`, `source` and a code for each identifier (`value 0` …) of every node that has a link."""
    node = pl.concat([linked["one"], linked["two"]]).unique().sort().alias("node")
    source = (
        pl.repeat(0, node.len(), dtype=pl.UInt32, eager=True) if rules.source is None else rules.source.gather(node)
    )
    values = [_codes(one.gather(node)).alias(f"value {number}") for number, one in enumerate(rules.different)]
    return pl.DataFrame([node, pl.Series("component", found[node.to_numpy()]), source.alias("source"), *values])


def _codes(values: pl.Series) -> pl.Series:
    """Numbers, equal where values are equal; null stays null."""
    known = values.alias("value").to_frame().drop_nulls().unique().with_row_index("code")
    return values.alias("value").to_frame().join(known, on="value", how="left", maintain_order="left")["code"]


def _clashing(nodes: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """`component` of those that hold a once-only source twice, or two values of one identifier."""
    once = nodes.filter(pl.col("source").is_in(list(rules.once)))
    twice = once.filter(pl.struct("component", "source").is_duplicated()).select("component")
    values = [name for name in nodes.columns if name.startswith("value ")]
    several = [
        nodes.drop_nulls(value).group_by("component").agg(pl.col(value).n_unique()).filter(pl.col(value) > 1)
        for value in values
    ]
    return pl.concat([twice, *(one.select("component") for one in several)])


def _loose(nodes: pl.DataFrame, linked: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """`component` of those with so many compared pairs that are no link that two of their groups may lack links.

    A join with k links among p compared pairs is refused when k < share × p, so when more than (1 - share) / share × k
    pairs are no links, and k is one at least.
    """
    if not rules.least_share or not rules.compared:
        return nodes.select("component").clear()
    counted = nodes.group_by("component").agg(_compared(rules).alias("compared"))
    tied = linked.group_by("component").agg(pl.len().cast(pl.Int64).alias("links"))
    missing = pl.col("compared") - pl.col("links")
    most = (1 - rules.least_share) / rules.least_share
    return counted.join(tied, on="component").filter(missing > most - _ROUNDING).select("component")


def _compared(rules: Rules) -> pl.Expr:
    """Pairs of a component's records whose sources were compared."""
    many = {source: (pl.col("source") == source).sum().cast(pl.Int64) for pair in rules.compared for source in pair}
    return pl.sum_horizontal(
        many[one] * (many[one] - 1) // 2 if one == two else many[one] * many[two] for one, two in sorted(rules.compared)
    )


def _report(numbers: pl.Series, left_out: pl.DataFrame, found: Indices) -> ClusterReport:
    sizes = numbers.value_counts(name="records").group_by("records").len().sort("records")
    reasons = Counter(left_out["reason"])
    return ClusterReport(
        records=numbers.len(),
        clusters=numbers.n_unique(),
        sizes=tuple(sizes.iter_rows()),
        split=np.unique(found[left_out["one"].to_numpy()]).size,
        once=reasons["once"],
        different=reasons["different"],
        chain=reasons["chain"],
    )
