"""How a column is coarsened, as files of rows and requests declare it."""

from typing import Self

from pydantic import model_validator

from declare.load import Declaration
from declare.sentence import Misdeclared

_WAYS = ("widths", "cuts", "prefixes", "groups")


class Coarsening(Declaration):
    """Steps of one way, each coarser than the one before. After the last declared one all values are one."""

    widths: tuple[float, ...] = ()
    """Of bands, each a multiple of the one before: 20 is in 20-24, then in 20-29."""
    cuts: tuple[tuple[float, ...], ...] = ()
    """Edges of bands, each list part of the one before: 18 and 65 make <18, 18-64 and 65+."""
    prefixes: tuple[int, ...] = ()
    """How many signs are kept, ever fewer."""
    groups: tuple[dict[str, tuple[str, ...]], ...] = ()
    """Group → its values; the next list groups these groups. Every value is in one group."""

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways in which steps are declared: one, or none."""
        return tuple(name for name in _WAYS if getattr(self, name))

    @property
    def steps(self) -> int:
        """How many are declared."""
        return sum(len(getattr(self, name)) for name in self.ways)

    @property
    def numeric(self) -> bool:
        """Whether the steps are those of numbers."""
        return bool(self.widths or self.cuts)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if len(self.ways) > 1:
            raise Misdeclared(
                "%(one)s and %(other)s do not go together; choose one way of coarsening",
                one=self.ways[0],
                other=self.ways[1],
            )
        if min((*self.widths, *self.prefixes, 1)) <= 0:
            raise ValueError("a width or prefix is above 0")
        return self
