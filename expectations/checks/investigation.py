"""Values in doubt (in onderzoek), as an expectation. Importing this loads Great Expectations."""

from typing import ClassVar

import polars as pl
from great_expectations.expectations.expectation import ColumnPairMapExpectation

from expectations.engine.map_metrics import PAIR
from expectations.engine.register import Columns, Types, map_metric


class ExpectColumnPairNoInvestigation(ColumnPairMapExpectation):  # type: ignore[misc]
    """No investigation runs: `column_A` holds what is investigated (83.10), `column_B` the day it ended (83.30).

    `element` is what the reader uses, by its number of six digits (category, group, element): the whole category, the
    whole group or the element itself may be investigated. Without it any investigation counts.
    Source: Logisch Ontwerp BRP, element 83.10.
    """

    element: str | None = None
    map_metric: ClassVar[str] = "column_pair_values.no_investigation"
    success_keys: ClassVar[tuple[str, ...]] = ("mostly", "element")


def _none_runs(columns: Columns, _: Types, element: str | None = None) -> pl.Expr:
    flag, ended = columns
    concerned = flag.is_in(_covering(element)) if element else flag.is_not_null()
    return ~concerned.fill_null(value=False) | ended.is_not_null()


def _covering(element: str) -> list[str]:
    return [element, f"{element[:4]}00", f"{element[:2]}0000"]


map_metric("column_pair_values.no_investigation", _none_runs, domain=PAIR, values=("element",))
