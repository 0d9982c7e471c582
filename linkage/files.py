"""Files of the workbench: only the columns a model names are read; no other column can make a difference."""

import csv
import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from declare import WrongInput
from linkage.comparable import Comparable
from linkage.dictionary import mapped
from linkage.header import holds_values, read_header, refuse_repeated
from linkage.model import FileField, Model
from linkage.similarity import BETWEEN
from pseudonymise.standardise import fields_of

Side = Literal["left", "right"]

_DATE_PARTS = {"%Y": r"(?P<year>.{4})", "%m": r"(?P<month>.{1,2})", "%d": r"(?P<day>.{1,2})"}


@dataclass(frozen=True, slots=True, repr=False)
class Records:
    """One file made comparable, and the id of each record: the declared column, or the row number from 0."""

    comparable: Comparable
    ids: pl.Series
    warnings: tuple[str, ...] = ()
    """What of the file cannot be read, in counts."""


def read_records(path: Path, model: Model, side: Side) -> Records:
    """Raises `WrongInput` when the file cannot be read as declared, or a column is missing, or an id comes twice."""
    dated, warnings = _read_dated(path, model, side)
    fields = fields_of((column, field.type, field.field) for column, field in _declared(model, side))
    return Records(Comparable.of_text(side, dated, fields), read_ids(path, model, dated.height), warnings)


def read_dated(path: Path, model: Model, side: Side) -> pl.DataFrame:
    """The columns of the model's fields as text, dates as YYYY-MM-DD with 00 for unknown parts, members of lists with
    a bar between them. Raises `WrongInput`."""
    return _read_dated(path, model, side)[0]


def _read_dated(path: Path, model: Model, side: Side) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """As `read_dated`, with a sentence for every column of dates of which some cannot be read."""
    declared = dict(_declared(model, side))
    dates = {column: field.format_of(side) for column, field in declared.items() if field.type == "date"}
    lists = {column: field.separator for column, field in declared.items() if field.type == "list"}
    table = read_as_written(path, model, side)
    dated = [mapped(table[column], _date(pl.col("value"), form)) for column, form in dates.items()]
    warnings = [sentence for found in dated if (sentence := _lost(path, table[found.name], found, dates[found.name]))]
    members = (pl.col(column).str.replace_all(between, BETWEEN, literal=True) for column, between in lists.items())
    return table.with_columns(*dated, *members), tuple(warnings)


def read_as_written(path: Path, model: Model, side: Side) -> pl.DataFrame:
    """The columns of the model's fields as text. Raises `WrongInput`."""
    declared = _declared(model, side)
    if not declared:
        raise WrongInput(f"model {model.id} names no column of a file", remedy="Add [[fields]] to the model.")
    return _texts(path, model, list(dict.fromkeys(column for column, _ in declared)))


def _declared(model: Model, side: Side) -> list[tuple[str, FileField]]:
    return [(column, field) for field in model.fields if (column := field.of(side))]


def read_texts(path: Path, names: list[str], *, separator: str = ",", encoding: str = "utf-8") -> pl.DataFrame:
    """The columns named, as text; blanks around names and values do not count. Raises `WrongInput`."""
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            table = pl.scan_parquet(path)
        else:
            table = pl.read_csv(path, separator=separator, encoding=encoding, infer_schema=False).lazy()
        schema = table.collect_schema()
        written = {name.strip(): name for name in schema.names()}
        refuse_repeated(path, names, read_header(path, separator=separator, encoding=encoding))
        _refuse_missing(path, names, list(written))
        texts = {name: _text(written[name], schema[written[name]]) for name in names}
        return table.select(text.str.strip_chars().alias(name) for name, text in texts.items()).collect()
    except (OSError, UnicodeDecodeError, LookupError, csv.Error, pl.exceptions.PolarsError) as error:
        raise WrongInput(
            f"{path.name} cannot be read as the model declares it ({type(error).__name__})",
            remedy="Check the name, the separator and the encoding.",
        ) from None


def _lost(path: Path, written: pl.Series, found: pl.Series, form: str) -> str | None:
    """A sentence on dates that are not written as declared, if there are any. Raises `WrongInput` when they are most:
    that is the declaration's fault, not theirs."""
    given = written.len() - (written.is_null() | (written == "")).sum()
    lost = given - found.count()
    said = f"{lost:,} of {given:,} values in column {written.name} of {path.name} are no dates written {form}"
    if 2 * lost > given:
        raise WrongInput(said, remedy="Mend the format of the column in the model.")
    return f"{said}: they count as missing" if lost else None


def _text(name: str, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, pl.Struct):
        raise WrongInput(f"column {name} holds several values in one", remedy="Give them columns of their own.")
    if kind.is_float():
        # 4200.0 is how some programs write the number 4200 in a column where a value is missing
        whole = pl.col(name) == pl.col(name).round()
        number = pl.col(name).cast(pl.Int64, strict=False).cast(pl.String)
        return pl.when(whole & number.is_not_null()).then(number).otherwise(pl.col(name).cast(pl.String))
    if isinstance(kind, pl.Datetime):
        midnight = pl.col(name).dt.time() == pl.time(0, 0, 0)
        day = pl.col(name).dt.date().cast(pl.String)
        return pl.when(midnight).then(day).otherwise(pl.col(name).cast(pl.String))
    if not isinstance(kind, pl.List | pl.Array):
        return pl.col(name).cast(pl.String)
    members = pl.col(name).cast(pl.List(pl.String)).list
    return members.eval(pl.element().str.replace_all(BETWEEN, " ", literal=True)).list.join(BETWEEN)


def _texts(path: Path, model: Model, names: list[str]) -> pl.DataFrame:
    return read_texts(path, names, separator=model.file.separator, encoding=model.file.encoding)


def _refuse_missing(path: Path, names: list[str], present: list[str]) -> None:
    for name in names:
        if name not in present:
            # a file without a line of names would show a value
            near = [] if holds_values(present) else difflib.get_close_matches(name, present, n=1)
            raise WrongInput(
                f"{path.name} has no column {name}", remedy=f"Did you mean {near[0]}?" if near else "Mend the model."
            )


def _date(column: pl.Expr, format: str) -> pl.Expr:
    """Text YYYY-MM-DD; a part that is not a number is unknown, for a typing error leaves the other parts standing."""
    pattern = re.escape(format)
    for directive, group in _DATE_PARTS.items():
        pattern = pattern.replace(directive, group)
    found = column.str.extract_groups(f"^{pattern}$")
    parts = {part: found.struct.field(part) for part in ("year", "month", "day")}
    known = [
        pl.when(part.str.contains(r"^\d+$"))
        .then(part.str.zfill(4 if name == "year" else 2))
        .otherwise(pl.lit("0000" if name == "year" else "00"))
        for name, part in parts.items()
    ]
    return pl.when(parts["year"].is_not_null()).then(pl.concat_str(known, separator="-"))


def read_ids(path: Path, model: Model, height: int) -> pl.Series:
    """Ids of the records by position: the declared column, or the row number from 0. Raises `WrongInput`."""
    if model.file.id is None:
        return pl.Series("id", range(height), dtype=pl.UInt32)
    ids = _texts(path, model, [model.file.id])[model.file.id].alias("id")
    if ids.null_count() or ids.n_unique() < height:
        raise WrongInput(f"the id column of {path.name} has empty or repeated values", remedy="Declare another id.")
    return ids
