"""What the other rooms may ask of a key store, wherever it keeps its keys."""

from datetime import date
from typing import Protocol

from declare import Sealer, Signer
from pseudonymise.keys.handle import DomainKeys, RoomKeys


class KeyStore(Protocol):
    """An open key store: a folder (`FileKeyStore`), or a hardware module behind the same calls."""

    def signer(self) -> Signer:
        """Signs in the name of the store."""

    def sealer(self) -> Sealer:
        """Seals values that only this store opens."""

    def recipient(self) -> str:
        """The age address of the store."""

    def open_envelope(self, sealed: bytes) -> bytes:
        """What was sealed to that address. Raises `pyrage.DecryptError`."""

    def sender(self, domain: str, version: int, partner: str) -> bytes | None:
        """The public key under which `partner` signs its deliveries, where it is known."""

    def master(self, domain: str, version: int = 1, *, day: date | None = None) -> DomainKeys:
        """Keys shared by the parties of a domain; refuses a domain that has ended or whose key was destroyed."""

    def room(self, domain: str, version: int = 1, *, day: date | None = None) -> RoomKeys:
        """Keys of the room alone."""
