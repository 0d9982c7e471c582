"""A signer with a key of its own, as flows build one from the keystore; and a decision in a log that it signed."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import Event, Inclusion
from audit.checkpoint import sign_head
from audit.entry import FIRST, Entry, write_entry


@dataclass(frozen=True)
class TestSigner:
    __test__ = False
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    key_id: str = "room-1"

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message)


DECIDED = {
    "person": "rob", "role": "release officer", "how": "session", "subject": "release", "action": "release",
    "before": "advised", "after": "released",
}  # fmt: skip


def entries_of(*events: Event) -> list[Entry]:
    """As a log has them."""
    entries: list[Entry] = []
    for number, event in enumerate(events, start=1):
        entries.append(write_entry(number, entries[-1].digest if entries else FIRST, event))
    return entries


def decision(signer: TestSigner, **fields: str) -> Inclusion:
    """Of the release `id` with this `digest`, the third of five entries."""
    events = [
        Event("signed in", f"op-{n}", "2026-11-21T09:30:00Z", {"person": "rob", "how": "session"}) for n in range(5)
    ]
    events[2] = Event("decided", "op-2", "2026-11-21T09:31:00Z", {**DECIDED, **fields})
    entries = entries_of(*events)
    return Inclusion.of(entries, 3, sign_head("audit", entries, signer))
