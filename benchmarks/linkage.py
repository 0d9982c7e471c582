"""`python -m benchmarks.linkage --size 100k|1m|10m --runs 3 [--only ARM …]`: ours and its peers on the same files.

Every run is a process of its own, one at a time, two threads each; the arms take turns, so that a busy minute of the
machine hits all. Files of made-up persons are made once, in `benchmarks/.population/`. Writes `results/linkage.json`
and `linkage.md`, where other sizes and arms keep the figures they had.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import polars as pl

from benchmarks.accuracy import figures
from benchmarks.population import write
from benchmarks.sets import HERE
from benchmarks.summary import report
from declare import write_atomically

RESULTS: Final = HERE / "results"
MADE: Final = HERE / ".population"
PEERS: Final = HERE / "peers"
PEERS_PYTHON: Final = PEERS / ".venv" / "bin" / "python"
SEED: Final = 20_261_122

SIZES: Final = {"100k": 100_000, "1m": 1_000_000, "10m": 10_000_000}

ARMS: Final[Mapping[str, tuple[str, ...]]] = {
    "ours": (sys.executable, "-m", "benchmarks.ours", str(HERE / "models" / "population.toml")),
    "splink-documented": (str(PEERS_PYTHON), str(PEERS / "splink_documented.py")),
    "splink-tuned": (str(PEERS_PYTHON), str(PEERS / "splink_tuned.py")),
    "recordlinkage": (str(PEERS_PYTHON), str(PEERS / "recordlinkage_ecm.py")),
}

USUAL: Final = {"100k": tuple(ARMS), "1m": ("ours", "splink-documented", "splink-tuned"), "10m": ("ours",)}
"""Arms of a size unless others are named. recordlinkage needs more memory and patience at 1m than are at hand."""

THREADS: Final = 2


def main() -> None:
    """Measure, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, required=True)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=ARMS, metavar="ARM")
    parser.add_argument("--limit", type=int, default=7200, help="seconds after which a run counts as without result")
    given = parser.parse_args()
    arms = given.only or USUAL[given.size]
    files = made(given.size)
    found: dict[str, list[dict[str, Any]]] = {arm: [] for arm in arms}
    for number in range(given.runs):
        for arm in arms:
            found[arm].append(measured(arm, files, given.limit))
            print(f"run {number + 1} of {arm}: {brief(found[arm][-1])}", flush=True)
    keep(given.size, found)


def made(size: str) -> Path:
    """Folder of the files of this size."""
    folder = MADE / f"{size}-{SEED}"
    if not (folder / "flags.parquet").exists():
        write(SIZES[size], folder, SEED)
    return folder


def measured(arm: str, files: Path, limit: int) -> dict[str, Any]:
    """Cost and accuracy of one run; `failed` says why there are none."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        failed = run([*ARMS[arm], str(files / "left.parquet"), str(files / "right.parquet"), folder], limit)
        if failed:
            return {"failed": failed}
        cost: dict[str, Any] = json.loads((out / "cost.json").read_text())
        tables = (pl.read_parquet(files / f"{name}.parquet") for name in ("truth", "flags"))
        own = out / "links.parquet"
        links = pl.read_parquet(own) if own.exists() else None
        return cost | figures(pl.read_parquet(out / "pairs.parquet"), *tables, links=links)


def run(command: list[str], limit: int) -> str | None:
    """Run to the end with the threads of all; what went wrong, if anything."""
    threads = {name: str(THREADS) for name in ("THREADS", "POLARS_MAX_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS")}
    try:
        done = subprocess.run(
            command,
            check=False,
            cwd=HERE.parent,
            env=os.environ | threads,
            capture_output=True,
            text=True,
            timeout=limit,
        )
    except subprocess.TimeoutExpired:
        return f"no result within {limit} s"
    except FileNotFoundError:
        return "the peers' environment is not there: benchmarks/peers/setup.sh makes it"
    lines = done.stderr.strip().splitlines() or ["no message"]
    return None if done.returncode == 0 else f"exit {done.returncode}: {lines[-1]}"


def brief(one: Mapping[str, Any]) -> str:
    """A line for the screen."""
    if "failed" in one:
        return str(one["failed"])
    names = ("train_cpu_seconds", "predict_cpu_seconds", "peak_memory_mib", "f1")
    return ", ".join(f"{name} {one[name]:.4g}" for name in names)


def keep(size: str, found: Mapping[str, Any]) -> None:
    """Add the figures of a size to what earlier runs left, and write both files."""
    path = RESULTS / "linkage.json"
    result: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    for arm, runs in found.items():
        result.setdefault(size, {})[arm] = {"conditions": conditions(arm), "runs": runs}
    ordered = {known: result[known] for known in SIZES if known in result}
    write_atomically(path, (json.dumps(ordered, indent=1) + "\n").encode())
    write_atomically(RESULTS / "linkage.md", report(ordered).encode())


def conditions(arm: str) -> dict[str, str]:
    """What the figures of an arm hold for."""
    versions = {"polars": pl.__version__}
    if arm != "ours":
        pinned = dict(line.split("==") for line in (PEERS / "requirements.txt").read_text().split())
        wanted = ("splink", "duckdb") if arm.startswith("splink") else ("recordlinkage", "pandas", "scikit-learn")
        versions = {name: pinned[name] for name in wanted}
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        **versions,
        "threads": str(THREADS),
        "processors": str(os.cpu_count()),
        "load": f"{os.getloadavg()[1]:.1f} in the last 5 minutes",
    }


if __name__ == "__main__":
    main()
