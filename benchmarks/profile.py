"""`python -m benchmarks.profile [--size 1m]`: where the CPU time of our own linkage goes → results/profile.md.

The files are those of `benchmarks.linkage`. One process, one run; a stage counts what it costs and how many pairs are
left behind it.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.linkage import SIZES, made
from benchmarks.real import conditions
from benchmarks.sets import HERE
from declare import load, write_atomically
from linkage.block import Blocks, block, chunks
from linkage.files import read_records
from linkage.model import Model
from linkage.pairing import Pairing, pair_up
from linkage.score import Scorer, scorer
from linkage.train import fit

RESULT = HERE / "results" / "profile.md"
MODEL = HERE / "models" / "population.toml"
CODES = "all fields: codes, and a glance at what similarity may better"


class Clock:
    """CPU seconds and pairs left, by stage, in the order in which stages were met."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.left: dict[str, int] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.process_time()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.process_time() - start

    def behind(self, name: str, pairs: int) -> None:
        """So many pairs more are left behind a stage."""
        self.left[name] = self.left.get(name, 0) + pairs


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="1m")
    size = parser.parse_args().size
    clock = Clock()
    pairing, blocks, ready = prepared(size, clock)
    screened(pairing, blocks, ready, clock)
    write_atomically(RESULT, page(size, clock).encode())
    print(page(size, clock))


def prepared(size: str, clock: Clock) -> tuple[Pairing, Blocks, Scorer]:
    """All that comes before the first pair is looked at."""
    model, files = load(MODEL, Model), made(size)
    with clock.stage("read and standardise"):
        left = read_records(files / "left.parquet", model, "left").comparable
        right = read_records(files / "right.parquet", model, "right").comparable
    with clock.stage("codes"):
        pairing = pair_up(left, right, model)
    with clock.stage("keys of blocks"):
        blocks = block(pairing)
    with clock.stage("train"):
        fitted = fit(pairing, blocks)
    with clock.stage("make ready to score"):
        ready = scorer(pairing, fitted)
    return pairing, blocks, ready


def screened(pairing: Pairing, blocks: Blocks, ready: Scorer, clock: Clock) -> None:
    """All candidates through the stages of the screen."""
    screening = ready.screening
    for rows in chunks(pairing, blocks):
        for runs in blocks.runs:
            with clock.stage(CODES):
                pairs = screening.by_codes(runs.rows(*rows))
            clock.behind(CODES, len(pairs))
            for field in screening.measured():
                name = f"{screening.comparing.agreements[field].field.name}: similarity"
                with clock.stage(name):
                    screening.by_similarity(pairs, field)
                clock.behind(name, len(pairs))


def page(size: str, clock: Clock) -> str:
    """Markdown."""
    left = {name: f"{pairs:,}" for name, pairs in clock.left.items()}
    rows = [f"| {name} | {seconds:.2f} | {left.get(name, '')} |" for name, seconds in clock.seconds.items()]
    total = sum(clock.seconds.values())
    said = ", ".join(f"{name} {value}" for name, value in conditions().items())
    return "\n".join(
        [
            f"# Where the time goes, {size} × {size}",
            "",
            "CPU seconds of one run, and the pairs left behind each stage of the screen (`linkage/screen.py`); a pair",
            "of several blocks counts for each. Merging, scoring and assigning what is left is not in it.",
            "",
            f"{said}.",
            "",
            "| stage | CPU s | pairs left |",
            "|---|---:|---:|",
            *rows,
            f"| together | {total:.2f} | |",
            "",
        ]
    )


if __name__ == "__main__":
    main()
