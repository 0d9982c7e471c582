"""A part of the left records, where a file is large: a first fit needs some matches, not all of them."""

from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from linkage.comparable import Comparable, Evidence
from linkage.model import Model
from linkage.pairing import Pairing

LARGE: Final = 100_000
"""Left records up to which all are looked at."""
PART: Final = 30_000


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """Sides of a first fit. `left_rows` and `right_rows` are where their records stand in the files."""

    left: Comparable
    right: Comparable
    model: Model
    left_rows: pl.Series
    right_rows: pl.Series

    def in_files(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """Pairs by their positions in the files; of one file the first position is `l`."""
        left, right = self.left_rows.gather(pairs["l"]), self.right_rows.gather(pairs["r"])
        found = pairs.with_columns(left.alias("l"), right.alias("r"))
        if self.left.name != self.right.name:
            return found
        return found.with_columns(l=pl.min_horizontal("l", "r"), r=pl.max_horizontal("l", "r"))


def part(pairing: Pairing) -> Part:
    """Drawn by value, so that the order of the file makes no difference. Of one file the drawn records meet the others.
    A small file is taken whole."""
    left, right, model = pairing.left, pairing.right, pairing.model
    if left.height <= LARGE:
        return Part(left, right, model, _rows(left.height), _rows(right.height))
    order = pl.Series(pairing.by_value[0], dtype=pl.UInt32)
    drawn, rest = order[:PART].sort(), order[PART:].sort()
    if model.dedupe:
        apart = model.model_copy(update={"right": f"{model.left}-rest", "one_to_one": "none"})
        return Part(_at(left, drawn), _at(left, rest), apart, drawn, rest)
    return Part(_at(left, drawn), right, model, drawn, _rows(right.height))


def _rows(height: int) -> pl.Series:
    return pl.int_range(height, dtype=pl.UInt32, eager=True)


def _at(side: Comparable, rows: pl.Series) -> Comparable:
    found = {
        name: Evidence(evidence.distinct, rows if evidence.rows is None else evidence.rows.gather(rows))
        for name, evidence in side.evidence.items()
    }
    return replace(side, evidence=found, height=rows.len())
