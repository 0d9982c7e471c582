"""Expectations of days: past, within a lifetime, in order, within a period. Importing this loads Great Expectations.

Days are text YYYY-MM-DD, and unknown parts (00, 0000) get the benefit of the doubt. `on` is the day of judgement,
YYYY-MM-DD; without it today.
"""

from datetime import UTC, date, datetime
from typing import ClassVar

import polars as pl
from great_expectations.expectations.expectation import (
    ColumnMapExpectation,
    ColumnPairMapExpectation,
    MulticolumnMapExpectation,
)

from expectations.engine.map_metrics import LIST, PAIR
from expectations.engine.register import Columns, Types, map_metric
from expectations.partial_date import earliest, in_order, latest, within, years_before

LIFETIME = 120
"""Years; nobody in the Netherlands is known to have lived beyond 115."""


class ExpectColumnDaysToBePast(ColumnMapExpectation):  # type: ignore[misc]
    """No day lies in the future."""

    on: str | None = None
    map_metric: ClassVar[str] = "column_values.days_past"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "on")


class ExpectColumnBirthsToBeWithinALifetime(ColumnMapExpectation):  # type: ignore[misc]
    """Whoever was born on the day is at most `years` old."""

    on: str | None = None
    years: int = LIFETIME
    map_metric: ClassVar[str] = "column_values.births_within_a_lifetime"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "on", "years")


class ExpectColumnPairDaysToBeInOrder(ColumnPairMapExpectation):  # type: ignore[misc]
    """`column_A` is on or before `column_B`: born and died, began and ended. A missing day is no contradiction."""

    map_metric: ClassVar[str] = "column_pair_values.days_in_order"


class ExpectMulticolumnDayToFallWithinPeriod(MulticolumnMapExpectation):  # type: ignore[misc]
    """The first of `column_list` lies in the period from the second until, not on, the third; an empty one is open."""

    map_metric: ClassVar[str] = "multicolumn_values.day_within_period"


def _past(columns: Columns, _: Types, on: str | None = None) -> pl.Expr:
    return earliest(columns[0]) <= _judged(on).isoformat()


def _within_a_lifetime(columns: Columns, _: Types, on: str | None = None, years: int | None = None) -> pl.Expr:
    return latest(columns[0]) > years_before(_judged(on), (LIFETIME if years is None else years) + 1)


def _judged(on: str | None) -> date:
    return date.fromisoformat(on) if on else datetime.now(UTC).date()


def _in_order(columns: Columns, _: Types) -> pl.Expr:
    return in_order(columns[0], columns[1]).fill_null(value=True)


def _within_period(columns: Columns, _: Types) -> pl.Expr:
    day, begins, ends = columns
    return within(day, begins, ends)


map_metric("column_values.days_past", _past, values=("on",))
map_metric("column_values.births_within_a_lifetime", _within_a_lifetime, values=("on", "years"))
map_metric("column_pair_values.days_in_order", _in_order, domain=PAIR)
map_metric("multicolumn_values.day_within_period", _within_period, domain=LIST)
