"""`python -m benchmarks.tokens [--runs 5] [--only TASK …]`: tokens, encodings and Dice, ours and peers, on one core.

Every run is a process of its own with one thread, one at a time; the arms take turns. Each does its task twice: *first*
has all that starts late, *again* is what a further column costs. Writes `results/tokens.json` and `tokens.md`, where
other tasks keep the figures they had.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.linkage import MADE, PEERS, RESULTS, SEED
from benchmarks.sets import HERE
from benchmarks.tokens_page import report
from benchmarks.vocabulary import surnames
from declare import replacing, write_atomically

THREADS: Final = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Task:
    """What is measured, and of how many rows each arm does it: the slow ones of fewer."""

    does: str
    """Name of the task in the runners."""
    values: str
    rows: Mapping[str, int]


TASKS: Final = {
    "tokens of a million different numbers": Task(
        "tokens", "numbers", {"ours": 1_000_000, "hmac per row": 300_000, "polars-hash": 1_000_000}
    ),
    "tokens of a surname column": Task(
        "tokens", "surnames", {"ours": 10_000_000, "hmac per row": 300_000, "polars-hash": 3_000_000}
    ),
    "encodings of a surname column": Task(
        "filters", "surnames", {"ours": 10_000_000, "hmac per bigram": 20_000, "clkhash": 20_000}
    ),
    "encodings of different numbers": Task(
        "filters", "numbers", {"ours": 1_000_000, "hmac per bigram": 20_000, "clkhash": 20_000}
    ),
    "Dice of candidate pairs": Task("dice", "surnames", {"ours": 1_000_000, "bit_count": 1_000, "anonlink": 10_000}),
}

_PLAIN: Final = (sys.executable, str(PEERS / "tokens_plain.py"))
_CLKHASH: Final = (str(PEERS / "tokens" / "clkhash" / ".venv" / "bin" / "python"), str(PEERS / "tokens_clkhash.py"))
ARMS: Final[Mapping[str, tuple[str, ...]]] = {
    "ours": (sys.executable, "-m", "benchmarks.tokens_ours"),
    "hmac per row": _PLAIN,
    "hmac per bigram": _PLAIN,
    "bit_count": _PLAIN,
    "clkhash": _CLKHASH,
    "anonlink": _CLKHASH,
    "polars-hash": (
        str(PEERS / "tokens" / "polars_hash" / ".venv" / "bin" / "python"),
        str(PEERS / "tokens_polars_hash.py"),
    ),
}


def main() -> None:
    """Measure, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=TASKS, metavar="TASK")
    given = parser.parse_args()
    for title in given.only or TASKS:
        task = TASKS[title]
        found: dict[str, list[dict[str, Any]]] = {arm: [] for arm in task.rows}
        for number in range(given.runs):
            for arm in task.rows:
                found[arm].append(measured(task, arm))
                print(f"{title}, run {number + 1} of {arm}: {found[arm][-1]}", flush=True)
        keep(title, found)


def measured(task: Task, arm: str) -> dict[str, Any]:
    """What one run cost; `failed` says why there is nothing."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "cost.json"
        command = [*ARMS[arm], task.does, str(made(task.values)), str(task.rows[arm]), str(out)]
        try:
            subprocess.run(
                command,
                check=True,
                cwd=HERE.parent,
                env=os.environ | dict.fromkeys(THREADS, "1"),
                capture_output=True,
                text=True,
            )
        except FileNotFoundError:
            return {"failed": "its environment is not there: benchmarks/peers/tokens/setup.sh makes it"}
        except subprocess.CalledProcessError as failed:
            return {"failed": f"exit {failed.returncode}: {failed.stderr.strip().splitlines()[-1]}"}
        cost: dict[str, Any] = json.loads(out.read_text())
        del cost["peak_memory_mib"]  # a child's begins with that of its parent
        return cost


def made(name: str) -> Path:
    """A text file of values, a value on each line; made once."""
    path = MADE / f"{name}-{SEED}.txt"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        values: Callable[[np.random.Generator], list[str]] = {"numbers": _numbers, "surnames": _surnames}[name]
        with replacing(path) as partial:
            partial.write_text("\n".join(values(np.random.default_rng(SEED))))
    return path


def _numbers(rng: np.random.Generator) -> list[str]:
    return [f"{number:09d}" for number in rng.choice(10**9, 1_000_000, replace=False).tolist()]


def _surnames(rng: np.random.Generator) -> list[str]:
    names = surnames()
    drawn: list[str] = names.values.str.to_lowercase().gather(names.draw(rng, 10_000_000)).to_list()
    return drawn


def keep(title: str, found: Mapping[str, Any]) -> None:
    """Add the figures of a task to what earlier runs left, and write both files."""
    path = RESULTS / "tokens.json"
    result: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    result[title] = {
        arm: {"rows": TASKS[title].rows[arm], "conditions": conditions(arm), "runs": runs}
        for arm, runs in found.items()
    }
    ordered = {known: result[known] for known in TASKS if known in result}
    write_atomically(path, (json.dumps(ordered, indent=1) + "\n").encode())
    write_atomically(RESULTS / "tokens.md", report(ordered).encode())


def conditions(arm: str) -> dict[str, str]:
    """What the figures of an arm hold for."""
    folder = {"clkhash": "clkhash", "anonlink": "clkhash", "polars-hash": "polars_hash"}.get(arm)
    versions = {name: version(name) for name in ("polars", "numba")} if arm == "ours" else {}
    if folder:
        pinned = (PEERS / "tokens" / folder / "requirements.txt").read_text().split()
        versions = {name: number for name, number in (line.split("==") for line in pinned) if name == arm}
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        **versions,
        "threads": "1",
        "load": f"{os.getloadavg()[1]:.1f} in the last 5 minutes on {os.cpu_count()} processors",
    }


if __name__ == "__main__":
    main()
