"""That an entry stands in a log, for somebody who has the entry and not the log (RFC 6962, section 2.1.1)."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Self

from audit.checkpoint import Head
from audit.entry import BrokenLog, Entry, read_entry
from audit.event import Event, LogName
from audit.merkle import leaf_hash, path_of, root_over
from declare import canonical


@dataclass(frozen=True, slots=True)
class Inclusion:
    """`line`: the entry as it was written, the `number`th of its log; `path`: the hashes, hexadecimal, that lead from
    it to the root of the signed `head`."""

    line: str
    number: int
    path: tuple[str, ...]
    head: Head

    @classmethod
    def of(cls, entries: Sequence[Entry], number: int, head: Head) -> Self:
        """Of the `number`th of `entries`, counted from 1, under a head that reaches it. Raises `BrokenLog`."""
        if not 1 <= number <= head.size <= len(entries):
            raise BrokenLog("its head does not reach the entry", number)
        path = path_of([leaf_hash(entry.line) for entry in entries[: head.size]], number - 1)
        return cls(entries[number - 1].line.decode(), number, tuple(step.hex() for step in path), head)

    def check(self, log: LogName, public_key: bytes) -> Event:
        """What the entry says. Raises `BadSignature` or `BrokenLog` unless the signed head of `log` covers it."""
        self.head.check_signed(log, public_key)
        path = [bytes.fromhex(step) for step in self.path]
        if root_over(leaf_hash(self.line.encode()), self.number - 1, self.head.size, path).hex() != self.head.root:
            raise BrokenLog("it is not under the signed head", self.number)
        return read_entry(self.line.encode(), self.number).event

    def to_bytes(self) -> bytes:
        return canonical(asdict(self))

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Raises `BrokenLog` for what is no proof, canonical to the byte."""
        try:
            told = json.loads(content)
            proof = cls(told["line"], told["number"], tuple(told["path"]), Head(**told["head"]))
            steps = [bytes.fromhex(step) for step in proof.path]
            well_formed = proof.to_bytes() == content and all(len(step) == 32 for step in steps)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BrokenLog("this is no proof that an entry stands in a log") from error
        if not well_formed or not isinstance(proof.number, int) or not isinstance(proof.head.size, int):
            raise BrokenLog("this is no proof that an entry stands in a log")
        return proof
