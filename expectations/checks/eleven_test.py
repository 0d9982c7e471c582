"""The eleven test (elfproef) of citizen service numbers, as an expectation. Importing this loads Great Expectations."""

from typing import ClassVar

import polars as pl
from great_expectations.expectations.expectation import ColumnMapExpectation

from expectations.engine.register import Columns, Types, map_metric
from intake.numbers import meets_eleven_test


def _expected(columns: Columns, _: Types) -> pl.Expr:
    return meets_eleven_test(columns[0])


class ExpectColumnValuesToMeetElevenTest(ColumnMapExpectation):  # type: ignore[misc]
    """Every value is a citizen service number that passes the eleven test."""

    map_metric: ClassVar[str] = "column_values.eleven_test"


map_metric("column_values.eleven_test", _expected)
