"""Receive one delivery: from a file to protected tables in the store and a row in the register."""

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from declare import Refusal, canonical, workplace, write_atomically
from expectations.quality import NOT_JUDGED, SUDDEN, emptied
from expectations.quality import facts as quality_facts
from flows.arrival import SEALED, Arrival, Brought, Form, Received, arrive, form_of_arrival, seal
from flows.books import write_logs
from flows.compare import FORM, Fresh, compare
from flows.deliveries import INTAKE, context_of, folder_of
from flows.keyring import Keyring
from flows.quality import REASONS, counted, folder_of_report, report, report_stopped
from flows.supplement import DECLARATION, Overtaken, require_still
from flows.visible import form as form_of
from intake import Source
from intake.changes import failed
from intake.period import check_period
from intake.spool import spool_in
from koppelkamer.room import Room
from pseudonymise.store import open_quarantine, require_whole, save_protected
from pseudonymise.unordered import unordered

if TYPE_CHECKING:
    from register.session import SignedIn


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A data steward takes the delivery also when it changed suddenly, and says why."""

    by: "SignedIn"
    reason: str


def receive(
    room: Room, keyring: Keyring, source_id: str, file: Path, *, period: str | None = None,
    supplements: str | None = None, accepted: Acceptance | None = None,
) -> Received:  # fmt: skip
    """Take `file` in as a delivery of `source_id`, a piece at a time; a sealed one says its period itself, and whether
    it `supplements` another, by its digest, with corrected rows.

    Raises `Refusal` when domain, agreement, form, contract, period or keys say no, `Replayed` for a delivery that
    came in before, and `SuddenChange` or `NotJudged` where the source stops those and nobody accepted it; store and
    register are then as before. What contract or change stops leaves its report all the same.
    """
    from django.utils import timezone

    from register.conditions import check_is_new

    source, started, today = room.source(source_id), datetime.now(UTC), timezone.localdate()
    brought = Brought(file, form_of_arrival(room, source, file), period, supplements)
    _check_may_come_in(keyring, source, brought, accepted, today)
    with workplace(room.store / "deliveries" / source.id / "delivery") as place:
        arrival = arrive(room, keyring, source, brought, place)
        received = arrival.received
        folder = folder_of(room, source.id, received.delivery)
        whole = _is_whole(room, keyring, folder, source)
        check_is_new(source.id, received.delivery, whole=whole, period=received.period or "")
        if not whole:
            received = _stored(room, keyring, source, arrival, place, accepted)
        try:
            _record(source, received, started, accepted, arrival.onto)
        except Overtaken:
            shutil.rmtree(folder)
            raise
        _hand_out(place / SEALED, folder_of_report(room, source.id, received.delivery))
    write_logs(room, keyring.signer)
    return replace(received, report=report(room, source, received.delivery))


def _check_may_come_in(
    keyring: Keyring, source: Source, brought: Brought, accepted: Acceptance | None, today: date
) -> None:
    """Before the file is read."""
    from register.conditions import check_may_accept, check_may_receive

    keyring.domain_keys.signed.domain.require_supplier(source.owner)
    check_may_receive(source.id, brought.form, today)
    if brought.form == "clear":
        check_period(source, brought.period, today)
    if accepted is not None:
        check_may_accept(accepted.by, accepted.reason)


def _stored(
    room: Room, keyring: Keyring, source: Source, arrival: Arrival, place: Path,
    accepted: Acceptance | None,
) -> Received:  # fmt: skip
    """The delivery lies in the store, whole, and was held beside earlier ones."""
    received, filled = arrival.received, Counter[str]()
    folder = folder_of(room, source.id, received.delivery)
    fresh = Fresh(received.delivery, received.period, place / "stored")
    mixed = unordered(counted(arrival.pieces(), filled), received.rows_kept, spool_in(place / "order"))
    save_protected(mixed, keyring.room_keys, fresh.folder, context_of(room, folder), received.quarantine)
    compared = compare(room, keyring, source, fresh, spool_in(place / "compared"))
    received = replace(received, compared=compared if arrival.onto is None else compared.of_supplement)
    if accepted is None and (refusal := received.compared.stops(source)) is not None:
        report_stopped(room, source, _sudden(source, received, arrival.form), received.period)
        raise refusal
    write_atomically(fresh.folder / INTAKE, canonical(_facts(source, received, arrival.form, filled)))
    seal(source, arrival.members, place / SEALED)
    _take_place(fresh.folder, folder)
    return received


def _facts(source: Source, received: Received, form: Form, filled: Mapping[str, int]) -> dict[str, Any]:
    """What is kept beside the tables."""
    cells = {"arrived": form, "filled": dict(filled), "emptied": emptied(received.quarantine)}
    return {**received.facts, **cells, DECLARATION: source.digest, FORM: form_of(source)}


def _hand_out(sealed: Path, folder: Path) -> None:
    """To the folder of the delivery's report, where its supplier is given it from."""
    if sealed.exists():
        folder.mkdir(parents=True, exist_ok=True)
        sealed.replace(folder / sealed.name)


def _sudden(source: Source, received: Received, form: Form) -> dict[str, Any]:
    """Quality facts of a delivery that changed too suddenly."""
    found = quality_facts(
        source, received.delivery, form, rows=(received.rows_in, 0), quarantine=received.quarantine,
        checks=received.quality, filled={},
    )  # fmt: skip
    compared = received.compared.facts
    changed = {name: compared[name] for name in ("corrects", "changes", "difference", *REASONS)}
    rule = SUDDEN if failed(received.compared.changes) else NOT_JUDGED
    return {**found, **changed, "emptied": 0, "stopped": {"column": None, "rule": rule}}


def _take_place(fresh: Path, folder: Path) -> None:
    """The delivery's folder appears whole; one that is there, damaged or of another declaration, gives way."""
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def _is_whole(room: Room, keyring: Keyring, folder: Path, source: Source) -> bool:
    """Whether the delivery is stored already, as `source` now declares it."""
    try:
        require_whole(keyring.room_keys, folder, context_of(room, folder))
        open_quarantine(keyring.room_keys, folder, context_of(room, folder))
        facts = json.loads((folder / INTAKE).read_bytes())
    except (Refusal, OSError, ValueError):
        return False
    return bool(facts.get(DECLARATION) == source.digest)


def _record(
    source: Source, received: Received, started: datetime, accepted: Acceptance | None, onto: str | None
) -> None:
    """`onto` is what corrected rows were added to; raises `Overtaken` when that is no longer how their base stands."""
    from django.db import transaction

    from register.notes import changes_accepted
    from register.runs import Rows, record_delivery

    rows = Rows(received.rows_in, received.rows_kept, received.rows_in - received.rows_kept)
    about = {"period": received.period or "", "suite": received.suite or "", "supplements": received.supplements or ""}
    with transaction.atomic():
        record_delivery(source.id, received.delivery, rows, started=started, **about)
        if received.supplements is not None and onto is not None:
            require_still(source.id, received.supplements, onto, received.delivery)
        if accepted is not None and received.compared.stops(source):
            by = accepted.by
            changes_accepted(by.person.username, by.how, source.id, received.delivery, accepted.reason)
