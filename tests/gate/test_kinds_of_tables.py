"""Hierarchies, linked tables, and random tables of every kind; what readers can tell is found by writing tables down.

The twin here takes nothing from suppressor or auditor: it knows the names of the cells, adds up, and searches whole
numbers for tables that fit.
"""

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np
import polars as pl
import pytest

from benchmarks.gate_tables import KINDS, Kind, linked, random_table, with_groups
from gate import TOTAL, Cells, Outcome, OutputColumn, Subject, SubjectError, Verdict, examine
from tests.gate.policies import signed
from tests.gate.texts import cells

SHARE = 2
"""Tables of each kind here; `python -m benchmarks.gate_random` does 125 of each."""


def examined(table: Cells, minimum: int = 10, width: int = 10) -> Verdict:
    columns = tuple(OutputColumn(name, "area", "breakdown") for name in table.dimensions)
    policy = signed(("D01", "D06", "D07"), minimum_people=minimum, count_interval_width=width)
    return examine(Subject("table", columns, table), policy)


def hidden_names(table: Cells) -> set[str]:
    safe = examined(table).safe
    assert safe is not None
    names = safe.filter(pl.col("people").is_null()).select(pl.concat_str(table.dimensions, separator=" "))
    return set(names.to_series())


# --- the twin: all sums of a table by their names, and a search for whole numbers that keep them


def sums(names: list[tuple[str, ...]], parents: Mapping[str, Mapping[str, str]], dimensions: tuple[str, ...]) -> list[
    tuple[int, list[int]]
]:  # fmt: skip
    found = []
    for total, name in enumerate(names):
        for axis, dimension in enumerate(dimensions):
            above = parents.get(dimension, {})
            parts = [
                part
                for part, other in enumerate(names)
                if other[axis] != TOTAL
                and above.get(other[axis], TOTAL) == name[axis]
                and all(a == b for place, (a, b) in enumerate(zip(name, other, strict=True)) if place != axis)
            ]
            if parts:
                found.append((total, parts))
    return found


class Reader:
    """Whoever knows the published table, and for each hidden cell from what to what it lies."""

    def __init__(self, table: Cells, safe: pl.DataFrame, low: list[int], high: list[int]) -> None:
        names = table.table.select(table.dimensions).rows()
        self.unknown = np.flatnonzero(safe["people"].is_null().to_numpy()).tolist()
        self._low, self._high = low, high
        self._published = safe["people"].to_list()
        all_sums = sums(names, table.parents, table.dimensions)
        self._sums = [{total: -1, **dict.fromkeys(parts, 1)} for total, parts in all_sums]
        self._of = {cell: [row for row in self._sums if cell in row] for cell in self.unknown}

    def tables(self, first: int, value: int) -> Iterator[dict[int, int]]:
        """Tables in which cell `first` has this value."""
        start = {cell: n for cell, n in enumerate(self._published) if n is not None}
        yield from self._fill(start | {first: value}, [first])

    def _fill(self, known: dict[int, int], changed: list[int]) -> Iterator[dict[int, int]]:
        known = dict(known)
        if not self._deduce(known, changed):
            return
        left = [cell for cell in self.unknown if cell not in known]
        if not left:
            yield known
            return
        cell = min(left, key=lambda c: min(len([m for m in row if m not in known]) for row in self._of[c]))
        for value in range(self._low[cell], self._high[cell] + 1):
            yield from self._fill(known | {cell: value}, [cell])

    def _deduce(self, known: dict[int, int], changed: list[int]) -> bool:
        """Fill in what follows from single sums; False when something does not fit."""
        while changed:
            for row in self._of[changed.pop()]:
                open_cells = [cell for cell in row if cell not in known]
                rest = sum(sign * known[cell] for cell, sign in row.items() if cell in known)
                if not open_cells and rest:
                    return False
                if len(open_cells) == 1:
                    (cell,) = open_cells
                    known[cell] = -rest * row[cell]
                    changed.append(cell)
                    if not self._low[cell] <= known[cell] <= self._high[cell]:
                        return False
        return True

    def can_be(self, cell: int, value: int) -> bool:
        return next(self.tables(cell, value), None) is not None


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_hidden_is_the_same_in_all_tables_of_whole_numbers(kind: Kind) -> None:
    """The insider (threshold 3) holds another number possible for every hidden cell, the outsider a range of 2."""
    passed = 0
    for seed in range(1 if kind == "3-way" else SHARE):
        table = random_table(kind, seed, mean=6.0)
        verdict = examined(table, minimum=3, width=2)
        passed += verdict.safe is not None
        if verdict.safe is not None:
            _nothing_known(table, verdict.safe)
    assert passed >= SHARE // 2


def _apart(one: int, other: int) -> int:
    return abs(one - other)


def _nothing_known(table: Cells, safe: pl.DataFrame) -> None:
    people = table.table["people"].to_list()
    most = 2 * max(people)
    insider = Reader(table, safe, [1] * len(people), [2 if n < 3 else most for n in people])
    outsider = Reader(table, safe, [1] * len(people), [most] * len(people))
    assert all(safe["people"][cell] == people[cell] for cell in range(len(people)) if cell not in insider.unknown)
    for cell in insider.unknown:
        around = sorted(range(1, most + 1), key=partial(_apart, people[cell]))[1:]
        assert any(insider.can_be(cell, value) for value in around)
        if people[cell] < 3:
            possible = [value for value in range(1, 8) if outsider.can_be(cell, value)]
            assert max(possible) - min(possible) >= 2


@pytest.mark.parametrize("kind", KINDS)
def test_random_tables_pass_their_audit(kind: Kind) -> None:
    outcomes = [examined(random_table(kind, seed)).outcome for seed in range(100, 100 + SHARE)]
    assert set(outcomes) == {Outcome.PASS}


PROVINCES = {"a": "north", "b": "north", "c": "south", "d": "south"}


def test_a_sum_of_the_level_between_gives_a_cell_away_too() -> None:
    """3 of a would follow from the north less b; hiding b hides both, as the level is published."""
    flat = cells("""
        area | people
        a    | 3
        b    | 20
        c    | 30
        d    | 500
    """)
    assert hidden_names(flat) == {"a", "b"}
    both = with_groups(flat, "area", PROVINCES)
    assert hidden_names(both) == {"a", "b"}
    lopsided = with_groups(flat, "area", {"a": "north", "b": "south", "c": "south", "d": "south"})
    assert hidden_names(lopsided) == {"a", "north", "*"}  # a is the north


def test_linked_tables_are_hidden_together() -> None:
    """The small kind x of area a is hidden in both tables, and so is what would give it away in either."""
    table = cells("""
        area | kind | sex | people
        a    | x    | m   | 2
        a    | x    | f   | 1
        a    | y    | m   | 20
        a    | y    | f   | 30
        b    | x    | m   | 25
        b    | x    | f   | 45
        b    | y    | m   | 60
        b    | y    | f   | 80
    """)
    pair = linked(table, ("area", "kind"), ("kind", "sex"))
    assert hidden_names(pair) == {"a x *", "a y *", "b x *", "b y *"}
    small_margin = linked(
        cells("""
            area | kind | sex | people
            a    | x    | m   | 2
            a    | x    | f   | 1
            a    | y    | m   | 20
            a    | y    | f   | 30
            a    | z    | m   | 40
            a    | z    | f   | 50
        """),
        ("area", "kind"),
        ("kind", "sex"),
    )
    hidden = hidden_names(small_margin)
    assert {"a x *", "* x *"} <= hidden  # one and the same count, in either table
    assert any(name.startswith(("* y", "* z")) or name == "* * *" for name in hidden)


BAD = {
    "a part is missing": lambda t: Cells(t.dimensions, t.table.filter(pl.col("area") != "a"), None, t.parents),
    "the level between is missing": lambda t: Cells(
        t.dimensions, t.table.filter(pl.col("area") != "north"), None, {"area": {"a": "north"}}
    ),
    "the level between does not add up": lambda t: Cells(
        t.dimensions,
        t.table.with_columns(pl.col("people", "records") + (pl.col("area") == "north").cast(pl.Int64)),
        None,
        t.parents,
    ),
    "a circle": lambda t: Cells(t.dimensions, t.table, None, {"area": {"a": "north", "north": "a"}}),
    "an unknown category": lambda t: Cells(t.dimensions, t.table, None, {"area": {**PROVINCES, "e": "north"}}),
    "an unknown dimension": lambda t: Cells(t.dimensions, t.table, None, {"kind": {"a": "north"}}),
    "nothing is part of nothing": lambda t: Cells(t.dimensions, t.table, None, {"area": {TOTAL: "a"}}),
}


@pytest.mark.parametrize("broken", BAD.values(), ids=BAD)
def test_a_hierarchy_that_is_none_is_refused(broken) -> None:  # type: ignore[no-untyped-def]
    flat = cells("area | people\na | 13\nb | 20\nc | 30\nd | 500")
    with pytest.raises(SubjectError):
        examined(broken(with_groups(flat, "area", PROVINCES)))


def test_tables_that_hang_together_in_a_circle_are_refused() -> None:
    """The three two-way tables of a three-way one: which sums some people can have is more than each table says."""
    whole = random_table("3-way", 1)
    pairs = (("d0", "d1"), ("d1", "d2"), ("d2", "d0"))
    assert examined(linked(whole, *pairs[:2])).findings
    with pytest.raises(SubjectError, match="circle"):
        examined(linked(whole, *pairs))
    assert examined(linked(whole, *pairs, ("d0", "d1", "d2"))).findings
