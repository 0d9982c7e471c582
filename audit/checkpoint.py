"""A signed head: how long a log was and the root hash of its tree at that moment.

Beside every log lies its latest head. A copy of a head in other hands (the DPO keeps them) is what shows a log that was
cut short or rewritten by whoever holds the key.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from audit.entry import BrokenLog, Entry
from audit.event import timestamp
from audit.merkle import leaf_hash, root_hash
from declare import Signer, canonical, verify_signature, write_atomically

FORMAT: Final = "koppelkamer audit head 1"


@dataclass(frozen=True, slots=True)
class Head:
    """`size` entries, `root` and `signature` in hexadecimal, `key` the name of the signing key."""

    log: str
    size: int
    root: str
    at: str
    key: str
    signature: str = ""
    format: str = FORMAT

    @property
    def signed(self) -> bytes:
        """The bytes under the signature."""
        return canonical({name: value for name, value in asdict(self).items() if name != "signature"})

    def write(self, path: Path) -> None:
        write_atomically(path, canonical(asdict(self)) + b"\n")

    def check(self, log: str, entries: Sequence[Entry], public_key: bytes) -> None:
        """Raise `BadSignature` or `BrokenLog` unless this signed head is a head of a log that begins as `entries`."""
        self.check_signed(log, public_key)
        if self.size > len(entries):
            raise BrokenLog(f"{self.size - len(entries)} entries are missing from its end")
        if tree_root(entries[: self.size]) != self.root:
            raise BrokenLog("its entries are not those the head was signed for")

    def check_signed(self, log: str, public_key: bytes) -> None:
        """Raise `BadSignature` or `BrokenLog` unless it was signed as a head of `log`."""
        verify_signature(public_key, self.signed, _bytes(self.signature), what=f"the head of the {log} log")
        if self.log != log:
            raise BrokenLog(f"the head is of the log {self.log}")


def _bytes(signature: str) -> bytes:
    try:
        return bytes.fromhex(signature)
    except (ValueError, TypeError) as error:
        raise BrokenLog("its head has no signature") from error


def sign_head(log: str, entries: Sequence[Entry], signer: Signer) -> Head:
    head = Head(log, len(entries), tree_root(entries), timestamp(), signer.key_id)
    signature = signer.sign(head.signed).hex()
    return Head(head.log, head.size, head.root, head.at, head.key, signature)


def read_head(path: Path) -> Head:
    """Raises `BrokenLog` when the file is absent or not a head, canonical to the byte."""
    try:
        content = path.read_bytes()
        head = Head(**json.loads(content))
        well_formed = head.format == FORMAT and canonical(asdict(head)) + b"\n" == content
        well_formed = well_formed and bytes.fromhex(head.signature).hex() == head.signature
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BrokenLog(f"{path.name} is not a signed head") from error
    if not well_formed or not isinstance(head.size, int) or head.size < 0:
        raise BrokenLog(f"{path.name} is not a signed head")
    return head


def head_path(log: Path) -> Path:
    return log.with_suffix(".head")


def tree_root(entries: Sequence[Entry]) -> str:
    return root_hash([leaf_hash(entry.line) for entry in entries]).hex()
