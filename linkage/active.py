"""Active selection: the pairs from whose labels most is learnt, drawn so that they still are a sample.

Uncertainty sampling (Lewis and Gale 1994) takes the pairs nearest the threshold, which often show one and the same
pattern and stand for nothing but themselves. Here strata near the threshold get many pairs and strata far from it few;
within a stratum pairs are drawn systematically along their patterns (Madow and Madow 1944), so that every common
pattern is among them and all pairs have the same chance.
"""

import numpy as np
import polars as pl

from declare import WrongInput
from linkage.clerical import KEYS, stratify

Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]
Floats = np.ndarray[tuple[int], np.dtype[np.float64]]


def select(
    pairs: pl.DataFrame,
    links: pl.DataFrame,
    size: int,
    *,
    threshold: float,
    seed: int,
    labelled: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """`size` pairs to label: rows of `pairs` with `stratum` and `inclusion` (chance of being drawn), in random order.

    `pairs` has `id_l`, `id_r`, `match_probability` and may have `level <field>` columns, which make its patterns; of
    `links` and `labelled` (pairs not to be drawn again) only the ids count. Strata are those of `linkage.clerical`, so
    that the labels can also estimate, with wider intervals than a sample drawn for that. The same pairs in another
    order give the same sample. Raises `WrongInput` when there is nothing to draw.
    """
    waiting = stratify(pairs, links, threshold)
    if labelled is not None:
        waiting = waiting.join(labelled, on=KEYS, how="anti")
    if waiting.is_empty() or size < 1:
        raise WrongInput("there are no pairs to choose from", remedy="Link first, and ask for at least one pair.")
    patterns = [name for name in pairs.columns if name.startswith("level ")]
    ordered = waiting.sort("stratum", *patterns, "match_probability", *KEYS)
    strata = ordered.group_by("stratum", maintain_order=True).agg(
        pairs=pl.len().cast(pl.Int64), doubt=_doubt(threshold)
    )
    drawn = allocate(strata["pairs"].to_numpy(), strata["doubt"].to_numpy(), size)
    chance = np.random.default_rng(seed)
    strata = strata.with_columns(drawn=pl.Series(drawn), start=pl.Series(chance.random(strata.height)))
    taken = ordered.join(strata, on="stratum", how="left", maintain_order="left").filter(_systematically())
    mixed = taken.with_columns(inclusion=pl.col("drawn") / pl.col("pairs"))[chance.permutation(taken.height)]
    return mixed.select(*pairs.columns, "stratum", "inclusion")


def allocate(pairs: Numbers, doubt: Floats, size: int) -> Numbers:
    """How many of `size` draws each stratum gets: one, and then in proportion to its doubt (D'Hondt's method).

    No stratum gets more than it has.
    """
    drawn: Numbers = np.zeros_like(pairs)
    for _ in range(min(size, int(pairs.sum()))):
        claim = np.where(drawn == 0, 1 + doubt, doubt / (drawn + 1))
        drawn[np.argmax(np.where(drawn < pairs, claim, -1.0))] += 1
    return drawn


def _doubt(threshold: float) -> pl.Expr:
    """Mean doubt of a stratum: 1 at the threshold, 0 where a pair surely is or surely is not above it."""
    above, below = pl.col("match_probability") * (1 - threshold), (1 - pl.col("match_probability")) * threshold
    return (4 * above * below / (above + below) ** 2).mean()


def _systematically() -> pl.Expr:
    """With steps of pairs/drawn from a random start: `drawn` rows of each stratum, whatever the start."""
    row = pl.int_range(pl.len()).over("stratum")
    before, after = ((pl.col("start") + (row + more) * pl.col("drawn") / pl.col("pairs")).floor() for more in (0, 1))
    return before < after
