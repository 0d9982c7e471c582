"""A clerical sample: which pairs people are to label, and what their labels say of precision, recall and F1.

Pairs are stratified by match probability and by whether they became links, and drawn without replacement within each
stratum, more where the model doubts more (Neyman 1934). The intervals rest on the sampling alone: whether the model is
right makes them wider or narrower, not wrong.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from declare import WrongInput
from linkage.interval import Bounds, Estimate, Floats, clopper_pearson, square_and_add
from linkage.labels import MATCH, UNSURE

EDGES: Final = (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999)
"""Between strata, in probability of a match; the model's threshold is added."""
LEAST_SPREAD: Final = 0.02
"""A stratum is never taken to be surer than this share of mistakes, for the model may be wrong."""

LEAST_PAIRS: Final = 50
"""Of a stratum, unless there are fewer: intervals of many tiny strata cannot be added up."""

KEYS: Final = ("id_l", "id_r")

Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Stratum:
    """`pairs` there are, `labelled` of them with `matches` and `unsure`; `links`: whether its pairs became links."""

    name: str
    links: bool
    pairs: int
    labelled: int
    matches: int
    unsure: int


@dataclass(frozen=True, slots=True)
class ClericalEstimate:
    """Shares with 95 percent intervals; None where there is nothing to be a share of.

    Recall is among the pairs that were sampled from: what no block brought and what was left out for being too
    improbable is in no stratum. Pairs that nobody was sure of are left out of the values, and count in the intervals
    for the best and for the worst.
    """

    precision: Estimate | None
    recall: Estimate | None
    f1: Estimate | None
    strata: tuple[Stratum, ...]


def stratify(pairs: pl.DataFrame, links: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """`pairs` with `stratum`, such as `link p 0.5-0.75` or `no link p 0.01-0.1`.

    `pairs` has `id_l`, `id_r`, `match_probability`; of `links` only the ids count. Neighbouring bands are put together
    until each stratum holds `LEAST_PAIRS` or there is only one.
    """
    edges = np.array(sorted({*EDGES, threshold}))
    bands = np.searchsorted(edges, pairs["match_probability"].to_numpy(), side="right")
    marked = pairs.join(links.select(*KEYS, linked=pl.lit(value=True)), on=KEYS, how="left", maintain_order="left")
    linked = marked["linked"].fill_null(value=False).to_numpy()
    names = np.empty(pairs.height, dtype=object)
    for kind, chosen in (("link", linked), ("no link", ~linked)):
        names[chosen] = _named(kind, bands[chosen], edges)
    return pairs.with_columns(pl.Series("stratum", names, dtype=pl.String))


def _named(kind: str, bands: Numbers, edges: Floats) -> np.ndarray:
    """The stratum of each pair from its band."""
    counts = np.bincount(bands, minlength=edges.size + 1)
    starts = [0]
    for band in range(1, counts.size):
        if min(counts[starts[-1] : band].sum(), counts[band:].sum()) >= LEAST_PAIRS:
            starts.append(band)
    limits = np.array([0.0, *edges, 1.0])
    ends = [*starts[1:], counts.size]
    names = [f"{kind} p {limits[start]:g}-{limits[end]:g}" for start, end in zip(starts, ends, strict=True)]
    return np.array(names, dtype=object)[np.searchsorted(starts, bands, side="right") - 1]


def draw(pairs: pl.DataFrame, links: pl.DataFrame, size: int, *, threshold: float, seed: int) -> pl.DataFrame:
    """`size` pairs to label: rows of `pairs` with `stratum` and `inclusion` (chance of being drawn), in random order:
    any first part of it is a sample too.

    The same pairs in another order give the same sample. Raises `WrongInput` when there is nothing to draw.
    """
    if pairs.is_empty() or size < 1:
        raise WrongInput(
            "there are no pairs to draw a sample from", remedy="Link first, and ask for at least one pair."
        )
    stratified = stratify(pairs, links, threshold).sort(KEYS)
    strata = _sizes(stratified)
    mean = strata["mean"].to_numpy()
    spread = np.sqrt(np.maximum(mean * (1 - mean), LEAST_SPREAD * (1 - LEAST_SPREAD)))
    strata = strata.with_columns(drawn=pl.Series(allocate(strata["pairs"].to_numpy(), spread, size)))
    chance = np.random.default_rng(seed)
    ranked = stratified.with_columns(order=pl.Series(chance.random(stratified.height)))
    ranked = ranked.join(strata, on="stratum", how="left", maintain_order="left")
    taken = ranked.filter(pl.col("order").rank("ordinal").over("stratum") <= pl.col("drawn"))
    drawn = taken.with_columns(inclusion=pl.col("drawn") / pl.col("pairs"))
    return drawn.sort(pl.col("order") / pl.col("inclusion")).select(*pairs.columns, "stratum", "inclusion")


def allocate(pairs: Numbers, spread: Floats, size: int) -> Numbers:
    """How many of `size` draws each stratum gets: a like part of half of them, the rest by pairs times spread.

    No stratum gets more than it has; what it cannot use goes to the others.
    """
    drawn: Numbers = np.minimum(pairs, size // (2 * pairs.size))
    while left := int(min(size, pairs.sum()) - drawn.sum()):
        room = pairs - drawn
        wish = np.where(room > 0, pairs * spread, 0.0)
        more = np.minimum(room, np.floor(left * wish / wish.sum()).astype(np.int64))
        if not more.any():
            more[np.argsort(-wish, kind="stable")[:left]] = 1
            more = np.minimum(more, room)
        drawn = drawn + more
    return drawn


def estimate(labels: pl.DataFrame, pairs: pl.DataFrame, links: pl.DataFrame, *, threshold: float) -> ClericalEstimate:
    """What labels (`linkage.labels`) of a drawn sample say of `links` among `pairs`, both as when it was drawn.

    A review broken off half way counts (`draw`); labels without `inclusion` were not drawn
    and do not count. Raises `WrongInput` when no label counts or one is of another pair.
    """
    stratified = stratify(_texts(pairs), _texts(links), threshold)
    drawn = labels.filter(pl.col("inclusion").is_not_null()).select(*KEYS, "label")
    known = drawn.join(stratified, on=KEYS, how="inner")
    if known.is_empty() or known.height < drawn.height:
        raise WrongInput(
            "the labels are not of a sample of these pairs",
            remedy="Give the pairs and links the sample was drawn from.",
        )
    is_match, is_unsure = pl.col("label") == MATCH, pl.col("label") == UNSURE
    counts = known.group_by("stratum").agg(labelled=pl.len(), matches=is_match.sum(), unsure=is_unsure.sum())
    strata = (
        _sizes(stratified)
        .join(counts, on="stratum", how="left", maintain_order="left")
        .with_columns(pl.col("labelled", "matches", "unsure").fill_null(0).cast(pl.Int64))
    )
    return _of_counts(strata)


def intervals(pairs: Floats, drawn: Floats, matches: Floats, linked: np.ndarray, believed: Floats) -> dict[str, Bounds]:
    """`precision`, `recall` and `f1`, each value, low and high, from counts by stratum (last axis).

    `linked` tells which strata are links; `believed` is the share of matches where nothing was drawn.
    """
    totals = _totals(pairs, drawn, matches, believed)
    right, missed = (_sum(totals, kind) for kind in (linked, ~linked))
    links = pairs[..., linked].sum(axis=-1)
    none = np.zeros_like(right[0])
    with np.errstate(invalid="ignore", divide="ignore"):
        found: dict[str, Bounds] = {
            "precision": square_and_add(lambda up, _: up / links, right, (none, none, none)),
            "recall": square_and_add(lambda up, down: up / (up + down), right, missed),
            "f1": square_and_add(lambda up, down: 2 * up / (links + up + down), right, missed),
        }
    return found


def _totals(pairs: Floats, drawn: Floats, matches: Floats, believed: Floats) -> Bounds:
    """Matches in each stratum. Drawing without replacement tells as much as more draws with it would."""
    share = np.divide(matches, drawn, out=np.broadcast_to(believed, matches.shape).astype(np.float64), where=drawn > 0)
    more = np.divide(pairs - 1, pairs - drawn, out=np.full(np.shape(drawn), np.inf), where=drawn < pairs)
    low, high = clopper_pearson(share, drawn * more)
    return pairs * share, pairs * low, pairs * high


def _sum(totals: Bounds, kind: np.ndarray) -> Bounds:
    """Over strata: their reaches are squared and added (Zou and Donner 2008)."""
    value, low, high = (each[..., kind] for each in totals)
    whole = value.sum(axis=-1)
    below, above = (np.sqrt(((side - value) ** 2).sum(axis=-1)) for side in (low, high))
    return whole, np.maximum(whole - below, 0.0), whole + above


def _of_counts(strata: pl.DataFrame) -> ClericalEstimate:
    pairs, labelled, matches, unsure = (
        strata[name].to_numpy().astype(np.float64) for name in ("pairs", "labelled", "matches", "unsure")
    )
    linked, believed = strata["stratum"].str.starts_with("link ").to_numpy(), strata["mean"].to_numpy()
    sure = intervals(pairs, labelled - unsure, matches, linked, believed)
    worst = intervals(pairs, labelled, matches + np.where(linked, 0, unsure), linked, believed)
    best = intervals(pairs, labelled, matches + np.where(linked, unsure, 0), linked, believed)
    return ClericalEstimate(
        **{name: _estimate(sure[name][0], worst[name][1], best[name][2]) for name in sure},
        strata=tuple(
            Stratum(row["stratum"], row["stratum"].startswith("link "), row["pairs"], *(row[name] for name in _COUNTS))
            for row in strata.iter_rows(named=True)
        ),
    )


_COUNTS: Final = ("labelled", "matches", "unsure")


def _estimate(value: Floats, low: Floats, high: Floats) -> Estimate | None:
    if np.isnan(value):
        return None
    below, above = (float(side) if np.isfinite(side) else other for side, other in ((low, 0.0), (high, 1.0)))
    return Estimate(float(value), max(below, 0.0), min(above, 1.0))


def _sizes(stratified: pl.DataFrame) -> pl.DataFrame:
    """`stratum`, `pairs`, `mean` (match probability), in order of name."""
    grouped = stratified.group_by("stratum").agg(pairs=pl.len().cast(pl.Int64), mean=pl.col("match_probability").mean())
    return grouped.sort("stratum")


def _texts(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(pl.col(KEYS).cast(pl.String))
