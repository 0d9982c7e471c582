"""Evidence of one side, ready to be compared: tokens and encodings, or clear text."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from declare import WrongInput
from linkage.model import Model
from pseudonymise.protected import ProtectedTable
from pseudonymise.standardise import parts


@dataclass(frozen=True, slots=True, repr=False)
class Comparable:
    """Records of one side by position: `table` has the evidence columns of every field in `kinds`.

    `clear` says whether evidence is text, or tokens (Binary) with encodings.
    """

    name: str
    kinds: Mapping[str, str]
    table: pl.DataFrame
    clear: bool
    once: bool = False
    """Whether each entity is here once."""
    entity: str = "person"

    def __repr__(self) -> str:
        return f"Comparable({self.name}, {self.table.height} records)"


def comparable(table: ProtectedTable | Comparable) -> Comparable:
    """Tokens and encodings of a protected table, in its row order; what is comparable stays as it is."""
    if isinstance(table, Comparable):
        return table
    return Comparable(table.source, table.fields, table.table, clear=False, once=table.once, entity=table.entity)


def kinds_of(left: Comparable, right: Comparable, model: Model) -> dict[str, str]:
    """Kind of each compared field. Raises `WrongInput` when a side lacks it or holds something else under the name."""
    found = {}
    for comparison in model.comparisons:
        name = comparison.field
        if name not in left.kinds or name not in right.kinds:
            lacking = (left if name not in left.kinds else right).name
            raise WrongInput(f"{lacking} has no linkage field {name}", remedy=f"Declare it, or mend model {model.id}.")
        if left.kinds[name] != right.kinds[name]:
            raise WrongInput(f"linkage field {name} is of two kinds", remedy="Give its columns the same types.")
        found[name] = left.kinds[name]
    return found


def check_blocks(left: Comparable, right: Comparable, model: Model) -> None:
    """Raise `WrongInput` unless every block names evidence that both sides have."""
    known = [{part for name, kind in side.kinds.items() for part in parts(name, kind)} for side in (left, right)]
    for block in model.blocks:
        if unknown := sorted(set(block.on) - (known[0] & known[1])):
            raise WrongInput(
                f"a block of model {model.id} names {unknown[0]}, which is not on both sides",
                remedy="Name a linkage field, or a part of one such as surname.sound or birth_date.year.",
            )
