"""Receive one delivery: from a file to protected tables in the store and a row in the register."""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from declare import Refusal, canonical, write_atomically
from expectations import validate
from flows.books import write_logs
from flows.deliveries import INTAKE, context_of, folder_of
from flows.keyring import Keyring
from intake import Quarantine, Source, read_extract
from koppelkamer.room import Room
from pseudonymise.aside import Protected
from pseudonymise.delivery import open_delivery
from pseudonymise.protect import protect
from pseudonymise.rekey import rekey
from pseudonymise.store import open_aside, open_protected, save_protected


@dataclass(frozen=True, slots=True, repr=False)
class Received:
    """What came in, still under the domain's keys. `quality` as in `ValidatedExtract`."""

    protected: Protected
    rows_in: int
    quarantine: Quarantine
    quality: tuple[dict[str, Any], ...]

    @property
    def delivery(self) -> str:
        return self.protected.table.delivery

    @property
    def rows_kept(self) -> int:
        return self.protected.table.table.height

    @property
    def facts(self) -> dict[str, Any]:
        """For the report: counts by rule, no values."""
        counts = {"rows in": self.rows_in, "rows kept": self.rows_kept}
        return {**counts, "quarantine": self.quarantine.counts().to_dicts(), "quality": list(self.quality)}


def receive(room: Room, keyring: Keyring, source_id: str, file: Path) -> Received:
    """Take `file` in as a delivery of `source_id`; receiving it twice changes nothing.

    Raises `Refusal` when agreement, form, contract or keys say no; store and register are then as before.
    """
    from django.utils import timezone

    from register.conditions import check_may_receive

    source, started = room.source(source_id), datetime.now(UTC)
    check_may_receive(source.id, source.delivery.form, timezone.localdate())
    received = _open(source, file, keyring) if source.delivery.form == "sealed" else _protect(source, file, keyring)
    _store(room, keyring, received)
    _record(source, received, started)
    write_logs(room, keyring.signer)
    return received


def _open(source: Source, file: Path, keyring: Keyring) -> Received:
    """A delivery that the partner sealed: checked and protected at its own site."""
    delivery = open_delivery(file, keyring.store, keyring.domain_keys, source)
    return Received(delivery.protected, delivery.manifest.rows_in, delivery.quarantine, delivery.manifest.quality)


def _protect(source: Source, file: Path, keyring: Keyring) -> Received:
    """A delivery in clear, under the source's declared exception: the room does what the partner would have done."""
    validated = validate(read_extract(source, file))
    protected = protect(validated, keyring.domain_keys)
    return Received(protected, validated.rows_in, validated.quarantine, validated.quality)


def _store(room: Room, keyring: Keyring, received: Received) -> None:
    """The delivery's folder appears whole; one that is there stays, unless it was damaged."""
    folder, keys = folder_of(room, received.protected.table.source, received.delivery), keyring.room_keys
    if _is_whole(room, keyring, folder):
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".", suffix=".part", dir=folder.parent) as place:
        fresh = Path(place) / "delivery"
        write_atomically(fresh / INTAKE, canonical(received.facts))
        save_protected(rekey(received.protected, keys), keys, fresh, context_of(room, folder))
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)


def _is_whole(room: Room, keyring: Keyring, folder: Path) -> bool:
    context = context_of(room, folder)
    try:
        open_protected(keyring.room_keys, folder, context)
        open_aside(keyring.room_keys, folder, context)
    except Refusal:
        return False
    return (folder / INTAKE).is_file()


def _record(source: Source, received: Received, started: datetime) -> None:
    from register.runs import Rows, record_delivery

    rows = Rows(received.rows_in, received.rows_kept, received.rows_in - received.rows_kept)
    record_delivery(source.id, received.delivery, rows, started=started)
