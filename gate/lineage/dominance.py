"""When somebody's contribution to a sum may be told too closely: the limits of D02 to D04 on any group of persons."""

from dataclasses import dataclass
from typing import Final

import polars as pl

_ROUNDING: Final = 1 + 1e-9
_NOTHING: Final = 1e-6
"""Amounts below this are the rounding of sums."""


@dataclass(frozen=True, slots=True)
class Dominance:
    dominance_one: float
    dominance_two: float
    p_percent: float

    def unsafe(self) -> pl.Expr:
        """Over `first`, `second` and `total`, all without sign."""
        first, second, total = (pl.col(name) for name in ("first", "second", "total"))
        return (
            (first > self.dominance_one * total * _ROUNDING)
            | (first + second > self.dominance_two * total * _ROUNDING)
            | ((total - first - second) * _ROUNDING < self.p_percent / 100 * first)
        )

    def level(self) -> pl.Expr:
        """How far above its value a reader must hold the sum possible."""
        first, second, total = (pl.col(name) for name in ("first", "second", "total"))
        return pl.max_horizontal(
            first / self.dominance_one - total,
            (first + second) / self.dominance_two - total,
            self.p_percent / 100 * first - (total - first - second),
            self.p_percent / 100 * first,
        )


def largest(amounts: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """`by`, `persons` (with an amount), `first`, `second`, `total` (without sign) of `amounts`: `by`, `person`,
    `amount`."""
    each = amounts.group_by(*by, "person").agg(pl.col("amount").sum().abs())
    some = each.with_columns(pl.when(pl.col("amount") > _NOTHING).then("amount").otherwise(0.0))
    return some.group_by(by).agg(
        persons=(pl.col("amount") > 0).sum().cast(pl.Int64),
        first=pl.col("amount").max(),
        second=pl.when(pl.len() > 1).then(pl.col("amount").top_k(2).min()).otherwise(0.0),
        total=pl.col("amount").sum(),
    )
