"""Group disclosure (D05) and zeros (D14), on both sides of their limits."""

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate import TOTAL, Cells, Finding, Outcome, OutputColumn, Subject, Verdict, examine
from tests.gate.brute import possible_tables
from tests.gate.policies import signed
from tests.gate.texts import cells, with_margins

RULES = ("D01", "D05", "D06", "D07", "D14")


def verdict(table: Cells, concept: str = "area", minimum: int = 10, width: int = 10) -> Verdict:
    columns = tuple(OutputColumn(name, concept, "breakdown") for name in table.dimensions)
    policy = signed(RULES, minimum_people=minimum, count_interval_width=width)
    return examine(Subject("table", columns, table), policy)


def findings(table: Cells, rule: str, concept: str = "area", minimum: int = 10) -> list[Finding]:
    found = verdict(table, concept, minimum).findings
    return [finding for finding in found if finding.rule == rule]


def row(*people: int) -> Cells:
    lines = [f"c{number} | {count}" for number, count in enumerate(people)]
    return cells("\n".join(["area | people", *lines]))


ROWS = {
    # people in one row, outcome, rows told
    "spread": ((40, 60), Outcome.PASS, 0),
    "nine in ten exactly": ((90, 10), Outcome.PASS, 0),
    "just over nine in ten": ((91, 9 + 1), Outcome.WARN, 1),
    "all in one": ((50, 0), Outcome.WARN, 1),
    "all in the only category: nothing is told": ((50,), Outcome.PASS, 0),
    "all but one: hidden, but that it is few is known": ((50, 1), Outcome.WARN, 1),
    "nine and one: both may be most of it": ((9, 1), Outcome.PASS, 0),
    "as few, with zeros around": ((4, 0), Outcome.WARN, 1),
    "one person among zeros": ((1, 0, 0), Outcome.WARN, 1),
    "few, of two categories": ((2, 1, 0), Outcome.PASS, 0),
}  # fmt: skip


@pytest.mark.parametrize(("people", "outcome", "number"), ROWS.values(), ids=ROWS)
def test_one_row(people: tuple[int, ...], outcome: Outcome, number: int) -> None:
    (finding,) = findings(row(*people), "D05")
    assert (finding.outcome, finding.measured) == (outcome, number)


def test_a_protected_category_fails() -> None:
    (finding,) = findings(row(95, 10), "D05", concept="nationality")
    assert finding.outcome is Outcome.FAIL


CROSS = cells("""
    area | sex | people
    a    | m   | 40
    a    | f   | 0
    b    | m   | 30
    b    | f   | 50
""")


def test_each_dimension_has_its_own_finding() -> None:
    told = {finding.about: finding.measured for finding in findings(CROSS, "D05")}
    assert told == {"area": 1, "sex": 1}  # all women live in b; all in a are men


def test_a_zero_that_tells_warns() -> None:
    (finding,) = findings(CROSS, "D14")
    assert (finding.outcome, finding.measured) == (Outcome.WARN, 1)


def test_an_impossible_combination_is_no_observed_zero() -> None:
    impossible = (pl.col("area") == "a") & (pl.col("sex") == "f")
    (finding,) = findings(Cells(CROSS.dimensions, CROSS.table.with_columns(structural=impossible)), "D14")
    assert finding.outcome is Outcome.PASS
    assert "0 observed zeros and 1 impossible" in finding.message


def test_a_zero_among_many_is_just_published() -> None:
    (finding,) = findings(row(40, 60, 0), "D14")
    assert finding.outcome is Outcome.PASS
    assert finding.message.startswith("1 observed zeros")


VILLAGE = """
    village | ill | people
    A       | yes | {ill}
    A       | no  | 0
    B       | yes | 40
    B       | no  | 60
    C       | yes | 50
    C       | no  | 70
"""


@pytest.mark.parametrize("ill", [1, 4, 9, 12, 50])
@pytest.mark.parametrize("minimum", [10, 15])
def test_everybody_of_a_village_is_ill_however_few_they_are(ill: int, minimum: int) -> None:
    """The zero is published and nothing hidden is zero: the counts of the village need not be seen."""
    table = cells(VILLAGE.format(ill=ill))
    (_, told) = findings(table, "D05", "health", minimum)
    (zeros,) = findings(table, "D14", "health", minimum)
    assert (told.about, told.outcome, told.measured) == ("ill", Outcome.FAIL, 1)
    assert (zeros.outcome, zeros.measured) == (Outcome.WARN, 1)


def test_parts_of_a_category_are_a_row_too() -> None:
    table = cells("""
        area | people
        a1   | 3
        a2   | 0
        b    | 60
        c    | 50
    """)
    whole = table.table.filter(pl.col("area").is_in(["a1", "a2"])).select(
        pl.lit("a").alias("area"), pl.col("people", "records").sum()
    )
    parents = {"area": {"a1": "a", "a2": "a"}}
    (told,) = findings(Cells(table.dimensions, pl.concat([table.table, whole]), None, parents), "D05")
    assert (told.outcome, told.measured) == (Outcome.WARN, 1)


def test_people_in_two_categories_each_are_told_by_what_they_share() -> None:
    """All twenty have the first, seven of them the second as well."""
    table = pl.DataFrame({"area": ["a", "b", "*"], "people": [20, 7, 20], "records": [20, 7, 27]})
    (told,) = findings(Cells(("area",), table), "D05")
    assert (told.outcome, told.measured) == (Outcome.WARN, 1)


@st.composite
def small(draw: st.DrawFn) -> Cells:
    """Two groups, two or three categories, many zeros; beside a large group."""
    counts = st.sampled_from([0, 0, 0, 1, 2, 3, 4, 6, 12, 40])
    categories = draw(st.sampled_from(["xy", "xyz"]))
    rows = [{"area": area, "kind": kind, "people": draw(counts)} for area in "ab" for kind in categories]
    rows += [{"area": "c", "kind": kind, "people": 30} for kind in categories]
    return with_margins(pl.DataFrame(rows), ("area", "kind"))


SEVERITY = [Outcome.PASS, Outcome.NOT_ASSESSABLE, Outcome.WARN, Outcome.FAIL]


@settings(max_examples=10, deadline=None)
@given(small())
def test_a_stricter_threshold_is_never_milder(table: Cells) -> None:
    found = [
        [one for one in verdict(table, "health", minimum).findings if one.rule in ("D05", "D14")]
        for minimum in (3, 10, 30)
    ]
    for loose, strict in pairwise(found):
        for one, other in zip(loose, strict, strict=True):
            assert SEVERITY.index(one.outcome) <= SEVERITY.index(other.outcome)
            assert float(one.measured or 0) <= float(other.measured or 0)


@settings(max_examples=25, deadline=None)
@given(small())
def test_what_every_possible_table_has_in_common_is_told(table: Cells) -> None:
    """The slow twin: tables of whole numbers near the true one, 0 where a zero is published and nowhere else."""
    found = verdict(table, minimum=4, width=2)
    safe = found.exact
    if safe is None:
        return
    people = table.table["people"].to_numpy()
    possible = possible_tables(safe, table.dimensions, np.maximum(people - 2, 1), people + 2)
    told = {finding.about: finding.outcome for finding in found.findings if finding.rule == "D05"}
    for name in table.dimensions:
        if concluded(table, name, possible):
            assert told[name] is Outcome.WARN


def concluded(table: Cells, name: str, possible: "np.typing.NDArray[np.int64]") -> bool:
    """Whether some row along `name` has more than nine in ten in the same category in every possible table."""
    place = {cell: number for number, cell in enumerate(table.table.select(table.dimensions).rows())}
    axis = table.dimensions.index(name)
    shares = [
        possible[:, number] > 0.9 * possible[:, place[(*cell[:axis], TOTAL, *cell[axis + 1 :])]]
        for cell, number in place.items()
        if cell[axis] != TOTAL
    ]
    return any(bool(sure.all()) for sure in shares)
