"""The check digits of an IBAN, as an expectation. Importing this loads Great Expectations."""

from typing import ClassVar

import polars as pl
from great_expectations.expectations.expectation import ColumnMapExpectation

from expectations.engine.register import Columns, Types, map_metric
from intake.numbers import has_iban_check_digits


def _expected(columns: Columns, _: Types) -> pl.Expr:
    return has_iban_check_digits(columns[0])


class ExpectColumnValuesToHaveIbanCheckDigits(ColumnMapExpectation):  # type: ignore[misc]
    """Every value is an IBAN with the right check digits, or an account number of before the IBAN."""

    map_metric: ClassVar[str] = "column_values.iban_check_digits"


map_metric("column_values.iban_check_digits", _expected)
