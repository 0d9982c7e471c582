"""All that a flow may do with keys in one room, opened once per process."""

import contextlib
from dataclasses import dataclass
from functools import cached_property

from audit import Log
from declare import Refusal, Signer, WrongInput
from koppelkamer.keystore import open_store
from koppelkamer.room import Room
from koppelkamer.settings import configure
from koppelkamer.tables import migrate
from pseudonymise.domain import Domain, DomainNotOpen
from pseudonymise.keys import DomainKeys, KeyDestroyed, KeyStore, RoomKeys
from pseudonymise.keys.store import HEADER
from pseudonymise.vault import Vault


@dataclass(frozen=True)
class Keyring:
    """An opened key store and the room whose domain it serves."""

    room: Room
    store: KeyStore
    destroyed: frozenset[tuple[str, int]] = frozenset()
    """Domain and version of every key of which the audit log says that its destruction was at least begun."""

    @cached_property
    def version(self) -> int:
        """Of the room's domain, the one in use: the newest that is active, otherwise the one declared.

        Raises `KeyDestroyed`, `WrongInput` without a key, and `DomainChanged`.
        """
        domain = self.room.declaration.domain
        found = next(iter(self.store.versions(domain.id, "active")), domain.version)
        self._require_not_destroyed(found)
        if found == domain.version and self.store.signed(domain.id, found).domain != domain:
            raise DomainChanged(domain)
        return found

    @cached_property
    def domain_keys(self) -> DomainKeys:
        """Shared by the parties; used on deliveries in clear and to open sealed ones."""
        return self.store.master(self.room.declaration.domain.id, self.version)

    @cached_property
    def room_keys(self) -> RoomKeys:
        """The room's own: for re-keyed tokens and files at rest."""
        return self.store.room(self.room.declaration.domain.id, self.version)

    @cached_property
    def earlier_keys(self) -> tuple[RoomKeys, ...]:
        """The room's own of retired versions that may still be opened, the newest first."""
        domain, found = self.room.declaration.domain.id, []
        for version in self.store.versions(domain, "retired"):
            with contextlib.suppress(KeyDestroyed, DomainNotOpen):
                self._require_not_destroyed(version)
                found.append(self.store.room(domain, version))
        return tuple(found)

    @property
    def signer(self) -> Signer:
        return self.store.signer()

    def vault(self, shelf: str) -> Vault:
        """Encrypted tables of one shelf, under the room's keys."""
        return Vault(self.room_keys, shelf, earlier=self.earlier_keys)

    def __repr__(self) -> str:
        return f"Keyring({self.room.declaration.name})"

    def _require_not_destroyed(self, version: int) -> None:
        domain = self.room.declaration.domain.id
        if (domain, version) in self.destroyed:
            raise KeyDestroyed(domain, version)


def open_keyring(room: Room) -> Keyring:
    """Raises `WrongInput` without a key store or passphrase, `WrongPassphrase` when it does not open."""
    if not (room.keystore / HEADER).is_file():
        raise WrongInput("this room has no key store yet", remedy="Make it with `koppelkamer key init`.")
    return Keyring(room, open_store(room, lambda: _note_refused(room)), _destroyed(room))


class DomainChanged(Refusal):
    def __init__(self, domain: Domain) -> None:
        super().__init__(
            f"the room declares domain {domain.id} version {domain.version} otherwise than it was signed",
            remedy="Undo the change in room.toml, or raise `version` there and run `koppelkamer key rotate`.",
        )


def _note_refused(room: Room) -> None:
    """In the register at once; in the audit log as soon as somebody opens the key store, for only that can sign."""
    configure(room.declaration.database, room.folder)
    migrate()
    from register.notes import key_store_refused

    key_store_refused(room.declaration.domain.id)


def _destroyed(room: Room) -> frozenset[tuple[str, int]]:
    """What the log remembers when keys, wrapping keys and the record of a destruction were all restored."""
    events = [entry.event for entry in Log(room.audit / "audit.jsonl", "audit").entries()]
    actions = ("destroy begun", "destroy")
    said = [event.fields for event in events if event.name == "key changed" and event.fields["action"] in actions]
    return frozenset((str(fields["key"]), int(fields["version"])) for fields in said)
