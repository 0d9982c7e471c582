"""How often the groups of an attribute are linked, missed, wrongly linked and selected."""

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from linkage import LinkedTable
from register.output import Output
from release.aggregate import UNKNOWN
from release.population import Population, partners

RATES: Final = pl.Schema(
    {
        "attribute": pl.String, "group": pl.String, "eligible": pl.Int64, "linked": pl.Int64, "links": pl.Int64,
        "wrong": pl.Float64, "matches": pl.Float64, "missed": pl.Float64,
    }
)  # fmt: skip
TALLY: Final = pl.Schema(
    {"what": pl.String, "attribute": pl.String, "group": pl.String, "count": pl.Int64, "of": pl.Int64}
)

Tables = Mapping[str, pl.DataFrame]
"""Source → `row` and attributes, by their own names."""


def group_rates(linked: LinkedTable, output: Output, counted: Population, tables: Tables) -> pl.DataFrame:
    """As `RATES`, for every attribute (`source.name`, and the model in brackets) of `tables`.

    Of the unit every record that its own filters keep is eligible, and linked when it is linked to every source the
    output needs. A record of another source is eligible under a model when it has a plausible link, and linked when
    that link was made: how many residents earn or are reported differs between groups too, and would drown how well
    they are linked. A match that no block brings is seen by neither count. `links` end in a record of the group, and
    `wrong` is the sum of their chances of being so; `matches` are the expected true links, and `missed` those of them
    that were not made; all as far as the model holds.
    """
    chances = _chances(linked)
    parts = [
        _rates(table, f"{source}.{name}{label}", name, eligible, firm, _of_rows(chances, models, source))
        for source, table in sorted(tables.items())
        for label, eligible, firm, models in _linkages(linked, output, counted, source)
        for name in table.columns
        if name != "row"
    ]
    return pl.concat([pl.DataFrame(schema=RATES), *parts])


def selected(
    linked: LinkedTable, output: Output, asked: Population, counted: Population, aside: Tables
) -> pl.DataFrame:
    """As `TALLY`: who of each group the output picks out. `asked` is the population without its filters.

    A filter picks from the records it is put to; a list of persons from all records of the source.
    """
    if not output.filters and output.kind != "persons":
        return pl.DataFrame(schema=TALLY)
    what = "filter" if output.filters else "list"
    parts = [
        by_group(what, table, f"{source}.{name}", name, _reached(linked, output, counted, source), of)
        for source, table in sorted(aside.items())
        for of in [_reached(linked, output, asked, source) if output.filters else table["row"]]
        for name in table.columns
        if name != "row"
    ]
    return pl.concat([pl.DataFrame(schema=TALLY), *parts])


def by_group(what: str, table: pl.DataFrame, attribute: str, name: str, hit: pl.Series, of: pl.Series) -> pl.DataFrame:
    """As `TALLY`, of rows: how many of the rows `of` in each group are among `hit`."""
    grouped = (
        table.filter(pl.col("row").is_in(of.implode()))
        .group_by(pl.col(name).cast(pl.String).fill_null(UNKNOWN).alias("group"))
        .agg(
            count=pl.col("row").is_in(hit.implode()).sum().cast(pl.Int64),
            of=pl.len().cast(pl.Int64),
        )
    )
    return grouped.sort("group").select(
        pl.lit(what).alias("what"), pl.lit(attribute).alias("attribute"), *TALLY.names()[2:]
    )


def _reached(linked: LinkedTable, output: Output, counted: Population, source: str) -> pl.Series:
    """Rows of `source` that a counted record is, or is linked to."""
    if source == output.unit:
        return counted.records["row"]
    found = partners(linked, output.unit, source)
    return found.join(counted.records, on="row", how="semi")["other"].unique()


def _rates(
    table: pl.DataFrame, attribute: str, name: str, eligible: pl.Series, linked: pl.Series, chances: pl.DataFrame
) -> pl.DataFrame:
    """`chances`: of each row, as `_of_rows`."""
    group = pl.col(name).cast(pl.String).fill_null(UNKNOWN)
    counted = (
        table.filter(pl.col("row").is_in(eligible.implode()))
        .select("row", group=group, linked=pl.col("row").is_in(linked.implode()))
        .join(chances, on="row", how="left")
    )
    return (
        counted.group_by("group")
        .agg(
            eligible=pl.len().cast(pl.Int64),
            linked=pl.col("linked").sum().cast(pl.Int64),
            links=pl.col("links").sum().cast(pl.Int64),
            # rounded: sums of floats differ in their last bit with the order of the rows
            wrong=pl.col("wrong").sum().round(6),
            matches=pl.col("matches").sum().round(6),
            missed=pl.col("missed").sum().round(6),
        )
        .sort("group")
        .select(pl.lit(attribute).alias("attribute"), *RATES.names()[1:])
    )


def _chances(linked: LinkedTable) -> pl.DataFrame:
    """`linked.likely` with the `chance` of a match and whether the pair `is_link`."""
    ends = ["model", "source_l", "row_l", "source_r", "row_r"]
    links = linked.links.select(*ends, is_link=pl.lit(value=True))
    marked = linked.chances().select(*ends, "chance").join(links, on=ends, how="left", maintain_order="left")
    return marked.with_columns(pl.col("is_link").fill_null(value=False))


def _of_rows(chances: pl.DataFrame, models: Sequence[str], source: str) -> pl.DataFrame:
    """`row`, `links`, `wrong`, `matches`, `missed` of the records of `source`, over these models."""
    made = chances.filter(pl.col("model").is_in(models))
    sides = [
        made.filter(pl.col(f"source_{side}") == source).select(pl.col(f"row_{side}").alias("row"), "chance", "is_link")
        for side in ("l", "r")
    ]
    chance, is_link = pl.col("chance"), pl.col("is_link")
    return (
        pl.concat(sides)
        .group_by("row")
        .agg(
            links=is_link.sum(),
            wrong=(1 - chance).filter(is_link).sum(),
            matches=chance.sum(),
            missed=chance.filter(~is_link).sum(),
        )
    )


def _linkages(
    linked: LinkedTable, output: Output, counted: Population, source: str
) -> list[tuple[str, pl.Series, pl.Series, Sequence[str]]]:
    """Label, eligible rows and linked rows of `source` and the models, for each way in which it was linked."""
    if source == output.unit:
        return [("", counted.eligible_rows, counted.linked_rows, list(linked.models))]
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
