"""What comes in, in clear or sealed: checked, and its rows under the room's keys as they are asked for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

from declare import Refusal
from expectations import validate
from expectations.contract import suite_digest
from expectations.quality import stopped
from expectations.sent_back import Member, entries, sent_back
from expectations.stopped import Stopped
from flows.compare import Compared
from flows.keyring import Keyring
from flows.quality import report_stopped
from flows.supplement import Correction, Supplemented, supplement
from intake import Quarantine, Source
from intake.corrections import read_delivery
from intake.period import check_period
from intake.spool import Spool
from koppelkamer.room import Room
from pseudonymise.aside import Protected
from pseudonymise.delivery import open_delivery
from pseudonymise.envelope import is_sealed
from pseudonymise.protect import protected_parts
from pseudonymise.rekey import rekey
from pseudonymise.steward import seal_to_steward
from pseudonymise.supplement import Pieces

Form = Literal["sealed", "clear"]
SEALED: Final = "quarantine.age"
"""What the supplier's steward gets back."""


class SealedOnly(Refusal):
    """The room takes no clear text, whatever a source declares."""

    def __init__(self, source: str) -> None:
        super().__init__(
            "this room takes sealed deliveries only; the file for %(source)s is not sealed and was not read",
            remedy="Let the partner make a sealed one with `koppelkamer encode`.",
            source=source,
        )


class SaysOtherwise(Refusal):
    def __init__(self, source: str, said: str | None, named: str) -> None:
        super().__init__(
            f"this delivery of {source} says that it is about {said or 'nothing of the kind'}, not {named}",
            remedy="Leave --period and --supplements out: a sealed delivery says it itself.",
        )


class NoDelivery(Refusal):
    def __init__(self, source: str) -> None:
        super().__init__(
            f"this is a list of persons of {source} who are restricted, no delivery",
            remedy=f"Put it in force with `koppelkamer restrict {source} FILE`.",
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
class Brought:
    """A file, and what the call says of it; a sealed one says it itself."""

    file: Path
    form: Form
    period: str | None
    supplements: str | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Pieces are under the room's keys. `members`: what its steward gets back. `onto`: of corrected rows, the delivery
    they were added to."""

    form: Form
    received: Received
    pieces: Pieces
    members: Iterable[Member]
    onto: str | None = None


def form_of_arrival(room: Room, source: Source, file: Path) -> Form:
    """A sealed file is taken as one also where clear text would do. Raises `SealedOnly`."""
    if source.delivery.form == "sealed" or is_sealed(file):
        return "sealed"
    if room.declaration.intake.sealed_only:
        raise SealedOnly(source.id)
    return "clear"


def arrive(room: Room, keyring: Keyring, source: Source, brought: Brought, place: Path) -> Arrival:
    """Checked, and with the rows it corrects. `place` is a folder that stays as long as its pieces are read.

    Raises `Refusal`; what the contract stops leaves its report.
    """
    take = _open if brought.form == "sealed" else _protect
    try:
        arrived = take(source, brought, keyring, place)
    except Stopped as broken:
        folder = report_stopped(room, source, stopped(broken, brought.form), brought.period)
        seal(source, [entries(broken.quarantine)], folder / SEALED)
        raise
    if arrived.received.supplements is None:
        return arrived
    made = supplement(room, keyring, source, _correction(arrived.received, arrived.pieces))
    return Arrival(arrived.form, _of_whole(arrived.received, made), made.pieces, arrived.members, made.onto)


def seal(source: Source, members: Iterable[Member], to: Path) -> None:
    """For the supplier's steward, where the source names one."""
    if source.steward is not None:
        seal_to_steward(members, source.steward, to)


def _open(source: Source, brought: Brought, keyring: Keyring, place: Path) -> Arrival:
    """A delivery that the partner sealed: checked and protected at its own site."""
    from django.utils import timezone

    delivery = open_delivery(brought.file, keyring.store, keyring.domain_keys, source, place)
    said = delivery.manifest
    for named, own in ((brought.period, said.period), (brought.supplements, said.supplements)):
        if named not in (None, own):
            raise SaysOtherwise(source.id, own, str(named))
    if said.restricts:
        raise NoDelivery(source.id)
    check_period(source, said.period, timezone.localdate())
    received = Received(
        said.delivery, said.period, said.suite, said.rows_in, said.rows, delivery.quarantine, said.quality,
        supplements=said.supplements,
    )  # fmt: skip
    return Arrival("sealed", received, lambda: _rekeyed(delivery.parts(), keyring), [entries(delivery.quarantine)])


def _protect(source: Source, brought: Brought, keyring: Keyring, place: Path) -> Arrival:
    """A delivery in clear, under the source's declared exception: the room does what the partner would have done."""
    validated = validate(read_delivery(source, brought.file, brought.supplements, Spool(place)))
    received = Received(
        validated.delivery, brought.period, suite_digest(source), validated.rows_in, validated.height,
        validated.quarantine, validated.quality, supplements=brought.supplements,
    )  # fmt: skip
    keys = keyring.domain_keys

    def pieces() -> Iterator[Protected]:
        return _rekeyed(protected_parts(validated, keys), keyring)

    return Arrival("clear", received, pieces, sent_back(validated, brought.file))


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
