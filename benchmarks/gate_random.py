"""Random small tables of every kind: is each hidden one safe, by the auditor and by writing down every possible table;
and what is lost beside the least that could be.

    python -m benchmarks.gate_random run              safety of all that have not been run → results/gate_random.jsonl
    python -m benchmarks.gate_random least [SECONDS]  the least loss, known or bounded → results/gate_least.jsonl
    python -m benchmarks.gate_random needs            the same, hidden as large ones are → results/gate_needs.jsonl
    python -m benchmarks.gate_random page             all of these → results/gate_random.md

A line is written as soon as its table is done, so a run may be broken off and goes on where it was.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import numpy as np
import polars as pl

from benchmarks.gate import NEEDS, run
from benchmarks.gate_optimum import Table, least_loss, strangers
from benchmarks.gate_tables import KINDS, Kind, random_table
from benchmarks.gate_written import written
from benchmarks.real import conditions
from benchmarks.sets import HERE
from declare import write_atomically
from gate.disclosure import suppress as suppression

TABLES: Final = 125
"""Of each kind."""
SECONDS: Final = 20.0
"""Wall time in which the least loss of a table is looked for."""
SAFETY, LEAST, NEED_BY_NEED = (HERE / "results" / f"gate_{name}.jsonl" for name in ("random", "least", "needs"))
PAGE: Final = HERE / "results" / "gate_random.md"
Line = dict[str, Any]


def safety(kind: Kind, seed: int) -> Line:
    """What the audit found, and what writing down found."""
    cells = random_table(kind, seed)
    done, table = run(cells), Table.of(cells, int(NEEDS.minimum_people), int(NEEDS.count_interval_width))
    found = written(table, done.cells.to_numpy(), strangers(cells, table.minimum)) if done.hidden else None
    return {
        "kind": kind, "seed": seed, "cells": cells.table.height, "unsafe": done.unsafe, "hidden": done.hidden,
        "lost": done.lost, "exact": done.audit.exact, "narrow": done.audit.narrow, "near": done.audit.near,
        "known_to_lone": done.audit.known_to_lone, "narrowest": done.audit.narrowest,
        "written": found and found.tables, "safe_as_written": found and found.safe,
        "hiding": round(done.hiding, 2), "auditing": round(done.auditing, 2),
    }  # fmt: skip


def least(kind: Kind, seed: int, seconds: float = SECONDS) -> Line:
    cells = random_table(kind, seed)
    found = least_loss(Table.of(cells, 10, 10), strangers(cells, 10), seconds)
    return {"kind": kind, "seed": seed, "least": found.loss, "reached": found.reached}


def need_by_need(kind: Kind, seed: int) -> Line:
    """The loss where the cheapest set is not looked for."""
    with patch.multiple(suppression, SMALL=0, NETWORK=0):
        done = run(random_table(kind, seed))
    return {"kind": kind, "seed": seed, "lost": done.lost, "safe": done.safe}


def lines(path: Path) -> dict[tuple[str, int], Line]:
    """By kind and seed."""
    text = path.read_text().splitlines() if path.exists() else []
    return {(line["kind"], line["seed"]): line for line in map(json.loads, text)}


def to_do(path: Path) -> Iterator[tuple[Kind, int]]:
    """The kinds in turn, so that a run that is broken off has some of each."""
    there = lines(path)
    return ((kind, seed) for seed in range(TABLES) for kind in KINDS if (kind, seed) not in there)


def _append(path: Path, line: Line) -> None:
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")


def page() -> str:
    """Both files as one page."""
    safe, bounds = lines(SAFETY), lines(LEAST)
    rows = [_row(kind, [line for line in safe.values() if line["kind"] == kind], bounds) for kind in KINDS]
    everything = _row("all", list(safe.values()), bounds)
    told = ", ".join(f"{name} {value}" for name, value in conditions().items())
    large = [_as_large(kind, bounds) for kind in KINDS] if NEED_BY_NEED.exists() else []
    return "\n".join([_HEAD, *rows, everything, _AS_LARGE, *large, "", f"Measured under: {told}.", ""])


def _as_large(kind: str, bounds: dict[tuple[str, int], Line]) -> str:
    runs = [line for line in lines(NEED_BY_NEED).values() if line["kind"] == kind]
    safe = sum(line["safe"] for line in runs)
    return f"| {kind} | {len(runs)} | {safe} | {_beside(runs, bounds)} |"


def _row(kind: str, runs: Sequence[Line], bounds: dict[tuple[str, int], Line]) -> str:
    frame = pl.DataFrame(runs, infer_schema_length=None)
    open_cells = int(frame.select("exact", "narrow", "near", "known_to_lone").sum_horizontal().sum())
    refused = int((frame.select("exact", "narrow", "near", "known_to_lone").sum_horizontal() > 0).sum())
    with_hidden = frame.filter(pl.col("hidden") > 0)
    by_hand = with_hidden.filter(pl.col("written").is_not_null())
    wrong = by_hand.filter(~pl.col("safe_as_written").cast(pl.Boolean)).height
    seconds = (frame["hiding"] + frame["auditing"]).to_numpy()
    return (
        f"| {kind} | {frame.height} | {with_hidden.height} | {frame['unsafe'].sum():,} | {frame['hidden'].sum():,} "
        f"| {open_cells} | {refused} | {by_hand.height} | {by_hand['written'].sum():,} | {wrong} "
        f"| {np.median(seconds):.2f}, {seconds.max():.1f} | {_beside(runs, bounds)} |"
    )


def _beside(runs: Sequence[Line], bounds: dict[tuple[str, int], Line]) -> str:
    """Loss beside the least: tables where it is known, in all, at worst; tables proved to be within a tenth."""
    pairs = [(line["lost"], bounds[key]) for line in runs if (key := (line["kind"], line["seed"])) in bounds]
    asked = [(lost, bound) for lost, bound in pairs if lost and bound["least"]]
    known = [(lost, bound["least"]) for lost, bound in asked if bound["reached"]]
    within = sum(lost <= 1.1 * bound["least"] + 1e-6 for lost, bound in asked)
    if not known:
        return "– | – | – | –"
    overall, worst = sum(a for a, _ in known) / sum(b for _, b in known), max(a / b for a, b in known)
    return f"{len(known)} | {overall:.3f} | {worst:.2f} | {within} of {len(asked)}"


_COLUMNS: Final = (
    "kind", "tables", "with something hidden", "unsafe", "hidden", "open", "refused", "written down", "possible tables",
    "unsafe so", "CPU s, median and most", "least known", "loss beside it", "worst", "within a tenth",
)  # fmt: skip
_HEAD: Final = f"""# Random small tables, hidden and audited

`python -m benchmarks.gate_random`. Threshold 10 and an interval of ten persons, as in `nl-streng`. Counts are geometric
with a mean of 30 (linked: 15 a cell of the whole). 2-way: 2 to 6 by 2 to 6; 3-way: 2 to 3 each way; hierarchy: four
areas in two groups by 2 to 4; linked: two tables that share a dimension. Nothing was picked: the seeds are 0 and on.

- *Open*: needs that the auditor finds unmet: a hidden cell that can be calculated exactly, an unsafe count known to
  within ten persons, a cell that somebody alone in another can calculate. *Refused*: tables with one; none would leave.
- *Written down*: tables of which every possible one was written down, without a solver (`benchmarks/gate_written.py`),
  at most ten (or twenty) persons a cell from the truth and up to a million of them; *unsafe so*: tables of which these
  do not show that every need is met. The others had too many.
- *Loss* is hidden people and hidden cells, added. *Least known*: tables whose cheapest safe set was found by a
  mixed-integer programme that shares nothing with the suppressor (`benchmarks/gate_optimum.py`), within
  {SECONDS:g} wall seconds; it allows fractions of people, so the true least may be more. *Within a tenth*: tables whose
  loss is proved to be at most 1.1 times the least, by that set or, where the search did not end, by its bound. Target:
  a tenth where it is known.

| {" | ".join(_COLUMNS)} |
|---|{"---:|" * (len(_COLUMNS) - 1)}"""
_AS_LARGE: Final = """
## The same tables hidden as large ones are

Up to 64 cells, and up to 128 of counts in two dimensions, the suppressor looks for the cheapest set; above, needs are
met one after the other. That loses more:

| kind | tables | safe | least known | loss beside it | worst | within a tenth |
|---|---:|---:|---:|---:|---:|---:|"""


def main(arguments: Sequence[str]) -> None:
    seconds = float(arguments[1]) if arguments[1:] else SECONDS
    works: dict[str, tuple[Path, Callable[[Kind, int], Line]]] = {
        "run": (SAFETY, safety),
        "least": (LEAST, partial(least, seconds=seconds)),
        "needs": (NEED_BY_NEED, need_by_need),
        "page": (PAGE, safety),
    }
    path, work = works[arguments[0]]
    for kind, seed in () if path == PAGE else to_do(path):
        _append(path, work(kind, seed))
    write_atomically(PAGE, page().encode())


if __name__ == "__main__":
    main(sys.argv[1:])
