"""Tables that no people can have made are refused, and tables that people made never are."""

from itertools import combinations_with_replacement, product
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate import TOTAL, Cells, Outcome, OutputColumn, Subject, SubjectError, examine
from gate.disclosure.cells import checked
from gate.file import gate_file
from release.aggregate import aggregate
from tests.gate.policies import signed
from tests.gate.texts import cells

CORE = ("D01", "D02", "D03", "D04", "D06", "D07")

COUNTS = "area,people,records\n"
AMOUNTS = "area,people,records,value,first,second\n"
TWO = AMOUNTS + "a,20,20,1000,400,90\nb,30,30,2000,500,90\n"

FILES = {
    "first and second left at 0": AMOUNTS + "a,20,20,1000,0,0\nb,30,30,2000,0,0\n*,50,50,3000,0,0",
    "more than the largest allow": AMOUNTS + "a,20,20,1000,1,1\nb,30,30,20,1,1\n*,50,50,1020,1,1",
    "the largest of a part is not in the whole": TWO + "*,50,50,3000,60,60",
    "the second of a part is not in the whole": TWO + "*,50,50,3000,500,70",
    "less than the two largest": AMOUNTS + "a,20,20,100,90,20\n*,20,20,100,90,20",
    "two people who do not make the sum": AMOUNTS + "a,2,2,100,60,30\n*,2,2,100,60,30",
    "a second contribution of one person": AMOUNTS + "a,1,1,60,60,30\n*,1,1,60,60,30",
    "fewer people than in a part": COUNTS + "a,20,20\nb,30,30\n*,12,50",
    "more people than in all parts": COUNTS + "a,20,200\nb,30,300\n*,400,500",
    "twelve records too many in seventeen million": COUNTS + "a,1000,10000000\nb,1000,7000000\n*,2000,17000012",
    "people where nobody can be": "area,people,records,structural\na,20,20,true\nb,30,30,false\n*,50,50,false",
    "parts of people": COUNTS + "a,20.9,20.9\nb,30.0,30.0\n*,50.9,50.9",
}  # fmt: skip


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_what_cannot_be_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "cells.csv").write_text(content + "\n")
    with pytest.raises(SubjectError):
        gate_file(tmp_path / "cells.csv", signed(CORE), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_whole_counts_may_be_written_with_a_point(tmp_path: Path) -> None:
    (tmp_path / "cells.csv").write_text("area,people,records\na,20.0,20.0\nb,30.0,30.0\n*,50.0,50.0\n")
    assert gate_file(tmp_path / "cells.csv", signed(CORE), tmp_path / "out").outcome is Outcome.PASS


@pytest.mark.parametrize("amounts_first", [True, False])
def test_tables_with_and_without_amounts_are_not_laid_together(tmp_path: Path, amounts_first: bool) -> None:
    amounts, counts = tmp_path / "amounts.csv", tmp_path / "counts.csv"
    amounts.write_text("area,people,records,value,first,second\na,50,50,3000,80,80\n*,50,50,3000,80,80\n")
    counts.write_text("kind,people,records\nx,50,50\n*,50,50\n")
    one, other = (amounts, counts) if amounts_first else (counts, amounts)
    with pytest.raises(SubjectError, match="same numbers"):
        gate_file(one, signed(CORE), tmp_path / "out", linked=[other])


def one_cell(people: int, value: float, first: float, second: float, **ends: float) -> Cells:
    row = {"people": people, "records": people, "value": value, "first": first, "second": second, **ends}
    return Cells(("area",), pl.DataFrame([{"area": name, **row} for name in ("a", TOTAL)]), "value")


def taken(table: Cells) -> bool:
    try:
        checked(table)
    except SubjectError:
        return False
    return True


def two_largest(amounts: tuple[int, ...]) -> tuple[int, int]:
    ranked = sorted((abs(amount) for amount in (*amounts, 0, 0)), reverse=True)
    return ranked[0], ranked[1]


def test_exactly_those_amounts_are_taken_that_people_can_have() -> None:
    """The slow twin: up to three people who contribute nothing, one or two, written down."""
    occur = {
        (people, sum(amounts), *two_largest(amounts))
        for people in range(4)
        for amounts in combinations_with_replacement(range(3), people)
    }
    asked = product(range(4), range(7), range(3), range(3))
    assert {numbers for numbers in asked if taken(one_cell(*numbers))} == occur


def test_no_people_with_debts_are_refused() -> None:
    for people in range(1, 4):
        for amounts in combinations_with_replacement(range(-2, 3), people):
            ends = {"lowest": float(min(amounts)), "highest": float(max(amounts))}
            assert taken(one_cell(people, sum(amounts), *two_largest(amounts), **ends)), amounts


@st.composite
def records(draw: st.DrawFn) -> pl.DataFrame:
    """Persons with one or more records in areas and kinds, and amounts that may be debts."""
    least = draw(st.sampled_from([0, -50]))
    one = st.fixed_dictionaries({
        "person": st.integers(0, 6), "area": st.sampled_from("abc"), "kind": st.sampled_from("xy"),
        "magnitude": st.integers(least, 50).map(float),
    })  # fmt: skip
    return pl.DataFrame(draw(st.lists(one, min_size=1, max_size=15)))


@settings(max_examples=40, deadline=None)
@given(records())
def test_what_people_made_is_taken(found: pl.DataFrame) -> None:
    """Also where one person is in several cells: the margins count and sum each once."""
    parents = {"area": {"a": "ab", "b": "ab"}}
    there = {"area": {name: above for name, above in parents["area"].items() if name in set(found["area"])}}
    table = aggregate(found, ["area", "kind"], "magnitude", [found["person"]], there)
    checked(Cells(("area", "kind"), table, "magnitude", there))


@settings(max_examples=8, deadline=None)
@given(records())
def test_what_the_fewest_people_made_is_taken_as_such(found: pl.DataFrame) -> None:
    """Two link sets: in the second some persons are the same."""
    sets = [found["person"], found["person"] // 2, found["person"] % 3]
    checked(Cells(("area", "kind"), aggregate(found, ["area", "kind"], "magnitude", sets), "magnitude", least=True))


@pytest.mark.parametrize("large", [1e4, 1e8, 1e9, 1e10])
def test_small_amounts_beside_a_huge_one_come_to_an_end(large: float) -> None:
    """Moves of the small ones are lost in the rounding of the large; they are hidden with room that is not."""
    big = [f"{area} | {kind} | 50 | {large} | {large / 50}" for area, kind in ("az", "bz", "cx", "cy", "cz")]
    table = cells("\n".join([
        "area | kind | people | value | first",
        "a | x | 3 | 90 | 40", "a | y | 12 | 0.12 | 0.01", "b | x | 12 | 0.12 | 0.01", "b | y | 12 | 0.12 | 0.01", *big,
    ]))  # fmt: skip
    columns = tuple(OutputColumn(name, "area", "breakdown") for name in table.dimensions)
    verdict = examine(Subject("table", columns, table), signed(CORE))
    assert verdict.outcome is Outcome.PASS
    assert verdict.hidden >= 4
