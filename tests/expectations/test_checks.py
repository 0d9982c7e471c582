"""Expectations of Dutch registers: each with a case that passes and one that does not, and their reasons."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any, get_args

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.contract import Asked, contract
from expectations.evaluate import evaluate
from expectations.national_table import TABLES, national_table, took_over
from expectations.partial_date import earliest, in_order, latest, within
from expectations.reasons import _DECLARED, reason, with_reasons
from intake.names import LETTERS
from intake.numbers import NO_BSN, meets_eleven_test
from intake.quarantine import ENTRIES, Quarantine
from intake.source import SemanticType
from pseudonymise.standardise.fold import _LETTERS, PLACEHOLDERS
from pseudonymise.standardise.identifier import NO_NUMBER
from pseudonymise.standardise.surname import PREFIX
from tests.intake.sources import source

DATA = Path(__file__).parent / "data"

PAST, LIFETIME = "expect_column_days_to_be_past", "expect_column_births_to_be_within_a_lifetime"
ORDER, PERIOD = "expect_column_pair_days_to_be_in_order", "expect_multicolumn_day_to_fall_within_period"
HOLDS, TABLE = "expect_column_pair_national_code_to_hold_on_day", "expect_column_values_to_be_in_national_table"
DOUBT = "expect_column_pair_no_investigation"
ON = {"on": "2024-03-01"}
MUNICIPALITY = {"codes": "municipality"}
BIRTH = {"element": "010310"}

Case = tuple[str, dict[str, Any], tuple[str | None, ...], bool]
CASES: dict[str, Case] = {  # expectation, arguments, cells, as expected
    "born today": (PAST, ON, ("2024-03-01",), True),
    "born tomorrow": (PAST, ON, ("2024-03-02",), False),
    "born this month, on a day unknown": (PAST, ON, ("2024-03-00",), True),
    "born next month, on a day unknown": (PAST, ON, ("2024-04-00",), False),
    "born on a day of which nothing is known": (PAST, ON, ("0000-00-00",), True),
    "no day": (PAST, ON, (None,), True),
    "120 years old, 121 tomorrow": (LIFETIME, ON, ("1903-03-02",), True),
    "121 years old": (LIFETIME, ON, ("1903-03-01",), False),
    "perhaps 121 years old": (LIFETIME, ON, ("1903-00-00",), True),
    "surely 121 years old": (LIFETIME, ON, ("1902-00-00",), False),
    "year of birth unknown": (LIFETIME, ON, ("0000-00-00",), True),
    "older than the source will have it": (LIFETIME, {**ON, "years": 17}, ("2006-02-28",), False),
    "born and died": (ORDER, {}, ("1950-01-01", "1950-01-01"), True),
    "born after death": (ORDER, {}, ("1950-01-02", "1950-01-01"), False),
    "born in the month of death, on a day unknown": (ORDER, {}, ("1950-01-00", "1950-01-01"), True),
    "born in the year after the year of death": (ORDER, {}, ("1951-00-00", "1950-00-00"), False),
    "died in a year unknown": (ORDER, {}, ("1951-00-00", "0000-00-00"), True),
    "alive": (ORDER, {}, ("1950-01-01", None), True),
    "used while it held": (PERIOD, {}, ("2015-06-01", "2010-01-01", "2020-01-01"), True),
    "used on the first day": (PERIOD, {}, ("2010-01-01", "2010-01-01", "2020-01-01"), True),
    "used on the day it was withdrawn": (PERIOD, {}, ("2020-01-01", "2010-01-01", "2020-01-01"), False),
    "used before it existed": (PERIOD, {}, ("2009-12-31", "2010-01-01", None), False),
    "used, and never withdrawn": (PERIOD, {}, ("2024-01-01", "2010-01-01", None), True),
    "used in the year of withdrawal, on a day unknown": (PERIOD, {}, ("2020-00-00", "2010-01-01", "2020-01-02"), True),
    "Appingedam, when it was one": (HOLDS, MUNICIPALITY, ("0003", "2020-12-31"), True),
    "Appingedam, merged into Eemsdelta": (HOLDS, MUNICIPALITY, ("0003", "2021-01-01"), False),
    "Eemsdelta, before it was one": (HOLDS, MUNICIPALITY, ("1979", "2020-12-31"), False),
    "Voorne aan Zee": (HOLDS, MUNICIPALITY, ("1992", "2023-01-01"), True),
    "Brielle, a day too late": (HOLDS, MUNICIPALITY, ("0501", "2023-01-01"), False),
    "no day to judge by": (HOLDS, MUNICIPALITY, ("0003", None), True),
    "a code that another check tells of": (HOLDS, MUNICIPALITY, ("9998", "2020-12-31"), True),
    "Slovak, before there was a Slovakia": (HOLDS, {"codes": "nationality"}, ("0027", "1992-12-31"), False),
    "a code of the table": (TABLE, {"codes": "custody"}, ("1D",), True),
    "a code of another table": (TABLE, {"codes": "custody"}, ("JH",), False),
    "a title where only codes will do": (TABLE, MUNICIPALITY, ("Amsterdam",), False),
    "a title": (TABLE, {**MUNICIPALITY, "titles": True}, ("'s-Gravenhage",), True),
    "nothing investigated": (DOUBT, BIRTH, (None, None), True),
    "day of birth investigated": (DOUBT, BIRTH, ("010310", None), False),
    "all about the birth investigated": (DOUBT, BIRTH, ("010300", None), False),
    "all about the person investigated": (DOUBT, BIRTH, ("010000", None), False),
    "another element investigated": (DOUBT, BIRTH, ("010240", None), True),
    "investigated until": (DOUBT, BIRTH, ("010310", "2020-01-01"), True),
    "anything investigated": (DOUBT, {}, ("010240", None), False),
}  # fmt: skip


def _asked(expectation: str, arguments: dict[str, Any], cells: int) -> tuple[pl.Schema, Asked]:
    names = [f"c{place}" for place in range(cells)]
    if "pair" in expectation:
        arguments = arguments | {"column_A": names[0], "column_B": names[1]}
    if "multicolumn" in expectation:
        arguments = arguments | {"column_list": names}
    schema = pl.Schema({"row": pl.UInt32} | dict.fromkeys(names, pl.String))
    return schema, Asked(expectation, names[0], arguments, expectation, "warn")


def test_each_case_is_judged_as_it_says() -> None:
    """Cases with the same question stand in one table: Great Expectations takes its time for each."""
    asked: dict[str, list[str]] = {}
    for name, (expectation, arguments, _, _) in CASES.items():
        asked.setdefault(json.dumps([expectation, arguments]), []).append(name)
    for question, names in asked.items():
        expectation, arguments = json.loads(question)
        rows = [(row, *CASES[name][2]) for row, name in enumerate(names, start=1)]
        schema, wanted = _asked(expectation, arguments, len(rows[0]) - 1)
        (found,) = evaluate(pl.LazyFrame(rows, schema, orient="row"), len(rows), [wanted], "cases")
        wrong = {names[row - 1] for row in found.rows}
        assert wrong == {name for name in names if not CASES[name][3]}, question


DAYS = st.builds(
    lambda year, month, day: f"{year:04d}-{month:02d}-{day if month else 0:02d}",
    st.sampled_from([0, 1950, 1951, 2024]), st.integers(0, 12), st.integers(0, 28),
).map(lambda day: "0000-00-00" if day.startswith("0000") else day)  # fmt: skip


def _may_be(day: str) -> tuple[date, date]:
    """First and last day, the slow way."""
    year, month, number = (int(part) for part in day.split("-"))
    first = date(year or 1, month or 1, number or 1)
    last = date(year or 9999, month or 12, number or (28 if month == 2 else 30 if month in (4, 6, 9, 11) else 31))
    return first, last


@given(DAYS, DAYS, DAYS)
def test_days_with_unknown_parts_are_in_order_if_they_may_be(day: str, one: str, other: str) -> None:
    frame = pl.DataFrame({"day": [day], "one": [one], "other": [other]})
    found = frame.select(
        order=in_order(pl.col("one"), pl.col("other")), within=within(pl.col("day"), pl.col("one"), pl.col("other"))
    ).row(0, named=True)
    (first, last), (first_one, _), (_, last_other) = map(_may_be, (day, one, other))
    assert found["order"] == (first_one <= last_other)
    if not other.endswith("-02-00"):  # the last of February is taken for the 31st, which only lets more pass
        assert found["within"] == (first_one <= last and first < last_other)
    assert frame.select(earliest(pl.col("day")) <= latest(pl.col("day"))).item()


def test_every_rule_of_a_type_has_a_reason_of_its_own_in_both_languages() -> None:
    kinds = [kind for kind in get_args(SemanticType) if kind != "freetext"]
    columns = [{"name": kind, "type": kind, "role": "payload", "required": True} for kind in kinds]
    rules = {asked.rule for asked in contract(source(*columns))} | {"too-few-fields", "too-many-fields", "line-break"}
    reasons = [reason(rule) for rule in rules]
    assert not [rule for rule in rules if reason(rule) is _DECLARED]
    assert len({each.nl for each in reasons}) == len({each.en for each in reasons}) == len(rules)
    assert reason("date-format") != reason("max-to-be-between") == _DECLARED


def test_every_row_in_quarantine_gets_its_reason() -> None:
    entries = pl.DataFrame([(2, "b", "bsn-format", "cell"), (1, "b", "bsn-eleven-test", "cell")], ENTRIES, orient="row")
    told = with_reasons(Quarantine(entries))
    assert told["row"].to_list() == [1, 2]
    assert told["reden"].to_list() == [reason("bsn-eleven-test").nl, reason("bsn-format").nl]
    assert with_reasons(Quarantine.empty()).columns == [*ENTRIES, "reden", "reason"]


@pytest.mark.parametrize("name", TABLES)
def test_national_tables_are_whole(name: Any) -> None:
    table = national_table(name)
    assert table.height > 5
    assert table.select(pl.col("code", "title").is_not_null().all()).row(0) == (True, True)
    days = table.select(pl.col("begins", "ends").drop_nulls().str.to_date("%Y-%m-%d").count())
    assert days.row(0) == tuple(table[limit].count() for limit in ("begins", "ends"))


def test_municipalities_of_2023_are_those_of_the_map() -> None:
    """342 of them, and besides the standard value and the register of non-residents."""
    drawn = set((DATA / "municipalities_2023.txt").read_text().split())
    table = national_table("municipality")
    holding = table.filter(within(pl.lit("2023-01-01"), pl.col("begins"), pl.col("ends")))
    assert set(holding["code"]) - drawn == {"0000", "1999"}
    assert drawn <= set(holding["code"])


def test_the_table_of_municipalities_agrees_with_the_bag() -> None:
    """The BAG's own division has the same days of end. Renamed municipalities end there at the turn of the year, and
    Vianen, that changed province, twice."""
    with (DATA / "bag" / "gemeentelijke-indeling.csv").open(encoding="utf-8") as file:
        of_bag = {row["gemeentecode"]: row["einddatum"] or None for row in csv.DictReader(file, delimiter=";")}
    ends = dict(national_table("municipality").select("code", "ends").iter_rows())
    assert set(of_bag) <= set(ends)
    differ = {code: (end, ends[code]) for code, end in of_bag.items() if ends[code] != end}
    assert differ.pop("0620") == ("2002-01-01", "2019-01-01")
    assert len(differ) == 16
    for there, here in differ.values():
        assert there is not None and here is not None
        assert there.endswith("-01-01") and int(there[:4]) - 1 == int(here[:4])


def test_whose_code_took_over() -> None:
    on = date(2023, 1, 1)
    after = took_over(on)
    assert (after["0003"], after["0501"]) == ("1979", "1992")
    ends = dict(national_table("municipality").select("code", "ends").iter_rows())
    assert not [code for code in after.values() if ends[code] and ends[code] <= on.isoformat()]
    assert "0003" not in took_over(date(2020, 12, 31))


def test_contract_and_linkage_know_the_same_placeholders_and_prefixes() -> None:
    """Linkage cannot import a contract, so the words stand in both."""
    asked = {each.rule: each.arguments for each in contract(source(*(
        {"name": kind, "type": kind, "role": "payload"} for kind in ("surname", "prefix", "bsn")
    )))}  # fmt: skip
    assert PREFIX in asked["prefix-unknown"]["regex"]
    assert LETTERS == _LETTERS
    words = ["onbekend", "onb", "unknown", "nb", "nvt", "none", "null", "standaardwaarde", "xxx", "xxxx"]
    frame = pl.DataFrame({"word": words})
    for pattern in (PLACEHOLDERS, asked["name-placeholder"]["regex"]):
        assert frame.select(pl.col("word").str.contains(pattern).all()).item()
    numbers = pl.DataFrame({"number": NO_BSN})
    assert numbers.select(meets_eleven_test(pl.col("number")).all()).item()
    passing = pl.DataFrame({"number": [f"{digit}" * 9 for digit in "0123456789"]}).filter(
        meets_eleven_test(pl.col("number")) & pl.col("number").str.contains(NO_NUMBER)
    )
    assert set(passing["number"]) <= set(NO_BSN)
