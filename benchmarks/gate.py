"""Hiding and auditing of large tables, measured.

python -m benchmarks.gate      → results/gate.md
"""

import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from benchmarks.gate_tables import in_provinces, municipalities
from benchmarks.real import conditions
from benchmarks.sets import HERE
from declare import write_atomically
from gate import Cells
from gate.case import Masked
from gate.disclosure.auditor import Suggestions, audit
from gate.disclosure.cells import checked
from gate.disclosure.needs import Audit, Needs
from gate.disclosure.suppress import TooLarge, suppress

NEEDS: Final = Needs(minimum_people=10, count_interval_width=10)
RESULT: Final = HERE / "results" / "gate.md"


@dataclass(frozen=True)
class Run:
    """One table hidden and audited."""

    cells: pl.Series
    """Which are hidden."""
    unsafe: int
    lost: int
    """People in hidden cells, and one for each cell."""
    audit: Audit
    hiding: float
    """CPU seconds."""
    auditing: float
    wall: float

    @property
    def hidden(self) -> int:
        return int(self.cells.sum())

    @property
    def safe(self) -> bool:
        found = self.audit
        return not (found.exact or found.narrow or found.near or found.known_to_lone)


def run(cells: Cells) -> Run:
    """Primary rule D01, complementary suppression and the audit, with the limits of nl-streng."""
    wall, start = time.perf_counter(), time.process_time()
    truth = checked(cells)
    low = (truth["people"] > 0) & (truth["people"] < NEEDS.minimum_people)
    found = suppress(truth, cells.dimensions, low, None, NEEDS, cells.parents)
    between = time.process_time()
    shown = truth.select(*cells.dimensions, "people", "records")
    table = Masked(cells.dimensions, truth, {"D01": low}, None, shown, cells.parents).hiding(found.hidden)
    result = audit(table, NEEDS, Suggestions(found.counts, found.amounts))
    end = time.process_time()
    lost = int((truth.filter(found.hidden)["people"] + 1).sum())
    taken = (between - start, end - between, time.perf_counter() - wall)
    return Run(found.hidden, int(low.sum()), lost, result, *taken)


LARGE: Final[Mapping[str, Callable[[], Cells]]] = {
    "342 municipalities × 20 categories": municipalities,
    "the same, with 12 provinces as a level between": lambda: in_provinces(municipalities()),
    "342 × 20, more uneven: sigma 0.75, rank to the power -0.8": lambda: municipalities(sigma=0.75, rank=0.8),
    "47,600 × 20, nothing unsafe": lambda: municipalities(100_000_000, 47_600, 0.1),
    "47,600 × 20, many unsafe": lambda: municipalities(10_000_000, 47_600),
}


def large() -> list[str]:
    lines = [
        "| table | cells | unsafe | further hidden | safe | hiding, CPU s | audit, CPU s | wall s |",
        "|---|---:|---:|---:|---|---:|---:|---:|",
    ]
    for name, made in LARGE.items():
        cells = made()
        lines.append(f"| {name} | {cells.table.height:,} | {_large(cells)} |")
        sys.stderr.write(lines[-1] + "\n")
    return lines


def _large(cells: Cells) -> str:
    try:
        done = run(cells)
    except TooLarge as refused:
        return f"– | – | refused: {refused.message} | – | – | –"
    spent = f"{done.hiding:.1f} | {done.auditing:.1f} | {done.wall:.0f}"
    return f"{done.unsafe:,} | {done.hidden - done.unsafe:,} | {'yes' if done.safe else 'no'} | {spent}"


def main() -> None:
    write_atomically(RESULT, "\n".join([_HEAD, *large(), "", _foot()]).encode())


def _foot() -> str:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = ", ".join(f"{name} {value}" for name, value in conditions().items())
    return f"Peak memory of all of it {memory:,.0f} MiB. Measured under: {told}.\n"


_HEAD: Final = """# Hiding and auditing

`python -m benchmarks.gate`. Threshold 10, interval of ten persons, as in `nl-streng`. The large table has 138,628
records in 342 municipalities; no public count of such records is at hand, so sizes are drawn with a fixed seed
(`benchmarks/gate_tables.py`) and heavy-tailed enough for some 1,700 unsafe cells. Target: hidden and audited within
60 s on two cores. Wall seconds are those of a busy machine; CPU seconds are what it takes. Small tables are in
[gate_random.md](gate_random.md), programs made by others in [oracles.md](oracles.md).
"""

if __name__ == "__main__":
    main()
