"""Text cells to canonical form by declared type. What cannot be read becomes empty and is named in quarantine."""

from dataclasses import dataclass

import polars as pl

from intake.quarantine import ENTRIES
from intake.read.forms import FORMS
from intake.read.typed import DECODED_WRONGLY, ILLEGIBLE
from intake.source import Column, Source

_GIVEN = "as given: "
"""Before a column name: the trimmed text as delivered."""


@dataclass(frozen=True, slots=True)
class _Mark:
    column: str
    rule: str
    scope: str
    where: pl.Expr


def read_cells(raw: pl.DataFrame, source: Source) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows kept (`row` and the columns of `source.read`) and the entries for unreadable and missing cells.

    A cell is trimmed, empty when it equals a declared null, and otherwise read by its type's form.
    """
    columns = source.read
    given = raw.lazy().select("row", *(_given(column, source) for column in columns))
    cells = given.with_columns(_read(column, source) for column in columns).collect()
    found = _found(cells, [mark for column in columns for mark in _marks(column)])
    table = cells.select("row", *(column.name for column in columns))
    out = found.filter(pl.col("scope") == "row")
    return (table.join(out, on="row", how="anti", maintain_order="left") if out.height else table), found


def _given(column: Column, source: Source) -> pl.Expr:
    trimmed = pl.col(column.name).str.strip_chars()
    nulls = {token.strip() for token in source.file.null} | {""}
    return pl.when(trimmed.is_in(sorted(nulls)).not_()).then(trimmed).alias(_GIVEN + column.name)


def _read(column: Column, source: Source) -> pl.Expr:
    given = pl.col(_GIVEN + column.name)
    legible = ~given.str.contains(ILLEGIBLE) & ~given.str.contains_any(DECODED_WRONGLY)
    cell = pl.when(legible).then(given)
    form = FORMS.get(column.type)
    return (form(cell, source.file) if form else cell).alias(column.name)


def _marks(column: Column) -> list[_Mark]:
    given, cell = pl.col(_GIVEN + column.name), pl.col(column.name)
    wrongly = given.str.contains_any(DECODED_WRONGLY)
    marks = [
        _Mark(column.name, "decoded-wrongly", "cell", wrongly),
        _Mark(column.name, f"{column.type}-format", "cell", given.is_not_null() & cell.is_null() & ~wrongly),
    ]
    if column.type != "freetext":
        # A line break inside a quoted name or number: a stray quote may have swallowed the rows after it.
        marks.append(_Mark(column.name, "line-break", "row", given.str.contains_any(["\r", "\n"])))
    if column.required:
        marks.append(_Mark(column.name, "required", "row", cell.is_null()))
    return marks


def _found(cells: pl.DataFrame, marks: list[_Mark]) -> pl.DataFrame:
    """Entries of all marks; one pass tells which marks occur at all."""
    occurs = cells.lazy().select(mark.where.any().alias(str(place)) for place, mark in enumerate(marks)).collect()
    entries = [_entries(cells, mark) for mark, found in zip(marks, occurs.row(0), strict=True) if found]
    return pl.concat([pl.DataFrame(schema=ENTRIES), *entries])


def _entries(cells: pl.DataFrame, mark: _Mark) -> pl.DataFrame:
    named = cells.filter(mark.where).select(
        "row", column=pl.lit(mark.column), rule=pl.lit(mark.rule), scope=pl.lit(mark.scope)
    )
    return named.cast(ENTRIES)
