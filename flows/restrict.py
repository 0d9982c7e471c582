"""Put or lift a restriction on persons, as the holder of a source asks who found them in its own register.

They are named by a sealed file of `koppelkamer encode --restriction`: tokens, as in a delivery, and no identifiers.
"""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from declare import Refusal, WrongInput, digest_file, workplace
from flows.books import write_logs
from flows.deliveries import context_of
from flows.keyring import Keyring
from flows.restrictions import SHELF, in_force, path_of
from intake import Source
from koppelkamer.room import Room
from pseudonymise.delivery import Delivery, open_delivery
from pseudonymise.rekey import rekey

if TYPE_CHECKING:
    from register.models import Restriction
    from register.restrictions import Order
    from register.session import SignedIn

KEYS: Final = ("bsn", "rsin", "kvk", "identifier")
"""Types of columns whose equal values are one person. An address is many people's, and so is a name."""
STEP: Final = 10
"""Numbers of persons are remembered in steps: as far apart as most policies ask of a published count."""


class NoKeyField(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            f"{source} has no column by which a person is the same in every source, and names alone are others' too",
            remedy="Let the holder of a source with a citizen service number restrict them, or leave them out here.",
        )


class NobodyNamed(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            f"not every row of this list of {source} names a person: some were set apart, or have no number",
            remedy="Look at what `koppelkamer encode` said of the file, mend it, and seal it again.",
        )


class NoList(WrongInput):
    def __init__(self, source: str) -> None:
        super().__init__(
            f"this is a delivery of {source}, and no list of persons who are restricted",
            remedy="Let the partner seal the list with `koppelkamer encode --restriction`.",
        )


class NotRestricted(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            f"the list names somebody whom {source} has not restricted; nothing was lifted",
            remedy="Leave them out of the list. What another source holder restricted, that holder lifts.",
        )


def restrict(room: Room, keyring: Keyring, by: "SignedIn", order: "Order", file: Path) -> "Restriction":
    """Put or lift a restriction on the persons that the sealed `file` names.

    Raises as `register.restrictions.check_may_restrict` and `pseudonymise.delivery.open_delivery`, and `NoList`,
    `NoKeyField`, `NobodyNamed` or `NotRestricted`; register and store are then as before.
    """
    from django.db import transaction
    from django.utils import timezone

    from register.restrictions import check_may_restrict, record_restriction

    source, today = room.source(order.source), timezone.localdate()
    if not file.is_file():
        raise WrongInput(f"{file} does not exist", remedy="Name the sealed file.")
    name = digest_file(file)
    check_may_restrict(by, order, name, today)
    tokens = _named(room, keyring, source, file)
    if order.lifts:
        _require_restricted(room, keyring, source.id, tokens, today)
    persons = tokens["person"].n_unique() // STEP * STEP
    path = path_of(room, name)
    with transaction.atomic():
        row = record_restriction(by, order, name, keyring.room_keys.key_id, persons)
        keyring.vault(SHELF).write(tokens.drop("person"), path, context_of(room, path))
    write_logs(room, keyring.signer)
    return row


def key_fields(source: Source) -> set[str]:
    """Linkage fields by which one of its records is known for a person's or company's."""
    return {str(column.field) for column in source.with_role("identify") if column.type in KEYS}


def _named(room: Room, keyring: Keyring, source: Source, file: Path) -> pl.DataFrame:
    """`person` (row of the list), `field` and `token`, under the room's key."""
    fields = key_fields(source)
    if not fields:
        raise NoKeyField(source.id)
    (room.store / SHELF).mkdir(parents=True, exist_ok=True)
    with workplace(room.store / SHELF / "list") as place:
        delivery = open_delivery(file, keyring.store, keyring.domain_keys, source, place)
        if not delivery.manifest.restricts:
            raise NoList(source.id)
        return _tokens(delivery, keyring, sorted(fields))


def _tokens(delivery: Delivery, keyring: Keyring, fields: list[str]) -> pl.DataFrame:
    tables = [rekey(part, keyring.room_keys).table.table.select("row", *fields) for part in delivery.parts()]
    rows = pl.concat(tables)
    found = rows.unpivot(fields, index="row", variable_name="field", value_name="token").drop_nulls("token")
    if found.is_empty() or found["row"].n_unique() < delivery.manifest.rows_in:
        raise NobodyNamed(delivery.manifest.source)
    return found.rename({"row": "person"})


def _require_restricted(room: Room, keyring: Keyring, source: str, tokens: pl.DataFrame, today: date) -> None:
    there = in_force(room, keyring, today).filter(pl.col("source") == source)
    if tokens.join(there, on=["field", "token"], how="anti").height:
        raise NotRestricted(source)
