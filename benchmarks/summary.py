"""The figures of `benchmarks.linkage` as a page: medians with their spread, and ratios beside the targets."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, Final

COLUMNS: Final = {
    "start_cpu_seconds": ("start CPU s", 1),
    "load_cpu_seconds": ("load CPU s", 1),
    "train_cpu_seconds": ("train CPU s", 1),
    "predict_cpu_seconds": ("predict CPU s", 1),
    "train_wall_seconds": ("train wall s", 1),
    "predict_wall_seconds": ("predict wall s", 1),
    "peak_memory_mib": ("peak MiB", 0),
    "candidates": ("candidates", 0),
    "precision": ("precision", 4),
    "recall": ("recall", 4),
    "f1": ("F1", 4),
    "one_to_one_f1": ("1:1 F1", 4),
    "best_f1_threshold_picked_with_truth": ("best F1", 4),
    "one_to_one_best_f1_threshold_picked_with_truth": ("best 1:1 F1", 4),
    "accent_dropped_recall": ("recall, accent dropped", 4),
    "no_error_recall": ("recall, no error", 4),
}

INTRODUCTION: Final = """# Linkage of made-up persons, beside its peers

The files are those of `benchmarks/population.py`: half of the records on the left are persons of the right. All
programs use the same blocks; levels and models stand in `models/population.toml` and `peers/`. *Start* makes our
compiled loop ready, which was compiled on this machine before; the peers are imported before their clocks start. *Load*
reads the files and, with ours, standardises them; *train* goes from there to a fitted model; *predict* from the model
to scored pairs. CPU is user and system time of the process and its children. Figures are medians, with the range in
brackets.

F1 counts pairs at a posterior probability of 0.5; *1:1* keeps only pairs that are the best of both their records.
*Best* is over all thresholds, **picked with the truth in hand**. *Accent dropped*: persons whose names lost their
accents on one side and had no other error; *no error*: those with none at all (values may be missing in both).
"""


def report(result: Mapping[str, Mapping[str, Any]]) -> str:
    """The page in Markdown."""
    parts = [INTRODUCTION]
    for size, arms in result.items():
        parts += [f"## {size} × {size}\n", *_table(arms), "", *_targets(size, result), *_conditions(arms), ""]
    return "\n".join(parts)


def medians(runs: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Median of each figure over the runs that gave one."""
    good = [one for one in runs if "failed" not in one]
    return {name: median(one[name] for one in good) for name in COLUMNS if good and name in good[0]}


def _table(arms: Mapping[str, Any]) -> list[str]:
    lines = ["| | " + " | ".join(title for title, _ in COLUMNS.values()) + " |", "|---|" + "---:|" * len(COLUMNS)]
    for arm, measured in arms.items():
        good = [one for one in measured["runs"] if "failed" not in one]
        failed = [one["failed"] for one in measured["runs"] if "failed" in one]
        cells = [_cell([one[name] for one in good if name in one], digits) for name, (_, digits) in COLUMNS.items()]
        lines.append(f"| {arm}, {len(good)} runs | {' | '.join(cells)} |")
        lines += [f"| {arm} | {why} |" + " |" * (len(COLUMNS) - 1) for why in failed]
    return lines


def _cell(values: Sequence[float], digits: int) -> str:
    if not values:
        return "–"
    middle = f"{median(values):,.{digits}f}"
    low, high = (f"{end:,.{digits}f}" for end in (min(values), max(values)))
    return middle if low == high else f"{middle} ({low}–{high})"


def _targets(size: str, result: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Ratios to the better Splink arm of each figure, and the growth from 1m to 10m, beside what was aimed at."""
    arms = {arm: medians(measured["runs"]) for arm, measured in result[size].items()}
    ours = arms.get("ours")
    if not ours:
        return []
    peers = [figures for arm, figures in arms.items() if arm.startswith("splink") and figures]
    lines = _beside_splink(ours, peers) if peers else []
    smaller = medians(result.get("1m", {}).get("ours", {}).get("runs", [])) if size == "10m" else {}
    if size == "10m":
        lines.append(f"- peak memory {ours['peak_memory_mib'] / 1024:.1f} GiB (target: below 12)")
    if smaller:
        per_pair = [one["predict_cpu_seconds"] / one["candidates"] for one in (ours, smaller)]
        lines.append(f"- predict CPU per candidate {per_pair[0] / per_pair[1]:.2f} × that of 1m (target: at most 1.35)")
    return ["Ours beside the better of both Splink arms, figure by figure:\n", *lines, ""] if lines else []


def _beside_splink(ours: Mapping[str, float], peers: Sequence[Mapping[str, float]]) -> list[str]:
    def least(*names: str) -> float:
        return min(sum(peer[name] for name in names) for peer in peers) / sum(ours[name] for name in names)

    load, train, predict = (f"{phase}_cpu_seconds" for phase in ("load", "train", "predict"))
    memory = ours["peak_memory_mib"] / min(peer["peak_memory_mib"] for peer in peers)
    gains = {
        name: ours[name] - max(peer[name] for peer in peers)
        for name in ("f1", "one_to_one_f1", "accent_dropped_recall")
    }
    return [
        f"- predict: {least(predict):.1f} × less CPU (target at 1m: 8, aim 12)",
        f"- train: {least(train):.1f} × less CPU (target at 1m: 6); with load {least(load, train):.1f} ×",
        f"- from files to scored pairs: {least(load, train, predict):.1f} × less CPU",
        f"- peak memory: {memory:.0%} (target at 1m: at most 50 %)",
        *(f"- {COLUMNS[name][0]}: {gain:+.4f}" for name, gain in gains.items()),
    ]


def _conditions(arms: Mapping[str, Any]) -> list[str]:
    return [
        f"Conditions of {arm}: {', '.join(f'{name} {value}' for name, value in measured['conditions'].items())}."
        for arm, measured in arms.items()
    ]
