"""Telephone numbers and licence plates, as expectations. Importing this loads Great Expectations."""

from typing import ClassVar

from great_expectations.expectations.expectation import ColumnMapExpectation

from expectations.engine.register import map_metric
from intake.numbers import is_phone, is_plate


class ExpectColumnValuesToBePhoneNumbers(ColumnMapExpectation):  # type: ignore[misc]
    """Every value is a Dutch telephone number, or one of another country in international form."""

    map_metric: ClassVar[str] = "column_values.phone_number"


class ExpectColumnValuesToBeDutchLicencePlates(ColumnMapExpectation):  # type: ignore[misc]
    """Every value has the layout of a Dutch licence plate."""

    map_metric: ClassVar[str] = "column_values.licence_plate"


map_metric("column_values.phone_number", lambda columns, _: is_phone(columns[0]))
map_metric("column_values.licence_plate", lambda columns, _: is_plate(columns[0]))
