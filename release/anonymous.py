"""Anonymous rows: of each person that a request keeps one row, with the attributes that the gate may coarsen."""

from collections.abc import Mapping

import polars as pl

from gate.microdata.declared import Microdata, MicrodataColumn, Rows
from linkage import LinkedTable
from register.output import Attribute, Output
from release.aggregate import UNKNOWN
from release.coarsen import numbers
from release.population import Population, payload_of


def persons_of(linked: LinkedTable, output: Output, counted: Population) -> pl.DataFrame:
    """Of `counted.records` the first of each person, in the order of its delivery, sorted by what leaves.

    Who may plausibly be one person is one: k is then counted in persons, and a link that was missed makes no second
    row. A choice by values would move what the rows say, so it is made by place.
    """
    persons = counted.clusterings(linked, output.unit)[-1].alias("person")
    firsts = counted.records.with_columns(persons).unique("person", keep="first", maintain_order=True)
    return firsts.drop("person").sort(*output.attributes, "record")


def rows_of(linked: LinkedTable, output: Output, persons: pl.DataFrame, concepts: Mapping[str, str]) -> Rows:
    """The attributes of `persons`, numbers as numbers; a missing or contradicted value is null. Raises `WrongInput`."""
    columns = {name: _declared(one, concepts.get(name)) for name, one in output.attributes.items()}
    table = persons.select(_typed(linked, persons, name, one) for name, one in output.attributes.items())
    return Rows(table, Microdata(columns=columns))


def _declared(attribute: Attribute, concept: str | None) -> MicrodataColumn:
    return MicrodataColumn(concept=concept, **attribute.model_dump())


def _typed(linked: LinkedTable, persons: pl.DataFrame, name: str, attribute: Attribute) -> pl.Series:
    """As text unless the source or the declared steps say that they are numbers."""
    known = persons[name].replace(UNKNOWN, None)
    steps_of_text = attribute.prefixes or attribute.groups
    counted = attribute.numeric or attribute.role == "weight" or payload_of(linked, name)["value"].dtype.is_numeric()
    if steps_of_text or not counted:
        return known
    return numbers(name, known)
