"""`python -m benchmarks.ours MODEL LEFT [RIGHT] OUT`: this project's linkage, measured like its peers.

Writes into `OUT` pairs.parquet (`id_l`, `id_r`, `match_weight`, `match_probability` beside all rivals of a record that
may have one partner), links.parquet (`id_l`, `id_r`, after the model's own assignment) and cost.json. With one file it
is searched for doubles. Ids are row numbers from 0.
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.peers.phases import Phases, peak_memory
from declare import load
from linkage.assign import assign
from linkage.block import block
from linkage.exclusive import beside_rivals
from linkage.files import read_records
from linkage.model import Model
from linkage.pairing import pair_up
from linkage.score import scored
from linkage.train import fit


def main() -> None:
    """One run from files to files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("files", type=Path, nargs="+", help="one file or two, then the folder to write")
    given = parser.parse_args()
    *files, out = given.files
    run(load(given.model, Model), files, out)


def run(model: Model, files: list[Path], out: Path) -> None:
    """Load, train, predict; the files are written after the clock has stopped, as for the peers."""
    out.mkdir(parents=True, exist_ok=True)
    if len(files) == 1:
        model = model.model_copy(update={"right": model.left})
    # a model for files with an id column works as well on row numbers, and the truth is kept in those
    model = model.model_copy(update={"file": model.file.model_copy(update={"id": None})})
    phases = Phases()
    with phases.phase("start"):
        from linkage.kernel import coded

        coded(np.zeros(0, dtype=np.uint64))
    with phases.phase("load"):
        sides = [read_records(file, model, side) for file, side in zip(files, ("left", "right"), strict=False)]
    with phases.phase("train"):
        pairing = pair_up(sides[0].comparable, sides[-1].comparable, model)
        blocks = block(pairing)
        fitted = fit(pairing, blocks)
    with phases.phase("predict"):
        found = scored(pairing, blocks, fitted)
    with phases.phase("assign"):
        links = assign(found, fitted.assignment, model.threshold, model.matching)
    peak = peak_memory()
    named = {"id_l": pl.col("l"), "id_r": pl.col("r")}
    chance = pl.Series("match_probability", beside_rivals(found, fitted.assignment))
    found.select(**named, match_weight="match_weight").with_columns(chance).write_parquet(out / "pairs.parquet")
    links.select(**named).write_parquet(out / "links.parquet")
    phases.write(
        out / "cost.json",
        peak_memory_mib=peak,
        candidates=sum(size.pairs for size in blocks.sizes),
        warnings=list(fitted.warnings),
        converged=fitted.converged,
    )


if __name__ == "__main__":
    main()
