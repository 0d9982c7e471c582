"""What one run costs: CPU seconds of the process and its children, wall seconds and peak memory, by phase."""

import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Phases:
    """CPU and wall seconds of each phase gone through, in order."""

    def __init__(self) -> None:
        self.figures: dict[str, Any] = {}

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Count what happens inside as `name`."""
        cpu, wall = cpu_seconds(), time.perf_counter()
        yield
        self.figures[f"{name}_cpu_seconds"] = cpu_seconds() - cpu
        self.figures[f"{name}_wall_seconds"] = time.perf_counter() - wall

    def write(self, path: Path, **more: Any) -> None:
        """All figures as JSON, with the peak memory (MiB) until now."""
        figures = self.figures | {"peak_memory_mib": peak_memory()} | more
        path.write_text(json.dumps(figures, indent=1) + "\n")


def cpu_seconds() -> float:
    """User and system time of this process and of the children it waited for."""
    spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in spent)


def peak_memory() -> float:
    """MiB of the largest process."""
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
