"""An Extract held against its contract becomes a ValidatedExtract."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from declare import Refusal
from expectations.contract import contract
from expectations.evaluate import Found, evaluate
from expectations.validated import _EXPECTATIONS, ValidatedExtract
from intake.extract import Extract
from intake.quarantine import ENTRIES
from intake.source import Source


class ContractBroken(Refusal):
    """A check of a whole column failed, so that no single row can be set apart for it."""

    def __init__(self, source: str, found: Found) -> None:
        super().__init__(
            f"column {found.asked.column} of {source} as a whole fails {found.asked.expectation}; nothing was kept",
            remedy="Ask the supplier about the delivery, or declare the check with severity warn.",
        )


def validate(extract: Extract) -> ValidatedExtract:
    """The rows that meet the contract; what does not goes to quarantine by row number, column and rule.

    A value of the wrong shape empties its cell; a row that misses a required value or fails a declared check is kept
    out. Raises `NotEvaluated` when a check gives no answer, `UnknownCheck` and `ContractBroken`.
    """
    source = extract.source
    found = evaluate(extract.table, contract(source), source.id)
    _refuse_whole_columns(found, source)
    emptied = _emptied(extract.table, found)
    entries = pl.concat([_entries(found), _now_missing(emptied, extract.table, source)])
    out = entries.filter(pl.col("scope") == "row")
    table = emptied.join(out, on="row", how="anti", maintain_order="left").select("row", *_names(source))
    quarantine = extract.quarantine.with_entries(entries)
    quality = tuple(_quality(each) for each in found)
    return ValidatedExtract(source, extract.delivery, extract.rows_in, table, quarantine, quality, _EXPECTATIONS)


def _names(source: Source) -> list[str]:
    return [column.name for column in source.kept]


def _refuse_whole_columns(found: Sequence[Found], source: Source) -> None:
    for each in found:
        if not each.met and not each.rows and each.asked.consequence != "warn":
            raise ContractBroken(source.id, each)


def _emptied(table: pl.DataFrame, found: Sequence[Found]) -> pl.DataFrame:
    """The table with null in every cell that failed a check of its type."""
    failing: dict[str, set[int]] = {}
    for each in found:
        if not each.met and each.asked.consequence == "cell":
            failing.setdefault(each.asked.column, set()).update(each.rows)
    return table.with_columns(_without(column, rows, table) for column, rows in failing.items())


def _without(column: str, rows: set[int], table: pl.DataFrame) -> pl.Expr:
    numbers = pl.Series(sorted(rows), dtype=table.schema["row"])
    return pl.when(pl.col("row").is_in(numbers.implode()).not_()).then(pl.col(column)).alias(column)


def _entries(found: Sequence[Found]) -> pl.DataFrame:
    failed = [each for each in found if not each.met and each.asked.consequence != "warn"]
    parts = [_named(each.rows, each.asked.column, each.asked.rule, each.asked.consequence) for each in failed]
    return pl.concat([pl.DataFrame(schema=ENTRIES), *parts])


def _named(rows: Sequence[int], column: str, rule: str, scope: str) -> pl.DataFrame:
    numbers = pl.DataFrame({"row": pl.Series(rows, dtype=pl.UInt32)})
    return numbers.select("row", column=pl.lit(column), rule=pl.lit(rule), scope=pl.lit(scope)).cast(ENTRIES)


def _now_missing(emptied: pl.DataFrame, table: pl.DataFrame, source: Source) -> pl.DataFrame:
    """Rows whose required value was emptied just now."""
    parts = [pl.DataFrame(schema=ENTRIES)]
    for name in [column.name for column in source.read if column.required]:
        lost = emptied.get_column(name).is_null() & table.get_column(name).is_not_null()
        parts.append(_named(emptied.filter(lost).get_column("row").to_list(), name, "required", "row"))
    return pl.concat(parts)


def _quality(found: Found) -> dict[str, Any]:
    return {
        "expectation": found.asked.expectation,
        "column": found.asked.column,
        "rule": found.asked.rule,
        "consequence": found.asked.consequence,
        "evaluated": found.evaluated,
        "unexpected": found.unexpected,
        "outcome": "met" if found.met else "failed",
    }
