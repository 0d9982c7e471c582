"""Rows under pseudonyms for one recipient: only what is needed leaves, no finer than declared. Still personal data."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import polars as pl

from declare import WrongInput
from gate.microdata.declared import Microdata, Rows
from gate.microdata.hierarchy import levels
from gate.microdata.measures import smallest


@dataclass(frozen=True, slots=True, repr=False)
class Extracted:
    rows: Rows
    safe: pl.DataFrame
    facts: Mapping[str, Any]
    """Before and after: `rows` and `stay`, `columns` and `leave`; `levels` (quasi-identifier → level and last level),
    `smallest_class`, `without` (columns that do not leave)."""


def under_pseudonyms(table: pl.DataFrame, declared: Microdata) -> pl.DataFrame:
    """The table with a fresh pseudonym for every person, 32 hexadecimal signs drawn by chance. Nobody keeps whose they
    are, so no two extracts share one. Raises `WrongInput` for a row of nobody."""
    for name in declared.of("person"):
        if name in table.columns:
            if table[name].null_count():
                raise WrongInput(f"a row has no {name}", remedy="Leave the row out, or declare no column as person.")
            distinct = table[name].unique()
            drawn = pl.Series(name, [secrets.token_hex(16) for _ in range(distinct.len())], dtype=pl.String)
            fresh = pl.DataFrame([distinct.alias("person"), drawn.alias("pseudonym")])
            joined = pl.DataFrame([table[name].alias("person")]).join(
                fresh, on="person", how="left", maintain_order="left"
            )
            table = table.with_columns(joined["pseudonym"].alias(name))
    return table


def extract(rows: Rows) -> Extracted:
    """The rows that are kept, on the declared levels, in an order that tells nothing. Raises `WrongInput`."""
    declared, before = rows.declared, rows.table
    table, told = before, {}
    for name in declared.of("quasi-identifier"):
        steps, level = levels(name, before[name], declared.columns[name]), declared.columns[name].level
        if level >= steps.width:
            raise WrongInput(f"{name} has no level {level}", remedy=f"Its last level is {steps.width - 1}.")
        label = steps.select(pl.col("0").alias("value"), pl.col(str(level)).alias("label"))
        found = pl.DataFrame([before[name].alias("value")]).join(
            label, on="value", how="left", nulls_equal=True, maintain_order="left"
        )
        table = table.with_columns(found["label"].alias(name))
        told[name] = list(rows.coarsened.get(name, (level, steps.width - 1)))
    chosen = [
        before[name].cast(pl.String).is_in(column.keep) for name, column in declared.columns.items() if column.keep
    ]
    stays = reduce(lambda all_hold, each: all_hold & each.fill_null(value=False), chosen, _every(before))
    safe = table.filter(stays).drop(declared.of("drop"))
    safe = safe.sort(safe.columns)
    there = rows.taken_from or (before.height, before.width)
    facts = {
        "rows": there[0],
        "stay": safe.height,
        "columns": there[1],
        "leave": safe.width,
        "levels": told,
        "smallest_class": smallest(safe, declared.of("quasi-identifier")),
        "without": list(declared.of("drop")),
    }
    return Extracted(rows, safe, facts)


def _every(table: pl.DataFrame) -> pl.Series:
    return pl.repeat(value=True, n=table.height, eager=True)
