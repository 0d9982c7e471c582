"""Orphaned addresses: those of a source that the register of addresses does not hold, or holds as withdrawn only."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import polars as pl

from declare import WrongInput
from pseudonymise.protected import PAYLOAD, ProtectedTable, shared_key

_NOWHERE: Final = "nowhere"
_WITHDRAWN: Final = "withdrawn"


@dataclass(frozen=True, slots=True)
class Found:
    """How much has one thing the matter: records of the source, and different addresses of theirs."""

    records: int
    addresses: int
    share: float
    """Of the records that have an address."""


@dataclass(frozen=True, slots=True)
class Orphans:
    """Addresses of one source beside a register of them. Addresses that nobody uses are not counted."""

    filled: int
    """Records that have an address."""
    addresses: int
    """Different ones among these."""
    nowhere: Found
    """Not in the register."""
    withdrawn: Found
    """In the register, and every entry of them is withdrawn."""

    @property
    def share(self) -> float:
        """Of the records that have an address: those whose address is in either way none."""
        return self.nowhere.share + self.withdrawn.share

    @property
    def facts(self) -> Mapping[str, Any]:
        """Plain JSON data."""
        return {**asdict(self), "share": self.share}


def orphans(
    table: ProtectedTable, register: ProtectedTable, evidence: Sequence[str], status: str, withdrawn: Sequence[str]
) -> Orphans:
    """Addresses of `table` beside those of `register`, by their tokens `evidence` taken together.

    `status` is the payload column of the register that says, by one of the values `withdrawn`, that an address is used
    no more. Records that lack any of the evidence are not judged. Raises `WrongInput` when a table lacks a column, and
    `Refusal` when the two were made under different keys.
    """
    shared_key((table, register))
    names, state = list(evidence), PAYLOAD + status
    _require(table, names)
    _require(register, [*names, state])
    gone = pl.col(state).is_in(list(withdrawn)).fill_null(value=False)
    known = register.table.lazy().drop_nulls(names).group_by(names).agg(gone.all().alias("gone"))
    used = table.table.lazy().select(names).drop_nulls().group_by(names).len("records")
    judged = used.join(known, on=names, how="left").select("records", _verdict())
    counted = judged.group_by("found").agg(pl.col("records").sum(), addresses=pl.len()).collect(engine="streaming")
    return _put_together({found: (records, addresses) for found, records, addresses in counted.iter_rows()})


def _verdict() -> pl.Expr:
    found = pl.when(pl.col("gone").is_null()).then(pl.lit(_NOWHERE)).when("gone").then(pl.lit(_WITHDRAWN))
    return found.otherwise(pl.lit("known")).alias("found")


def _put_together(counted: Mapping[str, tuple[int, int]]) -> Orphans:
    filled = sum(records for records, _ in counted.values())

    def of(name: str) -> Found:
        records, addresses = counted.get(name, (0, 0))
        return Found(records, addresses, records / filled if filled else 0.0)

    addresses = sum(different for _, different in counted.values())
    return Orphans(filled, addresses, of(_NOWHERE), of(_WITHDRAWN))


def _require(table: ProtectedTable, names: Sequence[str]) -> None:
    if missing := [name for name in names if name not in table.table.columns]:
        raise WrongInput(
            f"{table.source} has no {missing[0].removeprefix(PAYLOAD)} to look addresses up by",
            remedy="Name evidence that both sources have, and a payload column of the register of addresses.",
        )
