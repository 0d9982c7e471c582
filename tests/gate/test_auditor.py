"""The auditor against published examples and against writing down every possible table."""

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gate.case import Masked
from gate.disclosure.auditor import Suggestions, audit
from gate.disclosure.cells import checked, measures
from gate.disclosure.needs import Needs
from gate.disclosure.possible import Bounds, Possible, equations
from gate.subject import Cells
from tests.gate.brute import possible_tables
from tests.gate.texts import cells, with_margins


def masked(table: Cells, hidden: pl.Series, *, threshold: int = 10, level: float | None = None) -> Masked:
    truth = checked(table)
    low = (truth["people"] > 0) & (truth["people"] < threshold)
    shown = [pl.when(~hidden).then(pl.col(name)).alias(name) for name in measures(table)]
    levels = None if level is None else pl.repeat(level, truth.height, eager=True)
    return Masked(table.dimensions, truth, {"D01": low & hidden}, levels, truth.select(*table.dimensions, *shown))


def hide(table: Cells, *names: str) -> pl.Series:
    """Cells by name, as `w b`."""
    joined = table.table.select(pl.concat_str(table.dimensions, separator=" ")).to_series()
    assert set(names) <= set(joined), names
    return joined.is_in(names)


def interval(table: Cells, hidden: pl.Series, cell: str, least: float = 0.0) -> tuple[float, float]:
    """What a reader calculates who knows the sums, and that nothing is below `least`."""
    case = masked(table, hidden)
    rows = [row for name in table.dimensions for row in equations(case.safe, table.dimensions, name, "people")]
    number = int(hidden.sum())
    possible, bounds = Possible(number, rows, whole=True), Bounds(np.full(number, least), np.full(number, 1e5))
    column = int(hide(table, cell).filter(hidden).arg_max() or 0)
    low, high = (possible.utmost(column, bounds, most=most)[column] for most in (False, True))
    return float(low), float(high)


def test_geurts() -> None:
    """Geurts 1992, as worked out in the Handbook on Statistical Disclosure Control, 4.2: from 3 to 6."""
    table = cells("""
        line | column | people
        1   | 1      | 5
        1   | 2      | 2
        2   | 1      | 1
        2   | 2      | 2
        3   | 1      | 3
        3   | 2      | 3
    """)
    assert interval(table, hide(table, "1 1", "1 2", "2 1", "2 2"), "1 1") == (3, 6)


SDCTABLE = cells("""
    line | column | people
    w | a | 30
    w | b | 47
    w | c | 64
    w | d | 89
    x | a | 90
    x | b | 124
    x | c | 5
    x | d | 31
    y | a | 92
    y | b | 100
    y | c | 59
    y | d | 85
    z | a | 800
    z | b | 991
    z | c | 651
    z | d | 685
""")
NINE = ("w a", "w b", "w c", "x a", "x c", "y b", "y d", "z b", "z d")


def test_a_cell_that_follows_from_two_rows_and_two_columns() -> None:
    """The 4 × 4 example of sdcTable: no single row gives w b away, rows w and x less columns a and c do."""
    hidden = hide(SDCTABLE, *NINE)
    assert interval(SDCTABLE, hidden, "w b") == (47, 47)
    assert audit(masked(SDCTABLE, hidden), Needs(10, 10)).exact > 0
    mended = hidden | hide(SDCTABLE, "x b")
    assert interval(SDCTABLE, mended, "w b")[0] < interval(SDCTABLE, mended, "w b")[1]


ROW = """
    area | people
    a    | 3
    b    | 40
    c    | 50
    d    | 2
"""
ROWS = {
    # hidden, exact, narrow
    "one alone follows from the total": (("a", "d"), 0, 2),  # together 5: each from 1 to 4
    "with a large one both stay wide": (("a", "d", "b"), 0, 0),
    "one cell": (("a",), 1, 1),
    "one cell and the total": (("a", "*"), 0, 0),
}  # fmt: skip


@pytest.mark.parametrize(("names", "exact", "narrow"), ROWS.values(), ids=ROWS)
def test_one_row(names: tuple[str, ...], exact: int, narrow: int) -> None:
    table = cells(ROW)
    found = audit(masked(table, hide(table, *names)), Needs(10, 10))
    assert (found.exact, found.narrow) == (exact, narrow)


def test_the_insider_uses_the_threshold() -> None:
    """9 and 9 of 18: whoever knows that both are below 10 knows both; who does not sees 1 to 17."""
    table = cells("""
        area | people
        a    | 9
        b    | 9
        c    | 50
    """)
    found = audit(masked(table, hide(table, "a", "b")), Needs(10, 10))
    assert (found.exact, found.narrow, found.narrowest) == (2, 0, 16)


VALUES = """
    area | people | value | first | second
    a    | 12     | 100   | 80    | 2
    b    | 40     | 300   | 20    | 20
    c    | 50     | 900   | 30    | 20
    d    | 1      | 500   | 500   | 0
"""
AMOUNTS = {
    # hidden, level, near, known to somebody alone
    "wide enough": (("a", "b"), 250, 0, 0),
    "its neighbour cannot give so much": (("a", "b"), 301, 1, 0),
    "its neighbour's largest contributor gives less": (("a", "b"), 290, 1, 0),
    "the one alone next to it knows all": (("a", "d"), 10, 1, 1),
    "with a third cell nobody does": (("a", "d", "b"), 10, 0, 0),
}  # fmt: skip


@pytest.mark.parametrize(("names", "level", "near", "lone"), AMOUNTS.values(), ids=AMOUNTS)
def test_amounts(names: tuple[str, ...], level: float, near: int, lone: int) -> None:
    table = cells(VALUES)
    case = masked(table, hide(table, *names))
    unsafe = {"D04": hide(table, "a")}
    levels = pl.when(hide(table, "a")).then(pl.lit(float(level)))
    found = audit(
        Masked(case.dimensions, case.truth, unsafe, case.truth.select(levels).to_series(), case.safe), Needs(10, 2)
    )
    assert (found.near, found.known_to_lone) == (near, lone)


def test_the_one_who_is_alone_knows_the_count_beside() -> None:
    """Two cells of one row may not protect each other when in one of them somebody is alone (Handbook 4.2)."""
    table = cells("""
        area | people
        a    | 1
        b    | 4
        c    | 60
        d    | 70
    """)
    assert audit(masked(table, hide(table, "a", "b")), Needs(10, 2)).known_to_lone == 1
    assert audit(masked(table, hide(table, "a", "b", "c")), Needs(10, 2)).known_to_lone == 0


def test_in_three_dimensions_only_whole_people_count() -> None:
    """The sums alone allow eight and a half people; a reader knows that there are eight at most."""
    counts = [
        3, 4, 3, 4, 4, 4, 5, 2, 0,  4, 5, 2, 1, 2, 0, 2, 0, 5,
        2, 4, 1, 2, 2, 5, 5, 3, 4,  3, 5, 3, 5, 2, 4, 0, 2, 2,
    ]  # fmt: skip
    table = random_table((4, 3, 3), counts)
    inner = table.table.select(pl.all_horizontal(pl.col(table.dimensions) != "*")).to_series()
    assert interval(table, inner & (table.table["people"] > 0), "0 1 0", least=1.0)[1] == 8


def test_a_false_suggestion_changes_nothing() -> None:
    """Somebody claims that the one hidden cell could be another number, or half a person more."""
    table = cells(ROW)
    case = masked(table, hide(table, "a"))
    moves = hide(table, "a").cast(pl.Float64).to_numpy() * np.array([[5.0], [0.5], [-3.0]])
    assert audit(case, Needs(10, 10), Suggestions(moves, moves)) == audit(case, Needs(10, 10))


def random_table(shape: tuple[int, ...], counts: list[int]) -> Cells:
    names = [f"d{axis}" for axis in range(len(shape))]
    places = np.array(list(np.ndindex(*shape)))
    inner = pl.DataFrame({name: [f"{place}" for place in places[:, axis]] for axis, name in enumerate(names)})
    return with_margins(inner.with_columns(people=pl.Series(counts, dtype=pl.Int64)), tuple(names))


@st.composite
def tables(draw: st.DrawFn) -> Cells:
    shape = draw(st.sampled_from([(2, 2), (2, 3), (3, 2), (2, 2, 2)]))
    most = 4 if shape == (2, 2, 2) else 6
    number = int(np.prod(shape))
    return random_table(shape, draw(st.lists(st.integers(0, most), min_size=number, max_size=number)))


def exact_by_writing_down(table: Cells, safe: pl.DataFrame, threshold: int) -> int:
    """How many hidden cells are the same in all tables the insider holds possible; the insider as in `gate.needs`."""
    people = table.table["people"].to_numpy()
    low = np.ones_like(people)
    most = 7 if len(table.dimensions) == 3 else 9  # far enough above the largest cell that a lid hides no table
    high = np.where(people < threshold, threshold - 1, -1)
    inner = (table.table.select(pl.all_horizontal(pl.col(table.dimensions) != "*"))).to_series().to_numpy()
    assume((inner & (people >= threshold) & safe["people"].is_null().to_numpy()).sum() <= 5)  # else too many to write
    possible = possible_tables(safe, table.dimensions, low, np.where(inner & (high < 0), most, high))
    hidden = safe["people"].is_null().to_numpy()
    return int((possible.min(axis=0) == possible.max(axis=0))[hidden].sum())


@settings(max_examples=30, deadline=None)
@given(tables(), st.data())
def test_exact_cells_are_those_that_are_the_same_in_every_possible_table(table: Cells, data: st.DataObject) -> None:
    people = table.table["people"]
    wishes = data.draw(st.lists(st.booleans(), min_size=len(people), max_size=len(people)))
    hidden = pl.Series(wishes) & (people > 0)
    case = masked(table, hidden, threshold=3)
    assert audit(case, Needs(3, 1)).exact == exact_by_writing_down(table, case.safe, 3)
