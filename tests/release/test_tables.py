"""Several tables of the same records: declared, drafted, judged as one, told apart again."""

from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from flows.lineage import with_cell_keys
from gate.disclosure.linked import circle
from gate.lineage.parts import parts
from gate.lineage.published import Dimension, Lineage, Published
from gate.subject import TOTAL
from linkage.linked import LinkedTable
from release.bias import Questions
from release.draft import Draft, draft
from release.tables import inner, joined, part
from tests.release.linking import linked_table, request
from tests.release.test_extract import KEYS

AREA, AGE, KIND = "residents.area", "residents.age", "reports.kind"
BY_AGE = {"name": "age", "dimensions": [AREA, AGE]}
BY_KIND = {"name": "kind", "dimensions": [AREA, KIND]}
REPORTS = [
    ("a", "young", "noise"), ("a", "old", "rent"), ("a", "old", "noise"), ("b", "young", "rent"), ("b", "old", "rent")
]  # fmt: skip


def asked(*tables: dict[str, Any], **output: Any) -> Any:
    whole = request(dimensions=[AREA, AGE, KIND], magnitude="reports.amount").model_dump()
    return type(request()).model_validate(
        whole | {"output": {"kind": "table", "unit": "reports", "tables": tables, **output}}
    )


def linked() -> LinkedTable:
    numbers = range(1, len(REPORTS) + 1)
    return linked_table(
        {
            "reports": [{"kind": kind, "amount": 2.0} for _, _, kind in REPORTS],
            "residents": [{"area": area, "age": age} for area, age, _ in REPORTS],
        },
        [("reports", number, "residents", number, 0.9) for number in numbers],
        once={"reports": True, "residents": True},
    )


def drafted(**output: Any) -> Draft:
    return draft(linked(), asked(BY_AGE, BY_KIND, **output), Questions(), {})


def test_each_table_is_the_one_that_would_be_drafted_alone() -> None:
    made = drafted(magnitude="reports.amount")
    assert made.cells is not None
    assert made.cells.dimensions == (AREA, AGE, KIND)
    for declared in (BY_AGE, BY_KIND):
        names = declared["dimensions"]
        alone = draft(linked(), request(dimensions=names, magnitude="reports.amount"), Questions(), {}).cells
        assert alone is not None
        assert made.cells.magnitude == alone.magnitude == "reports.amount"
        found = part(made.cells.table, made.cells.dimensions, names).sort(names)
        assert found.equals(alone.table.sort(names).select(found.columns))


def test_every_record_stands_once_in_every_table() -> None:
    made = drafted()
    assert made.cells is not None
    assert sorted(made.lineage["record"].value_counts()["count"]) == [2] * len(REPORTS)
    at = made.cells.table.with_row_index("cell").join(made.lineage.select("cell").unique(), on="cell", how="semi")
    assert at.select(inner(made.cells.dimensions, made.told_apart).all()).item()


def test_a_release_falls_into_its_tables() -> None:
    made = drafted()
    assert made.cells is not None
    members = made.lineage.with_columns(person="record", lasting=True)
    dimensions = tuple(Dimension(name, (name,)) for name in made.cells.dimensions)
    lineage = Lineage(dimensions, members, "d", "k", tables=made.told_apart)
    for each, names in zip(parts(Published("r-1", (), made.cells.table, lineage)), made.told_apart, strict=True):
        assert tuple(dimension.name for dimension in each.lineage.dimensions) == names
        counted = each.lineage.members.group_by("cell").len().sort("cell")
        told = each.table.with_row_index("cell").filter(inner(names) & (pl.col("records") > 0))
        assert counted["cell"].to_list() == told["cell"].to_list()
        assert counted["len"].to_list() == told["records"].to_list()


def test_a_margin_of_two_tables_has_one_cell_key() -> None:
    made = drafted()
    assert made.cells is not None
    lineage = Lineage((), made.lineage.with_columns(person="record", lasting=True), "d", "k")
    keyed = with_cell_keys(made.cells, lineage, KEYS).table
    alone = draft(linked(), request(dimensions=[AREA]), Questions(), {})
    assert alone.cells is not None
    own = Lineage((), alone.lineage.with_columns(person="record", lasting=True), "d", "k")
    wanted = with_cell_keys(alone.cells, own, KEYS).table.select(AREA, "cell_key")
    found = keyed.filter(pl.col(AGE) == TOTAL, pl.col(KIND) == TOTAL).select(AREA, "cell_key")
    assert found.sort(AREA).equals(wanted.sort(AREA))


def test_tables_read_back_are_one_frame_again() -> None:
    made = drafted(magnitude="reports.amount")
    assert made.cells is not None
    frame = made.cells.table.select(*made.cells.dimensions, "people", "value")
    frame = frame.with_columns(pl.when(pl.col("people") > 1).then(pl.col("people", "value")))  # some are hidden
    told = {names: part(frame, made.cells.dimensions, names) for names in made.told_apart}
    told[made.told_apart[1]] = told[made.told_apart[1]].drop("value")
    found, order = joined(told), list(made.cells.dimensions)
    assert found.select(*order, "people").sort(order).equals(frame.select(*order, "people").sort(order))


REFUSED: dict[str, tuple[list[dict[str, Any]], dict[str, Any], str]] = {
    "a table twice": ([BY_AGE, BY_AGE | {"name": "again"}], {}, "margin of table"),
    "a name twice": ([BY_AGE, BY_KIND | {"name": "age"}], {}, "two tables age"),
    "a table within another": ([BY_AGE, {"name": "area", "dimensions": [AREA]}], {}, "margin of table age"),
    "dimensions beside tables": ([BY_AGE, BY_KIND], {"dimensions": [AREA]}, "not both"),
    "no table": ([], {}, "not both"),
    "a table of nothing": ([BY_AGE, {"name": "none", "dimensions": []}], {}, "at least 1 item"),
    "a dimension that is no name": ([BY_AGE, {"name": "x", "dimensions": [["a"]]}], {}, "valid string"),
    "dimensions that are a number": ([BY_AGE, BY_KIND], {"dimensions": 3}, "not both"),
    "a dimension twice": ([{"name": "twice", "dimensions": [AREA, AREA]}], {}, "dimension twice"),
    "a name that is no file name": ([BY_AGE, BY_KIND | {"name": "../x"}], {}, "pattern"),
    "a column nobody asked for": ([BY_AGE, {"name": "x", "dimensions": ["residents.name"]}], {}, "do not list"),
    "a hierarchy that goes round": ([BY_AGE, BY_KIND], {"hierarchies": {AREA: {"a": "b", "b": "a"}}}, "goes round"),
    "a magnitude left out of none": ([BY_AGE, BY_KIND | {"magnitude": False}], {}, "names none"),
    "tables of persons": ([BY_AGE, BY_KIND], {"kind": "persons"}, "kind table"),
}  # fmt: skip


@pytest.mark.parametrize(("tables", "output", "why"), REFUSED.values(), ids=REFUSED)
def test_tables_that_make_no_sense_are_refused_at_reading(
    tables: list[dict[str, Any]], output: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValidationError, match=why):
        asked(*tables, **output)


def test_a_request_for_one_table_has_the_digest_it_had() -> None:
    assert "tables" not in request(dimensions=[AREA]).model_dump(mode="json")["output"]
    told = asked(BY_AGE, BY_KIND).model_dump(mode="json")
    assert type(request()).model_validate(told) == asked(BY_AGE, BY_KIND)


CIRCLES = {
    "area × sex, sex × age, age × area": (["as", "sg", "ga"], True),
    "two that share a dimension": (["as", "sg"], False),
    "a star": (["ax", "ay", "az"], False),
    "a circle and its whole": (["as", "sg", "ga", "asg"], False),
    "one table": (["as"], False),
}


@pytest.mark.parametrize(("tables", "round_"), CIRCLES.values(), ids=CIRCLES)
def test_tables_in_a_circle(tables: list[str], round_: bool) -> None:
    assert circle({frozenset((name, 1) for name in table) for table in tables}) is round_
