"""Agreement patterns: which levels come together, how often, and what they are worth."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from linkage.fitted import FittedModel

SHOWN: Final = 15


@dataclass(frozen=True, slots=True)
class Pattern:
    """Pairs that show the same level in every field."""

    levels: tuple[int, ...]
    pairs: int
    links: int
    weight: float
    """Mean match weight: the rarity of values makes it differ within a pattern."""
    probability: float
    """Mean posterior probability."""
    expected: float
    """Share of all expected matches that are among these pairs."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """`distinct` patterns there are; those with most pairs, and those with most expected mistakes either way."""

    distinct: int
    frequent: tuple[Pattern, ...]
    doubtful: tuple[Pattern, ...]


def patterns(scored: pl.DataFrame, fitted: FittedModel) -> Patterns:
    """`scored` has the level columns, `match_weight`, `match_probability` and `linked`."""
    levels = [f"level {field.field}" for field in fitted.fields]
    chance = pl.col("match_probability")
    counted = scored.group_by(levels).agg(
        pl.len().alias("pairs"),
        pl.col("linked").sum(),
        pl.col("match_weight").mean(),
        chance.mean(),
        (chance.sum() / max(float(scored["match_probability"].sum()), 1e-12)).alias("expected"),
        pl.when("linked").then(1 - chance).otherwise(chance).sum().alias("doubt"),
    )
    frequent = counted.sort(["pairs", *levels], descending=[True] + [False] * len(levels)).head(SHOWN)
    doubtful = counted.sort(["doubt", *levels], descending=[True] + [False] * len(levels)).head(SHOWN)
    return Patterns(counted.height, _as_patterns(frequent, len(levels)), _as_patterns(doubtful, len(levels)))


def _as_patterns(table: pl.DataFrame, fields: int) -> tuple[Pattern, ...]:
    return tuple(Pattern(row[:fields], *row[fields : fields + 5]) for row in table.iter_rows())
