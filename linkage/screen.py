"""Screening: candidates go through ever dearer comparisons, and those that cannot reach the floor leave on the way.

The compiled loop (`linkage.kernel`) tells levels from codes and glances at whether similarity may better them;
similarity itself is measured field by field, of the pairs that are left.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from linkage.arrays import U8, U32, Bounds, Truths
from linkage.block.runs import Runs
from linkage.compare.comparing import Comparing


@dataclass(slots=True, repr=False)
class Waiting:
    """Pairs that may still reach the floor."""

    left: U32
    right: U32
    states: U8
    """By field and pair: levels, or what similarity may still better (`arrays.Bounds`)."""

    def __len__(self) -> int:
        return self.left.size

    def keep(self, kept: Truths) -> None:
        if not kept.all():
            these = np.flatnonzero(kept)
            self.left, self.right, self.states = self.left[these], self.right[these], self.states[:, these]


@dataclass(frozen=True, slots=True, repr=False)
class Screening:
    comparing: Comparing
    bounds: Bounds

    def __call__(self, runs: Runs) -> pl.DataFrame:
        """`l`, `r` and levels of the pairs that can reach the floor."""
        pairs = self.by_codes(runs)
        for field in self.measured():
            self.by_similarity(pairs, field)
        columns = [agreement.field.column for agreement in self.comparing.agreements]
        return pl.DataFrame({"l": pairs.left, "r": pairs.right, **dict(zip(columns, pairs.states, strict=True))})

    def by_codes(self, runs: Runs) -> Waiting:
        """All that needs no similarity, at once."""
        from linkage import kernel

        # room for every pair; memory is taken only of what is written
        most = int(runs.length.sum())
        left, right = np.empty(most, dtype=np.uint32), np.empty(most, dtype=np.uint32)
        states = np.empty((len(self.comparing.agreements), most), dtype=np.uint8)
        kept = kernel.screened(runs, self.comparing.fields, self.comparing.glances, self.bounds, left, right, states)
        return Waiting(left[:kept].copy(), right[:kept].copy(), states[:, :kept].copy())

    def measured(self) -> Iterator[int]:
        """Fields that have something to measure, from cheap and telling to dear."""
        return (field for field in self.bounds.order.tolist() if self.comparing.agreements[field].measures)

    def by_similarity(self, pairs: Waiting, field: int) -> None:
        """Measure a field where that may better its level, and drop the pairs that then cannot reach the floor."""
        from linkage import kernel

        hopeful = self.bounds.hopeful[field]
        these = np.flatnonzero(pairs.states[field] >= hopeful)
        pairs.states[field, these] -= np.uint8(hopeful)
        self.comparing.agreements[field].better(pairs.states[field], pairs.left, pairs.right, these)
        pairs.keep(kernel.within(self.bounds, pairs.left, pairs.states))
