"""Receive one delivery: from a file to protected tables in the store and a row in the register."""

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from declare import Refusal, canonical, workplace, write_atomically
from expectations import validate
from expectations.contract import suite_digest
from expectations.quality import NOT_JUDGED, SUDDEN, emptied, stopped
from expectations.quality import facts as quality_facts
from expectations.sent_back import Member, entries, sent_back
from expectations.validate import ContractBroken
from flows.books import write_logs
from flows.compare import FORM, Compared, Fresh, compare
from flows.deliveries import INTAKE, context_of, folder_of
from flows.keyring import Keyring
from flows.quality import REASONS, counted, folder_of_report, report, report_stopped
from flows.supplement import DECLARATION, Correction, Overtaken, Supplemented, require_still, supplement
from flows.visible import form as form_of
from intake import Quarantine, Source
from intake.changes import failed
from intake.corrections import read_delivery
from intake.period import check_period
from intake.spool import Spool, spool_in
from koppelkamer.room import Room
from pseudonymise.aside import Protected
from pseudonymise.delivery import open_delivery
from pseudonymise.envelope import is_sealed
from pseudonymise.protect import protected_parts
from pseudonymise.rekey import rekey
from pseudonymise.steward import seal_to_steward
from pseudonymise.store import open_quarantine, require_whole, save_protected
from pseudonymise.supplement import Pieces
from pseudonymise.unordered import unordered

if TYPE_CHECKING:
    from register.session import SignedIn


class SealedOnly(Refusal):
    """The room takes no clear text, whatever a source declares."""

    def __init__(self, source: str) -> None:
        super().__init__(
            f"this room takes sealed deliveries only; the file for {source} is not sealed and was not read",
            remedy="Let the partner make a sealed one with `koppelkamer encode`.",
        )


@dataclass(frozen=True, slots=True)
class Received:
    """What came in. `quality` as in `ValidatedExtract`.

    Of corrected rows: what came of them and of the delivery they supplement, with its quality; and `corrected`, how
    many of them are in it.
    """

    delivery: str
    period: str | None
    suite: str | None
    rows_in: int
    rows_kept: int
    quarantine: Quarantine
    quality: tuple[dict[str, Any], ...]
    compared: Compared = field(default_factory=Compared)
    report: Path | None = None
    """Folder of the quality report, once it is written."""
    supplements: str | None = None
    corrected: int | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """For the report: counts by rule, and what changed since earlier deliveries; no values."""
        about = {"period": self.period, "suite": self.suite, **self.compared.facts}
        about |= {"supplements": self.supplements, "corrected": self.corrected}
        counts = {"rows in": self.rows_in, "rows kept": self.rows_kept}
        return {**about, **counts, "quarantine": self.quarantine.counts().to_dicts(), "quality": list(self.quality)}


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

    from register.conditions import check_is_new, check_may_accept, check_may_receive

    source, started = room.source(source_id), datetime.now(UTC)
    keyring.domain_keys.signed.domain.require_supplier(source.owner)
    form = _form(room, source, file)
    today = timezone.localdate()
    check_may_receive(source.id, form, today)
    if form == "clear":
        check_period(source, period, today)
    if accepted is not None:
        check_may_accept(accepted.by, accepted.reason)
    with workplace(room.store / "deliveries" / source.id / "delivery") as place:
        opened = _open if form == "sealed" else _protect
        try:
            received, pieces, members = opened(source, file, keyring, place, period, supplements)
        except ContractBroken as broken:
            folder = report_stopped(room, source, stopped(broken, form), period)
            _seal(source, [entries(broken.quarantine)], folder / _SEALED)
            raise
        onto = None
        if received.supplements is not None:
            made = supplement(room, keyring, source, _correction(received, pieces))
            received, pieces, onto = _of_whole(received, made), made.pieces, made.onto
        folder = folder_of(room, source.id, received.delivery)
        whole = _is_whole(room, keyring, folder, source)
        check_is_new(source.id, received.delivery, whole=whole, period=received.period or "")
        if not whole:
            fresh = Fresh(received.delivery, received.period, place / "stored")
            filled: Counter[str] = Counter()
            context = context_of(room, folder)
            mixed = unordered(counted(pieces(), filled), received.rows_kept, spool_in(place / "order"))
            save_protected(mixed, keyring.room_keys, fresh.folder, context, received.quarantine)
            compared = compare(room, keyring, source, fresh, spool_in(place / "compared"))
            received = replace(received, compared=compared if onto is None else compared.of_supplement)
            if accepted is None and (refusal := received.compared.stops(source)) is not None:
                report_stopped(room, source, _sudden(source, received, form), received.period)
                raise refusal
            cells = {"arrived": form, "filled": dict(filled), "emptied": emptied(received.quarantine)}
            facts = {**received.facts, **cells, DECLARATION: source.digest, FORM: form_of(source)}
            write_atomically(fresh.folder / INTAKE, canonical(facts))
            _seal(source, members, place / _SEALED)
            _take_place(fresh.folder, folder)
        try:
            _record(source, received, started, accepted, onto)
        except Overtaken:
            shutil.rmtree(folder)
            raise
        _hand_out(place / _SEALED, folder_of_report(room, source.id, received.delivery))
    write_logs(room, keyring.signer)
    return replace(received, report=report(room, source, received.delivery))


def _form(room: Room, source: Source, file: Path) -> Literal["sealed", "clear"]:
    """A sealed file is taken as one also where clear text would do. Raises `SealedOnly`."""
    if source.delivery.form == "sealed" or is_sealed(file):
        return "sealed"
    if room.declaration.intake.sealed_only:
        raise SealedOnly(source.id)
    return "clear"


Opened = tuple[Received, Pieces, Iterable[Member]]
"""What comes in, its pieces under the room's keys, and what its steward gets back."""
_SEALED: Final = "quarantine.age"


class SaysOtherwise(Refusal):
    def __init__(self, source: str, said: str | None, named: str) -> None:
        super().__init__(
            f"this delivery of {source} says that it is about {said or 'nothing of the kind'}, not {named}",
            remedy="Leave --period and --supplements out: a sealed delivery says it itself.",
        )


def _open(
    source: Source, file: Path, keyring: Keyring, place: Path, period: str | None, supplements: str | None
) -> Opened:
    """A delivery that the partner sealed: checked and protected at its own site."""
    from django.utils import timezone

    delivery = open_delivery(file, keyring.store, keyring.domain_keys, source, place)
    said = delivery.manifest
    for named, own in ((period, said.period), (supplements, said.supplements)):
        if named not in (None, own):
            raise SaysOtherwise(source.id, own, str(named))
    check_period(source, said.period, timezone.localdate())
    received = Received(
        said.delivery, said.period, said.suite, said.rows_in, said.rows, delivery.quarantine, said.quality,
        supplements=said.supplements,
    )  # fmt: skip
    return received, lambda: _rekeyed(delivery.parts(), keyring), [entries(delivery.quarantine)]


def _protect(
    source: Source, file: Path, keyring: Keyring, place: Path, period: str | None, supplements: str | None
) -> Opened:
    """A delivery in clear, under the source's declared exception: the room does what the partner would have done."""
    validated = validate(read_delivery(source, file, supplements, Spool(place)))
    received = Received(
        validated.delivery, period, suite_digest(source), validated.rows_in, validated.height, validated.quarantine,
        validated.quality, supplements=supplements,
    )  # fmt: skip
    keys = keyring.domain_keys
    return received, lambda: _rekeyed(protected_parts(validated, keys), keyring), sent_back(validated, file)


def _rekeyed(parts: Iterable[Protected], keyring: Keyring) -> Iterator[Protected]:
    return (rekey(part, keyring.room_keys) for part in parts)


def _correction(received: Received, pieces: Pieces) -> Correction:
    return Correction(str(received.supplements), received.delivery, received.period, received.quarantine, pieces)


def _of_whole(received: Received, made: Supplemented) -> Received:
    kept = made.rows_in - len(made.quarantine.rows)
    return replace(
        received, delivery=made.delivery, rows_in=made.rows_in, rows_kept=kept, quarantine=made.quarantine,
        quality=made.quality, corrected=received.rows_kept,
    )  # fmt: skip


def _seal(source: Source, members: Iterable[Member], to: Path) -> None:
    if source.steward is not None:
        seal_to_steward(members, source.steward, to)


def _hand_out(sealed: Path, folder: Path) -> None:
    """To the folder of the delivery's report, where its supplier is given it from."""
    if sealed.exists():
        folder.mkdir(parents=True, exist_ok=True)
        sealed.replace(folder / sealed.name)


def _sudden(source: Source, received: Received, form: Literal["sealed", "clear"]) -> dict[str, Any]:
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
