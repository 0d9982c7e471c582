"""Against known truth: only for tuning and evaluation, never part of a result."""

from pathlib import Path
from typing import Any

import polars as pl

from declare import WrongInput
from linkage.files import read_texts
from linkage.labels import placed


def read_truth(path: Path) -> pl.DataFrame:
    """Columns `id_l`, `id_r` (text) of the pairs that belong together."""
    return read_texts(path, ["id_l", "id_r"]).unique(maintain_order=True)


def evaluate(links: pl.DataFrame, truth: pl.DataFrame, *, either_way: bool = False) -> dict[str, Any]:
    """`true_pairs`, `right`, `precision`, `recall`, `f1` of links (`id_l`, `id_r`); both sides of a pair may be swapped
    when `either_way`."""
    found, known = (_pairs(table, either_way=either_way) for table in (links, truth))
    if known.is_empty():
        raise WrongInput("the truth holds no pairs", remedy="Give a file with columns id_l and id_r.")
    right = found.join(known, on=["id_l", "id_r"], how="semi").height
    precision, recall = right / found.height if found.height else 0.0, right / known.height
    total = precision + recall
    return {
        "true_pairs": known.height,
        "right": right,
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / total if total else 0.0,
    }


def true_pairs(truth: pl.DataFrame, left: pl.Series, right: pl.Series, *, dedupe: bool) -> pl.DataFrame:
    """The truth by position (`l`, `r`), l < r when `dedupe`; null for a record that is not there."""
    found = placed(truth, left, right)
    if dedupe:
        found = found.with_columns(l=pl.min_horizontal("l", "r"), r=pl.max_horizontal("l", "r"))
    return found.select("l", "r").unique(maintain_order=True)


def best_f1(scored: pl.DataFrame, truth: pl.DataFrame) -> tuple[float, float]:
    """Best F1 over all thresholds, and its probability. *The threshold is picked with the truth in hand.*

    `scored` has `l`, `r`, `match_weight`, `match_probability`; `truth` has `l`, `r`. Pairs of equal weight go together.
    """
    marked = scored.join(truth.select("l", "r", right=pl.lit(1)), on=["l", "r"], how="left")
    steps = (
        marked.group_by("match_weight")
        .agg(pl.len().alias("pairs"), pl.col("right").sum(), pl.col("match_probability").first())
        .sort("match_weight", descending=True)
        .with_columns(pl.col("pairs", "right").cum_sum().cast(pl.Float64))
        .with_columns(f1=2 * pl.col("right") / (pl.col("pairs") + truth.height))
    )
    best = steps.row(int(steps["f1"].arg_max() or 0), named=True)
    return float(best["f1"]), float(best["match_probability"])


def _pairs(table: pl.DataFrame, *, either_way: bool) -> pl.DataFrame:
    pairs = table.select(pl.col("id_l", "id_r").cast(pl.String))
    if either_way:
        pairs = pairs.select(id_l=pl.min_horizontal("id_l", "id_r"), id_r=pl.max_horizontal("id_l", "id_r"))
    return pairs.unique()
