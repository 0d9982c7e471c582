"""Releases made from records that fit on the screen."""

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import polars as pl

from gate import Cells, Dimension, Lineage, OutputColumn, Published, Subject
from gate.disclosure.sums import ancestors
from gate.subject import FLAT, Parents

Person = Mapping[str, str]
"""Variable → category."""
Kinds = Mapping[str, Callable[[Person], str]]
"""Dimension → the category of a person."""


def cells(people: Sequence[Person], kinds: Kinds, parents: Parents = FLAT) -> pl.DataFrame:
    """Every combination of categories with its subtotals and margins; one record a person."""
    found = [tuple(ancestors(name, kind(each), parents) for name, kind in kinds.items()) for each in people]
    axes = [sorted({category for each in found for category in each[place]}) for place in range(len(kinds))]
    rows = [
        (*cell, *[sum(all(mine in up for mine, up in zip(cell, each, strict=True)) for each in found)] * 2)
        for cell in product(*axes)
    ]
    return pl.DataFrame(rows, schema=[*kinds, "people", "records"], orient="row")


def lineage(people: Sequence[Person], kinds: Kinds, variables: Mapping[str, Sequence[str]], **more: Any) -> Lineage:
    """Person number n has record n. `variables`: dimension → what it is made of; its own name where it is not given."""
    names = list(kinds)
    numbered = cells(people, kinds, more.get("parents", FLAT)).select(names).with_row_index("cell")
    found = pl.DataFrame([{name: kind(each) for name, kind in kinds.items()} for each in people])
    placed = found.with_row_index("number").join(numbered, on=names, how="left", maintain_order="left")
    person = pl.Series([str(each.get("id", number)).encode() for number, each in enumerate(people)])
    record = pl.Series([str(each.get("record", person[number])).encode() for number, each in enumerate(people)])
    members = pl.DataFrame({"cell": placed["cell"], "record": record, "person": person, "lasting": True})
    dimensions = tuple(Dimension(name, tuple(variables.get(name, (name,)))) for name in names)
    return Lineage(dimensions, members, **({"delivery": "d", "key": "k"} | more))


def released(
    name: str,
    people: Sequence[Person],
    kinds: Kinds,
    variables: Mapping[str, Sequence[str]] | None = None,
    hidden: Sequence[tuple[str, ...]] = (),
    **more: Any,
) -> Published:
    table = cells(people, kinds, more.get("parents", FLAT))
    hide = pl.struct(list(kinds)).is_in([dict(zip(kinds, cell, strict=True)) for cell in hidden])
    shown = table.with_columns(pl.when(~hide).then(pl.col(each)).alias(each) for each in ("people", "records"))
    return Published(name, ("town",), shown if hidden else table, lineage(people, kinds, variables or {}, **more))


def subject(
    people: Sequence[Person],
    kinds: Kinds,
    variables: Mapping[str, Sequence[str]] | None = None,
    earlier: Sequence[Published] = (),
    parents: Parents = FLAT,
) -> Subject:
    columns = tuple(OutputColumn(name, None, "breakdown") for name in kinds)
    made = Cells(tuple(kinds), cells(people, kinds, parents), parents=parents)
    told = lineage(people, kinds, variables or {}, parents=parents)
    return Subject("table", columns, made, lineage=told, earlier=tuple(earlier))


def by(name: str) -> Callable[[Person], str]:
    return lambda person: person[name]
