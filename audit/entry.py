"""One line of a log: an event with its number and the hash of the line before it.

    {"at":"2026-11-21T09:30:00Z","event":101,"fields":{…},"name":"decided","number":1,"operation":"…","previous":"…","version":1}

A line is canonical JSON (RFC 8785) and a newline; `previous` is the SHA-256 of the line before without its newline.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from audit.event import Event, LogName, UndeclaredEvent
from declare import Refusal, canonical, digest

FIRST: Final = "0" * 64
"""What stands for the line before the first."""
VERSION: Final = 1


class BrokenLog(Refusal):
    """A line was changed, removed, added or moved, or the log is not what its signed head says."""

    def __init__(self, why: str, number: int | None = None) -> None:
        place = f"entry {number}: " if number is not None else ""
        super().__init__(
            f"the log does not hold: {place}{why}",
            remedy="Keep the file as it is, compare it with a copy and with the heads the DPO holds.",
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """A line as written. `line` is without its newline."""

    number: int
    event: Event
    line: bytes

    @property
    def digest(self) -> str:
        return digest(self.line)


def write_entry(number: int, previous: str, event: Event) -> Entry:
    content = {
        "version": VERSION, "number": number, "previous": previous, "event": event.kind.number, "name": event.name,
        "operation": event.operation, "at": event.at, "fields": dict(event.fields),
    }  # fmt: skip
    return Entry(number, event, canonical(content))


def read_entries(lines: Iterable[bytes], log: LogName) -> list[Entry]:
    """All entries in order. Raises `BrokenLog` at the first line that is not what an appender would have written."""
    entries: list[Entry] = []
    operations: set[str] = set()
    previous = FIRST
    for number, line in enumerate(lines, start=1):
        event = _event(line, number)
        entry = write_entry(number, previous, event)
        if entry.line != line or event.kind.log != log:
            raise BrokenLog("the line is not the one that was written here", number)
        if event.operation in operations:
            raise BrokenLog("its operation was written before", number)
        entries.append(entry)
        operations.add(event.operation)
        previous = entry.digest
    return entries


def read_entry(line: bytes, number: int) -> Entry:
    """One entry by itself, whose place in a log is shown otherwise. Raises `BrokenLog`."""
    event = _event(line, number)
    entry = write_entry(number, json.loads(line).get("previous", FIRST), event)
    if entry.line != line:
        raise BrokenLog("the line is not as one is written", number)
    return entry


def _event(line: bytes, number: int) -> Event:
    try:
        content: dict[str, Any] = json.loads(line)
        return Event(content["name"], content["operation"], content["at"], content["fields"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, UndeclaredEvent) as error:
        raise BrokenLog("the line is not a declared event", number) from error
