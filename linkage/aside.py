"""Errors by subgroup of plain files: by a column that stands aside, and so that nobody is told alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

import polars as pl

from declare import WrongInput
from linkage.files import read_texts
from linkage.model import Model
from linkage.subgroup import UNKNOWN, SubgroupErrors, SubgroupRate, by_posterior, by_truth

LEAST: Final = 10
"""Records of a group that has a name, and matches or links that a figure rests on."""
FEW: Final = "(small groups)"


@dataclass(frozen=True, slots=True, repr=False)
class Aside:
    """An attribute of the records of one side (`l` or `r`): `groups` has `position` and `group`, `records` counts."""

    attribute: str
    side: str
    groups: pl.DataFrame
    records: Mapping[str, int]

    @classmethod
    def read(cls, column: str, files: Sequence[Path], model: Model) -> Self:
        """From the left file or, where that lacks the column, the right one; groups of fewer than `LEAST` are put
        together. Raises `WrongInput`: the model reads the column, no file has it, or it makes no two groups."""
        if column in _read_by(model):
            raise WrongInput(
                f"column {column} is read by the model, so that errors by it are not those of an attribute set aside",
                remedy="Name a column the model does not read, or take it out of the model.",
            )
        side, values = _column(column, files, model)
        named = pl.when((pl.col(column) == "").fill_null(value=True)).then(pl.lit(UNKNOWN)).otherwise(column)
        large = pl.len().over("group") >= LEAST
        groups = (
            values.select(group=named)
            .with_columns(pl.when(large).then("group").otherwise(pl.lit(FEW)))
            .with_row_index("position")
        )
        records: dict[str, int] = dict(groups["group"].value_counts().iter_rows())
        if len(set(records) - {FEW}) < 2:
            raise WrongInput(
                f"column {column} makes no two groups of at least {LEAST} records",
                remedy="Name a column with few values, such as one of age groups.",
            )
        return cls(column, side, groups, records)

    def errors(self, chances: pl.DataFrame, links: pl.DataFrame, truth: pl.DataFrame | None) -> SubgroupErrors:
        """Against the truth (`l`, `r`) where there is one, or else from the `chance` of each pair. In one file a pair
        counts for the record that stands first. Figures that rest on fewer than `LEAST` are left out."""
        of = {"side": self.side, "attribute": self.attribute}
        found = (
            by_posterior(chances, links, self.groups, **of)
            if truth is None
            else by_truth(links, truth, self.groups, **of)
        )
        return replace(found, missed=self._shown(found.missed), false=self._shown(found.false))

    def _shown(self, rates: tuple[SubgroupRate, ...]) -> tuple[SubgroupRate, ...]:
        return tuple(rate for rate in rates if min(rate.of, self.records.get(rate.group, 0)) >= LEAST)


def _read_by(model: Model) -> set[str | None]:
    return {model.file.id, *(field.of(side) for field in model.fields for side in ("left", "right"))}


def _column(column: str, files: Sequence[Path], model: Model) -> tuple[str, pl.DataFrame]:
    """The side that has the column, and its values as text."""
    for side, path in zip("lr", files, strict=False):
        try:
            return side, read_texts(path, [column], separator=model.file.separator, encoding=model.file.encoding)
        except WrongInput:
            continue
    raise WrongInput(f"no file has a column {column}", remedy="Name a column as it stands in the left or right file.")
