"""Group disclosure (D05) and zeros (D14), on both sides of their limits."""

import polars as pl
import pytest

from gate import Cells, Finding, Outcome, OutputColumn, Subject, examine
from tests.gate.policies import signed
from tests.gate.texts import cells


def findings(table: Cells, rule: str, concept: str = "area") -> list[Finding]:
    columns = tuple(OutputColumn(name, concept, "breakdown") for name in table.dimensions)
    verdict = examine(Subject("table", columns, table), signed(("D01", "D05", "D06", "D07", "D14")))
    return [finding for finding in verdict.findings if finding.rule == rule]


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
    "all but one, but both are hidden": ((50, 1), Outcome.PASS, 0),
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
