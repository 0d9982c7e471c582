"""Whose records a table counts, with the values they are counted by; and how often each group gets linked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from declare import WrongInput
from gate.subject import TOTAL
from linkage import LinkedTable
from pseudonymise.protected import PAYLOAD
from register.declarations import Output
from release.aggregate import UNKNOWN

PLAUSIBLE: Final = 0.1
"""Least posterior probability of a pair that makes one person of two records, when people are counted. All such pairs
count, also those that assignment turns down, for they may be two registrations of one person. Taking pairs away only
splits clusters, so no choice among them counts fewer people; what no block brings or is less probable is not seen."""

_RATES: Final = pl.Schema(
    {
        "attribute": pl.String, "group": pl.String, "eligible": pl.Int64, "linked": pl.Int64, "links": pl.Int64,
        "wrong": pl.Float64,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Population:
    """`records`: `row`, `record` and `cluster` of each counted record of the unit, a String column per dimension, and
    the magnitude (Float64). `eligible`: records of the unit. `unknown` as in `Draft`."""

    records: pl.DataFrame
    eligible: int
    unknown: Mapping[str, tuple[int, int]]

    def clusterings(self, linked: LinkedTable, unit: str) -> list[pl.Series]:
        """The cluster of each record under the models' own links, and under all likely pairs."""
        widest = _clusters_of(linked.clusters_at(PLAUSIBLE), unit)
        joined = self.records.join(widest, on="row", how="left", maintain_order="left")
        return [self.records["cluster"], joined["cluster_right"]]


def population(linked: LinkedTable, output: Output) -> Population:
    """The records of the unit that are linked to every source the output names. Raises `WrongInput`."""
    _check(linked, output)
    unit = linked.entities.filter(pl.col("source") == output.unit).select("row", "record", "cluster").sort("row")
    records, unknown = unit, {}
    for source in _needed(output):
        partner = _partners(linked, output.unit, source)
        records = records.join(partner.select("row").unique(), on="row", how="semi", maintain_order="left")
    for name in output.dimensions:
        values = _values(linked, output.unit, name)
        records = records.join(values, on="row", how="left", maintain_order="left")
        unknown[name] = _unknown(records)
        records = records.with_columns(pl.col("value").fill_null(UNKNOWN).alias(name)).drop("value", "several")
    if output.magnitude:
        amounts = _payload(linked, output.magnitude).select("row", pl.col("value").cast(pl.Float64).alias("magnitude"))
        records = records.join(amounts, on="row", how="left", maintain_order="left")
    return Population(records, unit.height, unknown)


def group_rates(linked: LinkedTable, output: Output, aside: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """`attribute` (`source.name`, and the model in brackets), `group`, `eligible`, `linked`, `links` (Int64) and
    `wrong` (Float64), for every attribute set aside.

    Of the unit every record is eligible, and linked when it is linked to every source the output needs. A record of
    another source is eligible under a model when it has a plausible link, and linked when that link was made: how many
    residents earn or are reported differs between groups too, and would drown how well they are linked. A match that
    no block brings is seen by neither count. `links` end in a record of the group, and `wrong` is the sum of their
    chances of being so, as far as the model holds.
    """
    wrong = _wrong(linked)
    parts = [
        _rates(table, f"{source}.{name}{label}", name, eligible, firm, _of_rows(wrong, models, source))
        for source, table in sorted(aside.items())
        for label, eligible, firm, models in _linkages(linked, output, source)
        for name in table.columns
        if name != "row"
    ]
    return pl.concat([pl.DataFrame(schema=_RATES), *parts])


def _rates(
    table: pl.DataFrame, attribute: str, name: str, eligible: pl.Series, linked: pl.Series, wrong: pl.DataFrame
) -> pl.DataFrame:
    """`wrong`: `row`, `links` and `wrong` of it."""
    group = pl.col(name).cast(pl.String).fill_null(UNKNOWN)
    counted = (
        table.filter(pl.col("row").is_in(eligible.implode()))
        .select("row", group=group, linked=pl.col("row").is_in(linked.implode()))
        .join(wrong, on="row", how="left")
    )
    return (
        counted.group_by("group")
        .agg(
            eligible=pl.len().cast(pl.Int64),
            linked=pl.col("linked").sum().cast(pl.Int64),
            links=pl.col("links").sum().cast(pl.Int64),
            # rounded: sums of floats differ in their last bit with the order of the rows
            wrong=pl.col("wrong").sum().round(6),
        )
        .sort("group")
        .select(pl.lit(attribute).alias("attribute"), "group", "eligible", "linked", "links", "wrong")
    )


def _wrong(linked: LinkedTable) -> pl.DataFrame:
    """`linked.links` with `wrong`: the chance that the link is."""
    ends = ["model", "source_l", "row_l", "source_r", "row_r"]
    chances = linked.chances().select(*ends, wrong=1 - pl.col("chance"))
    return linked.links.select(ends).join(chances, on=ends, how="left", maintain_order="left")


def _of_rows(wrong: pl.DataFrame, models: Sequence[str], source: str) -> pl.DataFrame:
    """`row`, `links`, `wrong` of the records of `source`, over these models."""
    made = wrong.filter(pl.col("model").is_in(models))
    ends = [
        made.filter(pl.col(f"source_{side}") == source).select(pl.col(f"row_{side}").alias("row"), "wrong")
        for side in ("l", "r")
    ]
    return pl.concat(ends).group_by("row").agg(links=pl.len(), wrong=pl.col("wrong").sum())


def _linkages(
    linked: LinkedTable, output: Output, source: str
) -> list[tuple[str, pl.Series, pl.Series, Sequence[str]]]:
    """Label, eligible rows and linked rows of `source` and the models, for each way in which it was linked."""
    if source == output.unit:
        return [("", linked.payload[source]["row"], population(linked, output).records["row"], list(linked.models))]
    return [
        (f" ({model})", _ends(linked.plausible, model, source), _ends(linked.links, model, source), [model])
        for model in linked.models
        if _ends(linked.plausible, model, source).len()
    ]


def _ends(links: pl.DataFrame, model: str, source: str) -> pl.Series:
    """Rows of `source` that a link of `model` ends in."""
    made = links.filter(pl.col("model") == model)
    ends = [made.filter(pl.col(f"source_{side}") == source)[f"row_{side}"].alias("row") for side in ("l", "r")]
    return pl.concat(ends).unique()


def _needed(output: Output) -> Sequence[str]:
    """Sources other than the unit that a dimension comes from."""
    sources = dict.fromkeys(name.partition(".")[0] for name in output.dimensions)
    return [source for source in sources if source != output.unit]


def _partners(linked: LinkedTable, unit: str, source: str) -> pl.DataFrame:
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


def _values(linked: LinkedTable, unit: str, name: str) -> pl.DataFrame:
    """`row` of the unit, `value` (String; null when there is none or linked records contradict each other), `several`
    (Boolean: they contradict)."""
    source = name.partition(".")[0]
    payload = _payload(linked, name).with_columns(pl.col("value").cast(pl.String))
    if payload.filter(pl.col("value") == TOTAL).height:
        raise WrongInput(f"a category of {name} is {TOTAL}, which stands for a total", remedy="Rename that category.")
    if source != unit:
        partners = _partners(linked, unit, source)
        payload = partners.join(payload, left_on="other", right_on="row", how="left").select("row", "value")
    known = payload.filter(pl.col("value").is_not_null()).group_by("row").agg(pl.col("value").unique().sort())
    several = pl.col("value").list.len() > 1
    value = pl.when(~several).then(pl.col("value").list.first())
    return known.select("row", value.alias("value"), several.alias("several"))


def _unknown(records: pl.DataFrame) -> tuple[int, int]:
    several = int(records["several"].fill_null(value=False).sum())
    return records["value"].null_count() - several, several


def _payload(linked: LinkedTable, name: str) -> pl.DataFrame:
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
