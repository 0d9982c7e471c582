"""`python -m benchmarks.tokens_ours TASK VALUES ROWS OUT`: this project's tokens, encodings and Dice, as its peers."""

import sys

import numpy as np
import polars as pl

from benchmarks.sets import HERE
from linkage.filters import Filters, dice
from pseudonymise.encode import encode_column
from pseudonymise.keys import LeafKey
from pseudonymise.token import record_tokens, token_column

sys.path.insert(0, str(HERE / "peers"))

from tokens_run import KEY, Task, main

LEAF = LeafKey(KEY.encode())
PAIRS = 10_000_000
ROWS = 1_000_000


def tokens(values: list[str]) -> Task:
    column = pl.Series(values)
    if column.len() > ROWS:
        # Every delivery of so many rows has its record tokens made first.
        record_tokens("00" * 32, pl.Series(np.arange(ROWS, dtype=np.uint32)), LEAF)

    def work() -> tuple[int, str]:
        made = token_column(column, LEAF)
        return made.len(), made[0].hex()

    return work


def filters(values: list[str]) -> Task:
    column = pl.Series("value", values)

    def work() -> tuple[int, str]:
        made = encode_column(column, LEAF, placed=False)
        return made.height, "".join(f"{word:016x}" for word in reversed(made.row(0)))

    return work


def pairs(values: list[str]) -> Task:
    """Candidate pairs as blocks bring them: in the order of the left side, the right at random."""
    encoded = encode_column(pl.Series("value", values), LEAF, placed=False)
    rng = np.random.default_rng(1)
    left, right = (rng.integers(0, encoded.height, PAIRS, dtype=np.uint32) for _ in range(2))
    left.sort()
    left[0], right[0] = 0, 1

    def work() -> tuple[int, str]:
        found = Filters.of(encoded)
        return PAIRS, f"{dice(found, found, left, right)[0]:.6f}"

    return work


if __name__ == "__main__":
    main({"tokens": tokens, "filters": filters, "dice": pairs})
