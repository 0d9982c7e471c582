"""`python -m benchmarks.oracles`: the gate's answers on worked cases, beside those of programs made by others.

Their environment is made by `benchmarks/peers/oracles/setup.sh`; `$ORACLES` names another Python that has what stands
in its requirements. Cases that the repository may not hold are read from `$KOPPELKAMER_DATA`. Writes
`results/oracles.json` (cases of the repository only, which a test holds ours against) and `results/oracles.md`.
"""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

from benchmarks import oracle_cases
from benchmarks.fairness import chosen
from benchmarks.oracle_cases import LIMITS, ChoiceCase, RowsCase, TableCase
from benchmarks.real import conditions
from benchmarks.sets import HERE
from declare import write_atomically
from gate.case import CellRule, Masked
from gate.disclosure.auditor import Suggestions, audit
from gate.disclosure.cells import checked, measures
from gate.disclosure.needs import Audit, Needs
from gate.disclosure.primary import MinimumPeople, PercentRule, TopTwoShare
from gate.disclosure.suppress import suppress
from gate.microdata.measures import closeness, diversity, smallest

PEERS: Final = ("acro", "tauargus", "pycanon", "fairlearn")
RESULTS: Final = HERE / "results"
NEEDS: Final = Needs(LIMITS["people"], LIMITS["people"])
RULES: Final[Mapping[str, CellRule]] = {
    "threshold": MinimumPeople(LIMITS["people"]),
    "nk": TopTwoShare(LIMITS["two"]),
    "p percent": PercentRule(LIMITS["p percent"]),
}
Names = list[list[str]]
"""Cells by their two categories, sorted."""


def unsafe(case: TableCase) -> dict[str, Names]:
    """Rule → cells that ours finds unsafe."""
    truth, cells = checked(case.cells()), case.cells()
    asked = RULES if case.amounts else {"threshold": RULES["threshold"]}
    return {name: _names(cells.table, truth.select(rule.unsafe()).to_series()) for name, rule in asked.items()}


def masked(case: TableCase) -> Masked:
    """The table with nothing hidden yet."""
    cells, truth = case.cells(), checked(case.cells())
    asked = list(RULES.values()) if case.amounts else [RULES["threshold"]]
    found = {rule.id: truth.select(rule.unsafe().alias(rule.id)).to_series() for rule in asked}
    rooms = [room for rule in asked if (room := rule.level()) is not None]
    least = LIMITS["p percent"] / 100
    level = truth.select(level=pl.max_horizontal(*rooms, least * pl.col("first")))["level"] if case.amounts else None
    return Masked(cells.dimensions, truth, found, level, truth.select(*cells.dimensions, *measures(cells)))


def hidden(case: TableCase) -> dict[str, Any]:
    """What ours hides in all, and what the audit says of it."""
    table, start = masked(case), time.process_time()
    found = suppress(table.truth, table.dimensions, table.primary, table.level, NEEDS)
    seconds = time.process_time() - start
    done = table.hiding(found.hidden)
    return {
        "cells": _names(table.truth, found.hidden), "seconds": round(seconds, 2),
        "audit": _told(audit(done, NEEDS, Suggestions(found.counts, found.amounts))),
    }  # fmt: skip


def audited(case: TableCase, names: Names) -> dict[str, int]:
    """What our auditor says of cells that somebody else would hide."""
    table = masked(case)
    return _told(audit(table.hiding(marked(table.truth, table.dimensions, names)), NEEDS))


def measured(case: RowsCase) -> dict[str, float | int | None]:
    rows, quasi = case.rows, list(case.quasi)
    return {
        "k": smallest(rows, quasi),
        "l": diversity(rows, quasi, case.sensitive),
        "t": closeness(rows, quasi, case.sensitive),
    }


def shares(case: ChoiceCase) -> dict[str, Any]:
    """As B09 reckons: share chosen of each group, the least over the greatest, and their difference."""
    groups = chosen(case.rows.with_columns(people=pl.lit(1)), case.group, case.column, case.chosen)
    rates = {group: count / of for group, (count, of) in groups.items()}
    return {
        "rates": rates,
        "ratio": min(rates.values()) / max(rates.values()),
        "difference": max(rates.values()) - min(rates.values()),
    }


def asked() -> dict[str, Any]:
    """Peer → case → its answer, from one run of each."""
    python = os.environ.get("ORACLES", str(HERE / "peers" / "oracles" / ".venv" / "bin" / "python"))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _write(folder)
        for peer in PEERS:
            runner = HERE / "peers" / f"oracle_{peer}.py"
            subprocess.run([python, str(runner), str(folder), str(folder / f"{peer}.json")], check=True)
        return {peer: json.loads((folder / f"{peer}.json").read_text()) for peer in PEERS}


def _write(folder: Path) -> None:
    facts = {}
    for number, (name, case) in enumerate(oracle_cases.everything()):
        case.rows.write_csv(folder / f"{number}.csv")
        facts[name] = {"file": f"{number}.csv", **case.facts()}
    (folder / "cases.json").write_text(json.dumps(facts))


def _names(table: pl.DataFrame, which: pl.Series) -> Names:
    return sorted([str(one), str(other)] for one, other in table.filter(which).select(pl.nth(0, 1)).iter_rows())


def marked(truth: pl.DataFrame, dimensions: tuple[str, ...], names: Names) -> pl.Series:
    """Boolean per cell: whether it is among the names."""
    wanted = {tuple(name) for name in names}
    return pl.Series([row in wanted for row in truth.select(dimensions).iter_rows()], dtype=pl.Boolean)


def _told(found: Audit) -> dict[str, int]:
    return {
        "exact": found.exact, "narrow": found.narrow, "near": found.near, "known to lone": found.known_to_lone,
    }  # fmt: skip


def recorded(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers on the repository's own cases, and what they were given by."""
    outside = os.environ.pop("KOPPELKAMER_DATA", None)
    try:
        kept = dict(oracle_cases.everything())
    finally:
        os.environ.update({"KOPPELKAMER_DATA": outside} if outside is not None else {})
    versions = (HERE / "peers" / "oracles" / "requirements.txt").read_text().split()
    return {
        "asked of": [line for line in versions if line.startswith(("acro", "fairlearn", "pycanon", "pytauargus"))],
        "conditions": conditions(),
        "answers": {peer: {name: of[name] for name in of if name in kept} for peer, of in answers.items()},
    }


def main() -> None:
    from benchmarks.oracles_page import page  # it needs what stands here

    answers = asked()
    write_atomically(RESULTS / "oracles.json", (json.dumps(recorded(answers), indent=1) + "\n").encode())
    write_atomically(RESULTS / "oracles.md", page(answers).encode())


if __name__ == "__main__":
    main()
