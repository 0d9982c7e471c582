"""A million made-up persons made anonymous: how long the exact search for the least loss takes.

Run: python -m benchmarks.microdata
"""

import sys
from resource import RUSAGE_SELF, getrusage
from time import process_time
from typing import Any, Final

import numpy as np
import polars as pl

from gate.microdata.anonymise import anonymise
from gate.microdata.declared import Microdata, Rows
from gate.microdata.patterns import Limits

PERSONS: Final = 1_000_000
LIMITS: Final = Limits(size=10, left_out=0.05, diversity=3, closeness=0.3)
"""Those of the profile nl-streng."""
COLUMNS: Final[dict[str, dict[str, Any]]] = {
    "age": {"widths": [5, 10, 20, 40]},
    "sex": {},
    "area": {"prefixes": [3, 2]},
    "learning": {"cuts": [[2, 4, 6], [4]]},
    "household": {"cuts": [[2, 3, 5], [2]]},
    "origin": {"cuts": [[2, 5, 10], [2]]},
}
ASKED: Final = (("age", "sex", "area", "learning"), tuple(COLUMNS))


def population(number: int) -> pl.DataFrame:
    """Skewed as such columns are; nothing depends on anything."""
    chance = np.random.default_rng(1)
    return pl.DataFrame(
        {
            "age": np.clip(chance.normal(42, 22, number), 0, 99).astype(int),
            "sex": chance.integers(0, 2, number),
            "area": [f"{area:04d}" for area in chance.zipf(1.3, number) % 342 + 1],
            "learning": chance.integers(0, 8, number),
            "household": np.minimum(chance.poisson(2, number) + 1, 8),
            "origin": chance.zipf(1.8, number) % 20,
            "event": chance.choice(list("abcde"), number),
        }
    )


def main() -> None:
    people = population(PERSONS)
    for names in ASKED:
        quasi = {name: {"role": "quasi-identifier", **COLUMNS[name]} for name in names}
        declared = Microdata.model_validate({"columns": {**quasi, "event": {"role": "sensitive"}}})
        start = process_time()
        found = anonymise(Rows(people.select(*names, "event"), declared), LIMITS).facts
        print(
            f"| {len(names)} | {found['nodes']:,} | {found['asked']} | {process_time() - start:.1f} "
            f"| {getrusage(RUSAGE_SELF).ru_maxrss / 2**20:.1f} | {found['loss']:.3f} | {found['left_out']:,} |",
            file=sys.stdout, flush=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
