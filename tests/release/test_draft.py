"""From linked records to cells: against a slow twin in plain Python, and case by case."""

import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declare import WrongInput
from gate.disclosure.cells import checked
from gate.subject import TOTAL
from linkage.linked import LinkedTable
from release.aggregate import aggregate
from release.bias import Questions
from release.draft import Draft, NothingLinked, draft, subject_of
from release.population import PLAUSIBLE
from tests.release.linking import linked_table, request

KINDS = ["noise", "rent", None]
TOWNS = ["a", "b", "c", None]


def random_table(seed: int) -> LinkedTable:
    """At least one report is linked to a resident."""
    chance = random.Random(seed)
    reports = [
        {"kind": chance.choice(KINDS), "amount": chance.choice([None, 0.0, 10.25, 99.99, -5.5])}
        for _ in range(chance.randint(1, 25))
    ]
    residents = [{"town": chance.choice(TOWNS)} for _ in range(chance.randint(1, 12))]
    links = [
        ("reports", row, "residents", chance.randint(1, len(residents)), chance.choice([0.05, 0.2, 0.7, 0.97]))
        for row in range(1, len(reports) + 1)
        for _ in range(chance.choice([0, 1, 1, 1, 2]))
    ] + [("reports", 1, "residents", 1, 0.9)]
    return linked_table(
        {"reports": reports, "residents": residents}, links, once={"reports": False, "residents": chance.random() < 0.5}
    )


def slow_cells(linked: LinkedTable, dimensions: list[str]) -> dict[tuple[str, ...], dict[str, float]]:
    """The table record by record."""
    own = {row: cluster for source, row, _, cluster in linked.entities.iter_rows() if source == "reports"}
    residents = defaultdict(list)
    for source, row, _, cluster in linked.entities.iter_rows():
        if source == "residents":
            residents[cluster].append(row)
    town = dict(linked.payload["residents"].iter_rows())
    report = {row: values for row, *values in linked.payload["reports"].iter_rows()}
    wide = {row: cluster for source, row, cluster in linked.clusters_at(PLAUSIBLE).iter_rows() if source == "reports"}

    def category(row: int, name: str) -> str:
        if name == "reports.kind":
            return report[row][0] or "?"
        seen = {town[other] for other in residents[own[row]]} - {None}
        return seen.pop() if len(seen) == 1 else "?"

    needs_residents = "residents.town" in dimensions
    counted = {
        row: tuple(category(row, name) for name in dimensions)
        for row in own
        if not needs_residents or residents[own[row]]
    }
    sets = [sorted({key[place] for key in counted.values()}) for place in range(len(dimensions))]
    cells = {}
    for key in product(*([TOTAL, *names] for names in sets)):
        rows = [
            row
            for row, place in counted.items()
            if all(k in (TOTAL, own_k) for k, own_k in zip(key, place, strict=True))
        ]
        options = []
        for clusters in (own, wide):
            sums: dict[int, float] = defaultdict(float)
            for row in rows:
                sums[clusters[row]] += report[row][1] or 0.0
            first, second = [*sorted((abs(amount) for amount in sums.values()), reverse=True), 0.0, 0.0][:2]
            ends = (max(sums.values(), default=0.0), min(sums.values(), default=0.0))
            options.append((len(sums), -first, -second, *(-end for end in ends)))
        people, *amounts = min(options)
        first, second, highest, lowest = (-amount for amount in amounts)
        value = sum(report[row][1] or 0.0 for row in rows)
        cells[key] = {
            "people": people, "records": len(rows), "value": value, "first": first, "second": second,
            "lowest": lowest, "highest": highest,
        }  # fmt: skip
    return cells


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6), dimensions=st.sampled_from([("kind",), ("town",), ("kind", "town"), ("town", "kind")])
)
def test_cells_equal_the_slow_twin(seed: int, dimensions: tuple[str, ...]) -> None:
    names = [{"kind": "reports.kind", "town": "residents.town"}[name] for name in dimensions]
    linked = random_table(seed)
    slow = slow_cells(linked, names)
    made = draft(linked, request(dimensions=names, magnitude="reports.amount"), Questions(), {}, draws=0)
    assert made.cells is not None
    table = made.cells.table
    found = {
        row[: len(names)]: dict(zip(table.columns[len(names) :], row[len(names) :], strict=True))
        for row in table.iter_rows()
    }
    assert found.keys() == slow.keys()
    for key, cell in slow.items():
        assert found[key] == pytest.approx(cell), key


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_gate_takes_every_drafted_table(seed: int) -> None:
    asked = request(dimensions=["reports.kind", "residents.town"], magnitude="reports.amount")
    made = draft(random_table(seed), asked, Questions(), {}, draws=2)
    assert made.cells is not None
    checked(made.cells)  # raises for an incomplete table, margins that do not add up, contributions that do not fit


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_lineage_is_a_partition_of_the_counted_records(seed: int) -> None:
    made = draft(random_table(seed), request(dimensions=["reports.kind", "residents.town"]), Questions(), {}, draws=0)
    assert made.cells is not None
    counted = made.lineage.group_by("cell").len()
    cells = made.cells.table.with_row_index("cell").filter(
        pl.col("records") > 0, pl.col("reports.kind") != TOTAL, pl.col("residents.town") != TOTAL
    )
    assert dict(counted.iter_rows()) == dict(cells.select("cell", "records").iter_rows())
    assert made.lineage["record"].n_unique() == made.lineage.height == made.counted


PEOPLE: dict[str, tuple[list[tuple[str, int, str, int, float]], int]] = {
    # links, people counted over three reports
    "no links: three persons": ([], 3),
    "two reports of one resident": ([("reports", 1, "residents", 1, 0.9), ("reports", 2, "residents", 1, 0.9)], 2),
    "a plausible link makes one person of two": (
        [("reports", 1, "residents", 1, 0.9), ("reports", 2, "residents", 1, 0.2)],
        2,
    ),
    "an implausible link does not": ([("reports", 1, "residents", 1, 0.9), ("reports", 2, "residents", 1, 0.05)], 3),
}


@pytest.mark.parametrize(("links", "people"), PEOPLE.values(), ids=PEOPLE)
def test_people_are_counted_conservatively(links: list[Any], people: int) -> None:
    reports = [{"kind": "noise"}] * 3
    linked = linked_table({"reports": reports, "residents": [{"town": "a"}]}, links)
    made = draft(linked, request(dimensions=["reports.kind"]), Questions(), {})
    assert made.people == people


def test_a_person_registered_twice_is_one_person() -> None:
    """The source says that it holds everybody once, so each report stays with its own row; people count as one."""
    links = [("reports", row, "residents", twin, 0.9) for row, twin in [(1, 1), (1, 2), (2, 2)]]
    once = {"reports": False, "residents": True}
    linked = linked_table({"reports": [{"kind": "noise"}] * 2, "residents": [{"town": "a"}] * 2}, links, once=once)
    assert linked.entities.filter(pl.col("source") == "reports")["cluster"].n_unique() == 2
    assert draft(linked, request(dimensions=["reports.kind"]), Questions(), {}).people == 1


CATEGORY: dict[str, tuple[list[str | None], str]] = {
    "one resident": (["a"], "a"),
    "registered twice, the same town": (["a", "a"], "a"),
    "registered twice, two towns": (["a", "b"], "?"),
    "town not known": ([None], "?"),
    "once known, once not": ([None, "b"], "b"),
}


@pytest.mark.parametrize(("towns", "category"), CATEGORY.values(), ids=CATEGORY)
def test_a_contradicted_value_is_unknown(towns: list[str | None], category: str) -> None:
    links = [("reports", 1, "residents", row, 0.9) for row in range(1, len(towns) + 1)]
    linked = linked_table({"reports": [{"kind": "noise"}], "residents": [{"town": town} for town in towns]}, links)
    made = draft(linked, request(dimensions=["residents.town"]), Questions(), {})
    assert made.cells is not None
    assert made.cells.table["residents.town"].to_list() == [TOTAL, category]
    assert made.unknown["residents.town"] == (int(towns == [None]), int(towns == ["a", "b"]))


def test_only_fully_linked_records_count_and_the_rest_is_told() -> None:
    linked = linked_table(
        {"reports": [{"kind": "noise"}] * 4, "residents": [{"town": "a"}] * 2, "incomes": [{"band": "low"}]},
        [
            ("reports", 1, "residents", 1, 0.9),
            ("reports", 2, "residents", 2, 0.9),
            ("incomes", 1, "residents", 1, 0.9),
        ],
    )
    made = draft(linked, request(dimensions=["incomes.band"]), Questions(), {})
    assert (made.eligible, made.counted) == (4, 1)


def test_an_address_is_reached_by_the_link_itself() -> None:
    linked = linked_table(
        {"reports": [{"kind": "noise"}] * 2, "addresses": [{"status": "withdrawn"}]},
        [("reports", 1, "addresses", 1, 0.9), ("reports", 2, "addresses", 1, 0.9)],
        kinds={"reports": "person", "addresses": "location"},
    )
    made = draft(linked, request(dimensions=["addresses.status"]), Questions(), {})
    assert made.cells is not None
    assert made.cells.table.row(0)[:3] == (TOTAL, 2, 2)  # two persons at one address stay two


def test_group_rates_hold_counts_by_group_and_no_row() -> None:
    linked = linked_table(
        {"reports": [{"kind": "noise"}] * 2, "residents": [{"town": "a"}] * 4},
        [("reports", 1, "residents", 2, 0.9), ("reports", 2, "residents", 3, 0.3)],
    )
    aside = {
        "residents": pl.DataFrame(
            {"row": [1, 2, 3, 4], "born": ["x", "x", None, "y"]}, schema_overrides={"row": pl.UInt32}
        )
    }
    made = draft(linked, request(dimensions=["reports.kind"]), Questions(aside=aside), {})
    assert made.groups is not None
    assert made.groups.table.drop("wrong", "matches", "missed").rows() == [
        ("residents.born (model)", "?", 1, 0, 0),
        ("residents.born (model)", "x", 1, 1, 1),
    ]
    assert made.groups.table["wrong"].to_list() == pytest.approx([0, 0.1])
    assert made.groups.table["matches"].to_list() == pytest.approx([0.3, 0.9])
    assert made.groups.table["missed"].to_list() == pytest.approx([0.3, 0])


def test_every_record_of_the_unit_is_eligible() -> None:
    linked = linked_table(
        {"reports": [{"kind": "noise"}] * 3, "residents": [{"town": "a"}]}, [("reports", 1, "residents", 1, 0.9)]
    )
    aside = {"reports": pl.DataFrame({"row": [1, 2, 3], "sex": ["m", "m", "v"]}, schema_overrides={"row": pl.UInt32})}
    made = draft(linked, request(dimensions=["residents.town"]), Questions(aside=aside), {})
    assert made.groups is not None
    assert made.groups.table.drop("wrong", "matches", "missed").rows() == [
        ("reports.sex", "m", 2, 1, 1),
        ("reports.sex", "v", 1, 0, 0),
    ]


def test_a_list_of_persons_has_columns_and_no_cells() -> None:
    linked = random_table(1)
    asked = request(kind="persons", dimensions=["residents.town"], rank_by="reports.amount")
    subject = subject_of(draft(linked, asked, Questions(), {"residents.town": "municipality"}))
    assert subject.cells is None
    assert [(column.name, column.concept, column.use) for column in subject.columns] == [
        ("person", "person", "identity"),
        ("residents.town", "municipality", "breakdown"),
        ("reports.amount", None, "ranking"),
    ]


REFUSED: dict[str, dict[str, Any]] = {
    "no dimension": {"dimensions": []},
    "a column that is not kept": {"dimensions": ["reports.colour"]},
    "a source that is not linked": {"dimensions": ["taxes.band"]},
    "a magnitude of another source": {"dimensions": ["reports.kind"], "magnitude": "residents.town"},
}


@pytest.mark.parametrize("output", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_counted_is_refused(output: Mapping[str, Any]) -> None:
    with pytest.raises(WrongInput):
        draft(random_table(2), request(**output), Questions(), {})


def test_a_table_of_nobody_is_refused() -> None:
    linked = linked_table({"reports": [{"kind": "noise"}], "residents": [{"town": "a"}]}, [])
    with pytest.raises(NothingLinked):
        draft(linked, request(dimensions=["residents.town"]), Questions(), {})


def test_a_category_named_as_the_total_is_refused() -> None:
    linked = linked_table({"reports": [{"kind": TOTAL}]}, [])
    with pytest.raises(WrongInput, match="total"):
        draft(linked, request(dimensions=["reports.kind"]), Questions(), {})


def test_the_digest_follows_contents_and_nothing_else() -> None:
    asked = request(dimensions=["reports.kind", "residents.town"], magnitude="reports.amount")
    one, again, other = (draft(random_table(seed), asked, Questions(), {}) for seed in (3, 3, 4))
    assert one.digest == replace(again, blind=one.blind).digest != replace(other, blind=one.blind).digest


def test_nobody_finds_what_was_drafted_by_trying() -> None:
    """The digest leaves with the parcel; of the same contents another draft has another."""
    asked = request(dimensions=["reports.kind", "residents.town"])
    one, again = (draft(random_table(3), asked, Questions(), {}) for _ in range(2))
    assert one.digest != again.digest
    assert subject_of(one).digest != subject_of(again).digest
    assert subject_of(one).digest == subject_of(one).digest


def test_a_draft_is_made_here_only() -> None:
    made = draft(random_table(3), request(dimensions=["reports.kind"]), Questions(), {})
    values = {name: getattr(made, name) for name in Draft.__slots__ if name != "_made_by"}
    with pytest.raises(TypeError, match="only"):
        Draft(**values)
    assert repr(made) == "Draft(asked, table)"


PROVINCES = {"a": "noord", "b": "noord", "c": "zuid", "d": "nowhere"}


def in_provinces(towns: str, **output: Any) -> Draft:
    people = [{"town": town} for town in towns]
    linked = linked_table(
        {"residents": people, "reports": [{}] * len(towns)},
        [("reports", row, "residents", row, 0.99) for row in range(1, len(towns) + 1)],
    )
    asked = request(dimensions=["residents.town"], hierarchies={"residents.town": PROVINCES}, **output)
    return draft(linked, asked, Questions(), {})


def test_a_hierarchy_has_subtotals_of_what_occurs() -> None:
    made = in_provinces("aabcc")
    assert made.cells is not None
    assert dict(made.cells.table.select("residents.town", "people").iter_rows()) == {
        "*": 5, "a": 2, "b": 1, "c": 2, "noord": 3, "zuid": 2,
    }  # fmt: skip
    assert made.cells.parents == {"residents.town": {"a": "noord", "b": "noord", "c": "zuid"}}
    assert set(made.lineage["cell"].to_list()) == {1, 2, 3}  # no subtotal has members of its own
    checked(made.cells)


def test_a_person_in_two_parts_counts_once_in_the_subtotal() -> None:
    table = aggregate(
        pl.DataFrame({"town": ["a", "b", "b"]}), ["town"], None, [pl.Series([1, 1, 2])], {"town": {"a": "n", "b": "n"}}
    )
    assert dict(table.select("town", "people").iter_rows()) == {"*": 2, "a": 1, "b": 2, "n": 2}


@pytest.mark.parametrize("towns", ["aab?", "aabx"])
def test_what_no_hierarchy_names_is_part_of_the_total(towns: str) -> None:
    made = in_provinces(towns)
    assert made.cells is not None
    checked(made.cells)
    assert made.cells.table.filter(pl.col("residents.town") == "*")["people"].item() == 4


def test_a_hierarchy_that_cannot_be_is_refused() -> None:
    people = [{"town": town} for town in ("a", "noord")]
    linked = linked_table(
        {"residents": people, "reports": [{}] * 2},
        [("reports", row, "residents", row, 0.99) for row in (1, 2)],
    )
    with pytest.raises(WrongInput, match="have parts"):
        draft(
            linked,
            request(dimensions=["residents.town"], hierarchies={"residents.town": PROVINCES}),
            Questions(),
            {},
        )
    with pytest.raises(ValueError, match="goes round"):
        request(dimensions=["residents.town"], hierarchies={"residents.town": {"a": "b", "b": "c", "c": "b"}})
    with pytest.raises(ValueError, match="no dimension"):
        request(dimensions=["residents.town"], hierarchies={"residents.age": {}})
