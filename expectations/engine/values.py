"""Values of an expectation next to values of a column."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from numbers import Real
from typing import Any

import polars as pl


def comparable(values: Iterable[Any], dtype: pl.DataType) -> pl.Series:
    """The values that a column of type `dtype` can hold, as a series of that type.

    What does not fit among text, numbers and truth values is left out, since it equals no value of the column: a number
    no text, 2.5 no whole number. Null is nobody's member. Dates may be written as ISO 8601 text. Raises `TypeError` for
    what is no moment beside moments, and for columns of other types: nothing equal is known of those.
    """
    fitting = [_fitted(value, dtype) for value in values if value is not None]
    return pl.Series([value for value in fitting if value is not None], dtype=dtype, strict=False).drop_nulls()


def bound(value: Any, dtype: pl.DataType) -> Any:
    """A bound that values of the column can be compared with. Raises `TypeError` when no order is known."""
    if value is None or dtype == pl.Null:
        return value
    fitted = value if dtype.is_numeric() and isinstance(value, (Real, Decimal)) else _fitted(value, dtype)
    if fitted is None:
        raise TypeError("column values and bounds must be of the same type")
    return fitted


def _fitted(value: Any, dtype: pl.DataType) -> Any:
    if dtype == pl.String:
        return value if isinstance(value, str) else None
    if dtype == pl.Boolean:
        return bool(value) if value in (0, 1) else None
    if dtype.is_numeric():
        return _fitted_number(value, dtype)
    return None if dtype == pl.Null else _fitted_moment(value, dtype)


def _fitted_number(value: Any, dtype: pl.DataType) -> int | float | Decimal | None:
    if not isinstance(value, (Real, Decimal)):
        return None
    if dtype.is_decimal():
        return Decimal(str(value))
    if dtype.is_integer():
        return int(value) if float(value).is_integer() else None  # type: ignore[arg-type]  # numbers say so too late
    return float(value)


def _fitted_moment(value: Any, dtype: pl.DataType) -> Any:
    """Raises `TypeError` where the value is none that the column could hold."""
    if isinstance(value, str):
        value = _parsed(value, dtype)
    match value:
        case datetime() if dtype == pl.Date:
            return value.date() if value.time() == time.min else None
        case datetime() if isinstance(dtype, pl.Datetime) and (value.tzinfo is None) == (dtype.time_zone is None):
            return value
        case date() if dtype == pl.Date and not isinstance(value, datetime):
            return value
        case date() if isinstance(dtype, pl.Datetime) and dtype.time_zone is None and not isinstance(value, datetime):
            return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the column has no zone either
    if isinstance(value, {pl.Time: time, pl.Duration: timedelta}.get(dtype.base_type(), ())):
        return value
    raise TypeError("column values and those they are compared with must be of the same type")


def _parsed(text: str, dtype: pl.DataType) -> datetime | time | str:
    try:
        return time.fromisoformat(text) if dtype == pl.Time else datetime.fromisoformat(text)
    except ValueError:
        return text
