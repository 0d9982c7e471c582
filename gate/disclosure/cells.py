"""Is the table one the rules can speak about? Every combination and every margin there, sums that add up."""

from typing import Final

import numpy as np
import polars as pl

from gate.subject import TOTAL, Cells, SubjectError

_COUNTS: Final = ("people", "records")
_MAGNITUDES: Final = ("value", "first", "second")
ERROR: Final = "linkage_error"
_RELATIVE: Final = 1e-6
"""Sums of amounts may differ by rounding, relative to the largest."""


def measures(cells: Cells) -> tuple[str, ...]:
    """The columns that would be published."""
    return (*_COUNTS, *(["value"] if cells.magnitude else []), *_error(cells))


def checked(cells: Cells) -> pl.DataFrame:
    """The table with canonical types; raises `SubjectError` when it is not a complete table with its margins.

    Columns: the dimensions (String), `people`, `records` (Int64), with a magnitude `value`, `first`, `second`
    (Float64), `linkage_error` (Int64) where it is given, and `structural` (Boolean).
    """
    table = _typed(cells)
    numbers = table.select(_needed(cells))
    if any(numbers.null_count().row(0)) or not all(
        np.isfinite(numbers[name].to_numpy()).all() for name in numbers.columns
    ):
        raise SubjectError("a cell holds no number", remedy="Give every cell its counts and sums; nothing is 0.")
    if table.filter((pl.col("people") < 0) | (pl.col("people") > pl.col("records"))).height:
        raise SubjectError("a cell counts more people than records", remedy="Count distinct persons over the records.")
    if table.filter((pl.col("people") == 0) & (pl.col("records") > 0)).height:
        raise SubjectError("a cell has records of nobody", remedy="Count distinct persons over the records.")
    if cells.magnitude:
        _check_contributions(table)
    _check_lattice(table, cells.dimensions)
    for measure in ("records", "value") if cells.magnitude else ("records",):
        _check_sums(table, cells.dimensions, measure)
    return table


def _needed(cells: Cells) -> list[str]:
    return [*_COUNTS, *(_MAGNITUDES if cells.magnitude else ())]


def _error(cells: Cells) -> list[str]:
    return [ERROR] if ERROR in cells.table.columns else []


def _typed(cells: Cells) -> pl.DataFrame:
    missing = sorted({*cells.dimensions, *_needed(cells)} - set(cells.table.columns))
    if missing or not cells.dimensions:
        raise SubjectError(
            f"the table has no column {', '.join(missing) or 'for a dimension'}",
            remedy="Give the dimensions, people, records, and for a magnitude value, first and second.",
        )
    structural = pl.col("structural") if "structural" in cells.table.columns else pl.lit(False).alias("structural")
    try:
        return cells.table.select(
            pl.col(cells.dimensions).cast(pl.String),
            pl.col(_COUNTS).cast(pl.Int64),
            *([pl.col(_MAGNITUDES).cast(pl.Float64)] if cells.magnitude else []),
            *(pl.col(name).cast(pl.Int64) for name in _error(cells)),
            structural.cast(pl.Boolean).fill_null(False),
        )
    except pl.exceptions.PolarsError:
        raise SubjectError("a column of the table has a wrong type", remedy="Counts are whole numbers.") from None


def _check_contributions(table: pl.DataFrame) -> None:
    wrong = (pl.col("second") < 0) | (pl.col("first") < pl.col("second"))
    lone = (pl.col("people") == 1) & (
        (pl.col("value").abs() - pl.col("first")).abs() > _RELATIVE * (1 + pl.col("first"))
    )
    empty = (pl.col("people") == 0) & ((pl.col("value") != 0) | (pl.col("first") != 0))
    if table.filter(wrong | lone | empty).height:
        raise SubjectError(
            "the largest contributions of a cell do not fit its people and value",
            remedy="Sum the magnitude per person first; first and second are the two largest, without sign.",
        )


def _check_lattice(table: pl.DataFrame, dimensions: tuple[str, ...]) -> None:
    """Every combination once, totals included."""
    names = table.select(dimensions)
    sizes = [names[name].n_unique() for name in dimensions]
    totals = all((names[name] == TOTAL).any() for name in dimensions)
    complete = names.height == int(np.prod(sizes)) == names.n_unique()
    if any(names.null_count().row(0)) or not totals or not complete or min(sizes) < 2:
        raise SubjectError(
            "the table is not complete: every combination of categories and every margin stands in it once",
            remedy=f"Add empty combinations as 0, margins as {TOTAL}, and give missing categories a name.",
        )


def _check_sums(table: pl.DataFrame, dimensions: tuple[str, ...], measure: str) -> None:
    """Along every dimension the parts add up to the total."""
    within = _RELATIVE * (1.0 + float(table[measure].abs().max()))  # type: ignore[arg-type]
    for name in dimensions:
        signed = pl.when(pl.col(name) == TOTAL).then(-pl.col(measure)).otherwise(pl.col(measure)).sum()
        others = [other for other in dimensions if other != name]
        lines = table.group_by(others).agg(gap=signed) if others else table.select(gap=signed)
        if lines.filter(pl.col("gap").abs() > within).height:
            raise SubjectError(
                f"{measure} do not add up along {name}", remedy="Make every margin from the same records as its cells."
            )
