"""Is the table one the rules can speak about? Every combination and every margin there, sums that add up."""

from typing import Final

import numpy as np
import polars as pl

from gate.disclosure.contributions import RANGE, ROUNDING, check_contributions
from gate.disclosure.counts import check_counts, check_people, check_whole
from gate.disclosure.linked import circular
from gate.disclosure.sums import ancestors, lines, rest
from gate.perturb.cell_key import KEYS
from gate.subject import CELL_KEY, TOTAL, Cells, SubjectError

_COUNTS: Final = ("people", "records")
_MAGNITUDES: Final = ("value", "first", "second")
ERROR: Final = "linkage_error"
QUANTILE: Final = "quantile"
_SIDES: Final = ("below", "above")
_TAKEN: Final = frozenset({
    "people", "records", "value", "first", "second", "quantile", "below", "above", "structural", "cell_key",
    "linkage_error", "whole", "sign", "total", "parts", "found", "more", "room", "gap", "known", "unknown", "told",
    "row", "cell", "record", "person", *RANGE,
})  # fmt: skip
"""Names that a cell's numbers have, here or while they are calculated."""


def measures(cells: Cells) -> tuple[str, ...]:
    """The columns that would be published."""
    return (*_COUNTS, *(["value"] if cells.magnitude else []), *_quantile(cells), *_error(cells))


def checked(cells: Cells) -> pl.DataFrame:
    """The table with canonical types; raises `SubjectError` when it is not a complete table with its margins.

    Columns: the dimensions (String), `people`, `records` (Int64), with a magnitude `value`, `first`, `second`
    (Float64), `quantile` (Float64), `below`, `above`, `linkage_error` and `cell_key` (Int64) where given,
    `structural` (Boolean).
    """
    _check_names(cells)
    table = _typed(cells)
    numbers = table.select(_needed(cells))
    if any(numbers.null_count().row(0)) or not all(
        np.isfinite(numbers[name].to_numpy()).all() for name in numbers.columns
    ):
        raise SubjectError("a cell holds no number", remedy="Give every cell its counts and sums; nothing is 0.")
    check_counts(table)
    if _quantile(cells) and table.filter(~_sides_fit()).height:
        raise SubjectError(
            "a quantile does not lie among the people of its cell",
            remedy="Count the persons strictly below and above it; both together are at most the people.",
        )
    if _key(cells) and not table[CELL_KEY].is_between(0, KEYS - 1).fill_null(value=False).all():
        raise SubjectError("a cell has no key", remedy="Add up the keys of its people, modulo 2^32; of nobody it is 0.")
    _check_parents(cells)
    _check_lattice(table, cells)
    if cells.magnitude:
        check_contributions(table, cells)
    check_people(table, cells)
    for measure in ("records", "value") if cells.magnitude else ("records",):
        _check_sums(table, cells, measure)
    return table


def _check_names(cells: Cells) -> None:
    taken = [name for name in cells.dimensions if name in _TAKEN or name.startswith("total ") or not name.strip()]
    if taken or len(set(cells.dimensions)) != len(cells.dimensions):
        raise SubjectError(
            f"a dimension cannot be called {', '.join(map(repr, taken)) or 'as another'}", remedy="Rename the column."
        )


def _needed(cells: Cells) -> list[str]:
    return [*_COUNTS, *(_MAGNITUDES if cells.magnitude else ())]


def _quantile(cells: Cells) -> list[str]:
    return [QUANTILE] if QUANTILE in cells.table.columns else []


def _sides_fit() -> pl.Expr:
    below, above = (pl.col(side) for side in _SIDES)
    return ((below >= 0) & (above >= 0) & (below + above <= pl.col("people"))).fill_null(value=False)


def _range(cells: Cells) -> list[str]:
    return list(RANGE) if cells.magnitude and set(RANGE) <= set(cells.table.columns) else []


def _key(cells: Cells) -> list[str]:
    return [CELL_KEY] if CELL_KEY in cells.table.columns else []


def _error(cells: Cells) -> list[str]:
    return [ERROR] if ERROR in cells.table.columns else []


def _typed(cells: Cells) -> pl.DataFrame:
    sides = _SIDES if _quantile(cells) else ()
    missing = sorted({*cells.dimensions, *_needed(cells), *sides} - set(cells.table.columns))
    if missing or not cells.dimensions:
        raise SubjectError(
            f"the table has no column {', '.join(missing) or 'for a dimension'}",
            remedy="Give dimensions, people, records; for amounts value, first, second; for quantiles below, above.",
        )
    check_whole(cells.table, (*_COUNTS, *_SIDES, CELL_KEY))
    structural = pl.col("structural") if "structural" in cells.table.columns else pl.lit(False).alias("structural")
    try:
        return cells.table.select(
            pl.col(cells.dimensions).cast(pl.String),
            pl.col(_COUNTS).cast(pl.Int64),
            *([pl.col(_MAGNITUDES).cast(pl.Float64)] if cells.magnitude else []),
            *(pl.col(name).cast(pl.Float64) for name in _quantile(cells)),
            *(pl.col(name).cast(pl.Int64) for name in (*sides, *_error(cells))),
            structural.cast(pl.Boolean).fill_null(False),
            *(pl.col(name).cast(pl.Int64) for name in _key(cells)),
            *(pl.col(name).cast(pl.Float64) for name in _range(cells)),
        )
    except pl.exceptions.PolarsError:
        raise SubjectError("a column of the table has a wrong type", remedy="Counts are whole numbers.") from None


def _check_lattice(table: pl.DataFrame, cells: Cells) -> None:
    """Every cell once; where something is told apart at all, every category of it and the total."""
    names = table.select(cells.dimensions)
    if names.filter(pl.any_horizontal(pl.all().str.strip_chars().eq("") | pl.all().str.contains(r"[\r\n\x00]"))).height:
        raise SubjectError("a category has no readable name", remedy="Give it one, on one line; '?' if it is unknown.")
    if any(names.null_count().row(0)) or names.height != names.n_unique() or not _every_part(names, cells):
        raise SubjectError(
            "the table is not complete: every combination of categories and every margin stands in it once",
            remedy=f"Add empty combinations as 0, margins as {TOTAL}, and give missing categories a name.",
        )
    if circular(cells):
        raise SubjectError(
            "these tables hang together in a circle, so that their sums do not say all there is to know",
            remedy="Publish them as one table of all their dimensions, or leave one of them out.",
        )


def _every_part(names: pl.DataFrame, cells: Cells) -> bool:
    return not names.filter(pl.all_horizontal(pl.col(cells.dimensions) == TOTAL)).is_empty() and all(
        _complete_along(names, cells, name) for name in cells.dimensions
    )


def _complete_along(names: pl.DataFrame, cells: Cells, name: str) -> bool:
    """All parts of a category stand beside its total, or none."""
    found = lines(names, cells.dimensions, name, cells.parents)
    sizes = found.filter(pl.col("sign") > 0).group_by("whole").agg(parts=pl.col(name).n_unique())
    there = found.group_by(*rest(cells.dimensions, name), "whole").agg(
        found=(pl.col("sign") > 0).sum(), total=(pl.col("sign") < 0).any()
    )
    return (
        found.height > 0
        and there.join(sizes, on="whole").select((pl.col("total") & (pl.col("found") == pl.col("parts"))).all()).item()
    )


def _check_parents(cells: Cells) -> None:
    """Hierarchies speak of categories that are there, and go up to the total."""
    for name, above in cells.parents.items():
        known = set(cells.table[name].cast(pl.String)) if name in cells.table.columns else set[str]()
        if name not in cells.dimensions or not {*above, *above.values()} <= known or TOTAL in above:
            raise SubjectError(
                f"the hierarchy of {name} names what is not in the table", remedy="Name categories of the table only."
            )
        try:
            for category in above:
                ancestors(name, category, cells.parents)
        except ValueError:
            raise SubjectError(
                f"the hierarchy of {name} goes round in a circle", remedy="Give every category one place."
            ) from None


def _check_sums(table: pl.DataFrame, cells: Cells, measure: str) -> None:
    """Along every dimension the parts add up to the total: counts exactly, amounts but for rounding."""
    largest = float(table[measure].abs().max())  # type: ignore[arg-type]
    within = ROUNDING * (1.0 + largest) if table[measure].dtype == pl.Float64 else 0.0
    for name in cells.dimensions:
        key = [*rest(cells.dimensions, name), "whole"]
        gaps = lines(table, cells.dimensions, name, cells.parents).group_by(key)
        gap = gaps.agg(gap=(pl.col("sign") * pl.col(measure)).sum())["gap"]
        if (gap.abs() > within).any():
            raise SubjectError(
                f"{measure} do not add up along {name}", remedy="Make every margin from the same records as its cells."
            )
