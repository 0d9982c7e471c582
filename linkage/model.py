"""The declaration of a linkage: which sources, which blocks, which comparisons."""

from typing import Literal, Self

from pydantic import Field, model_validator

from declare import Declaration
from linkage.compare.level import Level

Assignment = Literal["none", "left-once", "right-once", "one-to-one"]

EXCLUDING: dict[Assignment, tuple[str, ...]] = {
    "none": (),
    "right-once": ("l",),
    "left-once": ("r",),
    "one-to-one": ("l", "r"),
}
"""Sides whose records have one partner at most."""


MOST_FIELDS = 16
MOST_LEVELS = 12


class Block(Declaration):
    """Pairs that agree on all of `on` are candidates. Missing evidence agrees with nothing."""

    on: tuple[str, ...] = Field(min_length=1)
    """Evidence columns, for example `surname.sound` and `birth_date.year`."""


class Comparison(Declaration):
    """How one field is compared."""

    field: str
    term_frequency: bool | None = None
    """Whether agreement on a rare value counts for more; by default for names."""
    levels: tuple[Level, ...] = Field(default=(), max_length=MOST_LEVELS)
    """From best to worst; by default those of the field's kind."""


class FileField(Declaration):
    """A column of a file, or one of each of two files, and the linkage field it belongs to."""

    field: str
    type: str
    """Semantic type, as in the declaration of a source."""
    column: str | None = None
    left: str | None = None
    right: str | None = None
    format: str = "%Y-%m-%d"
    """How a date is written: %Y, %m and %d with what stands between them."""
    left_format: str | None = None
    right_format: str | None = None

    @model_validator(mode="after")
    def _names_a_column(self) -> Self:
        if (self.column is None) == (self.left is None and self.right is None):
            raise ValueError("name either column, or left and right")
        return self

    def of(self, side: str) -> str | None:
        """Column on the `left` or `right`; None where that file lacks it."""
        own = self.left if side == "left" else self.right
        return self.column or own

    def format_of(self, side: str) -> str:
        own = self.left_format if side == "left" else self.right_format
        return own or self.format


class Files(Declaration):
    """How files of the workbench are written; Parquet is known by its name."""

    separator: str = Field(default=",", min_length=1, max_length=1)
    encoding: str = "utf-8"
    id: str | None = None
    """Column that names a record; without one it is the row number from 0."""


class Model(Declaration):
    """models/*.toml."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    left: str = "left"
    right: str = "right"
    """Ids of sources; equal when a source is searched for double records."""
    threshold: float = Field(default=0.5, gt=0, lt=1)
    """Least posterior probability of a link."""
    one_to_one: Assignment | None = None
    """`right-once`: each left record has at most one link, for the right holds each entity once; by default what the
    sources say (`linkage.train.assignment_of`)."""
    block_limit: int = Field(default=1_000_000, ge=1)
    """Most pairs of one block value; larger blocks are left out and reported."""
    random_pairs: int = Field(default=500_000, ge=1_000)
    """Pairs drawn to see how often strangers agree."""
    seed: int = 20_240_101
    blocks: tuple[Block, ...] = Field(min_length=1)
    comparisons: tuple[Comparison, ...] = Field(min_length=1, max_length=MOST_FIELDS)
    file: Files = Files()
    fields: tuple[FileField, ...] = ()

    @model_validator(mode="after")
    def _fields_are_compared_once(self) -> Self:
        names = [comparison.field for comparison in self.comparisons]
        if len(names) != len(set(names)):
            raise ValueError("a field is compared twice")
        return self

    @property
    def dedupe(self) -> bool:
        """Whether records of one source are compared with each other."""
        return self.left == self.right
