"""Events wait in the register, in the transaction of the deed, until one appender has moved them to the logs."""

from pathlib import Path
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from audit import BrokenLog, Event, Head, Log
from audit.event import LogName
from declare import Signer
from register.models import OutboxEvent

LOGS: tuple[LogName, ...] = ("audit", "processing")


def record(event: Event) -> OutboxEvent:
    """Put `event` in the outbox; the same operation once only. Call it inside the transaction of the deed.

    Raises `IntegrityError` for an operation that names another event: a deed never goes by the event of another.
    """
    row, _ = OutboxEvent.objects.get_or_create(
        operation=event.operation,
        defaults={"log": event.kind.log, "name": event.name, "at": event.at, "fields": dict(event.fields)},
    )
    if (row.name, row.fields) != (event.name, dict(event.fields)):
        raise IntegrityError("this operation names another event")
    return row


def flush(folder: Path, signer: Signer) -> dict[LogName, Head]:
    """Move what waits to `audit.jsonl` and `processing.jsonl` in `folder` and sign both; the new heads.

    May be broken off and repeated at any point: the log knows each operation. Raises `audit.BrokenLog`.
    """
    return {name: _flush_one(Log(folder / f"{name}.jsonl", name), signer) for name in LOGS}


def check_logs(folder: Path) -> int:
    """How many events were moved to the logs in `folder`. Raises `BrokenLog` when a log lacks one of them."""
    checked = 0
    for name in LOGS:
        moved = set(OutboxEvent.objects.filter(log=name, moved_at__isnull=False).values_list("operation", flat=True))
        written = {entry.event.operation for entry in Log(folder / f"{name}.jsonl", name).entries()}
        if lost := moved - written:
            raise BrokenLog(f"the {name} log lacks {len(lost)} events that the register has")
        checked += len(moved)
    return checked


def waiting() -> int:
    """How many events no log holds yet."""
    return OutboxEvent.objects.filter(moved_at=None).count()


def _flush_one(log: Log, signer: Signer) -> Head:
    rows = list(OutboxEvent.objects.filter(log=log.name, moved_at=None).order_by("number"))
    log.extend([_event(row) for row in rows])
    head = log.checkpoint(signer)
    moved = OutboxEvent.objects.filter(operation__in=[row.operation for row in rows], moved_at=None)
    moved.update(moved_at=timezone.now())
    return head


def _event(row: OutboxEvent) -> Event:
    fields: dict[str, Any] = row.fields
    return Event(row.name, row.operation, row.at, fields)
