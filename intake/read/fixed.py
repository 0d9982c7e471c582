"""Fixed width: every line as long as the declaration, every column at its place, counted in characters."""

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from intake.quarantine import ENTRIES
from intake.read.content import Content
from intake.read.encoding import utf8
from intake.read.lines import lines
from intake.read.raw import Raw
from intake.source import Source


def read_fixed(content: Content, source: Source) -> Iterator[Raw]:
    """Cut each line into its columns. A line of another length than the last column's end is set apart: one character
    too many or too few would shift what follows. Raises `WrongFile`."""
    rows = 0
    for some in lines(utf8(content.blocks(), source), source):
        if some:
            yield _cut(some, rows, source)
            rows += len(some)


def _cut(some: Sequence[str], before: int, source: Source) -> Raw:
    """`before` rows stand before these."""
    length = max(column.place.stop for column in source.columns)
    numbers = np.arange(before + 1, before + len(some) + 1, dtype=np.uint32)
    found = pl.DataFrame({"row": numbers, "line": pl.Series(some, dtype=pl.String)})
    found = found.with_columns(pl.col("line").str.len_chars().alias("length"))
    whole = found.filter(pl.col("length") == length)
    places = [pl.col("line").str.slice(c.place.start, len(c.place)).alias(c.name) for c in source.read]
    rule = pl.when(pl.col("length") < length).then(pl.lit("line-too-short")).otherwise(pl.lit("line-too-long"))
    wrong = found.filter(pl.col("length") != length).select(
        "row", pl.lit(None, pl.String).alias("column"), rule.alias("rule"), pl.lit("row").alias("scope")
    )
    return Raw(whole.select("row", *places), wrong.cast(ENTRIES), len(some))
