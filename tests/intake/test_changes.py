"""Sudden changes between two deliveries: each measure against a slow twin, and what chance explains."""

import json
from collections import Counter
from collections.abc import Callable
from itertools import product
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake import chance
from intake.changes import DIGITS, Change, Measure, SuddenChange, changes, failed, measured_as
from intake.source import Changes
from koppelkamer.cli import main
from tests.intake.sources import source, text_column

LIMITS = Changes()
COLUMNS: dict[str, Measure | None] = {"kind": "shares", "day": "distribution", "amount": "distribution", "name": None}
SCHEMA = {"kind": pl.String, "day": pl.String, "amount": pl.Float64, "name": pl.String}


def frame(rows: list[tuple[Any, ...]]) -> pl.LazyFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").lazy()


def found(before: list[Any], after: list[Any], measure: Measure, **limits: Any) -> Change:
    """What is found of one column that holds these cells."""
    name = {"shares": "kind", "distribution": "day"}.get(measure, "name")
    frames = [pl.DataFrame({name: cells}, schema={name: SCHEMA[name]}).lazy() for cells in (before, after)]
    every = changes(frames[0], frames[1], {name: COLUMNS[name]}, Changes(**limits))
    return next(each for each in every if each.measure == measure)


def sudden(before: list[Any], after: list[Any], measure: Measure) -> bool:
    return found(before, after, measure).outcome == "failed"


CASES: dict[str, tuple[Measure, list[Any], list[Any], float, bool]] = {  # before, after; distance, sudden
    "as many rows": ("rows", ["a"] * 500, ["b"] * 500, 0, False),
    "half the rows": ("rows", ["a"] * 500, ["a"] * 250, 0.5, True),
    "half the rows of a handful": ("rows", ["a"] * 8, ["a"] * 4, 0.5, False),
    "twice the rows": ("rows", ["a"] * 500, ["a"] * 1000, 1, True),
    "no rows any more": ("rows", ["a"] * 500, [], 1, True),
    "rows out of nothing": ("rows", [], ["a"] * 500, 500, True),
    "no rows, still": ("rows", [], [], 0, False),
    "cells emptied": ("empty", ["a"] * 500, ["a"] * 450 + [None] * 50, 0.1, True),
    "cells emptied, below the line": ("empty", ["a"] * 5000, ["a"] * 4800 + [None] * 200, 0.04, False),
    "cells emptied in a handful": ("empty", ["a"] * 10, ["a"] * 8 + [None] * 2, 0.2, False),
    "a column emptied in a handful": ("empty", ["a"] * 10, [None] * 10, 1, True),
    "cells filled": ("empty", ["a"] * 250 + [None] * 250, ["a"] * 500, 0.5, True),
    "a category gone": ("shares", ["a", "b"] * 500, ["a"] * 1000, 0.5, True),
    "a category gone from a handful": ("shares", ["a", "b"] * 3, ["a"] * 6, 0.5, False),
    "a category renamed": ("shares", ["a", "b"] * 500, ["a", "c"] * 500, 0.5, True),
    "shares that stay": ("shares", ["a", "b"] * 500, ["a", "b"] * 50, 0, False),
    "days ten years later": ("distribution", ["1980-01-01"] * 500, ["1990-01-01"] * 500, 1, True),
    "days that are no longer known": (
        "distribution",
        ["1980-05-01", "1981-05-01"] * 500,
        ["1980-05-01", "0000-00-00"] * 500,
        0.5,
        True,
    ),
    "a month that is no longer known stands before that year's days, and moves no other": (
        "distribution",
        ["1979-05-01", *["1980-05-01"] * 2, "1981-05-01"] * 500,
        ["1979-05-01", "1980-00-00", "1980-05-01", "1981-05-01"] * 500,
        0.25,
        True,
    ),
    "other days in a handful": ("distribution", ["1980-01-01"] * 2, ["1990-01-01"] * 2, 1, False),
}


@pytest.mark.parametrize(("measure", "before", "after", "distance", "fails"), CASES.values(), ids=CASES)
def test_measures(measure: Measure, before: list[Any], after: list[Any], distance: float, fails: bool) -> None:
    one = found(before, after, measure)
    assert (one.distance, one.outcome == "failed") == (pytest.approx(distance), fails)


def test_what_comes_and_goes_is_counted() -> None:
    one = found(["a", "b", "b", None], ["b", "c", "d", "d"], "shares")
    assert (one.before, one.after, one.new, one.vanished) == (2, 3, 2, 1)
    assert one.facts["column"] == "kind" and "a" not in one.facts.values()


def test_amounts_count_in_four_figures_and_cents_in_none() -> None:
    limits = Changes(significance=0.5)
    columns: dict[str, Measure | None] = {"amount": "distribution"}
    frames = [pl.LazyFrame({"amount": [base + 10_000.0] * 400}) for base in (1.0, 2.0, 50.0)]
    assert changes(frames[0], frames[1], columns, limits)[-1].distance == 0
    assert changes(frames[0], frames[2], columns, limits)[-1].distance == 1


def test_in_a_column_without_cells_nothing_but_that_is_compared() -> None:
    empty = frame([(None, None, None, None)] * 400)
    filled = frame([("a", "1980-01-01", 1.0, "x")] * 400)
    told = [(each.measure, each.column, each.outcome) for each in changes(filled, empty, COLUMNS, LIMITS)]
    assert told == [("rows", None, "met"), *(("empty", name, "failed") for name in COLUMNS)]


CELLS = st.tuples(
    st.sampled_from(["a", "b", "c", None]),
    st.sampled_from(["1980-01-01", "1980-00-00", "0000-00-00", "1999-12-31", None]),
    st.sampled_from([0.0, 1.5, -3.0, 12_344.0, 12_346.0, 12_347.0, None]),
    st.sampled_from(["x", None]),
)


def twin(before: list[Any], after: list[Any], measure: Measure) -> float:
    """The distance by definition, value by value."""
    old, new = ([cell for cell in cells if cell is not None] for cells in (before, after))
    if measure == "empty":
        return abs((1 - len(new) / len(after)) - (1 - len(old) / len(before)))
    if old and isinstance(old[0], float):
        old, new = ([float(f"{value:.{DIGITS - 1}e}") for value in side] for side in (old, new))
    everything = sorted(set(old) | set(new))
    if measure == "shares":
        first, second = Counter(old), Counter(new)
        return sum(abs(first[value] / len(old) - second[value] / len(new)) for value in everything) / 2
    below = [[sum(value <= place for value in side) / len(side) for place in everything] for side in (old, new)]
    return max(abs(one - other) for one, other in zip(*below, strict=True))


@settings(deadline=None, max_examples=60)
@given(st.lists(CELLS, min_size=1, max_size=30), st.lists(CELLS, min_size=1, max_size=30))
def test_as_the_slow_twin_says(before: list[Any], after: list[Any]) -> None:
    told = changes(frame(before), frame(after), COLUMNS, LIMITS)
    assert told[0].distance == pytest.approx(abs(len(after) - len(before)) / len(before), abs=1e-6)
    for each in told[1:]:
        place = list(COLUMNS).index(str(each.column))
        sides = [row[place] for row in before], [row[place] for row in after]
        assert each.distance == pytest.approx(twin(*sides, each.measure), abs=1e-6)
        assert 0 <= each.distance <= 1 and 0 <= each.chance <= 1


ROW_COUNTS = [(count, 24 - count) for count in range(25)]


def binomial_tail(before: int, after: int) -> float:
    """Exactly: that one of two counts with equal expectation is so small or smaller, twice."""
    both, least = before + after, min(before, after)
    return min(1.0, 2 * sum(comb(both, k) for k in range(least + 1)) / 2**both)


def hypergeometric_tail(before: int, n: int, after: int, m: int) -> float:
    """Exactly: the smaller tail of `after`, given the sum, twice."""
    marked = before + after
    chances = [comb(m, k) * comb(n, marked - k) / comb(n + m, marked) for k in range(marked + 1)]
    return min(1.0, 2 * min(sum(chances[after:]), sum(chances[: after + 1])))


def test_the_bounds_lie_above_the_exact_probabilities() -> None:
    for before, after in ROW_COUNTS:
        assert chance.of_count(before, after) >= binomial_tail(before, after) * (1 - 1e-9)
    for n, m in ((12, 12), (30, 7)):
        for before, after in product(range(n + 1), range(m + 1)):
            bound = chance.of_share(before, n, after, m)
            assert bound >= hypergeometric_tail(before, n, after, m) * (1 - 1e-9)


SAMPLES: dict[str, tuple[Measure, Callable[[np.random.Generator, int], list[Any]]]] = {
    "shares of three": ("shares", lambda rng, n: rng.choice(list("abc"), n, p=[0.7, 0.2, 0.1]).tolist()),
    "shares of many": ("shares", lambda rng, n: [f"{value:04}" for value in rng.integers(0, 300, n)]),
    "rare empties": ("empty", lambda rng, n: [None if low else "x" for low in rng.random(n) < 0.02]),
}


@pytest.mark.parametrize(("measure", "draw"), SAMPLES.values(), ids=SAMPLES)
@pytest.mark.parametrize("sizes", [(20, 25), (300, 300), (2000, 200)])
def test_two_samples_of_one_population_do_not_trip_it(
    measure: Measure, draw: Callable[[np.random.Generator, int], list[Any]], sizes: tuple[int, int]
) -> None:
    """At a significance of 0.01, thirty pairs: on average no more than 0.3 may fail, and a third one is no chance."""
    rng = np.random.default_rng(5)
    limits = Changes(**{measure: 1e-6})  # so that only chance decides
    fails = sum(
        found(draw(rng, sizes[0]), draw(rng, sizes[1]), measure, **limits.model_dump()).outcome == "failed"
        for _ in range(30)
    )
    assert fails <= 2


def test_distances_of_samples_do_not_trip_it_and_a_shift_does() -> None:
    rng = np.random.default_rng(6)
    draws = [(f"{value:.0f}" for value in rng.integers(1930, 2010, 400)) for _ in range(2)]
    one, other = ([f"{year}-06-01" for year in draw] for draw in draws)
    later = [f"{int(day[:4]) + 15}-06-01" for day in other]
    assert not sudden(one, other, "distribution")
    assert sudden(one, later, "distribution")


def test_what_is_measured_of_which_column() -> None:
    columns = [text_column("a", type="sex"), text_column("b", type="date"), text_column("c", type="decimal"), "d"]
    assert measured_as(source(*columns)) == {"a": "shares", "b": "distribution", "c": "distribution", "d": None}


def test_the_refusal_names_measures_and_numbers_and_no_value() -> None:
    one = found(["Kanariepiet", "b"] * 500, ["b"] * 1000, "shares")
    said = SuddenChange("people", failed((one,)))
    assert "shares of categories of kind by 0.5, beyond 0.1" in said.message
    assert "Kanariepiet" not in said.message + said.remedy + repr(one)


def test_the_command_tells_and_stops(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns = "".join(f'[[columns]]\nname = "{name}"\ntype = "{kind}"\nrole = "payload"\n'
                      for name, kind in (("number", "text"), ("kind", "category")))  # fmt: skip
    for name, kinds in (("old", ["Kanariepiet", "Vink"]), ("new", ["Vink", "Vink"])):
        pl.DataFrame({"number": range(400), "kind": kinds * 200}).write_csv(tmp_path / f"{name}.csv")
    out, declared = tmp_path / "out", tmp_path / "birds.toml"
    call = ["check", str(tmp_path / "new.csv"), "--source", str(declared), "--out", str(out), "--period", "2026-10"]
    for severity, code, says in (
        ("warn", 0, "sudden changes since the earlier delivery: 1 of"),
        ("stop", 1, "suddenly"),
    ):
        head = 'id = "birds"\ntitle = "Birds"\nowner = "town"\nperiod = "month"\n'
        declared.write_text(f'{head}{columns}[changes]\nseverity = "{severity}"\n')
        assert main([*call, "--against", str(tmp_path / "old.csv")]) == code
        printed = capsys.readouterr()
        assert says in printed.out + printed.err and "Kanariepiet" not in printed.out + printed.err
        assert "shares of categories of kind by 0.5, beyond 0.1" in printed.out + printed.err
        told = json.loads((out / "quality.json").read_text())
        assert [each["column"] for each in told["changes"] if each["outcome"] == "failed"] == ["kind"]
        assert (told["period"], told["verdict"]) == ("2026-10", "action" if severity == "warn" else "stopped")
    assert main([*call[:-1], "2026-13"]) == 2
