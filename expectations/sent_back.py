"""What a steward gets back of a delivery: what was set apart and why, the rows to correct, and the terugmeldingen."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final

import polars as pl

from expectations.feedback import REPORT, reports
from expectations.reasons import with_reasons
from expectations.validated import ValidatedExtract
from intake.corrections import csv_of, delivered_rows, written
from intake.quarantine import Quarantine

QUARANTINE: Final = "quarantine.csv"
ROWS: Final = "rows.csv"
REPORTS: Final = "terugmeldingen.csv"
FILES: Final = (QUARANTINE, ROWS, REPORTS)
_REASONS: Final = ("reden", "reason")

Member = tuple[str, Iterator[bytes]]
"""Name of a file, and what is in it, piece by piece."""


def entries(quarantine: Quarantine) -> Member:
    """Row, column, rule and reason of all that was set apart; no values."""
    return QUARANTINE, iter([csv_of(with_reasons(quarantine), header=True)])


def sent_back(validated: ValidatedExtract, file: Path) -> Iterator[Member]:
    """All of it; `file` is read again, once for each table with values, and never held whole.

    Raises `WrongFile` when it changed since.
    """
    source, quarantine, doubted = validated.source, validated.quarantine, validated.doubted
    yield entries(quarantine)
    why = _why(quarantine)
    rows = _delivered(validated, file, quarantine.correctable)
    explained = (table.join(why, on="row", how="left", maintain_order="left") for table in rows)
    yield ROWS, written(explained, source, _REASONS)
    rows = _delivered(validated, file, doubted.get_column("row").unique())
    header = csv_of(pl.DataFrame(schema=REPORT), header=True)
    yield REPORTS, chain([header], (csv_of(reports(table, doubted, source)) for table in rows))


def _delivered(validated: ValidatedExtract, file: Path, rows: pl.Series) -> Iterator[pl.DataFrame]:
    if rows.is_empty():
        return iter(())
    delivery, supplements = validated.delivery, validated.supplements
    return delivered_rows(validated.source, file, rows, delivery=delivery, supplements=supplements)


def _why(quarantine: Quarantine) -> pl.DataFrame:
    """By row its reasons, in Dutch (`reden`) and English (`reason`), each behind the column it is about."""
    where = pl.when(pl.col("column").is_not_null()).then(pl.col("column") + ": ").otherwise(pl.lit(""))
    told = with_reasons(quarantine).unique(["row", "column", "rule"], maintain_order=True)
    return told.group_by("row").agg((where + pl.col(name)).str.join(" ").alias(name) for name in _REASONS)
