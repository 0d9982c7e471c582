"""Expectations of codes of the national tables. Importing this loads Great Expectations."""

from typing import ClassVar

import polars as pl
from great_expectations.expectations.expectation import ColumnMapExpectation, ColumnPairMapExpectation

from expectations.engine.map_metrics import PAIR
from expectations.engine.register import Columns, Types, map_metric
from expectations.national_table import TableName, national_table
from expectations.partial_date import within


class ExpectColumnValuesToBeInNationalTable(ColumnMapExpectation):  # type: ignore[misc]
    """Every value is a code of the table, on whichever day; or with `titles` its description."""

    codes: TableName
    titles: bool = False
    map_metric: ClassVar[str] = "column_values.in_national_table"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "codes", "titles")


class ExpectColumnValuesToBeginWithMunicipality(ColumnMapExpectation):  # type: ignore[misc]
    """The first four digits of every value are a municipality code, as in identifications of the BAG."""

    map_metric: ClassVar[str] = "column_values.begins_with_municipality"


class ExpectColumnPairNationalCodeToHoldOnDay(ColumnPairMapExpectation):  # type: ignore[misc]
    """The code in `column_A` had begun and not ended on the day in `column_B`; unknown codes and days are let pass."""

    codes: TableName
    map_metric: ClassVar[str] = "column_pair_values.national_code_holds"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "codes")


def _in_table(columns: Columns, _: Types, codes: TableName, titles: bool | None = None) -> pl.Expr:
    known = national_table(codes)
    is_code = columns[0].is_in(known["code"].implode())
    named = columns[0].str.to_lowercase().is_in(known["title"].str.to_lowercase().implode())
    return is_code | named if titles else is_code


def _begins_with_municipality(columns: Columns, _: Types) -> pl.Expr:
    return columns[0].str.slice(0, 4).is_in(national_table("municipality")["code"].implode())


def _holds(columns: Columns, _: Types, codes: TableName) -> pl.Expr:
    code, day = columns
    known = national_table(codes)
    begins, ends = (
        code.replace_strict(known["code"], known[limit], default=None, return_dtype=pl.String)
        for limit in ("begins", "ends")
    )
    return within(day, begins, ends)


map_metric("column_values.in_national_table", _in_table, values=("codes", "titles"))
map_metric("column_values.begins_with_municipality", _begins_with_municipality)
map_metric("column_pair_values.national_code_holds", _holds, domain=PAIR, values=("codes",))
