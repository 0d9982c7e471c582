"""Records of plain files as they are written, two by two: for eyes on a partner's own premises only."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import polars as pl

from linkage.files import read_as_written
from linkage.model import Model

Values = tuple[tuple[str, str | None, str | None], ...]
"""Field, what the one record says and what the other says."""


@dataclass(frozen=True, slots=True, repr=False)
class SideBySide:
    """The columns a model names, by position, on each side. It never shows itself."""

    model: Model
    left: pl.DataFrame
    right: pl.DataFrame

    @classmethod
    def read(cls, left: Path, right: Path | None, model: Model) -> Self:
        """Of two files, or of one whose records are compared with each other. Raises `WrongInput`."""
        one = read_as_written(left, model, "left")
        return cls(model, one, read_as_written(right, model, "right") if right else one)

    def of(self, left: int, right: int) -> Values:
        """The values of a pair of positions, in the order of the model's fields; None where empty or not there."""
        one, two = self.left.row(left, named=True), self.right.row(right, named=True)
        return tuple(
            (
                field.field,
                one.get(field.of("left") or ""),
                two.get(field.of("left" if self.model.dedupe else "right") or ""),
            )
            for field in self.model.fields
        )
