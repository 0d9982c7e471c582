"""What all runners share: `python RUNNER TASK VALUES ROWS OUT` does a task twice and writes what each time cost.

VALUES is a text file with a value on each line, of which ROWS are taken; OUT gets `first_cpu_seconds`, with all that
starts late, and `again_cpu_seconds`, how many units were made of how many rows, and one result to compare by.
"""

import sys
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path

from phases import Phases

KEY = "a key of the benchmark, nobody's"
"""Text, for polars-hash takes nothing else."""

Task = Callable[[], tuple[int, str]]


def main(tasks: Mapping[str, Callable[[list[str]], Task]]) -> None:
    """Do one of `tasks`: from values to what is measured, which tells how many units it made, and a sample."""
    task, values, rows, out = sys.argv[1:]
    with Path(values).open() as lines:
        work = tasks[task]([line.rstrip("\n") for line in islice(lines, int(rows))])
    phases = Phases()
    with phases.phase("first"):
        work()
    with phases.phase("again"):
        units, sample = work()
    phases.write(Path(out), units=units, sample=sample)
