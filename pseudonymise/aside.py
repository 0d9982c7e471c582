"""Protected attributes of one delivery, kept apart from what is linked; only the bias run reads them."""

from dataclasses import InitVar, dataclass

import polars as pl

from pseudonymise.protected import _PSEUDONYMISE, ProtectedTable


@dataclass(frozen=True, slots=True, repr=False)
class AsideTable:
    """Made by `pseudonymise` only. `table` has `row` (UInt32) and the declared attributes, by their own names."""

    source: str
    delivery: str
    table: pl.DataFrame
    _made_by: InitVar[object] = None

    def __post_init__(self, _made_by: object) -> None:
        if _made_by is not _PSEUDONYMISE:
            raise TypeError("an AsideTable is made by pseudonymise only")

    def __repr__(self) -> str:
        return f"AsideTable({self.source}, {self.table.height} rows)"


@dataclass(frozen=True, slots=True)
class Protected:
    """A delivery, or a piece of one, without identifiers: what is linked, and what is kept aside, by the same rows."""

    table: ProtectedTable
    aside: AsideTable
