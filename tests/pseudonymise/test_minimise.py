"""Rules that leave rows out keep those of which they are sure, and count the others."""

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pseudonymise.minimise import (
    LeftOut,
    NoSuchColumn,
    NothingLeft,
    Rule,
    age_floor,
    minimise,
    only,
    only_columns,
    restricted,
    within,
    without,
)
from pseudonymise.protected import _PSEUDONYMISE, ProtectedTable

NEW_YEAR, LAST = date(2026, 1, 1), date(2026, 12, 31)
WORDS = ("tenant", "child", "guest")
CASES: dict[str, tuple[Rule, list[Any], list[bool | None]]] = {
    "ages": (age_floor("x", 12, None), [11, 12, 40, None], [False, True, True, None]),
    "ages with fractions": (age_floor("x", 12, None), [11.9, 12.0], [False, True]),
    "bands": (
        age_floor("x", 18, None),
        ["0-17", "18-24", "65+", "12-20", "<18", "<21", "unknown", "", None],
        [False, True, True, None, False, None, None, None, None],
    ),
    "an open band below the floor": (age_floor("x", 70, None), ["65+", "70+"], [None, True]),
    "days of birth": (
        age_floor("x", 12, NEW_YEAR),
        ["2014-01-01", "2014-01-02", "2014-00-00", "2013-00-00", "2015-03-00", "0000-00-00", "1980-02-30"],
        [True, False, None, True, False, None, True],
    ),
    "years of birth": (age_floor("x", 12, NEW_YEAR), ["2013", "2014", "2015", "0000"], [True, None, False, None]),
    "years of birth as numbers": (age_floor("x", 12, NEW_YEAR), [2013, 2014, 12], [True, None, None]),
    "left out": (without("x", ["child"]), [*WORDS, None], [True, False, True, None]),
    "only": (only("x", ["tenant", "guest"]), [*WORDS, None], [True, False, True, None]),
    "numbers as categories": (only("x", ["3"]), [3, 4], [True, False]),
    "days": (
        within("x", NEW_YEAR, LAST),
        ["2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01", "2026-05-00", "2026-00-00", "x", None],
        [False, True, True, False, True, True, None, None],
    ),
    "half a year": (
        within("x", date(2026, 7, 1), LAST),
        ["2026", "2026-06-00", "2026-07-00", "2026-00-00"],
        [None, False, True, None],
    ),
}


def protected(**columns: Any) -> ProtectedTable:
    payload = {f"payload.{name}": values for name, values in columns.items()}
    height = len(next(iter(columns.values())))
    table = pl.DataFrame({"row": pl.Series(range(1, height + 1), dtype=pl.UInt32), **payload})
    return ProtectedTable("people", "person", False, "d", {}, "k", table, _PSEUDONYMISE)


@pytest.mark.parametrize(("rule", "values", "stays"), CASES.values(), ids=CASES)
def test_a_row_stays_when_that_is_sure(rule: Rule, values: list[Any], stays: list[bool | None]) -> None:
    left, (done,) = minimise(protected(x=values), [rule])
    assert left.table["row"].to_list() == [row for row, sure in enumerate(stays, start=1) if sure]
    assert (done.rows, done.unknown) == (len(stays) - stays.count(True), stays.count(None))


PEOPLE = st.tuples(st.none() | st.integers(0, 30), st.none() | st.sampled_from(WORDS), st.none() | st.integers(1, 28))


@settings(deadline=None, max_examples=40)
@given(st.lists(PEOPLE, min_size=1, max_size=12), st.integers(1, 25), st.sampled_from(WORDS), st.integers(1, 28))
def test_rules_are_put_one_after_another(people: list[Any], least: int, word: str, day: int) -> None:
    """The same in plain Python, row by row."""
    ages, words, days = (list(values) for values in zip(*people, strict=True))
    table = protected(age=pl.Series(ages, dtype=pl.Int64), word=pl.Series(words, dtype=pl.String),
                      day=pl.Series([each and f"2026-03-{each:02}" for each in days], dtype=pl.String))  # fmt: skip
    rules = [age_floor("age", least, None), without("word", [word]), within("day", NEW_YEAR, date(2026, 3, day))]
    asked: list[Any] = [lambda one: one[0] >= least, lambda one: one[1] != word, lambda one: one[2] <= day]
    left, counts = list(enumerate(people, start=1)), []
    for place, stays in enumerate(asked):
        unknown = [one for _, one in left if one[place] is None]
        kept = [(row, one) for row, one in left if one[place] is not None and stays(one)]
        counts.append((len(left) - len(kept), len(unknown)))
        if left and not kept:
            with pytest.raises(NothingLeft):
                minimise(table, rules)
            return
        left = kept
    found, done = minimise(table, rules)
    assert found.table["row"].to_list() == [row for row, _ in left]
    assert [(each.rows, each.unknown) for each in done] == counts
    assert found.table.height + sum(each.rows for each in done) == len(people)


RESTRICTED: dict[str, tuple[dict[str, list[bytes]], list[int]]] = {
    "nobody": ({}, [1, 2, 3]),
    "by one number": ({"bsn": [b"x"]}, [2, 3]),
    "by another": ({"client": [b"q"]}, [1, 2]),
    "the same token of another field": ({"client": [b"x"]}, [1, 2, 3]),
    "by either": ({"bsn": [b"x", b"z"], "client": [b"q"]}, [2]),
}


@pytest.mark.parametrize(("tokens", "stay"), RESTRICTED.values(), ids=RESTRICTED)
def test_who_is_named_goes_and_who_has_no_number_stays(tokens: dict[str, list[bytes]], stay: list[int]) -> None:
    numbers = pl.DataFrame({"bsn": [b"x", None, None], "client": [None, b"p", b"q"]})
    people = protected(a=[1, 2, 3])
    people = replace(people, table=people.table.hstack(numbers), _made_by=_PSEUDONYMISE)
    rule = restricted({field: pl.Series(found, dtype=pl.Binary) for field, found in tokens.items()})
    left, (done,) = minimise(people, [rule])
    assert (left.table["row"].to_list(), done.rows, done.unknown) == (stay, 3 - len(stay), 0)
    assert "Rule object" in repr(rule)


def test_no_rule_changes_nothing() -> None:
    table = protected(x=["a", None])
    left, done = minimise(table, [])
    assert (left.table.equals(table.table), done) == (True, ())


def test_an_empty_table_stays_empty() -> None:
    empty = protected(x=pl.Series([], dtype=pl.String))
    left, done = minimise(empty, [only("x", ["a"])])
    assert (left.table.height, done) == (0, (LeftOut("only", "x", ("a",), 0, 0),))


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(NoSuchColumn) as refused:
        minimise(protected(x=[1]), [age_floor("age", 12, None)])
    assert "age of people" in refused.value.message


def test_other_payload_goes_and_evidence_stays() -> None:
    table = protected(a=[1], b=[2])
    token = table.table.with_columns(born=pl.lit(b"t"))
    left = only_columns(replace(table, table=token, _made_by=_PSEUDONYMISE), ["b"])
    assert left.table.columns == ["row", "payload.b", "born"]
