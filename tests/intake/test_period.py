"""Periods in their ISO forms: which text is one, which days it has, and what a source takes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from declare import WrongInput
from intake.period import EXAMPLES, NoPeriods, WrongPeriod, check_period, days_of
from intake.source import PeriodKind
from tests.intake.sources import source

TODAY = date(2026, 11, 22)
DAYS: dict[str, tuple[PeriodKind, str, str, str]] = {  # kind, period, first and last day
    "a year": ("year", "2026", "2026-01-01", "2026-12-31"),
    "a quarter": ("quarter", "2026-Q3", "2026-07-01", "2026-09-30"),
    "the last quarter": ("quarter", "2025-Q4", "2025-10-01", "2025-12-31"),
    "a month": ("month", "2026-10", "2026-10-01", "2026-10-31"),
    "December": ("month", "2025-12", "2025-12-01", "2025-12-31"),
    "February of a leap year": ("month", "2024-02", "2024-02-01", "2024-02-29"),
    "a week": ("week", "2026-W40", "2026-09-28", "2026-10-04"),
    "a week that begins in the year before": ("week", "2026-W01", "2025-12-29", "2026-01-04"),
    "the 53rd week of a year that has one": ("week", "2026-W53", "2026-12-28", "2027-01-03"),
    "a day": ("day", "2026-10-31", "2026-10-31", "2026-10-31"),
}


@pytest.mark.parametrize(("kind", "period", "first", "last"), DAYS.values(), ids=DAYS)
def test_days(kind: PeriodKind, period: str, first: str, last: str) -> None:
    assert days_of(period, kind) == days_of(period) == (date.fromisoformat(first), date.fromisoformat(last))
    check_period(source("a", period=kind), period, TODAY)


WRONG: dict[str, tuple[PeriodKind, str | None, str]] = {
    "none": ("month", None, "none is named"),
    "empty": ("month", "", "is none"),
    "the 53rd week of a year without": ("week", "2025-W53", "is none"),
    "week nought": ("week", "2026-W00", "is none"),
    "a fifth quarter": ("quarter", "2026-Q5", "is none"),
    "a small q": ("quarter", "2026-q3", "is none"),
    "31 February": ("day", "2026-02-31", "is none"),
    "29 February of a common year": ("day", "2026-02-29", "is none"),
    "a thirteenth month": ("month", "2026-13", "is none"),
    "the Dutch order": ("month", "10-2026", "is none"),
    "one digit": ("month", "2026-1", "is none"),
    "the year nought": ("year", "0000", "is none"),
    "the last month there is": ("month", "9999-12", "is none"),
    "digits of another script": ("year", "٢٠٢٦", "is none"),
    "a month for a week": ("week", "2026-10", "is none"),
    "a day for a month": ("month", "2026-10-31", "is none"),
    "a line more": ("month", "2026-10\n", "is none"),
    "too far ahead": ("month", "2028-01", "too far from today"),
    "the digits exchanged": ("year", "2062", "too far from today"),
    "too long ago": ("year", "0206", "too far from today"),
}


@pytest.mark.parametrize(("kind", "said", "why"), WRONG.values(), ids=WRONG)
def test_refused(kind: PeriodKind, said: str | None, why: str) -> None:
    with pytest.raises(WrongPeriod, match=why) as refused:
        check_period(source("a", period=kind), said, TODAY)
    assert EXAMPLES[kind] in refused.value.remedy


def test_a_source_without_periods_refuses_one() -> None:
    check_period(source("a"), None, TODAY)
    with pytest.raises(NoPeriods, match="not about a period"):
        check_period(source("a"), "2026-10", TODAY)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 1)))
def test_every_day_lies_in_one_period_of_each_kind_and_they_follow_each_other(day: date) -> None:
    year, week, _ = day.isocalendar()
    named = {"year": f"{day:%Y}", "quarter": f"{day:%Y}-Q{(day.month + 2) // 3}", "month": f"{day:%Y-%m}",
             "week": f"{year}-W{week:02}", "day": f"{day}"}  # fmt: skip
    for period in named.values():
        days = days_of(period)
        assert days is not None and days[0] <= day <= days[1]
        assert days_of(period[:4]) is not None and (days[1] + timedelta(days=1)).year <= day.year + 1


def test_the_examples_are_periods() -> None:
    for kind, example in EXAMPLES.items():
        check_period(source("a", period=kind), example, TODAY)
        assert issubclass(WrongPeriod, WrongInput)
