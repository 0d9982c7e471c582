"""SQL expressions over evidence of one field, to block on in clear text: `substr(surname, 1, 2)`.

A list gives a record a key for each member: `string_to_array("name.words", '|')`.
"""

import difflib
import re
from collections.abc import Sequence

import polars as pl

from declare import WrongInput
from linkage.comparable import Comparable

_NAME = re.compile(r"[\w.]+")


def evaluated(side: Comparable, part: str) -> tuple[str, pl.Series]:
    """The field an expression reads, and its value for each distinct row of that field's evidence.

    Raises `WrongInput` when it is no expression, reads no or several fields, or the side holds no clear text.
    """
    if not side.clear or _NAME.fullmatch(part):
        known = sorted(name for evidence in side.evidence.values() for name in evidence.distinct.columns)
        raise _unknown(part, f"{side.name} has no such evidence", difflib.get_close_matches(part, known, n=1))
    try:
        expression = pl.sql_expr(part)
        read = set(expression.meta.root_names())
        for name, evidence in side.evidence.items():
            if read and read <= set(evidence.distinct.columns):
                return name, _of_each(evidence.distinct, expression)
    except (pl.exceptions.PolarsError, ValueError):
        raise _unknown(part, "it is no SQL expression with a value for each text") from None
    raise _unknown(part, 'it must read evidence of one field; a name with a dot stands between ""')


def _of_each(distinct: pl.DataFrame, expression: pl.Expr) -> pl.Series:
    """A value for each row. Raises `ValueError` for an aggregate such as MAX, of which there is one for all."""
    found = distinct.select(expression.alias("value")).to_series()
    if found.len() != distinct.height:
        raise ValueError("one value for all rows")
    return _without_empty(found)


def _without_empty(values: pl.Series) -> pl.Series:
    """An empty text says as little as a missing one; so does one in a list."""
    if values.dtype == pl.List(pl.String):
        return values.list.eval(pl.element().filter(pl.element() != ""))
    return values.set(values == "", None) if values.dtype == pl.String else values


def _unknown(part: str, why: str, near: Sequence[str] = ()) -> WrongInput:
    return WrongInput(
        f"a block names {part}: {why}",
        remedy=f"Did you mean {near[0]}?"
        if near
        else "Name evidence such as surname.sound, or in clear text an expression such as substr(surname, 1, 2).",
    )
