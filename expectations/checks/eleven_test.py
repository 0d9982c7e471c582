"""The eleven test (elfproef) of citizen service numbers, as an expectation. Importing this loads Great Expectations."""

from typing import ClassVar

import polars as pl
from great_expectations.expectations.expectation import ColumnMapExpectation

from expectations.engine.register import Columns, Types, map_metric

_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def meets_eleven_test(column: pl.Expr) -> pl.Expr:
    """Whether a text is a nine-digit number whose weighted digits add up to a multiple of eleven.

    Weights 9, 8, …, 2 and -1 (Besluit burgerservicenummer, article 2 and its explanation).
    """
    number = column.cast(pl.Int32, strict=False)  # nine digits fit, and division is dear
    terms = [number // 10**place % 10 * weight for place, weight in zip(range(8, -1, -1), _WEIGHTS, strict=True)]
    return column.str.contains(r"^[0-9]{9}$") & (pl.sum_horizontal(terms) % 11 == 0)


def _expected(columns: Columns, _: Types) -> pl.Expr:
    return meets_eleven_test(columns[0])


class ExpectColumnValuesToMeetElevenTest(ColumnMapExpectation):  # type: ignore[misc]
    """Every value is a citizen service number that passes the eleven test."""

    map_metric: ClassVar[str] = "column_values.eleven_test"


map_metric("column_values.eleven_test", _expected)
