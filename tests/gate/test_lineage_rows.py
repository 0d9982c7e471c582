"""What a table tells whoever has the rows of an extract that left before."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate import Dimension, Outcome, Published
from gate.lineage.codes import coded
from gate.lineage.rows import remainders
from gate.lineage.rules import Differencing, JointRelease
from tests.gate.releases import Kinds, Person, by, released

TOWN: Kinds = {"town": by("town")}
CARE: Kinds = {"town": by("town"), "care": by("care")}


def crowd(**counts: int) -> list[Person]:
    """`a_old_yes=12`: so many of a town, an age, and in care."""
    found = [name for name, number in counts.items() for _ in range(number)]
    names = ("town", "age", "care")
    return [dict(zip(names, name.split("_"), strict=True)) | {"id": str(n)} for n, name in enumerate(found)]


def extract(name: str, people: Sequence[Person], *columns: str, delivery: str = "d") -> Published:
    """Rows with these columns, under pseudonyms."""
    table = released(name, people, {each: by(each) for each in columns}, delivery=delivery)
    place = table.table.with_row_index("cell").join(
        table.lineage.members.select("cell").unique(), on="cell", how="semi"
    )
    numbered = place.select("cell").with_row_index("place")
    members = table.lineage.members.join(numbered, on="cell", how="left", maintain_order="left")
    known = replace(
        table.lineage,
        dimensions=tuple(Dimension(each, (each,)) for each in columns),
        members=members.with_columns(cell=pl.col("place").cast(pl.UInt32)).drop("place"),
        rows=True,
    )
    return replace(table, table=place.drop("cell"), lineage=known)


PEOPLE = crowd(a_old_no=20, a_old_yes=16, a_young_no=18, a_young_yes=14, b_old_no=22, b_old_yes=15, b_young_no=19)
SEEN = {
    # rows, table, D08, D09
    "rows that have all the table has": (extract("x", PEOPLE, "town", "age"), (PEOPLE, TOWN), "PASS", "PASS"),
    "all rows but three": (extract("x", PEOPLE[3:], "town", "age"), (PEOPLE, TOWN), "FAIL", None),
    "a table that lacks three of the rows": (extract("x", PEOPLE, "town", "age"), (PEOPLE[3:], TOWN), "FAIL", None),
    "three more and three fewer": (
        extract("x", PEOPLE[3:], "town", "age"), (PEOPLE[:33] + PEOPLE[36:], TOWN), "PASS", None,
    ),
    "a table that tells who is in care": (extract("x", PEOPLE, "town", "age"), (PEOPLE, CARE), "PASS", "PASS"),
    "rows about something else": (extract("x", PEOPLE, "age"), (PEOPLE, TOWN), "PASS", "PASS"),
    "rows of another delivery, but three": (
        extract("x", PEOPLE[3:], "town", delivery="e"), (PEOPLE, TOWN), "FAIL", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "table", "pairs", "joint"), SEEN.values(), ids=SEEN)
def test_a_table_beside_rows(rows: Published, table: tuple[list[Person], Kinds], pairs: str, joint: str | None) -> None:
    new = released("", *table)
    assert {each.outcome for each in Differencing(10, 0.5, 0.67, 10).compare(new, [rows])} == {Outcome(pairs)}
    if joint is not None:
        found = JointRelease(10, 0.5, 0.67, 10).compare(new, [rows])
        assert {each.outcome for each in found} == {Outcome(joint)}


def test_a_hidden_cell_that_the_rows_fill_but_for_two() -> None:
    """The table hides town c (two persons who are in no rows, and ten who are); the total gives them away."""
    people = crowd(a_old_no=36, b_old_no=30, c_old_no=12)
    new = released("", people, TOWN, hidden=[("c",), ("b",)])
    (found,) = Differencing(10, 0.5, 0.67, 10).compare(new, [extract("x", people[:-2], "town")])
    assert found.outcome is Outcome.FAIL


def test_two_tables_and_rows_that_lay_them_over_each_other() -> None:
    """Nobody of town a is young, which only the rows tell: of the fifteen old in care three are then of b."""
    people = crowd(a_old_yes=12, b_old_yes=3, b_old_no=15, b_young_yes=14, b_young_no=15)
    kinds: dict[str, Callable[[Person], str]] = {"age": by("age"), "care": by("care")}
    before, new = released("t", people, kinds), released("", people, CARE)
    rows = extract("x", people, "town", "age")
    joint = JointRelease(10, 0.5, 0.67, 10)
    assert [each.outcome for each in joint.compare(new, [before])] == [Outcome.PASS]
    assert [each.outcome for each in joint.compare(new, [before, rows])] == [Outcome.NOT_ASSESSABLE]


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Published, Published, list[Person], list[Person], list[str]]:
    everybody = [
        {"town": draw(st.sampled_from("ab")), "age": draw(st.sampled_from("oy")), "id": str(n)}
        for n in range(draw(st.integers(2, 10)))
    ]
    counted, in_rows = ([each for each in everybody if draw(st.integers(0, 4))] or everybody[:1] for _ in range(2))
    names = draw(st.sampled_from([["town"], ["town", "age"]]))
    return (
        released("", counted, {each: by(each) for each in names}),
        extract("x", in_rows, "town"),
        counted,
        in_rows,
        names,
    )


@settings(deadline=None, max_examples=40)
@given(pairs())
def test_it_is_what_sets_say(made: tuple[Published, Published, list[Person], list[Person], list[str]]) -> None:
    new, rows, counted, in_rows, names = made
    if not {each["id"] for each in counted} & {each["id"] for each in in_rows}:
        return  # nobody from whom to see that the columns are the same
    cells = [dict(zip(names, row, strict=True)) for row in new.table.select(names).rows()]
    mine = [_those(counted, cell) for cell in cells]
    theirs = [_those(in_rows, {"town": cell["town"]}) for cell in cells]
    settled = [_those(counted, {"town": cell["town"]}) == theirs[at] for at, cell in enumerate(cells)]
    expected = sum(
        not done and (one < two or two < one) and bool(one) and bool(two) and len(one ^ two) < 3
        for one, two, done in zip(mine, theirs, settled, strict=True)
    )
    assert remainders(*coded([new, rows]), 3) == expected


def _those(people: Sequence[Person], cell: dict[str, str]) -> frozenset[str]:
    return frozenset(each["id"] for each in people if all(value in ("*", each[name]) for name, value in cell.items()))
