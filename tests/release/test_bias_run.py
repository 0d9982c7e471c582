"""What the bias run gives back: counts by group, figures and tables decided anew, and never a row."""

from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from declare import WrongInput
from gate.bias.facts import EVERYBODY
from linkage import LinkedTable
from release.bias import Measured, Questions, bias_run
from release.draft import draft
from tests.release.linking import Link, linked_table, request

REPORTS = [
    {"kind": kind, "year": year} for kind, year in [("noise", 2020), ("noise", 2021), ("rent", 2022), ("rent", 2023)]
]
RESIDENTS = [
    {"town": "a", "age": "18-44", "died": None, "flag": "no"},
    {"town": "a", "age": "45+", "died": "2020-05-01", "flag": "yes"},
    {"town": "b", "age": "45+", "died": "2023-01-01", "flag": None},
]
LINKS: list[Link] = [
    ("reports", 1, "residents", 1, 0.9),
    ("reports", 2, "residents", 2, 0.9),
    ("reports", 3, "residents", 3, 0.55),
    ("reports", 4, "residents", 3, 0.45),
]


def linked() -> LinkedTable:
    return linked_table({"reports": REPORTS, "residents": RESIDENTS}, LINKS)


def aside(**attributes: list[str | None]) -> dict[str, pl.DataFrame]:
    rows = pl.Series("row", range(1, 4), dtype=pl.UInt32)
    return {"residents": pl.DataFrame([rows, *(pl.Series(name, values) for name, values in attributes.items())])}


BORN = aside(born=["x", "x", "y"])
ASKED = Questions(aside=BORN)


def run(questions: Questions = ASKED, **output: Any) -> Measured:
    asked = request(**{"dimensions": ["residents.town"], **output})
    return bias_run(linked(), asked, questions, {"reports.kind": "report-kind", "residents.town": "municipality"})


def rows(value: Any) -> list[tuple[Any, ...]]:
    return [] if value is None else value.table.rows()


def checked(columns: dict[str, list[str]], **output: Any) -> Any:
    """A request that asks for more columns than its table has."""
    made = request(dimensions=["residents.town"])
    sources = [{"id": source, "ground": "law", "columns": names} for source, names in columns.items()]
    content = made.model_dump(mode="json") | {"sources": sources}
    return type(made).model_validate(content | {"output": content["output"] | output})


def test_without_aside_nothing_is_said_of_groups() -> None:
    found = run(Questions(not_assessable=("religion",), without_ground=("nationality",)))
    assert (found.groups, found.selection, found.proxies) == (None, None, None)
    assert (found.not_assessable, found.without_ground) == (("religion",), ("nationality",))


def test_coverage_is_of_kept_columns_and_holds_no_protected_attribute() -> None:
    found = run()
    assert {row[0] for row in rows(found.coverage)} == {"residents.town (model)"}
    assert rows(found.coverage) == [("residents.town (model)", "a", 2, 2), ("residents.town (model)", "b", 1, 1)]


def test_a_filter_counts_what_it_keeps() -> None:
    asked = request(dimensions=["residents.town"], filters=[{"column": "residents.age", "values": ["45+"]}])
    made = draft(linked(), asked, Questions(aside=BORN), {"residents.age": "age"}, draws=0)
    assert (made.eligible, made.linked, made.counted) == (4, 3, 2)
    (criterion,) = [column for column in made.columns if column.use == "selection"]
    assert (criterion.name, criterion.concept, criterion.values) == ("residents.age", "age", ("45+",))
    assert made.measured.selection is not None
    assert made.measured.selection.table.rows() == [
        ("filter", "residents.born", "x", 1, 2),
        ("filter", "residents.born", "y", 1, 1),
    ]


def test_a_filter_on_the_unit_says_who_is_eligible() -> None:
    asked = request(dimensions=["residents.town"], filters=[{"column": "reports.kind", "values": ["rent"]}])
    made = draft(linked(), asked, Questions(), {}, draws=0)
    assert (made.eligible, made.linked, made.counted) == (2, 1, 1)


def test_a_list_picks_from_all_records_of_the_source() -> None:
    found = run(kind="persons")
    assert rows(found.selection) == [("list", "residents.born", "x", 2, 2), ("list", "residents.born", "y", 1, 1)]


def test_an_exception_stands_with_its_column() -> None:
    asked = request(dimensions=["residents.town"], exceptions={"residents.town": "Some Act art. 1"})
    (column,) = draft(linked(), asked, Questions(), {}, draws=0).columns
    assert column.exception == "Some Act art. 1"


IMPLAUSIBLE = {
    # relation, column, other, values; implausible links, links it can say something of
    "a report after death": ("before", "residents.died", "reports.year", (), (1, 2)),
    "dead or not": ("differs", "residents.town", "residents.age", (), (3, 3)),
    "an address that is withdrawn": ("among", "residents.flag", None, ("yes",), (1, 2)),
    "two towns of one report": ("several", "residents.town", None, (), (0, 3)),
}


@pytest.mark.parametrize(("relation", "column", "other", "values", "counts"), IMPLAUSIBLE.values(), ids=IMPLAUSIBLE)
def test_implausible_links(
    relation: str, column: str, other: str | None, values: tuple[str, ...], counts: tuple[int, int]
) -> None:
    check = {"what": "check", "relation": relation, "column": column, "other": other, "values": list(values)}
    asked = checked({"reports": ["year"], "residents": ["town", "age", "died", "flag"]}, implausible=[check])
    found = bias_run(linked(), asked, Questions(aside=BORN), {})
    everybody = [row for row in rows(found.implausible) if row[1] == EVERYBODY]
    assert everybody == [("check", EVERYBODY, EVERYBODY, *counts)]
    by_group = [row[3:] for row in rows(found.implausible) if row[1] == "residents.born"]
    assert tuple(map(sum, zip(*by_group, strict=True))) == counts


def test_one_report_of_two_residents_lives_in_two_towns() -> None:
    both = linked_table({"reports": REPORTS, "residents": RESIDENTS}, [*LINKS[:1], ("reports", 1, "residents", 3, 0.9)])
    check = {"what": "two-homes", "relation": "several", "column": "residents.town"}
    found = bias_run(both, checked({"reports": [], "residents": ["town"]}, implausible=[check]), Questions(), {})
    assert rows(found.implausible) == [("two-homes", EVERYBODY, EVERYBODY, 2, 2)]


def test_a_source_that_marks_its_records() -> None:
    polluted = [{"what": "under-investigation", "column": "residents.flag", "values": ["yes"]}]
    asked = checked({"reports": [], "residents": ["town", "flag"]}, polluted=polluted)
    found = rows(bias_run(linked(), asked, Questions(aside=BORN), {}).pollution)
    assert ("under-investigation", EVERYBODY, EVERYBODY, 1, 3) in found
    assert ("under-investigation", "residents.born", "x", 1, 2) in found
    assert ("contradicting residents.town", EVERYBODY, EVERYBODY, 0, 3) in found


def test_links_are_decided_anew_a_step_lower_and_higher() -> None:
    found = run(Questions(step=0.1), headlines=[{"dimension": "residents.town", "more": "a", "less": "b"}])
    assert found.sensitivity is not None
    lower, higher = (dict(table.iter_rows()) for table in (found.sensitivity.lower, found.sensitivity.higher))
    assert lower == {"*": 4, "a": 2, "b": 2}
    assert higher == {"*": 2, "a": 2}
    assert found.sensitivity.headlines[0].more == "a"


STEPS = {"pairs that far below were not kept": 0.45, "nobody asked": None}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_links_that_cannot_be_decided_anew(step: float | None) -> None:
    assert run(Questions(step=step)).sensitivity is None


def test_a_population_is_declared_by_column() -> None:
    people = {"column": "residents.born", "source": "a register", "people": {"x": 10, "y": 30}}
    found = run(population=people)
    assert rows(found.population) == [("residents.born (model)", "x", 10), ("residents.born (model)", "y", 30)]


def test_proxies_are_figures() -> None:
    """Of three hundred linked pairs the town tells the group; the kind of report tells nothing."""
    payload = {
        "reports": [{"kind": "noise" if row % 2 else "rent"} for row in range(300)],
        "residents": [{"town": "a" if row < 150 else "b"} for row in range(300)],
    }
    many = linked_table(payload, [("reports", row, "residents", row, 0.9) for row in range(1, 301)])
    born = pl.DataFrame(
        {"row": pl.Series(range(1, 301), dtype=pl.UInt32), "born": ["x"] * 150 + ["y"] * 145 + ["z"] * 5}
    )
    asked = request(dimensions=["residents.town", "reports.kind"])
    found = bias_run(many, asked, Questions(aside={"residents": born}), {})
    assert found.proxies is not None
    told = {row["column"]: row for row in found.proxies.table.iter_rows(named=True)}
    assert told["residents.town"]["v"] == pytest.approx(1.0)
    assert told["reports.kind"]["v"] < 0.1
    assert told[EVERYBODY]["auc"] > 0.99
    assert {row["records"] for row in told.values()} == {295}  # the group of five is left out


def test_history_is_what_the_records_are() -> None:
    found = run(history="Only whom somebody reported.").history
    assert found is not None
    assert (found.concepts, found.declared) == (("report-kind",), "Only whom somebody reported.")


def test_a_check_of_a_column_that_is_not_kept() -> None:
    check = {"what": "check", "relation": "among", "column": "residents.gone", "values": ["yes"]}
    asked = checked({"reports": [], "residents": ["town", "gone"]}, implausible=[check])
    with pytest.raises(WrongInput, match="keeps"):
        bias_run(linked(), asked, Questions(), {})


REFUSED: dict[str, dict[str, Any]] = {
    "a check of a column nobody asked for": {
        "polluted": [{"what": "flag", "column": "residents.flag", "values": ["yes"]}]
    },
    "before what": {"implausible": [{"what": "check", "relation": "before", "column": "residents.town"}]},
    "values for a comparison": {
        "implausible": [
            {"what": "c", "relation": "differs", "column": "residents.town", "other": "reports.kind", "values": ["a"]}
        ]
    },
}


@pytest.mark.parametrize("output", REFUSED.values(), ids=REFUSED)
def test_a_declaration_that_says_too_little(output: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        checked({"reports": [], "residents": ["town"]}, **output)


def test_no_row_leaves_the_bias_run() -> None:
    found = run(kind="persons")
    tables = [value.table for value in found.facts.values() if hasattr(value, "table")]
    assert tables
    assert not any({"row", "record", "cluster"} & set(table.columns) for table in tables)
