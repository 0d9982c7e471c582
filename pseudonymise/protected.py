"""The third type on the way: one delivery without identifiers. No keys here; linkage may read this module.

Columns of `ProtectedTable.table`:

- `row` UInt32: data row of the delivery, from 1
- `record` Binary(16): the record token, stable inside the domain
- for each linkage field its evidence columns (`pseudonymise.standardise`): `surname`, `surname.sound`, … as tokens,
  Binary(16), null where there is nothing to compare; and for fields that are compared by similarity a Bloom-filter
  encoding of 512 bits in eight UInt64 columns `surname.bits0` … `surname.bits7`, all null together
- `payload.<name>`: kept and derived columns, as declared
"""

from collections.abc import Iterable
from dataclasses import InitVar, dataclass
from typing import Final

import polars as pl

from declare import Refusal

WORDS: Final = 8
"""UInt64 words of an encoding: 512 bits."""
PAYLOAD: Final = "payload."

_PSEUDONYMISE: Final = object()


@dataclass(frozen=True, slots=True, repr=False)
class ProtectedTable:
    """Made by `pseudonymise` only: after encoding, or on opening a stored delivery."""

    source: str
    """Id of the source."""
    entity: str
    """person, company or location."""
    once: bool
    """Whether the source holds each entity once."""
    delivery: str
    """SHA-256 of the file as delivered."""
    fields: dict[str, str]
    """Linkage field → kind, as in `pseudonymise.standardise`."""
    key_id: str
    """Name of the key version the tokens were made under; tables of two key ids share no token."""
    table: pl.DataFrame
    _made_by: InitVar[object] = None
    """Not kept, so that `dataclasses.replace` cannot slip another table in."""

    def __post_init__(self, _made_by: object) -> None:
        if _made_by is not _PSEUDONYMISE:
            raise TypeError("a ProtectedTable is made by pseudonymise only")

    def __repr__(self) -> str:
        return f"ProtectedTable({self.source}, {self.table.height} rows)"


def shared_key(tables: Iterable[ProtectedTable]) -> str:
    """The key id all tables have. Raises `Refusal` when they differ: their tokens would never be equal."""
    ids = {table.key_id for table in tables}
    if len(ids) != 1:
        raise Refusal(
            f"the tables were made under {len(ids)} different keys and cannot be linked",
            remedy="Use deliveries of one domain and version, received by the same room.",
        )
    return ids.pop()


def bits(field_name: str) -> list[str]:
    """Names of the encoding's columns of a field's evidence."""
    return [f"{field_name}.bits{word}" for word in range(WORDS)]
