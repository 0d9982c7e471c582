"""`python -m benchmarks.proposals`: models proposed from the data alone, beside those written by hand, on public sets.

The proposal is used as it was written. Truth is read after linking. Writes `results/proposals.json` and `proposals.md`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from benchmarks.public import PUBLIC, PublicSet
from benchmarks.real import RESULTS, conditions
from benchmarks.sets import HERE
from declare import load, write_atomically
from linkage.assign import assign
from linkage.block import block
from linkage.evaluation import evaluate
from linkage.files import read_records
from linkage.model import Model
from linkage.pairing import pair_up
from linkage.score import scored
from linkage.train import fit

NEAR: Final = 0.01
"""How far a proposal's F1 may stay behind that of the model written by hand."""


def main() -> None:
    """All sets, or with two arguments one of them with `by hand` or `proposed`, printed as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("one", nargs="*", metavar="SET ORIGIN")
    one = parser.parse_args().one
    if one:
        print(json.dumps(measure(PUBLIC[one[0]], one[1])))
        return
    here = {name: public for name, public in PUBLIC.items() if not public.absent}
    found = [
        {"set": name, "model": origin} | _apart(name, origin) for name in here for origin in ("by hand", "proposed")
    ]
    result = {"conditions": conditions(), "figures": found}
    write_atomically(RESULTS / "proposals.json", (json.dumps(result, indent=1) + "\n").encode())
    write_atomically(RESULTS / "proposals.md", table(result).encode())
    print(table(result))


def measure(public: PublicSet, origin: str) -> dict[str, Any]:
    """Figures of one run; seconds are CPU, of proposing and of linking."""
    start = time.process_time()
    model = _proposed(public) if origin == "proposed" else _as_one_file(load(public.model, Model), public)
    proposed = time.process_time()
    left = read_records(public.files[0], model, "left")
    right = left if model.dedupe else read_records(public.files[1], model, "right")
    pairing = pair_up(left.comparable, right.comparable, model)
    blocks = block(pairing)
    fitted = fit(pairing, blocks)
    pairs = scored(pairing, blocks, fitted)
    links = assign(pairs, fitted.assignment, model.threshold).select(id_l="l", id_r="r")
    linked = time.process_time()
    # Only now the truth.
    return evaluate(links, public.truth(), either_way=model.dedupe) | {
        "fields": len(model.comparisons),
        "blocks": len(model.blocks),
        "candidates": sum(size.pairs for size in blocks.sizes),
        "assignment": fitted.assignment,
        "cpu_seconds_propose": proposed - start,
        "cpu_seconds_link": linked - proposed,
    }


def table(result: dict[str, Any]) -> str:
    """The figures as a table in Markdown."""
    by_hand = {row["set"]: row["f1"] for row in result["figures"] if row["model"] == "by hand"}
    lines = [
        "# Models proposed from the data alone",
        "",
        "`koppelkamer link|dedupe … --propose M.toml`, the model used unedited, beside the model written by hand.",
        "The numbers that the proposing itself goes by (budget, what a block costs beside its pairs, steps of days and",
        "amounts) were settled with these sets and figures in view; no threshold was. Links are those of each model at",
        f"its own threshold, after its own assignment. The aim is to stay within {NEAR} F1 of the model by hand.",
        "",
        ", ".join(f"{name} {value}" for name, value in result["conditions"].items()) + ".",
        "",
        "| set | model | precision | recall | F1 | difference | fields | blocks | candidate pairs, repeats included "
        "| one to one | CPU s, propose | CPU s, link |",
        "|---|---|" + "---:|" * 7 + "---|---:|---:|",
        *(_row(row, by_hand[row["set"]]) for row in result["figures"]),
        "",
    ]
    return "\n".join(lines)


def _row(row: dict[str, Any], by_hand: float) -> str:
    cells = [
        PUBLIC[row["set"]].title,
        row["model"],
        *(f"{row[name]:.4f}" for name in ("precision", "recall", "f1")),
        f"{row['f1'] - by_hand:+.4f}" if row["model"] == "proposed" else "",
        *(f"{row[name]:,}" for name in ("fields", "blocks", "candidates")),
        row["assignment"],
        f"{row['cpu_seconds_propose']:.1f}" if row["model"] == "proposed" else "",
        f"{row['cpu_seconds_link']:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def _proposed(public: PublicSet) -> Model:
    from linkage.propose import propose

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.toml"
        path.write_text(propose(*public.files).text, encoding="utf-8")
        return load(path, Model)


def _as_one_file(model: Model, public: PublicSet) -> Model:
    """What `dedupe` does with a model of two sources."""
    return model.for_one_file() if len(public.files) == 1 else model


def _apart(name: str, origin: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.proposals", name, origin]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HERE.parent, env=os.environ)
    figures: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


if __name__ == "__main__":
    main()
