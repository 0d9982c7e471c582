"""What a metric hands to the engine instead of a value: an expression of length one, and how to read its value."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Mask:
    """Which rows are unexpected, computed once under its name; count, values and keys of a check all filter by it."""

    name: str
    rows: pl.Expr


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`expression` may refer to the mask as `pl.col(mask.name)`."""

    expression: pl.Expr
    finish: Callable[[Any], Any] = _as_it_is
    mask: Mask | None = None
