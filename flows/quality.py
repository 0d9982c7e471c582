"""The quality report of each delivery that comes in: from what intake kept beside it and from the register."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from declare import Refusal, load
from expectations.feedback import counts
from expectations.quality import texts
from expectations.report import Masking, write_report
from flows.deliveries import INTAKE, folder_of, intake_facts
from gate import Policy, profile, verify_policy
from intake import Source
from koppelkamer.room import Room
from pseudonymise.aside import Protected
from pseudonymise.protected import PAYLOAD
from pseudonymise.standardise import parts

if TYPE_CHECKING:
    from register.models import Delivery

REASONS: Final = ("changes_why", "difference_why")
"""Facts that say why there is no list of sudden changes and no difference."""
_EARLIER: Final = 6
"""Deliveries that the trend goes back."""


def folder_of_report(room: Room, source: str, delivery: str) -> Path:
    return room.reports / "deliveries" / source / delivery[:12]


def report(room: Room, source: Source, delivery: str, pollution: Mapping[str, Any] | None = None) -> Path:
    """Write the report of a delivery that the register knows, with what cross-checks found of it where there is any;
    the folder. Raises `Fault`."""
    return _written(room, source, {**_facts(room, source, delivery), "pollution": pollution})


def report_stopped(room: Room, source: Source, facts: Mapping[str, Any], period: str | None) -> Path:
    """Write the report of a delivery that a check stopped, of which register and store know nothing; the folder."""
    return _written(room, source, {**facts, "period": period, "earlier": _earlier(room, source)})


def masking_of(room: Room) -> Masking:
    """As the room's policy has it; as the gate's strict profile has it while nobody has signed one."""
    try:
        policy = verify_policy(room.policy, room.policy_signature, room.read_public_key()).policy
    except Refusal:
        policy = load(profile("nl-streng"), Policy)
    return Masking(int(policy.thresholds.minimum_people.value))


def counted(pieces: Iterable[Protected], filled: Counter[str]) -> Iterator[Protected]:
    """The pieces as they come; `filled` gets their cells: tokens by the name of their field, payload by that of its
    column. Encodings stand beside tokens."""
    for piece in pieces:
        table = piece.table
        names = {name: name for field, kind in table.fields.items() for name in parts(field, kind)}
        names |= {name.removeprefix(PAYLOAD): name for name in table.table.columns if name.startswith(PAYLOAD)}
        filled.update({shown: table.table[name].count() for shown, name in names.items()})
        yield piece


def _written(room: Room, source: Source, facts: Mapping[str, Any]) -> Path:
    names = {partner.id: partner.name for partner in room.declaration.partners}
    folder = folder_of_report(room, source.id, facts["delivery"])
    shown = {**facts, "owner": names.get(source.owner, source.owner)}
    write_report(shown, source, masking_of(room), folder)
    return folder


def _facts(room: Room, source: Source, digest: str) -> dict[str, Any]:
    """As `expectations.quality`."""
    from register.models import Delivery

    delivery = Delivery.objects.select_related("corrects", "supplements").get(source=source.id, digest=digest)
    kept = intake_facts(room, source.id, digest)
    about = {name: kept.get(name) for name in ("suite", "changes", "difference", *REASONS)}
    return {
        **_as_earlier(room, delivery), **about, "source": source.id, "title": source.title,
        "form": kept["arrived"], "emptied": kept["emptied"], "filled": kept["filled"],
        "corrects": delivery.corrects and delivery.corrects.digest,
        "supplements": delivery.supplements and delivery.supplements.digest,
        "terugmeldingen": counts(kept["quality"], source),
        "earlier": _earlier(room, source, delivery), **texts(source),
    }  # fmt: skip


def _earlier(room: Room, source: Source, than: "Delivery | None" = None) -> list[dict[str, Any]]:
    """Whole deliveries of before, newest first, as far as they are still there."""
    from register.models import Delivery

    known = Delivery.objects.filter(source=source.id, state="received", supplements=None)
    before = known if than is None else known.filter(received_at__lt=than.received_at)
    newest = before.order_by("-received_at")[:_EARLIER]
    return [_as_earlier(room, each) for each in newest if (folder_of(room, source.id, each.digest) / INTAKE).is_file()]


def _as_earlier(room: Room, delivery: "Delivery") -> dict[str, Any]:
    kept = intake_facts(room, delivery.source_id, delivery.digest)
    rows = {"in": delivery.rows_in, "kept": delivery.rows_kept, "set_apart": delivery.rows_quarantined}
    return {
        "delivery": delivery.digest, "period": delivery.period or None, "on": delivery.received_at.date().isoformat(),
        "rows": rows, "quarantine": kept["quarantine"], "checks": kept["quality"], "stopped": None,
    }  # fmt: skip
