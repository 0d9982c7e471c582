"""`python -m benchmarks.expectations [--runs 5] [--rows 1000000]`: one suite of Great Expectations on each engine.

The engines take turns, each run in a process of its own, one at a time. Writes `results/expectations.json` and
`expectations.md`.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
import polars as pl

from benchmarks.linkage import MADE, RESULTS, SEED
from benchmarks.sets import HERE
from declare import replacing, write_atomically

ENGINES: Final = ("polars", "pandas on Arrow", "pandas")
LIMIT: Final = 2.0
"""CPU seconds a million rows may take."""
TIMES_LESS: Final = 4.0
"""Than pandas in the same run."""

INTRODUCTION: Final = """# A suite of expectations, on each engine

`python -m benchmarks.expectations`: 16 expectations on 12 columns of {rows:,} made rows, result format SUMMARY; the
median of {runs} runs, with the range in brackets. CPU seconds are user and system time of the whole process while the
suite is validated, *with import* also while Great Expectations is imported. Polars reads the Parquet file lazily,
within these seconds; pandas has its table in memory before the clock starts. Peak memory is that of a process of its
own, with libraries and table. *pandas* holds its columns as numpy does, *pandas on Arrow* as Arrow does.
"""


def main() -> None:
    """Measure, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args()
    table = made(given.rows)
    found: dict[str, list[dict[str, Any]]] = {engine: [] for engine in ENGINES}
    for number in range(given.runs):
        for engine in ENGINES:
            found[engine].append(measured(engine, table, given.rows))
            shown = {key: value for key, value in found[engine][-1].items() if key != "found"}
            print(f"run {number + 1} of {engine}: {shown}", flush=True)
    keep(given.rows, found)


def measured(engine: str, table: Path, rows: int) -> dict[str, Any]:
    """What one run cost and found."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "cost.json"
        command = [sys.executable, "-m", "benchmarks.expectations_run", engine, str(table), str(rows), str(out)]
        subprocess.run(command, check=True, cwd=HERE.parent, capture_output=True)
        cost: dict[str, Any] = json.loads(out.read_text("utf-8"))
        return cost


def made(rows: int) -> Path:
    """A made register with some of everything that is wrong in one; made once."""
    path = MADE / f"register-{rows}-{SEED}.parquet"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        with replacing(path) as partial:
            table(rows, np.random.default_rng(SEED)).write_parquet(partial)
    return path


def table(rows: int, rng: np.random.Generator) -> pl.DataFrame:
    """Twelve columns: numbers, texts, codes, dates, an amount; 0.1 to 1 in a hundred is missing or wrong."""

    def drawn(values: Sequence[str], wrong: str | None, share: float = 0.001) -> pl.Series:
        column = pl.Series(values, dtype=pl.String).gather(rng.integers(0, len(values), rows))
        return column.set(pl.Series(rng.random(rows) < share), wrong)

    record = rng.permutation(rows)
    record[rng.integers(0, rows, rows // 1000)] = 0
    born = pl.Series(rng.integers(-25_000, 19_000, rows)).cast(pl.Int32).cast(pl.Date)
    return pl.DataFrame(
        {
            "record": record,
            "number": pl.Series(rng.integers(0, 10**9, rows)).cast(pl.String).str.zfill(9),
            "surname": drawn([f"naam{place}" for place in range(50_000)], ""),
            "forename": drawn([f"voornaam{place}" for place in range(5_000)], None, 0.01),
            "sex": drawn(["M", "V"], "?"),
            "birth": born.set(pl.Series(rng.random(rows) < 0.001), date(1812, 1, 1)),
            "postcode": drawn([f"{place} AB" for place in range(1000, 9999)], "0000AA"),
            "house": rng.integers(0, 1200, rows),
            "municipality": drawn([f"{place:04}" for place in range(1, 343)], "9999"),
            "country": drawn(["6030", "6030", "5010", "6029", "7065"], None, 0.005),
            "income": rng.gamma(2, 20_000, rows).round(2),
            "moved": (born.cast(pl.Int32) + pl.Series(rng.integers(-20, 20_000, rows))).cast(pl.Int32).cast(pl.Date),
        }
    )


def keep(rows: int, found: Mapping[str, list[dict[str, Any]]]) -> None:
    """Write both files. Raises where the engines disagree: what they cost would mean nothing."""
    answers = {json.dumps(run.pop("found")) for runs in found.values() for run in runs}
    if len(answers) != 1:
        raise SystemExit("the engines do not find the same")
    result = {"rows": rows, "conditions": conditions(), "runs": found, "found": json.loads(answers.pop())}
    write_atomically(RESULTS / "expectations.json", (json.dumps(result, indent=1) + "\n").encode())
    write_atomically(RESULTS / "expectations.md", report(result).encode())


def conditions() -> dict[str, str]:
    """What the figures hold for."""
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("great-expectations", "polars", "pandas", "pyarrow")},
        "threads": f"as many as there are processors: {os.cpu_count()}",
        "load": f"{os.getloadavg()[1]:.1f} in the last 5 minutes",
    }


def report(result: Mapping[str, Any]) -> str:
    """The page in Markdown."""
    runs = result["runs"]
    ours = median(run["cpu_s"] for run in runs["polars"])
    lines = [
        INTRODUCTION.format(rows=result["rows"], runs=len(runs["polars"])),
        "| engine | CPU s | wall s | with import, CPU s | peak MiB | CPU beside Polars |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for engine, found in runs.items():
        cells = [_cell(found, key) for key in ("cpu_s", "wall_s", "with_start_cpu_s", "peak_mib")]
        ratio = "" if engine == "polars" else f"{median(run['cpu_s'] for run in found) / ours:.1f} ×"
        lines.append(f"| {engine} | {' | '.join(cells)} | {ratio} |")
    told = ", ".join(f"{name} {value}" for name, value in result["conditions"].items())
    least = min(median(run["cpu_s"] for run in runs[engine]) for engine in ENGINES[1:]) / ours
    return "\n".join(
        [
            *lines,
            "",
            f"Target: {LIMIT:g} CPU s, {TIMES_LESS:g} × less than pandas.",
            f"Found: {ours:.2f} CPU s, {least:.1f} × less than the faster of both.",
            "",
            "All engines found the same: every verdict, observed value, count of unexpected and of missing values.",
            "",
            f"Conditions: {told}.",
            "",
        ]
    )


def _cell(runs: Sequence[Mapping[str, float]], key: str) -> str:
    values = [run[key] for run in runs]
    return f"{median(values):.4g} ({min(values):.4g}–{max(values):.4g})"


if __name__ == "__main__":
    main()
