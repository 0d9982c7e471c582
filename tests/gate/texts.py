"""Tables as text: one line per inner cell; margins are added as for distinct persons who each stand in one cell."""

from itertools import product

import polars as pl

from gate import TOTAL, Cells

NUMBERS = ("people", "records", "value", "first", "second")


def cells(text: str) -> Cells:
    """Columns before `people` are dimensions; `records` is `people` unless given, `second` the least there can be."""
    head, *lines = [[part.strip() for part in line.split("|")] for line in text.strip().splitlines()]
    dimensions = tuple(name for name in head if name not in NUMBERS)
    inner = pl.DataFrame(lines, schema=head, orient="row").with_columns(
        pl.col(name).cast(pl.Int64 if name in ("people", "records") else pl.Float64) for name in head if name in NUMBERS
    )
    return with_margins(inner, dimensions)


def with_margins(inner: pl.DataFrame, dimensions: tuple[str, ...]) -> Cells:
    if "records" not in inner.columns:
        inner = inner.with_columns(records=pl.col("people"))
    if "value" in inner.columns and "second" not in inner.columns:
        others = (pl.col("people") - 1).clip(1)
        inner = inner.with_columns(second=((pl.col("value").abs() - pl.col("first")) / others).clip(0))
    margins = [_sum(inner, dimensions, summed) for summed in product((False, True), repeat=len(dimensions))]
    return Cells(dimensions, pl.concat(margins), "value" if "value" in inner.columns else None)


def _sum(inner: pl.DataFrame, dimensions: tuple[str, ...], summed: tuple[bool, ...]) -> pl.DataFrame:
    names = [pl.lit(TOTAL).alias(name) for name, over in zip(dimensions, summed, strict=True) if over]
    numbers = [pl.col("people", "records").sum()]
    if "value" in inner.columns:
        ranked = pl.col("first").append(pl.col("second")).sort(descending=True)
        numbers += [pl.col("value").sum(), ranked.get(0).alias("first"), ranked.get(1).alias("second")]
    return inner.with_columns(names).group_by(dimensions, maintain_order=True).agg(numbers)
