"""What is published after hiding, seen by the auditor and by writing down every possible table."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate import Cells, Outcome, OutputColumn, Subject, Verdict, examine
from gate.disclosure.cells import checked
from gate.disclosure.needs import Needs
from gate.disclosure.suppress import suppress
from tests.gate.policies import signed
from tests.gate.test_auditor import exact_by_writing_down, random_table, tables
from tests.gate.texts import cells

DISCLOSURE = ("D01", "D02", "D03", "D04", "D06", "D07")


def examined(table: Cells, **limits: float) -> Verdict:
    columns = tuple(OutputColumn(name, "area", "breakdown") for name in table.dimensions)
    return examine(Subject("table", columns, table), signed(DISCLOSURE, **limits))


def hidden_names(table: Cells, hidden: pl.Series) -> set[str]:
    return set(table.table.filter(hidden).select(pl.concat_str(table.dimensions, separator=" ")).to_series())


CASES = {
    "nothing small, nothing hidden": (
        """
        area | sex | people
        a    | m   | 10
        a    | f   | 11
        b    | m   | 12
        b    | f   | 13
        """,
        set(),
    ),
    "one small cell takes a rectangle with it": (
        """
        area | sex | people
        a    | m   | 3
        a    | f   | 20
        b    | m   | 30
        b    | f   | 40
        c    | m   | 500
        c    | f   | 600
        """,
        {"a m", "a f", "b m", "b f"},
    ),
    "zeros do not help to hide": (
        """
        area | sex | people
        a    | m   | 3
        a    | f   | 20
        b    | m   | 0
        b    | f   | 14
        c    | m   | 30
        c    | f   | 40
        """,
        {"a m", "a f", "c m", "c f"},
    ),
    "small cells that already hide each other, but for the reader who knows the threshold": (
        """
        area | people
        a    | 9
        b    | 9
        c    | 50
        d    | 60
        """,
        {"a", "b", "c"},
    ),
    "a single row hides its total when there is nothing else": (
        """
        area | people
        a    | 4
        b    | 0
        """,
        {"a", "*"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "names"), CASES.values(), ids=CASES)
def test_hidden_cells(text: str, names: set[str]) -> None:
    table = cells(text)
    truth = checked(table)
    unsafe = (truth["people"] > 0) & (truth["people"] < 10)
    assert hidden_names(table, suppress(truth, table.dimensions, unsafe, None, Needs(10, 10)).hidden) == names


AMOUNTS = {
    # a row of people | value | first | second; level of a; hidden with a
    "a neighbour with room enough": (("40 | 100 | 90 | 5", "30 | 200 | 60 | 40", "50 | 900 | 60 | 40"), 80, {"a", "b"}),
    "a neighbour whose largest contributor knows it has no room": (
        ("40 | 100 | 90 | 5", "30 | 130 | 65 | 20", "50 | 900 | 60 | 40"),
        80,
        {"a", "c"},
    ),
    "a level no neighbour has room for": (
        ("40 | 100 | 90 | 5", "30 | 200 | 60 | 40", "50 | 300 | 60 | 40"),
        900,
        {"a", "*"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "level", "names"), AMOUNTS.values(), ids=AMOUNTS)
def test_amounts_have_room_in_the_eyes_of_every_contributor(
    rows: tuple[str, ...], level: float, names: set[str]
) -> None:
    lines = [f"{area} | {numbers}" for area, numbers in zip("abc", rows, strict=True)]
    table = cells("\n".join(["area | people | value | first | second", *lines]))
    unsafe = table.table["area"] == "a"
    found = suppress(checked(table), ("area",), unsafe, unsafe.cast(pl.Float64) * level, Needs(10, 10))
    assert hidden_names(table, found.hidden) == names


def test_one_alone_takes_a_third_cell_along_though_the_width_would_do() -> None:
    table = cells("""
        area | people
        a    | 1
        b    | 4
        c    | 60
        d    | 70
    """)
    unsafe = table.table["people"] < 10
    found = suppress(checked(table), ("area",), unsafe, None, Needs(10, 2))
    assert hidden_names(table, found.hidden) == {"a", "b", "c"}


def test_what_turned_out_not_to_be_needed_is_shown_again() -> None:
    """Needs are met one after the other; met in another order, one cell fewer would have done here."""
    table = random_table((4, 3), [12, 32, 36, 3, 13, 0, 35, 25, 13, 11, 17, 8])
    truth = checked(table)
    unsafe = (truth["people"] > 0) & (truth["people"] < 10)
    assert suppress(truth, table.dimensions, unsafe, None, Needs(10, 10)).hidden.sum() == 6


def test_two_alone_in_one_row_take_a_third_cell_with_them() -> None:
    """Handbook 4.2 and sdcTable: either of the two would know the other's amount from the row's total."""
    table = cells("""
        area | people | value | first | second
        a    | 1      | 100   | 100   | 0
        b    | 1      | 120   | 120   | 0
        c    | 40     | 900   | 60    | 40
        d    | 50     | 990   | 60    | 40
    """)
    verdict = examined(table)
    assert verdict.outcome is Outcome.PASS
    assert verdict.safe is not None
    assert hidden_names(table, verdict.safe["people"].is_null()) == {"a", "b", "c"}


def test_a_dominated_cell_is_hidden_though_its_count_is_large() -> None:
    table = cells("""
        area | people | value | first | second
        a    | 40     | 100   | 60    | 5
        b    | 40     | 900   | 60    | 40
        c    | 50     | 990   | 60    | 40
    """)
    verdict = examined(table)
    assert verdict.safe is not None
    assert hidden_names(table, verdict.safe["value"].is_null()) == {"a", "b"}


def test_all_measures_of_a_hidden_cell_are_null_and_zeros_stay() -> None:
    table = cells("""
        area | people | value | first | second
        a    | 4      | 40    | 10    | 10
        b    | 40     | 900   | 60    | 40
        c    | 50     | 990   | 60    | 40
        d    | 0      | 0     | 0     | 0
    """)
    safe = examined(table).safe
    assert safe is not None
    assert safe.columns == ["area", "people", "records", "value"]
    hidden = safe.filter(pl.col("people").is_null())
    assert hidden.height == 2
    assert hidden.select("records", "value").null_count().row(0) == (2, 2)
    assert safe.row(by_predicate=pl.col("area") == "d") == ("d", 0, 0, 0.0)


def test_people_who_stand_in_two_parts() -> None:
    """Persons counted once in the total: the parts hold more than the total together."""
    table = cells("""
        kind | people
        a    | 12
        b    | 4
        c    | 30
    """)
    overlapping = table.table.with_columns(people=pl.when(pl.col("kind") == "*").then(40).otherwise("people"))
    verdict = examined(Cells(("kind",), overlapping))
    assert verdict.outcome is Outcome.PASS
    assert verdict.safe is not None
    assert verdict.safe.filter(pl.col("kind") == "b")["people"].to_list() == [None]
    assert verdict.hidden >= 2


def test_people_in_several_kinds_of_several_areas() -> None:
    """Nobody stands in two areas, many in two kinds: a kind never holds more people than its area."""
    rows = [
        ("a", "x", 20, 20), ("a", "y", 8, 8), ("a", "z", 2, 2), ("a", "*", 20, 30),
        ("b", "x", 18, 18), ("b", "y", 11, 11), ("b", "z", 1, 1), ("b", "*", 19, 30),
        ("*", "x", 38, 38), ("*", "y", 19, 19), ("*", "z", 3, 3), ("*", "*", 39, 60),
    ]  # fmt: skip
    table = pl.DataFrame(rows, schema=["area", "kind", "people", "records"], orient="row")
    assert examined(Cells(("area", "kind"), table)).outcome is Outcome.PASS


@settings(max_examples=15, deadline=None)
@given(tables())
def test_no_hidden_count_is_the_same_in_every_possible_table(table: Cells) -> None:
    verdict = examined(table, minimum_people=3, count_interval_width=2)
    if verdict.safe is None:  # too few people to hide them among each other: said, and nothing leaves
        assert verdict.outcome is Outcome.FAIL
        return
    small = verdict.safe.filter((pl.col("people") > 0) & (pl.col("people") < 3))
    assert small.is_empty()
    assert exact_by_writing_down(table, verdict.safe, 3) == 0


@st.composite
def amounts(draw: st.DrawFn) -> Cells:
    """Up to 3 × 3 cells with the contributions of up to 15 persons each."""
    lines = ["area | sex | people | value | first | second"]
    for area in "abc"[: draw(st.integers(2, 3))]:
        for sex in "mfx"[:2]:
            given_amounts = sorted(draw(st.lists(st.integers(1, 500), max_size=15)), reverse=True)
            first, second, *_ = [*given_amounts, 0, 0]
            lines.append(f"{area} | {sex} | {len(given_amounts)} | {sum(given_amounts)} | {first} | {second}")
    return cells("\n".join(lines))


@settings(max_examples=25, deadline=None)
@given(amounts())
def test_hiding_passes_its_audit_or_nothing_leaves(table: Cells) -> None:
    verdict = examined(table)
    if verdict.safe is None:
        assert {finding.rule for finding in verdict.findings if finding.outcome is Outcome.FAIL} <= {"D06", "D07"}
        return
    shown = table.table.filter(verdict.safe["people"].is_not_null() & (table.table["people"] > 0))
    assert shown.filter(pl.col("people") < 10).is_empty()
    assert shown.filter(pl.col("first") > 0.5 * pl.col("value")).is_empty()
    assert shown.filter(pl.col("value") - pl.col("first") - pl.col("second") < 0.1 * pl.col("first")).is_empty()
