"""`python oracle_tauargus.py CASES OUT`: which cells the engine of τ-ARGUS hides, for a rule and for want of sums.

CASES and cells as in oracle_acro.py. OUT: case → how (`OPT`, `MOD`) → `unsafe`, `further` and CPU `seconds`, or the
`refused` message. Each in a process of its own, for the engine keeps state.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

HOW = {"OPT": "OPT(1,3)", "MOD": "MOD(1,5,1,1,1)"}
"""The optimum within three minutes; and the way of large tables, which goes through them part by part."""
PATIENCE = 30
"""Wall seconds."""


def hidden(folder: str, name: str, how: str) -> dict[str, Any]:
    from pytauargus import protect

    case = json.loads((Path(folder) / "cases.json").read_text())[name]
    records = pd.read_csv(Path(folder) / case["file"])
    for dimension in case["dimensions"]:
        records[dimension] = records[dimension].astype(str)
    with TemporaryDirectory() as scratch:
        start = time.process_time()
        found = protect(
            records[[*case["dimensions"], "value"]], case["dimensions"], "value", case["tauargus"], HOW[how],
            totcode="*", workdir=scratch,
        )  # fmt: skip
        seconds = time.process_time() - start
    cells: dict[str, list[list[str]]] = {"U": [], "M": []}
    for row in found.tables[0].rows:
        if row["status"] in cells:
            cells[row["status"]].append([str(row[dimension]).strip() for dimension in case["dimensions"]])
    return {"unsafe": sorted(cells["U"]), "further": sorted(cells["M"]), "seconds": round(seconds, 2)}


def main() -> None:
    if len(sys.argv) == 4:
        print("\n" + json.dumps(hidden(*sys.argv[1:])))
        return
    folder, out = sys.argv[1:]
    answers: dict[str, Any] = {}
    for name, case in json.loads((Path(folder) / "cases.json").read_text()).items():
        for how in HOW if "tauargus" in case else ():
            answers.setdefault(name, {})[how] = _apart(folder, name, how)
    Path(out).write_text(json.dumps(answers))


def _apart(folder: str, name: str, how: str) -> dict[str, Any]:
    command = [sys.executable, str(Path(__file__).resolve()), str(Path(folder).resolve()), name, how]
    try:
        # The engine leaves files where it is started.
        with TemporaryDirectory() as scratch:
            done = subprocess.run(command, cwd=scratch, check=False, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return {"refused": f"not done after {PATIENCE} s"}
    if done.returncode:
        return {"refused": (done.stderr.strip().splitlines() or ["no message"])[-1]}
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


if __name__ == "__main__":
    main()
