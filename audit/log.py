"""The one writer of a log: it holds a lock, checks the whole chain before it adds, and syncs before it returns."""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from audit.checkpoint import Head, head_path, read_head, sign_head
from audit.entry import FIRST, BrokenLog, Entry, read_entries, write_entry
from audit.event import Event, LogName, UndeclaredEvent
from declare import Fault, Signer


class ConflictingOperation(Fault):
    def __init__(self, operation: str) -> None:
        super().__init__(
            f"operation {operation} stands in the log with other contents; nothing was written",
            remedy="Give every happening an operation id of its own.",
        )


@dataclass(frozen=True, slots=True)
class Log:
    """The log `name` in the file `path` (JSON lines); its latest head lies beside it as `.head`."""

    path: Path
    name: LogName

    def append(self, event: Event) -> Entry:
        """The entry of `event`, written now or, when its operation stands there already, before."""
        return self.extend([event])[0]

    def extend(self, events: Sequence[Event]) -> list[Entry]:
        """Write the events that are not yet there; one entry for each.

        Raises `BrokenLog` when the chain does not hold, `ConflictingOperation`, `UndeclaredEvent` for an event of the
        other log, or `Fault` when the disk is full.
        """
        if any(event.kind.log != self.name for event in events):
            raise UndeclaredEvent(f"the {self.name} log does not take events of the other log")
        with self._locked():
            entries = self._recover()
            known = {entry.event.operation: entry for entry in entries}
            fresh = _chained(entries, events, known)
            self._write(fresh)
            return [known[event.operation] for event in events]

    def checkpoint(self, signer: Signer) -> Head:
        """Sign the log as it stands and put the head beside it. Raises `BrokenLog`."""
        with self._locked():
            head = sign_head(self.name, self._recover(), signer)
            head.write(head_path(self.path))
            return head

    def entries(self) -> list[Entry]:
        """All whole entries. Raises `BrokenLog`."""
        whole, _ = split(self.path)
        return read_entries(whole, self.name)

    def _recover(self) -> list[Entry]:
        """The entries, after a last line that a crash left unfinished was taken away.

        Only an unfinished line is: one without its newline and not yet JSON. A whole line that merely lacks its newline
        gets it. A log shorter than its head was cut, not torn, and is refused.
        """
        whole, rest = split(self.path)
        if rest and _is_json(rest):
            entries = read_entries([*whole, rest], self.name)
            self._append_bytes(b"\n")
        else:
            entries = read_entries(whole, self.name)
        if head_path(self.path).exists() and read_head(head_path(self.path)).size > len(entries):
            raise BrokenLog("it is shorter than its head says")
        if rest and not _is_json(rest):
            os.truncate(self.path, self.path.stat().st_size - len(rest))
        return entries

    def _write(self, entries: Sequence[Entry]) -> None:
        if entries:
            self._append_bytes(b"".join(entry.line + b"\n" for entry in entries))

    def _append_bytes(self, content: bytes) -> None:
        size = self.path.stat().st_size
        try:
            with self.path.open("ab") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            os.truncate(self.path, size)
            raise Fault(
                f"{self.path.name} could not be written ({os.strerror(error.errno or 0)})",
                remedy="Make room on the disk and run again.",
            ) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """The log file exists and no other process writes it."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = self.path.open("ab")
        except OSError as error:
            raise Fault(f"{self.path.name} cannot be opened for writing", remedy="Check its folder.") from error
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def split(path: Path) -> tuple[list[bytes], bytes]:
    """The whole lines without their newlines, and what stands after the last newline."""
    *whole, rest = (path.read_bytes() if path.exists() else b"").split(b"\n")
    return whole, rest


def _chained(entries: Sequence[Entry], events: Sequence[Event], known: dict[str, Entry]) -> list[Entry]:
    """New entries for the events not in `known`, which is filled with them."""
    fresh: list[Entry] = []
    for event in events:
        if event.operation in known:
            if known[event.operation].event != event:
                raise ConflictingOperation(event.operation)
            continue
        last = fresh[-1] if fresh else entries[-1] if entries else None
        entry = write_entry(len(entries) + len(fresh) + 1, last.digest if last else FIRST, event)
        fresh.append(entry)
        known[event.operation] = entry
    return fresh


def _is_json(fragment: bytes) -> bool:
    try:
        json.loads(fragment)
    except ValueError:
        return False
    return True
