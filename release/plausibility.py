"""Links that contradict what else is known, and records that their source marks as doubtful: counts, by group."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from declare import WrongInput
from gate.bias.facts import EVERYBODY
from linkage import LinkedTable
from register.output import Implausible, Output, Polluted
from release.groups import TALLY, Tables, by_group
from release.population import Population, payload_of, values

_ALL: Final = "all"


def implausible(linked: LinkedTable, checks: Sequence[Implausible], aside: Tables) -> pl.DataFrame:
    """As `TALLY`: of the links each check can say something of, how many it holds to be implausible.

    Of a group count links that end in a record of it. Raises `WrongInput` for a column that is not kept.
    """
    parts = [part for check in checks for part in _counted(check, _checked(linked, check), aside)]
    return pl.concat([pl.DataFrame(schema=TALLY), *parts])


def polluted(linked: LinkedTable, output: Output, counted: Population, aside: Tables) -> pl.DataFrame:
    """As `TALLY`: records that their source marks, and counted records whose linked records contradict each other."""
    parts = [part for check in output.polluted for part in _marked(linked, check, aside)]
    own = {source: table for source, table in aside.items() if source == output.unit}
    for name in output.described:
        if not name.startswith(f"{output.unit}."):
            hit = values(linked, output.unit, name).filter("several")["row"]
            parts += _tallied(f"contradicting {name}", hit, counted.linked_rows, output.unit, own)
    return pl.concat([pl.DataFrame(schema=TALLY), *parts])


def _marked(linked: LinkedTable, check: Polluted, aside: Tables) -> list[pl.DataFrame]:
    source = check.column.partition(".")[0]
    marks = _column(linked, check.column)
    hit = marks.filter(pl.col("value").is_in(check.values))["row"]
    return _tallied(check.what, hit, marks["row"], source, aside)


def _tallied(what: str, hit: pl.Series, of: pl.Series, source: str, aside: Tables) -> list[pl.DataFrame]:
    """Of all rows, and of those of each group where the source sets an attribute aside."""
    everybody = of.to_frame("row").with_columns(pl.lit(EVERYBODY).alias(_ALL))
    table = aside.get(source)
    names = [] if table is None else [name for name in table.columns if name != "row"]
    grouped = [by_group(what, table, f"{source}.{name}", name, hit, of) for name in names if table is not None]
    return [by_group(what, everybody, EVERYBODY, _ALL, hit, of), *grouped]


def _counted(check: Implausible, links: pl.DataFrame, aside: Tables) -> list[pl.DataFrame]:
    """`links`: `source_l`, `row_l`, `source_r`, `row_r`, `hit`."""
    numbered = links.with_row_index("link").with_columns(pl.lit(EVERYBODY).alias(_ALL))
    hit = numbered.filter("hit")["link"]
    everybody = numbered.select(pl.col("link").alias("row"), _ALL)
    parts = [by_group(check.what, everybody, EVERYBODY, _ALL, hit, numbered["link"])]
    for source, table in sorted(aside.items()):
        for side in ("l", "r"):
            ends = numbered.filter(pl.col(f"source_{side}") == source).select(
                "link", pl.col(f"row_{side}").alias("row")
            )
            grouped = ends.join(table, on="row").drop("row").rename({"link": "row"})
            names = [name for name in table.columns if name != "row"] if grouped.height else []
            parts += [by_group(check.what, grouped, f"{source}.{name}", name, hit, grouped["row"]) for name in names]
    return parts


def _checked(linked: LinkedTable, check: Implausible) -> pl.DataFrame:
    """Links that the check can say something of, and whether each is implausible (`hit`)."""
    ends = ["source_l", "row_l", "source_r", "row_r"]
    links = linked.links.select(ends).unique(maintain_order=True)
    first = _at_its_end(linked, links, check.column, "first")
    match check.relation:
        case "among":
            known = first.filter(pl.col("first").is_not_null())
            return known.select(*ends, hit=pl.col("first").is_in(check.values))
        case "several":
            return _several(linked, first, check).select(*ends, "hit")
    both = _at_its_end(linked, first, str(check.other), "second").drop_nulls(["first", "second"])
    shorter = pl.min_horizontal(pl.col("first").str.len_chars(), pl.col("second").str.len_chars())
    one, other = (pl.col(name).str.slice(0, shorter) for name in ("first", "second"))
    return both.select(*ends, hit=one < other if check.relation == "before" else pl.col("first") != pl.col("second"))


def _several(linked: LinkedTable, links: pl.DataFrame, check: Implausible) -> pl.DataFrame:
    """Of the links of one record to records of the column's source: whether these have different values."""
    source = check.column.partition(".")[0]
    within = [] if check.other is None else ["second"]
    if check.other is not None:
        links = _at_its_end(linked, links, check.other, "second")
    known = links.drop_nulls(["first", *within])
    parts = []
    for mine, theirs in (("l", "r"), ("r", "l")):
        sided = known.filter(pl.col(f"source_{mine}") == source)
        record = [f"source_{theirs}", f"row_{theirs}", *within]
        parts.append(sided.with_columns(hit=pl.col("first").n_unique().over(record) > 1))
    return pl.concat(parts)


def _at_its_end(linked: LinkedTable, links: pl.DataFrame, name: str, alias: str) -> pl.DataFrame:
    """Links with the value of a column at the end that is of its source; links to no record of it are left out."""
    source, column = name.partition(".")[0], _column(linked, name).rename({"value": alias})
    parts = [
        links.filter(pl.col(f"source_{side}") == source).join(
            column, left_on=f"row_{side}", right_on="row", how="left", maintain_order="left"
        )
        for side in ("l", "r")
    ]
    return pl.concat(parts)


def _column(linked: LinkedTable, name: str) -> pl.DataFrame:
    source, _, column = name.partition(".")
    if source not in linked.payload or f"payload.{column}" not in linked.payload[source].columns:
        raise WrongInput(f"nothing keeps {name}, which a check reads", remedy="Give it the role payload in its source.")
    return payload_of(linked, name).with_columns(pl.col("value").cast(pl.String))
