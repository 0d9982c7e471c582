"""Where deliveries lie in the store, and how they are opened again."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from declare import Refusal
from flows.keyring import Keyring
from intake.period import days_of
from koppelkamer.room import Room
from pseudonymise.aside import AsideTable
from pseudonymise.keys import RoomKeys
from pseudonymise.manifest import Manifest, peek
from pseudonymise.protected import ProtectedTable
from pseudonymise.store import MANIFEST, open_aside, open_protected

if TYPE_CHECKING:
    from register.models import Delivery

INTAKE: Final = "intake.json"
"""Beside each stored delivery: what intake and expectations counted."""


class UnderAnotherKey(Refusal):
    def __init__(self, source: str, keys: RoomKeys) -> None:
        super().__init__(
            "the delivery of %(source)s is stored under another version of the key than the one in use, %(key)s",
            remedy="Ask for it again under that version: its tokens cannot be made anew without the identifiers.",
            source=source,
            key=keys.name,
        )


class NothingReceived(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            "no delivery of %(source)s has come in",
            remedy="Run `koppelkamer receive %(source)s FILE` with the delivery.",
            source=source,
        )


class LatestWithdrawn(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            "the latest delivery of %(source)s was withdrawn, and an older one does not take its place",
            remedy="Ask for a new delivery.",
            source=source,
        )


def folder_of(room: Room, source: str, delivery: str) -> Path:
    """A delivery's folder; its digest names it, so that a second receipt changes nothing."""
    return room.store / "deliveries" / source / delivery


def context_of(room: Room, path: Path) -> str:
    """The room and the place in its store, bound into every encrypted file."""
    return f"{room.declaration.name}/{path.relative_to(room.store)}"


def latest(source: str) -> str:
    """Digest of the delivery of the newest period of `source`, and of that the one that came in last, by the register.

    A late correction of an earlier period takes no newer one's place. Raises `NothingReceived` or `LatestWithdrawn`.
    """
    from register.models import Delivery

    states = ["received", "withdrawn"]
    found = list(Delivery.objects.filter(source=source, state__in=states).order_by("received_at", "pk"))
    if not found:
        raise NothingReceived(source)
    # A source that has given up its periods is back to each delivery replacing the one before.
    last = found[-1] if not found[-1].period else newest(found)
    if last.state == "withdrawn":  # what it had replaced is no better
        raise LatestWithdrawn(source)
    return last.digest


def standing(delivery: "Delivery") -> "Delivery":
    """A delivery as it stands: with the last of the corrected rows that supplement it."""
    return delivery.supplemented_by.filter(state="received").order_by("received_at", "pk").last() or delivery


def newest(deliveries: Sequence["Delivery"]) -> "Delivery":
    """Of some, in the order they came in: the last one of the period that ends last."""
    return max(reversed(deliveries), key=lambda each: last_day(each.period))


def last_day(period: str) -> date:
    """On which a period ends; without a period before all others."""
    days = days_of(period)
    return days[1] if days else date.min


def protected_table(room: Room, keyring: Keyring, source: str, delivery: str) -> ProtectedTable:
    """One delivery of `source`, decrypted. Raises `UnderAnotherKey` after a rotation."""
    folder = folder_of(room, source, delivery)
    require_in_use(folder, source, keyring.room_keys)
    return open_protected(keyring.room_keys, folder, context_of(room, folder))


def aside_table(room: Room, keyring: Keyring, source: str, delivery: str) -> AsideTable:
    """Its protected attributes; for the bias run only."""
    folder = folder_of(room, source, delivery)
    return open_aside(keyring.room_keys, folder, context_of(room, folder))


def intake_facts(room: Room, source: str, delivery: str) -> dict[str, Any]:
    """Counts of one delivery, as `flows.receive.Received.facts`."""
    facts: dict[str, Any] = json.loads((folder_of(room, source, delivery) / INTAKE).read_bytes())
    return facts


def require_in_use(folder: Path, source: str, keys: RoomKeys) -> None:
    """Raises `UnderAnotherKey` for a delivery of `source` that is stored in `folder` under other keys than `keys`."""
    path = folder / MANIFEST
    if path.is_file() and peek(path.read_bytes(), Manifest, str(folder)).key_id != keys.key_id:
        raise UnderAnotherKey(source, keys)
