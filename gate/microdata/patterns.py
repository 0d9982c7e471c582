"""Rows in numbers: what a node of the lattice makes of them is counted, from what a finer node made of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from gate.microdata.declared import Rows
from gate.microdata.hierarchy import levels
from gate.microdata.loss import cell_loss
from gate.microdata.measures import farthest, places
from gate.microdata.spelling import known

Node = tuple[int, ...]
"""A level for every quasi-identifier."""
_ROUNDING: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Limits:
    """What the rules of a policy ask of rows. `left_out`: rows that may be left out, as a share; `people`: if any are,
    at least so many."""

    size: float
    left_out: float
    diversity: float | None = None
    closeness: float | None = None
    people: float = 0


class Patterns:
    """The rows of a file by quasi-identifiers and sensitive columns, and what the nodes make of them."""

    def __init__(self, rows: Rows, limits: Limits) -> None:
        declared = rows.declared
        self.rows, self.limits = rows.table.height, limits
        self.quasi = declared.of("quasi-identifier")
        self.steps = [levels(name, rows.table[name], declared.columns[name]) for name in self.quasi]
        self.codes = [_codes(rows.table[name], steps["0"]) for name, steps in zip(self.quasi, self.steps, strict=True)]
        self._labels = [_numbers(steps) for steps in self.steps]
        self._losses = [cell_loss(steps) for steps in self.steps]
        # Own names for the columns: those of a file may be anything.
        self._names = [f"q{place}" for place in range(len(self.quasi))]
        # Few values first: what these forbid, the others need not be asked.
        self._sensitive = sorted((rows.table[name] for name in declared.of("sensitive")), key=pl.Series.n_unique)
        self._last: tuple[Node, pl.DataFrame] | None = None
        start = self._labelled((0,) * len(self.quasi))
        number = pl.len().cast(pl.Int64).alias("n")
        self._classes = {(0,) * len(self.quasi): start.group_by(self._names).agg(number)}
        self._values = [
            {(0,) * len(self.quasi): start.with_columns(value=places(each)).group_by(*self._names, "value").agg(number)}
            for each in self._sensitive
        ]
        self._known = [_taken_for(each) for each in self._sensitive]

    @property
    def shape(self) -> Node:
        """Number of levels of each quasi-identifier."""
        return tuple(steps.width for steps in self.steps)

    @cached_property
    def floor(self) -> npt.NDArray[np.float64]:
        """By node, what coarsening alone costs with no row left out: at most the loss, and never less higher up."""
        total = np.zeros(self.shape)
        for place, (codes, losses) in enumerate(zip(self.codes, self._losses, strict=True)):
            number = np.bincount(codes, minlength=losses.height)
            costs = np.array([number @ column.to_numpy() for column in losses.get_columns()])
            total += costs.reshape([-1 if other == place else 1 for other in range(len(self.quasi))])
        return total / max(self.rows * len(self.quasi), 1)

    def hides(self, node: Node) -> bool:
        """Whether few enough rows are in a class that is too small or has too few sensitive values. What holds of a
        node holds of all above it, for classes only grow together there."""
        least = (1 - self.limits.left_out) * self.rows - _ROUNDING
        return bool(self._large(node)["n"].sum() >= least) and bool(self._good(node)["n"].sum() >= least)

    def loss(self, node: Node) -> float:
        """What `node` costs, with those rows left out."""
        good = self._good(node)
        cost = sum((self._loss_of(place, level, good) for place, level in enumerate(node)), np.zeros(good.height))
        number = good["n"].to_numpy()
        return float((cost @ number / len(self.quasi) + self.rows - number.sum()) / max(self.rows, 1))

    def close(self, node: Node) -> bool:
        """Whether in the classes that stay sensitive values are spread as in all that stay."""
        limit = self.limits.closeness
        if limit is None:
            return True
        good = self._good(node).select(self._names).with_row_index("class")
        held = (self._counted(table, node).join(good, on=self._names) for table in self._values)
        apart = (
            farthest(each, ordered=column.dtype.is_numeric())
            for each, column in zip(held, self._sensitive, strict=True)
        )
        return all(distance <= limit for distance in apart)

    def covers(self, node: Node) -> bool:
        """Whether nobody or enough are left out. A few could be counted by whoever has a table of everybody, and would
        stand in the way of every such table afterwards."""
        out = self.rows - int(self._good(node)["n"].sum())
        return out == 0 or out >= self.limits.people

    def kept(self, node: Node) -> pl.Series:
        """By row of the file, whether it stays."""
        marked = self._good(node).select(*self._names, kept=True)
        joined = self._labelled(node).join(marked, on=self._names, how="left", maintain_order="left")
        return joined["kept"].fill_null(value=False)

    def _large(self, node: Node) -> pl.DataFrame:
        return self._counted(self._classes, node).filter(pl.col("n") >= self.limits.size)

    def _good(self, node: Node) -> pl.DataFrame:
        """The classes that are large and diverse enough; of the node last asked they are known."""
        if self._last is None or self._last[0] != node:
            self._last = node, self._selected(node)
        return self._last[1]

    def _selected(self, node: Node) -> pl.DataFrame:
        good = self._large(node)
        if self.limits.diversity is None:
            return good
        for table, taken_for in zip(self._values, self._known, strict=True):
            held = self._counted(table, node)
            held = held.with_columns(taken_for.gather(held["value"])).filter(pl.col("value") > 0)
            distinct = held.group_by(self._names).agg(pl.col("value").n_unique())
            good = good.join(distinct.filter(pl.col("value") >= self.limits.diversity), on=self._names, how="semi")
        return good

    def _loss_of(self, place: int, level: int, good: pl.DataFrame) -> npt.NDArray[np.float64]:
        """Per class; all values under a label cost the same."""
        labels, losses = self._labels[place][level], self._losses[place]
        by_label = np.zeros(losses.height)
        by_label[labels] = losses[str(level)].to_numpy()
        found: npt.NDArray[np.float64] = by_label[good[self._names[place]].to_numpy()]
        return found

    def _counted(self, known: dict[Node, pl.DataFrame], node: Node) -> pl.DataFrame:
        """The labels that go together at `node`, by number, and how many rows have them (`n`).

        From the smallest table of a node below that is kept; kept as well where it is half of that or less.
        """
        if node in known:
            return known[node]
        below = [each for each in known if all(low <= high for low, high in zip(each, node, strict=True))]
        nearest = min(below, key=lambda each: known[each].height)
        table = known[nearest]
        moved = table.with_columns(step.gather(table[step.name]) for step in self._steps_between(nearest, node))
        found = moved.group_by([name for name in table.columns if name != "n"]).agg(pl.col("n").sum())
        if 2 * found.height <= table.height:
            known[node] = found
        return found

    def _steps_between(self, low: Node, high: Node) -> Iterator[pl.Series]:
        """For every column that changes, the number of the label above each label."""
        for name, labels, start, end in zip(self._names, self._labels, low, high, strict=True):
            if start != end:
                above = np.zeros(labels[start].size, np.uint32)
                above[labels[start]] = labels[end]
                yield pl.Series(name, above)

    def _labelled(self, node: Node) -> pl.DataFrame:
        """By row of the file, the number of each label."""
        found = zip(self._names, self._labels, node, self.codes, strict=True)
        return pl.DataFrame([pl.Series(name, labels[level][codes]) for name, labels, level, codes in found])


def _codes(values: pl.Series, distinct: pl.Series) -> npt.NDArray[np.uint32]:
    """The place of each value among the `distinct` ones."""
    numbered = pl.DataFrame([distinct.alias("value")]).with_row_index("place")
    joined = pl.DataFrame([values.alias("value")]).join(
        numbered, on="value", how="left", nulls_equal=True, maintain_order="left"
    )
    return joined["place"].to_numpy()


def _taken_for(values: pl.Series) -> pl.Series:
    """By place of a value, the place of what a reader takes it for; 0 for no value."""
    pairs = pl.DataFrame({"place": places(values), "value": places(known(values))}).unique()
    none = pl.DataFrame({"place": [0], "value": [0]}, schema=pairs.schema)
    return pl.concat([none, pairs]).unique("place").sort("place")["value"]


def _numbers(steps: pl.DataFrame) -> list[npt.NDArray[np.uint32]]:
    """By level, a number below that of distinct values for the label of each of them."""
    return [
        column.rank("dense").fill_null(0).rank("dense").cast(pl.UInt32).to_numpy() - 1 for column in steps.get_columns()
    ]
