"""Values of an expectation next to values of a column."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import polars as pl


def comparable(values: Iterable[Any], dtype: pl.DataType) -> pl.Series:
    """The values that a column of type `dtype` can hold, as a series of that type.

    What does not fit is left out, since it equals no value of the column: a number no text, 2.5 no whole number. Dates
    may be written as ISO 8601 text. Null is nobody's member.
    """
    fitting = [_fitted(value, dtype) for value in values if value is not None]
    return pl.Series([value for value in fitting if value is not None], dtype=dtype)


def bound(value: Any, dtype: pl.DataType) -> Any:
    """A bound that values of the column can be compared with. Raises `TypeError` when no order is known."""
    if value is None or dtype == pl.Null:
        return value
    fitted = value if dtype.is_numeric() and isinstance(value, (int, float)) else _fitted(value, dtype)
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
    return _fitted_date(value, dtype)


def _fitted_number(value: Any, dtype: pl.DataType) -> int | float | None:
    if not isinstance(value, (int, float)):
        return None
    if dtype.is_integer():
        return int(value) if float(value).is_integer() else None
    return float(value)


def _fitted_date(value: Any, dtype: pl.DataType) -> Any:
    if isinstance(value, str):
        value = _parsed(value)
    if dtype == pl.Date and isinstance(value, datetime):
        return value.date() if value.time() == datetime.min.time() else None
    if isinstance(dtype, pl.Datetime) and isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the column has no zone either
    return value


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
