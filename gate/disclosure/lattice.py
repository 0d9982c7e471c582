"""Where each cell stands: categories of every dimension as a tree under the total, and which cells add up to which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from gate.disclosure.moves import Bools, Ints, Lines
from gate.subject import TOTAL, Parents


@dataclass(frozen=True, eq=False)
class Lattice:
    """`codes`: one row per cell, one column per dimension; a category's own parts follow it without a gap."""

    codes: Ints
    above: tuple[Ints, ...]
    """Per dimension: code → code of its parent; -1 for the total, which is 0."""
    last: tuple[Ints, ...]
    """Per dimension: code → the last code within it."""

    @classmethod
    def of(cls, table: pl.DataFrame, dimensions: Sequence[str], parents: Parents) -> Self:
        trees = [_tree(table[name], parents.get(name, {})) for name in dimensions]
        codes = [
            table[name].replace_strict(list(order), range(len(order)), return_dtype=pl.Int64).to_numpy()
            for name, (order, _, _) in zip(dimensions, trees, strict=True)
        ]
        return cls(np.stack(codes, axis=1), tuple(tree[1] for tree in trees), tuple(tree[2] for tree in trees))

    def lines(self) -> Lines:
        """Every total and its parts, along every dimension, of the cells that are there."""
        sizes = np.array([len(above) for above in self.above], dtype=np.int64)
        strides = np.concatenate([np.cumprod(sizes[:0:-1])[::-1], [1]]).astype(np.int64)
        keys = self.codes @ strides
        order = np.argsort(keys)
        found: Lines = []
        for axis, above in enumerate(self.above):
            parent = above[self.codes[:, axis]]
            parts = np.flatnonzero(parent >= 0)
            wanted = keys[parts] + (parent - self.codes[:, axis])[parts] * strides[axis]
            totals = order[np.searchsorted(keys[order], wanted)]
            parts, totals = parts[np.argsort(totals, kind="stable")], np.sort(totals, kind="stable")
            starts = np.flatnonzero(np.diff(totals, prepend=-1))
            found += [
                (int(total), group) for total, group in zip(totals[starts], np.split(parts, starts[1:]), strict=True)
            ]
        return found

    def within(self, inner: Ints, outer: Ints) -> Bools:
        """Whether a cell of `inner` lies inside the one of `outer` (both rows of codes)."""
        inside = np.ones(np.broadcast_shapes(inner.shape[:-1], outer.shape[:-1]), dtype=bool)
        for axis, last in enumerate(self.last):
            mine, other = inner[..., axis], outer[..., axis]
            inside &= (other <= mine) & (mine <= last[other])
        return inside


def _tree(names: pl.Series, parents: Mapping[str, str]) -> tuple[list[str], Ints, Ints]:
    """Categories in order, parents before parts; the codes of their parents; the last code within each."""
    below: dict[str, list[str]] = {}
    for name in sorted(set(names) - {TOTAL}):
        below.setdefault(parents.get(name, TOTAL), []).append(name)
    order, above, last = [TOTAL], [-1], [0]

    def walk(code: int) -> None:
        for name in below.get(order[code], []):
            order.append(name)
            above.append(code)
            last.append(len(order) - 1)
            walk(len(order) - 1)
        last[code] = len(order) - 1

    walk(0)
    return order, np.array(above), np.array(last)
