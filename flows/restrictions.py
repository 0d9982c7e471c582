"""Persons who may not be used: their tokens, in the store under keys of their own, and taken out before linkage.

A list comes from the holder of a source (`flows.restrict`) and holds in every source in which one of its tokens occurs.
"""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from declare import Refusal
from flows.deliveries import context_of, protected_table
from flows.keyring import Keyring
from koppelkamer.room import Room
from pseudonymise.minimise import Rule, minimise, restricted
from pseudonymise.protected import ProtectedTable

if TYPE_CHECKING:
    from register.models import Release, Restriction

SHELF: Final = "restrictions"
_SCHEMA: Final = {
    "source": pl.String(), "field": pl.String(), "token": pl.Binary(),
    "lifts": pl.Boolean(), "until": pl.Date(), "key": pl.String(),
}  # fmt: skip


class RestrictedUnderAnotherKey(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            f"{source} restricted persons under another version of the key than the one in use",
            remedy="Ask its holder for one list, sealed under the key in use, of all who are still restricted.",
        )


class RestrictedSince(Refusal):
    def __init__(self, release: str) -> None:
        super().__init__(
            f"persons in what {release} was made of were restricted since it was run",
            remedy="Run the request again, without them, and decide on that.",
        )


def excluded(room: Room, keyring: Keyring, *, as_of: datetime | None = None) -> pl.DataFrame:
    """`field` and `token` of everybody who is restricted today; with `as_of`, by lists that had come in by then.

    Raises `RestrictedUnderAnotherKey`, and `Unreadable` or `WrongInput` when a list is not as it was stored.
    """
    from django.utils import timezone

    found = in_force(room, keyring, timezone.localdate(), as_of)
    return found.select("field", "token").unique(maintain_order=True)


def rules_for(table: ProtectedTable, tokens: pl.DataFrame) -> list[Rule]:
    """The rule that takes restricted persons out of `table`, in whichever of its fields they are named."""
    fields = {name: part["token"] for (name,), part in tokens.group_by("field", maintain_order=True)}
    return [restricted({str(name): found for name, found in fields.items() if name in table.fields})]


def unrestricted(room: Room, keyring: Keyring, table: ProtectedTable) -> ProtectedTable:
    """`table` without restricted persons."""
    return minimise(table, rules_for(table, excluded(room, keyring)))[0]


def check_unrestricted(room: Room, keyring: Keyring, release: "Release") -> None:
    """Nobody in what the release was made of was restricted since. Raises `RestrictedSince`, or as `excluded`."""
    now, then = excluded(room, keyring), excluded(room, keyring, as_of=release.run.started_at)
    tokens = now.join(then, on=["field", "token"], how="anti")
    if tokens.is_empty():
        return
    deliveries: Mapping[str, str] = release.run.deliveries
    for source, delivery in deliveries.items():
        table = protected_table(room, keyring, source, delivery)
        if minimise(table, rules_for(table, tokens))[0].table.height < table.table.height:
            raise RestrictedSince(release.id)


def in_force(room: Room, keyring: Keyring, today: date, as_of: datetime | None = None) -> pl.DataFrame:
    """`source`, `field` and `token` of every restriction in force: of each token the last list counts."""
    lists = [_opened(room, keyring, row) for row in _current(keyring) if as_of is None or row.at <= as_of]
    told = pl.concat([pl.DataFrame(schema=_SCHEMA), *lists])
    last = told.group_by("source", "field", "token", maintain_order=True).last()
    found = last.filter(~pl.col("lifts"), pl.col("until").is_null() | (pl.col("until") >= today))
    other = found.filter(pl.col("key") != keyring.room_keys.key_id)
    if other.height:
        raise RestrictedUnderAnotherKey(other["source"][0])
    return found


def _current(keyring: Keyring) -> list["Restriction"]:
    """Lists that count: of a source with one under the key in use, those under that key alone."""
    from register.restrictions import restrictions

    rows, key = restrictions(), keyring.room_keys.key_id
    renewed = {row.source_id for row in rows if row.key == key}
    return [row for row in rows if row.key == key or row.source_id not in renewed]


def _opened(room: Room, keyring: Keyring, row: "Restriction") -> pl.DataFrame:
    path = path_of(room, row.digest)
    tokens = keyring.vault(SHELF).read(path, context_of(room, path))
    about = {"source": row.source_id, "lifts": row.lifts, "until": row.until, "key": row.key}
    columns = (pl.lit(value, _SCHEMA[name]).alias(name) for name, value in about.items())
    return tokens.with_columns(columns).select(list(_SCHEMA))


def path_of(room: Room, name: str) -> Path:
    return room.store / SHELF / f"{name}.parquet"
