"""Rows of persons: what is measured in them, and how they are coarsened."""

import os
from itertools import product
from math import inf, isclose
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from declare import WrongInput
from gate.microdata.anonymise import anonymise
from gate.microdata.declared import Rows
from gate.microdata.hierarchy import levels
from gate.microdata.lattice import least
from gate.microdata.loss import discernibility
from gate.microdata.measures import closeness, diversity, smallest, uniques
from gate.microdata.patterns import Limits, Patterns
from tests.gate.rowwise import ADULT, QUASI, SENSITIVE, adult, cheapest, classes, declared, distance, distinct, furthest

DATA = Path(os.environ.get("KOPPELKAMER_DATA", ""))
with_data = pytest.mark.skipif("KOPPELKAMER_DATA" not in os.environ, reason="KOPPELKAMER_DATA names no folder of data")


PYCANON = {  # pyCANON 1.3.5 (Sáinz-Pardo Díaz and López García 2022) on Adult: quasi-identifiers, k, l and t of income
    "sex": (("sex",), 10771, 2, 0.13134896882844016),
    "race and sex": (("race", "sex"), 109, 2, 0.18576368588639136),
    "sex and relationship": (("sex", "relationship"), 1, 1, 0.2591904425539756),
    "all four": (("race", "sex", "relationship", "education"), 1, 1, 0.7591904425539756),
}


@pytest.mark.parametrize(("quasi", "k", "values", "t"), PYCANON.values(), ids=PYCANON)
def test_adult_as_another_program_measures_it(quasi: tuple[str, ...], k: int, values: int, t: float) -> None:
    table = adult()
    assert smallest(table, quasi) == k
    assert diversity(table, quasi, "income-per-year") == values
    assert closeness(table, quasi, "income-per-year") == pytest.approx(t, abs=1e-12)


NUMBERS = {  # the same program on columns of numbers
    "Adult, learning": ("adult.csv", ("race", "sex"), "education-num", 0.08610245056982632),
    "Adult, hours": ("adult.csv", ("race",), "hours-per-week", 0.024660721873646027),
    "German credit, amount": (
        "german_credit.csv",
        ("personal_status", "housing"),
        "credit_amount",
        0.35320652173913036,
    ),
}


@with_data
@pytest.mark.parametrize(("file", "quasi", "sensitive", "t"), NUMBERS.values(), ids=NUMBERS)
def test_numbers_as_another_program_measures_them(file: str, quasi: tuple[str, ...], sensitive: str, t: float) -> None:
    table = pl.read_csv(DATA / "fairness_credit_income" / file)
    assert closeness(table, quasi, sensitive) == pytest.approx(t, abs=1e-12)


@pytest.mark.parametrize(("salaries", "t"), {(3, 4, 5): 0.375, (6, 8, 11): 0.167}.items())
def test_distance_as_its_authors_reckon_it(salaries: tuple[int, ...], t: float) -> None:
    """Li, Li and Venkatasubramanian 2007, section 3.1: salaries of 3 to 11 thousand, one each, in three classes."""
    every = range(3, 12)
    table = pl.DataFrame({"class": [salary in salaries for salary in every], "salary": list(every)})
    part = table.filter("class")["salary"].to_list()
    assert distance(part, list(every), ordered=True) == pytest.approx(t, abs=5e-4)
    others = distance(table.filter(~pl.col("class"))["salary"].to_list(), list(every), ordered=True)
    assert closeness(table, ["class"], "salary") == pytest.approx(max(t, others), abs=5e-4)


@with_data
def test_uniques_of_a_sample() -> None:
    """Franconi and Polettini's eight records: four are alone, and stand for 17, 541, 8 and 5 persons."""
    table = pl.read_csv(DATA / "sdc_examples" / "sdcmicro_francdat.csv")
    alone, expected = uniques(table, ["Key1", "Key2", "Key3", "Key4"], "w")
    assert alone == 4
    assert expected == pytest.approx(1 / 17 + 1 / 541 + 1 / 8 + 1 / 5)
    assert uniques(table, ["Key1", "Key2", "Key3", "Key4"], None) == (4, 4.0)


small = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from(["a", "b", "c", None]), st.sampled_from([1, 2, 3, 9, None])),
    min_size=1, max_size=24,
)  # fmt: skip


def frame(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"age": pl.Int64, "area": pl.String, "debt": pl.Int64}, orient="row")


@given(small, st.sampled_from(["debt", "area"]))
def test_measures_are_those_of_the_readable_twin(rows: list[tuple[Any, ...]], sensitive: str) -> None:
    table, quasi = frame(rows), ["age"]
    parts = classes(table, quasi)
    assert smallest(table, quasi) == min(len(part) for part in parts)
    assert diversity(table, quasi, sensitive) == min(distinct(part, sensitive) for part in parts)
    assert closeness(table, quasi, sensitive) == pytest.approx(furthest(table, quasi, sensitive), abs=1e-9)


diverse, close = st.sampled_from([None, 2]), st.sampled_from([None, 0.4])
SMALL = declared(
    age={**QUASI, "widths": [2, 4]},
    area={**QUASI, "groups": [{"x": ["a", "b"], "y": ["c"]}]},
    debt=SENSITIVE,
)


@settings(max_examples=40, deadline=None)
@given(small, st.builds(Limits, st.integers(1, 4), st.sampled_from([0, 0.1, 0.3]), diverse, close))
def test_the_search_finds_the_least_loss(rows: list[tuple[Any, ...]], limits: Limits) -> None:
    """Held against every node by itself."""
    given_rows = Rows(frame(rows), SMALL)
    found, truth = least(Patterns(given_rows, limits)), cheapest(given_rows, limits)
    assert (inf if found is None else found.loss) == pytest.approx(truth, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(small, st.integers(1, 4), st.sampled_from([0, 0.2]))
def test_what_leaves_meets_the_limits(rows: list[tuple[Any, ...]], k: int, left_out: float) -> None:
    made = anonymise(Rows(frame(rows), SMALL), Limits(k, left_out, 2, 0.5))
    if made.safe is not None and made.safe.height:
        assert smallest(made.safe, ["age", "area"]) >= k
        assert diversity(made.safe, ["age", "area"], "debt") >= 2
        assert closeness(made.safe, ["age", "area"], "debt") <= 0.5 + 1e-9
        assert len(rows) - made.safe.height <= left_out * len(rows)
        assert made.safe.equals(made.safe.sort(made.safe.columns))


LEFT_OUT = {
    # rows aged 7, fewest that may be left out → rows left out, and the level of age
    "four of them may be left out": (4, 0, (4, 0)),
    "not where a reader could count them": (4, 10, (0, 1)),
    "ten are enough": (10, 10, (10, 0)),
    "nobody is few": (0, 10, (0, 0)),
}


@pytest.mark.parametrize(("few", "people", "found"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_nobody_or_enough_are_left_out(few: int, people: float, found: tuple[int, int]) -> None:
    rows = [(age, "a", 1) for age, number in ((0, 60), (2, 60), (4, 60), (6, 60), (7, few)) for _ in range(number)]
    roles = declared(age={**QUASI, "widths": [2]}, area={"role": "other"}, debt={"role": "other"})
    made = anonymise(Rows(frame(rows), roles), Limits(11, 0.1, people=people))
    assert (made.facts["left_out"], made.facts["levels"]["age"][0]) == found


def test_adult_is_coarsened_no_further_than_needed() -> None:
    """Held against all 54 nodes, and far fewer were asked."""
    limits = Limits(10, 0.02, 2, 0.35)
    rows = Rows(adult(), ADULT)
    made, patterns = anonymise(rows, limits), Patterns(rows, limits)
    every = [node for node in product(*map(range, patterns.shape)) if patterns.hides(node) and patterns.close(node)]
    assert made.facts["loss"] == min(map(patterns.loss, every))
    assert made.facts["asked"] < made.facts["nodes"] == 54
    assert made.safe is not None
    assert closeness(made.safe, ADULT.of("quasi-identifier"), "income-per-year") <= 0.35


def test_what_looks_the_same_is_counted() -> None:
    """Three rows alike, two alike, one left out of six: Bayardo and Agrawal's measure by hand."""
    assert discernibility([3, 2], left_out=1) == 9 + 4 + 6


STEPS: dict[str, tuple[list[Any], dict[str, Any], list[list[str]]]] = {
    "bands of whole numbers": ([7, 20, None], {"widths": [5, 10]}, [["?", "5-9", "20-24"], ["?", "0-9", "20-29"]]),
    "edges": ([17, 18, 65], {"cuts": [[18, 65], [18]]}, [["<18", "18-64", "65+"], ["<18", "18+", "18+"]]),
    "numbers with a fraction": ([0.5, 2.5], {"widths": [2]}, [["0 to <2", "2 to <4"]]),
    "postcodes": (["1011AB", "1012"], {"prefixes": [4, 2]}, [["1011", "1012"], ["10", "10"]]),
    "one year is no band": ([3, 4], {"widths": [1]}, [["3", "4"]]),
    "groups of groups": (
        ["a", "b"],
        {"groups": [{"x": ["a"], "y": ["b"]}, {"z": ["x", "y"]}]},
        [["x", "y"], ["z", "z"]],
    ),
}


@pytest.mark.parametrize(("values", "steps", "labels"), STEPS.values(), ids=STEPS)
def test_steps(values: list[Any], steps: dict[str, Any], labels: list[list[str]]) -> None:
    found = levels("x", pl.Series(values), declared(x={**QUASI, **steps}).columns["x"])
    assert [found[name].to_list() for name in found.columns[1:-1]] == labels
    assert set(found[found.columns[-1]]) == {"*"}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a column without a role": ({"age": QUASI, "area": QUASI}, "not both"),
    "a role without a column": ({"age": QUASI, "area": QUASI, "debt": SENSITIVE, "name": {"role": "drop"}}, "not both"),
    "bands of words": ({"age": QUASI, "area": {**QUASI, "widths": [5]}, "debt": SENSITIVE}, "no numbers"),
    "bands that tear": ({"age": {**QUASI, "widths": [2, 3]}, "area": QUASI, "debt": SENSITIVE}, "tears"),
    "a value without a group": (
        {"age": QUASI, "area": {**QUASI, "groups": [{"x": ["a"]}]}, "debt": SENSITIVE}, "has a group for all"),
    "a value in two groups": (
        {"age": QUASI, "area": {**QUASI, "groups": [{"x": ["a", "b"], "y": ["b"]}]}, "debt": SENSITIVE}, "two groups"),
    "a person with several rows": ({"age": {"role": "person"}, "area": QUASI, "debt": SENSITIVE}, "several rows"),
    "no weight": ({"age": QUASI, "area": QUASI, "debt": {"role": "weight"}}, "no weight"),
}  # fmt: skip


@pytest.mark.parametrize(("columns", "said"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused(columns: dict[str, Any], said: str) -> None:
    table = frame([(2, "a", 1), (2, "b", 2), (3, "c", 0)])
    with pytest.raises(WrongInput, match=said):
        anonymise(Rows(table, declared(**columns)), Limits(2, 0))


MISDECLARED = {
    "nothing known to others": {"age": SENSITIVE},
    "two weights": {"age": QUASI, "a": {"role": "weight"}, "b": {"role": "weight"}},
    "steps of what stays": {"age": QUASI, "debt": {**SENSITIVE, "widths": [5]}},
    "two ways of coarsening": {"age": {**QUASI, "widths": [5], "cuts": [[18]]}},
    "a band of nothing": {"age": {**QUASI, "widths": [0]}},
}


@pytest.mark.parametrize("columns", MISDECLARED.values(), ids=MISDECLARED)
def test_a_declaration_that_says_nothing_is_refused(columns: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"quasi-identifier|one column|coarsening|above 0"):
        declared(**columns)


def test_many_columns_have_no_number_for_each_class() -> None:
    """Sixty values in each of twelve columns are more classes than a whole number of 64 bits can name."""
    table = pl.DataFrame({f"c{place}": [(row * (place + 3)) % 60 for row in range(60)] * 2 for place in range(12)})
    found = least(Patterns(Rows(table, declared(**dict.fromkeys(table.columns, QUASI))), Limits(2, 0)))
    assert found is not None
    assert isclose(found.loss, 0)
