"""An Extract held against its contract becomes a ValidatedExtract."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from expectations.contract import REQUIRED, contract
from expectations.evaluate import Found, Unanswered, evaluate
from expectations.feedback import DOUBTED, is_doubt
from expectations.stopped import ContractBroken, NotEvaluated, NothingKept
from expectations.validated import _EXPECTATIONS, ValidatedExtract
from intake.extract import Extract
from intake.quarantine import ENTRIES
from intake.source import Source


def validate(extract: Extract) -> ValidatedExtract:
    """The rows that meet the contract; what does not goes to quarantine by row number, column and rule.

    A value of the wrong shape empties its cell; a row that misses a required value or fails a declared check is kept
    out. Raises `Stopped`: `ContractBroken`, `NotEvaluated` when a check gives no answer, and `NothingKept` of a whole
    delivery; and `UnknownCheck`.
    """
    source, whole = extract.source, extract.supplements is None
    found = _answered(extract)
    quality = tuple(_quality(each, extract, whole=whole) for each in found)
    if (broken := _broken(found, whole=whole)) is not None:
        told = extract.quarantine.with_entries(_entries(found))
        raise ContractBroken(extract, broken.asked, _how(broken), quality, told)
    failing = _failing_cells(found)
    entries = pl.concat([_entries(found), _now_missing(failing, source)])
    out = entries.filter(pl.col("scope") == "row").get_column("row").unique()
    quarantine = extract.quarantine.with_entries(entries)
    if whole and len(quarantine.rows) == extract.rows_in:
        raise NothingKept(extract, quality, quarantine)
    parts = tuple(_kept(part, failing, out, source) for part in extract.parts)
    return ValidatedExtract(
        source, extract.delivery, extract.rows_in, parts, quarantine, quality, _doubted(found), extract.supplements,
        _EXPECTATIONS,
    )  # fmt: skip


def _answered(extract: Extract) -> tuple[Found, ...]:
    """Raises `NotEvaluated`, and nothing with it that a metric may have said of a value."""
    source, unanswered = extract.source, None
    try:
        one_by_one = len(extract.parts) > 1
        return evaluate(extract.frame, extract.height, contract(source), source.id, one_by_one=one_by_one)
    except Unanswered as error:
        unanswered = error.asked
    raise NotEvaluated(extract, unanswered)


def _how(broken: Found) -> str:
    return f"in {broken.unexpected:,} of {broken.evaluated:,} cells" if broken.rows else "as a whole"


def _broken(found: Sequence[Found], *, whole: bool) -> Found | None:
    """The first answer that stops the delivery. Of corrected rows alone, a check of a whole column says nothing."""
    for each in found:
        of_column = not each.rows and each.asked.consequence != "warn"
        if not each.met and (whole or each.rows) and (each.asked.consequence == "stop" or of_column):
            return each
    return None


def _failing_cells(found: Sequence[Found]) -> dict[str, pl.Series]:
    """Column → rows in which its cell failed a check of its type. An empty cell fails none of these."""
    failing: dict[str, set[int]] = {}
    for each in found:
        if not each.met and each.asked.consequence == "cell":
            failing.setdefault(each.asked.column, set()).update(each.rows)
    return {column: pl.Series("row", sorted(rows), pl.UInt32) for column, rows in failing.items()}


def _kept(part: pl.LazyFrame, failing: Mapping[str, pl.Series], out: pl.Series, source: Source) -> pl.LazyFrame:
    """The part without the rows in `out`, and with null in every failing cell."""
    emptied = part.with_columns(
        pl.when(~_among(rows)).then(pl.col(column)).alias(column) for column, rows in failing.items()
    )
    return emptied.filter(~_among(out)).select("row", *(column.name for column in source.kept))


def _among(rows: pl.Series) -> pl.Expr:
    return pl.col("row").is_in(rows.implode())


def _entries(found: Sequence[Found]) -> pl.DataFrame:
    failed = [each for each in found if not each.met and each.asked.consequence != "warn"]
    parts = [_named(each.rows, each.asked.column, each.asked.rule, each.asked.consequence) for each in failed]
    return pl.concat([pl.DataFrame(schema=ENTRIES), *parts])


def _named(rows: Sequence[int] | pl.Series, column: str, rule: str, scope: str) -> pl.DataFrame:
    numbers = pl.DataFrame({"row": pl.Series(rows, dtype=pl.UInt32)})
    return numbers.select("row", column=pl.lit(column), rule=pl.lit(rule), scope=pl.lit(scope)).cast(ENTRIES)


def _doubted(found: Sequence[Found]) -> pl.DataFrame:
    """A value in doubt stays so where the source lets a few of them pass."""
    doubts = [_named(each.rows, each.asked.column, each.asked.rule, "") for each in found if is_doubt(each.asked.rule)]
    return pl.concat([pl.DataFrame(schema=ENTRIES), *doubts]).select(DOUBTED.names())


def _now_missing(failing: Mapping[str, pl.Series], source: Source) -> pl.DataFrame:
    """Rows whose required value was emptied just now."""
    lost = [(failing[column.name], column.name) for column in source.read if column.required and column.name in failing]
    return pl.concat([pl.DataFrame(schema=ENTRIES), *(_named(rows, name, REQUIRED, "row") for rows, name in lost)])


def _quality(found: Found, extract: Extract, *, whole: bool) -> dict[str, Any]:
    evaluated, unexpected = _counted(found, extract)
    judged = whole or found.met or found.rows
    return {
        "expectation": found.asked.expectation,
        "column": found.asked.column,
        "rule": found.asked.rule,
        "consequence": found.asked.consequence,
        "evaluated": evaluated,
        "unexpected": unexpected,
        "outcome": ("met" if found.met and unexpected <= found.unexpected else "failed") if judged else "not judged",
    }


def _counted(found: Found, extract: Extract) -> tuple[int, int]:
    """Cells judged, and those that failed. A required cell is judged at reading, of every row that could be split."""
    if found.asked.rule != REQUIRED:
        return found.evaluated, found.unexpected
    rows = extract.quarantine.entries.filter(pl.col("scope") == "row")
    unread = rows.filter(pl.col("column").is_null()).get_column("row").n_unique()
    missed = rows.filter((pl.col("column") == found.asked.column) & (pl.col("rule") == REQUIRED))
    return extract.rows_in - unread, found.unexpected + missed.get_column("row").n_unique()
