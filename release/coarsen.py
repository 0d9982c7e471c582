"""Columns that a request coarsens: on what level they leave, and how many values that made of how many."""

import polars as pl

from declare import WrongInput
from gate.microdata.hierarchy import levels
from gate.subject import TOTAL
from linkage import LinkedTable
from pseudonymise.protected import PAYLOAD
from register.output import CoarsenTo, Output
from release.report.leaves import CoarsenedByRequest


def coarsened(name: str, values: pl.Series, declared: CoarsenTo) -> pl.Series:
    """The values on their level, as text; null stays null. Raises `WrongInput` where a step does not fit."""
    known = numbers(name, values) if declared.numeric else values.cast(pl.String)
    label = levels(name, known, declared).select(value="0", label=str(declared.level))
    found = pl.DataFrame({"value": known}).join(label, on="value", how="left", maintain_order="left")["label"]
    if (found == TOTAL).any():
        raise WrongInput(f"a category of {name} is {TOTAL}, which stands for a total", remedy="Rename that group.")
    return found.alias(values.name)


def numbers(name: str, values: pl.Series) -> pl.Series:
    """The values as numbers, whole ones where all are. Raises `WrongInput`."""
    try:
        found = values.cast(pl.Float64)
    except pl.exceptions.PolarsError as error:
        raise WrongInput(f"{name} holds no numbers, so it has no bands", remedy="Use groups or prefixes.") from error
    known = found.drop_nulls()
    return found.cast(pl.Int64) if known.round().eq(known).all() else found


def coarse_payload(source: str, payload: pl.DataFrame, output: Output) -> pl.DataFrame:
    """The payload of `source` with the columns that the output coarsens on their level, as text."""
    own = {name: how for name, how in output.coarsen.items() if name.partition(".")[0] == source}
    columns = {PAYLOAD + name.partition(".")[2]: (name, how) for name, how in own.items()}
    there = {column: what for column, what in columns.items() if column in payload.columns}
    return payload.with_columns(coarsened(name, payload[column], how) for column, (name, how) in there.items())


def told_of(linked: LinkedTable, output: Output) -> tuple[CoarsenedByRequest, ...]:
    """What was coarsened; values are counted in the whole source, so that they tell of nobody who is counted."""
    return tuple(_told(linked, name, declared) for name, declared in output.coarsen.items())


def _told(linked: LinkedTable, name: str, declared: CoarsenTo) -> CoarsenedByRequest:
    source, _, column = name.partition(".")
    values = linked.payload[source][PAYLOAD + column].drop_nulls()
    after = coarsened(name, values, declared)
    return CoarsenedByRequest(
        column=name, level=declared.level, last=declared.steps + 1, before=values.n_unique(), after=after.n_unique()
    )
