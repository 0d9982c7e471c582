"""Whether a log is whole: every line as written, in order, none missing, and what its signed heads say of it."""

from dataclasses import dataclass
from pathlib import Path

from audit.checkpoint import head_path, read_head
from audit.entry import BrokenLog, Entry, read_entries
from audit.event import LogName
from audit.log import split


@dataclass(frozen=True, slots=True)
class Verified:
    """`entries` in the log, `signed` of them under its own head, `witnessed` of them under a head from other hands."""

    log: str
    entries: int
    signed: int
    witnessed: int | None

    def __str__(self) -> str:
        if self.witnessed is None:
            claim = "internally consistent; only a head kept elsewhere shows that nothing was cut off or rewritten"
        else:
            claim = f"holds; the first {self.witnessed} are as the head kept elsewhere says"
        tail = f"; the last {self.entries - self.signed} are not yet signed" if self.signed < self.entries else ""
        return f"{self.log} log: {self.entries} entries, {claim}{tail}"


def verify_log(path: Path, public_key: bytes, head: Path | None = None) -> Verified:
    """What can be said of the log at `path`; `path.stem` is the log's name. `head` is a copy kept elsewhere.

    Raises `BrokenLog` or `BadSignature` when anything was changed, removed, added or moved.
    """
    name = _name(path)
    entries = _whole_entries(path, name)
    own = read_head(head_path(path))
    own.check(name, entries, public_key)
    if head is None:
        return Verified(name, len(entries), own.size, None)
    witness = read_head(head)
    witness.check(name, entries, public_key)
    return Verified(name, len(entries), own.size, witness.size)


def _name(path: Path) -> LogName:
    if path.stem == "audit":
        return "audit"
    if path.stem == "processing":
        return "processing"
    raise BrokenLog(f"{path.name} is neither audit.jsonl nor processing.jsonl")


def _whole_entries(path: Path, name: LogName) -> list[Entry]:
    if not path.exists():
        raise BrokenLog(f"{path.name} is not there")
    whole, rest = split(path)
    if rest:
        raise BrokenLog("its last line is unfinished", len(whole) + 1)
    return read_entries(whole, name)
