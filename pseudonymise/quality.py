"""What a partner says of its checks, held against the source's own declaration: no word in it is the partner's.

It is shown in reports. Whoever holds the domain's key could write a name where a column or a rule belongs.
"""

from typing import Annotated, Any, Final, Literal

import polars as pl
from pydantic import AfterValidator, Field

from declare import Declaration
from expectations.contract import Consequence, contract
from intake.freetext import MASKS
from intake.quarantine import CELL_RULES, ENTRIES, ROW_RULES
from intake.source import Column, Source
from pseudonymise.manifest import Count

Rule = Annotated[str, Field(pattern=r"^[a-z0-9_-]+$")]


class Checked(Declaration):
    """One item of `ValidatedExtract.quality`."""

    expectation: str = Field(pattern=r"^[a-z0-9_]+$")
    column: str
    rule: Rule
    consequence: Consequence
    evaluated: Count
    unexpected: Count
    outcome: Literal["met", "failed", "not judged"]


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    return Checked.model_validate(item).model_dump()


Quality = tuple[Annotated[dict[str, Any], AfterValidator(_plain)], ...]
"""`ValidatedExtract.quality`: plain data, each item as `Checked`."""

_OF_ROWS: Final = {(None, rule, "row") for rule in ROW_RULES}


def is_of_source(quality: Quality, set_apart: pl.DataFrame, rows_in: int, source: Source, last: int) -> bool:
    """Whether each check that `source` asks for is answered, in its order, and no other; whether each entry set apart
    (`quarantine.ENTRIES`) names a column and rule of `source`; and whether no count goes beyond `rows_in`, and no row
    number beyond `last`."""
    said = [(item["expectation"], item["column"], item["rule"], item["consequence"]) for item in quality]
    asked = [(each.expectation, each.column, each.rule, each.consequence) for each in contract(source)]
    counted = all(max(item["evaluated"], item["unexpected"]) <= rows_in for item in quality)
    return said == asked and counted and _fits(set_apart, last, source)


def _fits(set_apart: pl.DataFrame, last: int, source: Source) -> bool:
    if set_apart.schema != ENTRIES:
        return False
    named = set(set_apart.select("column", "rule", "scope").unique().rows())
    within = set_apart.select(pl.col("row").is_between(1, last).fill_null(value=False).all()).item()
    return named <= _entries(source) and bool(within)


def _entries(source: Source) -> set[tuple[str | None, str, str]]:
    """Column, rule and scope of all that intake and expectations may set apart."""
    of_checks = {(each.column, each.rule, each.consequence) for each in contract(source)}
    return _OF_ROWS.union(of_checks, *map(_of_cells, source.read))


def _of_cells(column: Column) -> set[tuple[str | None, str, str]]:
    """What intake says of a cell: it cannot be read, holds a line break, or identifies somebody in a text. That it is
    missing, the contract says."""
    scope = "masked" if column.freetext == "mask" else "refused"
    searched = MASKS if column.freetext != "drop" else ()
    unread = {(column.name, rule, "cell") for rule in (f"{column.type}-format", *CELL_RULES)}
    return {(column.name, "line-break", "row")}.union(
        unread, ((column.name, f"freetext-{kind}", scope) for kind in searched)
    )
