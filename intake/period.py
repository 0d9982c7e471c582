"""Which period a delivery is about, written as in ISO 8601: 2026, 2026-10, 2026-W40, 2026-10-31, and 2026-Q3."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from declare import WrongInput
from intake.source import PeriodKind, Source

AHEAD: Final = timedelta(days=366)
"""How far after today a period may begin; beyond that somebody mistyped the year."""
_FIRST: Final = 1900
"""No year before this one: somebody mistyped it too."""

EXAMPLES: Final[dict[PeriodKind, str]] = {
    "year": "2026", "quarter": "2026-Q3", "month": "2026-10", "week": "2026-W40", "day": "2026-10-31",
}  # fmt: skip


class WrongPeriod(WrongInput):
    def __init__(self, source: str, why: str, kind: PeriodKind) -> None:
        super().__init__(
            f"a delivery of {source} is about one {kind}, and {why}",
            remedy=f"Name it with --period, for example {EXAMPLES[kind]}.",
        )


class NoPeriods(WrongInput):
    def __init__(self, source: str) -> None:
        super().__init__(
            f"deliveries of {source} are not about a period: each replaces the one before",
            remedy="Leave --period out, or declare `period` in the source, at the supplier and in the room.",
        )


def check_period(source: Source, said: str | None, today: date) -> None:
    """Whether `said` is a period as `source` declares it. Raises `WrongPeriod` and `NoPeriods`."""
    kind = source.period
    if kind is None:
        if said is not None:
            raise NoPeriods(source.id)
        return
    if said is None:
        raise WrongPeriod(source.id, "none is named", kind)
    days = days_of(said, kind)
    if days is None:
        raise WrongPeriod(source.id, "what is named is none", kind)
    if days[0] - today > AHEAD or days[0].year < _FIRST:
        raise WrongPeriod(source.id, f"{said} lies too far from today", kind)


def days_of(period: str, kind: PeriodKind | None = None) -> tuple[date, date] | None:
    """The first and the last day of a period, of that kind or any; None when it is none."""
    forms = _FORMS.values() if kind is None else [_FORMS[kind]]
    for form, days in forms:
        if found := re.fullmatch(form, period, re.ASCII):
            try:
                return days(*map(int, found.groups()))
            except (ValueError, OverflowError):
                return None
    return None


def _year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def _quarter(year: int, quarter: int) -> tuple[date, date]:
    return date(year, 3 * quarter - 2, 1), _month(year, 3 * quarter)[1]


def _month(year: int, month: int) -> tuple[date, date]:
    first = date(year, month, 1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _week(year: int, week: int) -> tuple[date, date]:
    """A week of ISO 8601, from Monday; the 53rd only in years that have one."""
    return date.fromisocalendar(year, week, 1), date.fromisocalendar(year, week, 7)


def _day(year: int, month: int, day: int) -> tuple[date, date]:
    return date(year, month, day), date(year, month, day)


_FORMS: Final[dict[PeriodKind, tuple[str, Callable[..., tuple[date, date]]]]] = {
    "year": (r"(\d{4})", _year),
    "quarter": (r"(\d{4})-Q([1-4])", _quarter),
    "month": (r"(\d{4})-(\d\d)", _month),
    "week": (r"(\d{4})-W(\d\d)", _week),
    "day": (r"(\d{4})-(\d\d)-(\d\d)", _day),
}
