"""`python -m benchmarks.real`: accuracy and cost on public data nobody here made, without labels.

Every set runs in clear text and through tokens and encodings, each in a process of its own. Writes
`benchmarks/results/real.json` and `real.md`.
"""

import argparse
import json
import platform
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any, Final

import polars as pl

from benchmarks.protected import protected_side
from benchmarks.sets import HERE, SETS, RealSet
from declare import load, write_atomically
from linkage.assign import assign
from linkage.block import block, candidates
from linkage.comparable import Comparable, comparable
from linkage.evaluation import best_f1, evaluate
from linkage.exclusive import beside_rivals
from linkage.files import read_records
from linkage.model import Model
from linkage.pairing import pair_up
from linkage.quality import link_quality
from linkage.score import scored
from linkage.train import fit

RESULTS: Final = HERE / "results"
REPRESENTATIONS: Final = ("clear text", "tokens and encodings")


def main() -> None:
    """All sets and representations, or with two arguments one of them, printed as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("one", nargs="*", metavar="SET REPRESENTATION")
    one = parser.parse_args().one
    if one:
        print(json.dumps(measure(SETS[one[0]], one[1])))
        return
    found = [
        {"set": name, "representation": representation} | _apart(name, representation)
        for name in SETS
        for representation in REPRESENTATIONS
    ]
    result = {"conditions": conditions(), "figures": found}
    write_atomically(RESULTS / "real.json", (json.dumps(result, indent=1) + "\n").encode())
    write_atomically(RESULTS / "real.md", table(result).encode())
    print(table(result))


def measure(real: RealSet, representation: str) -> dict[str, Any]:
    """Figures of one run; seconds are CPU of linking alone, memory is the peak of the whole process."""
    model = load(real.model, Model)
    left, right = _sides(real, model, representation)
    start = time.process_time()
    pairing = pair_up(left, right, model)
    blocks = block(pairing)
    fitted = fit(pairing, blocks)
    trained = time.process_time()
    pairs = scored(pairing, blocks, fitted)
    links = assign(pairs, fitted.assignment, model.threshold)
    end = time.process_time()
    # Only now the truth.
    truth, every = real.truth(), candidates(pairing, blocks)
    return {
        "threshold": model.threshold,
        "pairs": _against(pairs.filter(pl.Series(beside_rivals(pairs, fitted.assignment) >= model.threshold)), truth),
        "one_to_one": _against(assign(pairs, "one-to-one", model.threshold), truth),
        "best_f1_threshold_picked_with_truth": best_f1(pairs, truth)[0],
        "estimated": _estimated(link_quality(pairs, links, fitted, model.threshold, blocks.sizes)),
        "candidates": every.height,
        "blocking_recall": every.join(truth, on=["l", "r"], how="semi").height / truth.height,
        "cpu_seconds_block_and_train": trained - start,
        "cpu_seconds_score_and_assign": end - trained,
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def conditions() -> dict[str, str]:
    """What the figures hold for."""
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "polars": pl.__version__,
        "threads": str(pl.thread_pool_size()),
        "processor": platform.machine(),
    }


def table(result: dict[str, Any]) -> str:
    """The figures as a table in Markdown."""
    lines = [
        "# Linkage of public data",
        "",
        "No labels are used; the threshold is the model's own, a posterior probability of 0.5. *Best F1* is over all",
        "thresholds, **picked with the truth in hand**. One-to-one is greedy by weight. CPU seconds are those of",
        "linking alone (blocking, comparing and fitting; scoring and assigning); memory is the peak of the whole",
        "process, for tokens the checks and the encoding included.",
        "",
        ", ".join(f"{name} {value}" for name, value in result["conditions"].items()) + ".",
        "",
        "| set | representation | precision | recall | F1 | one-to-one F1 | best F1 | candidates | blocking recall "
        "| CPU s, fit | CPU s, score | memory MiB |",
        "|---|---|" + "---:|" * 10,
        *(_row(figures) for figures in result["figures"]),
        "",
    ]
    return "\n".join(lines)


def _row(figures: dict[str, Any]) -> str:
    pairs = figures["pairs"]
    cells = [
        SETS[figures["set"]].title,
        figures["representation"],
        *(f"{pairs[name]:.4f}" for name in ("precision", "recall", "f1")),
        f"{figures['one_to_one']['f1']:.4f}",
        f"{figures['best_f1_threshold_picked_with_truth']:.4f}",
        f"{figures['candidates']:,}",
        f"{figures['blocking_recall']:.4f}",
        f"{figures['cpu_seconds_block_and_train']:.1f}",
        f"{figures['cpu_seconds_score_and_assign']:.2f}",
        f"{figures['peak_memory_mib']:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def _sides(real: RealSet, model: Model, representation: str) -> tuple[Comparable, Comparable]:
    if representation == "clear text":
        return (
            read_records(real.left, model, "left").comparable,
            read_records(real.right, model, "right").comparable,
        )
    return (
        comparable(protected_side(real.left, model, "left")),
        comparable(protected_side(real.right, model, "right")),
    )


def _against(links: pl.DataFrame, truth: pl.DataFrame) -> dict[str, Any]:
    return evaluate(links.select(id_l="l", id_r="r"), truth.select(id_l="l", id_r="r"))


def _estimated(quality: Any) -> dict[str, float | None]:
    return {name: getattr(quality, name) for name in ("precision", "recall", "blocking_recall")}


def _apart(name: str, representation: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.real", name, representation]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HERE.parent)
    figures: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


if __name__ == "__main__":
    main()
