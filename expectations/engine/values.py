"""Values of an expectation next to values of a column."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import polars as pl


def comparable(values: Iterable[Any], dtype: pl.DataType) -> pl.Series:
    """The values that a column of type `dtype` can hold, as a series of that type.

    A number is never equal to a text, so what does not fit is left out, as with the pandas engine; dates may be written
    as ISO 8601 text. Null is nobody's member.
    """
    fitting = [_fitted(value, dtype) for value in values if value is not None]
    return pl.Series([value for value in fitting if value is not None], dtype=_wide(dtype))


def _fitted(value: Any, dtype: pl.DataType) -> Any:
    if dtype == pl.String:
        return value if isinstance(value, str) else None
    if dtype == pl.Boolean:
        return bool(value) if value in (0, 1) else None
    if dtype.is_numeric():
        return value if isinstance(value, (int, float)) else None
    return _fitted_date(value, dtype)


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


def _wide(dtype: pl.DataType) -> pl.DataType:
    """Numbers are compared as floats when the set holds some: 2.5 is no member of a column of whole numbers."""
    return pl.Float64() if dtype.is_numeric() else dtype
