"""Rows in numbers: what a step of coarsening makes of them is then looked up and counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from gate.microdata.declared import Rows
from gate.microdata.hierarchy import levels
from gate.microdata.loss import cell_loss
from gate.microdata.measures import farthest

Node = tuple[int, ...]
"""A level for every quasi-identifier."""
Whole = npt.NDArray[np.int64]
_MOST: Final = 2**62


@dataclass(frozen=True, slots=True)
class Limits:
    """What the rules of a policy ask of rows. `left_out`: rows that may be left out, as a share."""

    size: float
    left_out: float
    diversity: float | None = None
    closeness: float | None = None


class Patterns:
    """The rows of a file by quasi-identifiers and sensitive columns, and what a node of the lattice makes of them."""

    def __init__(self, rows: Rows, limits: Limits) -> None:
        declared = rows.declared
        self.rows, self.limits = rows.table.height, limits
        self.quasi, self.sensitive = declared.of("quasi-identifier"), declared.of("sensitive")
        self.steps = {name: levels(name, rows.table[name], declared.columns[name]) for name in self.quasi}
        self._labels = [_numbers(self.steps[name]) for name in self.quasi]
        self._losses = [_columns(cell_loss(self.steps[name])) for name in self.quasi]
        self.codes = [_codes(rows.table[name], self.steps[name]["0"]) for name in self.quasi]
        self._table = rows.table.select(self.sensitive)
        self._counted = self._count()

    @property
    def shape(self) -> Node:
        """Number of levels of each quasi-identifier."""
        return tuple(len(labels) for labels in self._labels)

    @cached_property
    def floor(self) -> npt.NDArray[np.float64]:
        """By node, what coarsening alone costs with no row left out: at most the loss, and never less higher up."""
        costs = [
            np.array([losses[codes].mean() if self.rows else 0.0 for losses in each])
            for each, codes in zip(self._losses, self.codes, strict=True)
        ]
        total = np.zeros(self.shape)
        for place, cost in enumerate(costs):
            total += cost.reshape([-1 if other == place else 1 for other in range(len(costs))])
        return total / len(costs)

    def hides(self, node: Node) -> bool:
        """Whether few enough rows are in a class that is too small or has too few sensitive values. What holds of a
        node holds of all above it, for classes only grow together there."""
        return bool(self._bad(node) <= self.limits.left_out * self.rows)

    def loss(self, node: Node) -> float:
        """The loss with those rows left out; infinite where the values of a class that stays are too unlike all."""
        kept = self.kept(node)
        if self.limits.closeness is not None and self._distance(node, kept) > self.limits.closeness:
            return inf
        cost = sum(
            losses[level][codes[kept]].sum()
            for losses, level, codes in zip(self._losses, node, self.codes, strict=True)
        )
        return float(cost / len(self.codes) + (~kept).sum()) / max(self.rows, 1)

    def kept(self, node: Node) -> npt.NDArray[np.bool_]:
        """By row of the file, whether its class is large and diverse enough."""
        classes = self._classes(node, self.codes)
        frame = pl.DataFrame([pl.Series("class", classes), *self._table.get_columns()])
        good = self._good(frame.group_by("class").agg(pl.len().alias("n"), *self._diverse()))
        return frame.select(pl.col("class").is_in(good.implode())).to_series().to_numpy()

    def _bad(self, node: Node) -> int:
        keys = pl.Series("class", self._classes(node, [self._counted[name].to_numpy() for name in self.quasi]))
        frame = self._counted.select(pl.lit(keys), "n", *self._asked)
        classes = frame.group_by("class").agg(pl.col("n").sum(), *self._diverse())
        return self.rows - int(classes.filter(pl.col("class").is_in(self._good(classes).implode()))["n"].sum())

    def _good(self, classes: pl.DataFrame) -> pl.Series:
        enough = pl.all_horizontal(pl.lit(True), *(pl.col(name) >= self.limits.diversity for name in self._asked))
        return classes.filter((pl.col("n") >= self.limits.size) & enough)["class"]

    @property
    def _asked(self) -> tuple[str, ...]:
        """Sensitive columns in which a class needs several values."""
        return self.sensitive if self.limits.diversity is not None else ()

    def _diverse(self) -> list[pl.Expr]:
        return [pl.col(name).drop_nulls().n_unique() for name in self._asked]

    def _distance(self, node: Node, kept: npt.NDArray[np.bool_]) -> float:
        classes = pl.Series(self._classes(node, self.codes)[kept])
        left = self._table.filter(pl.Series(kept))
        return max((farthest(classes, left[name]) for name in self.sensitive), default=0.0)

    def _classes(self, node: Node, codes: Sequence[Whole]) -> Whole:
        """One number for all that look the same."""
        found, size = np.zeros(codes[0].shape, np.int64), 1
        for labels, level, code in zip(self._labels, node, codes, strict=True):
            column = labels[level]
            wide = int(column.max(initial=0)) + 1
            if size > _MOST // wide:
                found = np.unique(found, return_inverse=True)[1]
                size = int(found.max(initial=0)) + 1
            found, size = found * wide + column[code], size * wide
        return found

    def _count(self) -> pl.DataFrame:
        """Rows that agree in all quasi-identifiers and all asked sensitive columns, as one row and their number `n`."""
        columns = [pl.Series(name, codes) for name, codes in zip(self.quasi, self.codes, strict=True)]
        table = pl.DataFrame([*columns, *(self._table[name] for name in self._asked)])
        return table.group_by(table.columns).agg(n=pl.len().cast(pl.Int64))


def _codes(values: pl.Series, distinct: pl.Series) -> Whole:
    """The place of each value among the `distinct` ones."""
    places = pl.DataFrame([distinct.alias("value")]).with_row_index("place")
    joined = pl.DataFrame([values.alias("value")]).join(
        places, on="value", how="left", nulls_equal=True, maintain_order="left"
    )
    return joined["place"].to_numpy().astype(np.int64)


def _numbers(steps: pl.DataFrame) -> list[Whole]:
    """By level, a number for the label of each distinct value."""
    return [
        steps.select((pl.col(name).rank("dense").fill_null(0)).cast(pl.Int64)).to_series().to_numpy()
        for name in steps.columns
    ]


def _columns(table: pl.DataFrame) -> list[npt.NDArray[np.float64]]:
    return [column.to_numpy() for column in table.get_columns()]
