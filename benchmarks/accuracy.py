"""How well pairs fit the truth: the same yardstick for every program, applied after all of them have ended."""

from typing import Any

import polars as pl

THRESHOLD = 0.5
"""Posterior probability at which a pair is a link, for every program."""


def marked(pairs: pl.DataFrame, truth: pl.DataFrame) -> pl.DataFrame:
    """`pairs` (`id_l`, `id_r`, `match_weight`, `match_probability`) with `right` (Boolean): the truth has the pair."""
    known = truth.select(pl.col("id_l", "id_r").cast(pl.UInt32), right=pl.lit(value=True))
    named = pairs.with_columns(pl.col("id_l", "id_r").cast(pl.UInt32))
    return named.join(known, on=["id_l", "id_r"], how="left").with_columns(pl.col("right").fill_null(value=False))


def mutually_best(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs that are the heaviest of both their records; equal weights by id."""
    order = pairs.sort("match_weight", "id_l", "id_r", descending=[True, False, False])
    return order.filter(pl.col("id_l").is_first_distinct() & pl.col("id_r").is_first_distinct())


def accuracy(pairs: pl.DataFrame, true_pairs: int) -> dict[str, float]:
    """Figures of marked pairs: all of them and one to one, at `THRESHOLD` and at the threshold that suits best."""
    found = {}
    for name, table in (("", pairs), ("one_to_one_", mutually_best(pairs))):
        links = table.filter(pl.col("match_probability") >= THRESHOLD)
        found |= {f"{name}{figure}": value for figure, value in at_threshold(links, true_pairs).items()}
        found[f"{name}best_f1_threshold_picked_with_truth"] = best_f1(table, true_pairs)
    return found


def at_threshold(links: pl.DataFrame, true_pairs: int) -> dict[str, float]:
    """Precision, recall and F1 of marked links."""
    right = int(links["right"].sum())
    return {
        "precision": right / links.height if links.height else 0.0,
        "recall": right / true_pairs,
        "f1": 2 * right / (links.height + true_pairs),
    }


def best_f1(pairs: pl.DataFrame, true_pairs: int) -> float:
    """Largest F1 over all thresholds, which only who has the truth can pick. Pairs of equal weight go together."""
    steps = (
        pairs.group_by("match_weight")
        .agg(pl.len().alias("pairs"), pl.col("right").sum())
        .sort("match_weight", descending=True)
        .select(2 * pl.col("right").cum_sum() / (pl.col("pairs").cum_sum() + true_pairs))
    )
    return float(steps.to_series().max() or 0.0)  # type: ignore[arg-type]  # a share, never a date


def recall_without_accents(pairs: pl.DataFrame, flags: pl.DataFrame) -> dict[str, float]:
    """Recall of persons whose names lost their accents on one side and nothing else, and of those without any error."""
    links = pairs.filter((pl.col("match_probability") >= THRESHOLD) & pl.col("right"))
    groups = {
        "accent_dropped_recall": pl.col("accent_dropped") & (pl.col("errors") == 1),
        "no_error_recall": pl.col("errors") == 0,
    }
    return {name: _found(flags.filter(group), links) for name, group in groups.items()}


def figures(
    folder_pairs: pl.DataFrame,
    truth: pl.DataFrame,
    flags: pl.DataFrame | None = None,
    links: pl.DataFrame | None = None,
) -> dict[str, Any]:
    """All of the above for one program's pairs; `links` are those it assigned itself, where it does."""
    pairs = marked(folder_pairs, truth)
    found = accuracy(pairs, truth.height) | (recall_without_accents(pairs, flags) if flags is not None else {})
    if links is not None:
        own = at_threshold(marked(links, truth), truth.height)
        found |= {f"one_to_one_{figure}": value for figure, value in own.items()}
    return found


def _found(persons: pl.DataFrame, links: pl.DataFrame) -> float:
    return persons.join(links, on=["id_l", "id_r"], how="semi").height / persons.height
