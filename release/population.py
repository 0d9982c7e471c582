"""Whose records a table counts, with the values they are counted by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from declare import WrongInput
from gate.subject import TOTAL
from linkage import LinkedTable
from pseudonymise.protected import PAYLOAD
from register.output import CoarsenTo, Filter, Output
from release.aggregate import UNKNOWN
from release.coarsen import coarsened

PLAUSIBLE: Final = 0.1
"""Least posterior probability of a pair that makes one person of two records, when people are counted. All such pairs
count, also those that assignment turns down, for they may be two registrations of one person. Taking pairs away only
splits clusters, so no choice among them counts fewer people; what no block brings or is less probable is not seen."""


@dataclass(frozen=True, slots=True, repr=False)
class Population:
    """`records`: `row`, `record` and `cluster` of each counted record of the unit, a String column per dimension or
    column that leaves, and the magnitude (Float64). `unknown` as in `Draft`."""

    records: pl.DataFrame
    eligible_rows: pl.Series
    """Rows of the unit that its own filters keep."""
    linked_rows: pl.Series
    """Of these, rows that are linked to every source the output names, whatever filters say of those sources."""
    unknown: Mapping[str, tuple[int, int]]

    @property
    def eligible(self) -> int:
        return self.eligible_rows.len()

    def clusterings(self, linked: LinkedTable, unit: str) -> list[pl.Series]:
        """The cluster of each record under the models' own links, and under all likely pairs."""
        widest = _clusters_of(linked.clusters_at(PLAUSIBLE), unit)
        joined = self.records.join(widest, on="row", how="left", maintain_order="left")
        return [self.records["cluster"], joined["cluster_right"]]


def population(linked: LinkedTable, output: Output) -> Population:
    """The records of the unit that filters keep and that are linked to every source the output names.

    Raises `WrongInput`.
    """
    _check(linked, output)
    own, others = _filters(output)
    unit = linked.entities.filter(pl.col("source") == output.unit).select("row", "record", "cluster").sort("row")
    eligible = _kept(unit, linked, output.unit, own)
    records = eligible
    for source in _needed(output):
        partner = partners(linked, output.unit, source)
        records = records.join(partner.select("row").unique(), on="row", how="semi", maintain_order="left")
    reached, unknown = records["row"], {}
    records = _kept(records, linked, output.unit, others)
    for name in output.described:
        found = values(linked, output.unit, name, output.coarsen.get(name))
        records = records.join(found, on="row", how="left", maintain_order="left")
        unknown[name] = _unknown(records)
        records = records.with_columns(pl.col("value").fill_null(UNKNOWN).alias(name)).drop("value", "several")
    if output.magnitude:
        amounts = payload_of(linked, output.magnitude).select(
            "row", pl.col("value").cast(pl.Float64).alias("magnitude")
        )
        records = records.join(amounts, on="row", how="left", maintain_order="left")
    return Population(records, eligible["row"], reached, unknown)


def _filters(output: Output) -> tuple[list[Filter], list[Filter]]:
    """Those on columns of the unit, and those on columns of other sources."""
    own = [one for one in output.filters if one.column.startswith(f"{output.unit}.")]
    return own, [one for one in output.filters if one not in own]


def _kept(records: pl.DataFrame, linked: LinkedTable, unit: str, filters: Sequence[Filter]) -> pl.DataFrame:
    """Records whose values are known and among those that the filters keep."""
    for one in filters:
        kept = values(linked, unit, one.column).filter(pl.col("value").is_in(one.values))
        records = records.join(kept.select("row"), on="row", how="semi", maintain_order="left")
    return records


def _needed(output: Output) -> Sequence[str]:
    """Sources other than the unit that a dimension or a filter comes from."""
    named = (*output.described, *(one.column for one in output.filters))
    sources = dict.fromkeys(name.partition(".")[0] for name in named)
    return [source for source in sources if source != output.unit]


def partners(linked: LinkedTable, unit: str, source: str) -> pl.DataFrame:
    """`row` of the unit and `other`, a row of `source` that it is linked to.

    Records of one kind of entity are linked when they are in one cluster; an address is linked to a person by the link
    itself, for it is not the same thing.
    """
    if linked.kinds[unit] != linked.kinds[source]:
        return pl.concat([_direct(linked.links, unit, source, *sides) for sides in (("l", "r"), ("r", "l"))])
    of_unit, of_source = (_clusters_of(linked.entities, name) for name in (unit, source))
    return of_unit.join(of_source.rename({"row": "other"}), on="cluster").select("row", "other")


def _direct(links: pl.DataFrame, unit: str, source: str, mine: str, theirs: str) -> pl.DataFrame:
    return links.filter(pl.col(f"source_{mine}") == unit, pl.col(f"source_{theirs}") == source).select(
        pl.col(f"row_{mine}").alias("row"), pl.col(f"row_{theirs}").alias("other")
    )


def _clusters_of(entities: pl.DataFrame, source: str) -> pl.DataFrame:
    return entities.filter(pl.col("source") == source).select("row", "cluster")


def values(linked: LinkedTable, unit: str, name: str, coarse: CoarsenTo | None = None) -> pl.DataFrame:
    """`row` of the unit, `value` (String; null when there is none or linked records contradict each other), `several`
    (Boolean: they contradict). What is one value when coarsened contradicts nothing."""
    source = name.partition(".")[0]
    payload = payload_of(linked, name).with_columns(pl.col("value").cast(pl.String))
    if payload.filter(pl.col("value") == TOTAL).height:
        raise WrongInput(f"a category of {name} is {TOTAL}, which stands for a total", remedy="Rename that category.")
    if coarse is not None:
        payload = payload.with_columns(coarsened(name, payload["value"], coarse))
    if source != unit:
        found = partners(linked, unit, source)
        payload = found.join(payload, left_on="other", right_on="row", how="left").select("row", "value")
    known = payload.filter(pl.col("value").is_not_null()).group_by("row").agg(pl.col("value").unique().sort())
    several = pl.col("value").list.len() > 1
    value = pl.when(~several).then(pl.col("value").list.first())
    return known.select("row", value.alias("value"), several.alias("several"))


def _unknown(records: pl.DataFrame) -> tuple[int, int]:
    several = int(records["several"].fill_null(value=False).sum())
    return records["value"].null_count() - several, several


def payload_of(linked: LinkedTable, name: str) -> pl.DataFrame:
    """`row`, `value` of a column written as `source.payload`."""
    source, _, column = name.partition(".")
    return linked.payload[source].select("row", pl.col(f"{PAYLOAD}{column}").alias("value"))


def _check(linked: LinkedTable, output: Output) -> None:
    for name in sorted({f"{output.unit}.", *output.columns}):
        source, _, column = name.partition(".")
        if source not in linked.payload:
            raise WrongInput(f"source {source} is not among the linked ones", remedy="Name it in the request.")
        if column and f"{PAYLOAD}{column}" not in linked.payload[source].columns:
            raise WrongInput(f"{source} keeps no column {column}", remedy="Give it the role payload in its source.")
    if output.kind == "table" and not output.dimensions:
        raise WrongInput("the table has no dimension", remedy="Name at least one column in output.dimensions.")
    if output.magnitude and output.magnitude.partition(".")[0] != output.unit:
        raise WrongInput(
            f"{output.magnitude} is not a column of {output.unit}, whose records are counted",
            remedy="Sum a column of the unit; another source's would be counted once per record.",
        )
