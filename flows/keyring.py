"""All that a flow may do with keys in one room, opened once per process."""

from dataclasses import dataclass
from functools import cached_property

from declare import Signer, WrongInput
from koppelkamer.passphrase import passphrase
from koppelkamer.room import Room
from pseudonymise.keys import DomainKeys, FileKeyStore, RoomKeys
from pseudonymise.vault import Vault


@dataclass(frozen=True)
class Keyring:
    """An opened key store and the room whose domain it serves."""

    room: Room
    store: FileKeyStore

    @cached_property
    def domain_keys(self) -> DomainKeys:
        """Shared by the parties; used on deliveries in clear and to open sealed ones."""
        domain = self.room.declaration.domain
        return self.store.master(domain.id, domain.version)

    @cached_property
    def room_keys(self) -> RoomKeys:
        """The room's own: for re-keyed tokens and files at rest."""
        domain = self.room.declaration.domain
        return self.store.room(domain.id, domain.version)

    @property
    def signer(self) -> Signer:
        return self.store.signer()

    def vault(self, shelf: str) -> Vault:
        """Encrypted tables of one shelf, under the room's keys."""
        return Vault(self.room_keys, shelf)

    def __repr__(self) -> str:
        return f"Keyring({self.room.declaration.name})"


def open_keyring(room: Room) -> Keyring:
    """Raises `WrongInput` without a key store or passphrase, `WrongPassphrase` when it does not open."""
    if not (room.keystore / "keystore.json").is_file():
        raise WrongInput("this room has no key store yet", remedy="Make it with `koppelkamer key init`.")
    return Keyring(room, FileKeyStore.open(room.keystore, passphrase(room.passphrase_file)))
