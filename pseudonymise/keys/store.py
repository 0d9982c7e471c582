"""A key store in a folder, wherever its wrapping keys are: keystore.json, and in domains/ one file per domain version.

Each version of a domain has a wrapping key of its own. Destroying it is the deletion of all that was made with the
masters it wrapped: a folder restored from a backup brings the wrapped masters back, not what opens them.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Literal

import pyrage
from cryptography.exceptions import InvalidTag

from declare import Declaration, Opaque, Refusal, Sealer, Signer, WrongInput, canonical
from pseudonymise.domain import Domain, Hex, SignedDomain, to_sign, today
from pseudonymise.keys.derive import KEY_BYTES
from pseudonymise.keys.destruction import Destruction
from pseudonymise.keys.entry import Entry, MasterKind, entry
from pseudonymise.keys.files import alone, forget, name_of, read, require_named, write
from pseudonymise.keys.handle import DomainKeys, Mailbox, RoomKeys, SealingKey, SigningKey, StoredMaster
from pseudonymise.keys.senders import Senders
from pseudonymise.keys.state import KeyDestroyed, NotActive, State, require_step
from pseudonymise.keys.wrap import Work
from pseudonymise.keys.wrapping import OWN, NoWrappingKey, WrappingKeys, WrongPassphrase

if TYPE_CHECKING:
    from pseudonymise.keys.file import FileKeyStore

HEADER: Final = "keystore.json"
_SECRETS: Final[dict[str, Callable[[], bytes]]] = {
    "signing": lambda: os.urandom(KEY_BYTES),
    "mailbox": lambda: str(pyrage.x25519.Identity.generate()).encode(),
    "sealing": lambda: os.urandom(KEY_BYTES),
}


class Header(Declaration):
    """keystore.json. `id` stands in front of the names of this store's wrapping keys: stores may share a module."""

    format: Literal["koppelkamer-keys/2"] = "koppelkamer-keys/2"
    id: Hex
    wrapped: dict[str, Hex] = {}

    def under(self, name: str) -> str:
        return f"koppelkamer/{self.id}/{name}"

    def bound(self, name: str) -> bytes:
        return canonical({"format": self.format, "id": self.id, "name": name})


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """One line of `koppelkamer key status`; no secret in it."""

    domain: Domain
    state: State
    """As sealed with the key; destroyed when only the wrapped masters are left, from a backup."""
    partner_copy: bool
    copies: tuple[str, ...]
    """Partners for which a copy was made."""
    key_id: str | None
    """Of the domain's master; none when that is gone."""


class KeyStore(Opaque):
    """An open key store. Made by `create` or `open` of `FileKeyStore` and `Pkcs11KeyStore`."""

    __slots__ = ("__header", "__keys", "__mailbox", "__sealer", "__signer", "__work", "folder")

    def __init__(self, folder: Path, keys: WrappingKeys, work: Work | None = None) -> None:
        header = read(folder / HEADER, Header)
        under = header.under(OWN)
        try:
            secrets = {
                name: keys.unwrap(under, bytes.fromhex(header.wrapped[name]), header.bound(name)) for name in _SECRETS
            }
        except (InvalidTag, KeyError):
            raise WrongPassphrase(folder) from None
        self.folder = folder
        self.__header, self.__keys, self.__work = header, keys, work
        self.__signer = SigningKey(secrets["signing"])
        self.__mailbox = Mailbox(secrets["mailbox"].decode())
        self.__sealer = SealingKey(secrets["sealing"])

    def signer(self) -> Signer:
        return self.__signer

    def sealer(self) -> Sealer:
        return self.__sealer

    def recipient(self) -> str:
        """The age address to which deliveries for this store are sealed."""
        return self.__mailbox.recipient

    def open_envelope(self, sealed: BinaryIO, opened: BinaryIO) -> None:
        """Write what was sealed to `recipient()` to `opened`.

        Raises `pyrage.DecryptError`, and `OSError` where a later piece does not open.
        """
        self.__mailbox.open(sealed, opened)

    def add_domain(self, domain: Domain, *, state: Literal["pre-active", "active"] = "active") -> None:
        """Sign `domain` and make its masters: one to share with the parties, one for the room alone.

        Raises `Refusal` when this version has or had its keys.
        """
        with self._changing():
            kinds = ("domains", "destroyed")
            if any(self._file(kind, domain.id, domain.version).exists() for kind in kinds):
                raise Refusal(
                    f"domain {domain.id} version {domain.version} already has its keys",
                    remedy="Raise the version to get new keys.",
                )
            signature = self.__signer.sign(to_sign(domain, self.recipient())).hex()
            issuer = self.__signer.public_key.hex()
            signed = SignedDomain(domain=domain, recipient=self.recipient(), issuer=issuer, signature=signature)
            self._add(signed, {"domain": os.urandom(KEY_BYTES), "room": os.urandom(KEY_BYTES)}, state)

    def master(self, domain: str, version: int = 1, *, day: date | None = None) -> DomainKeys:
        """The keys all parties share. Raises `WrongInput`, `DomainNotOpen`, `KeyDestroyed`, `BadSignature`."""
        found, secret = self._open(domain, version, "domain")
        found.signed.domain.require_open(day or today())
        return self._domain_keys(found, secret)

    def room(self, domain: str, version: int = 1, *, day: date | None = None) -> RoomKeys:
        """The keys of the room alone; raises as `master` does, and `Refusal` in a partner's copy."""
        found, secret = self._open(domain, version, "room")
        accepts = self.master(domain, version, day=day).key_id
        return RoomKeys(StoredMaster(secret), found.signed, accepts=accepts, state=found.state)

    def signed(self, domain: str, version: int) -> SignedDomain:
        """The domain as it was signed; raises as `master` does, also outside its days."""
        return self._entry(domain, version).signed

    def versions(self, domain: str, state: State) -> tuple[int, ...]:
        """Versions of `domain` in that state, the newest first."""
        found = [one.domain.version for one in self.status() if (one.domain.id, one.state) == (domain, state)]
        return tuple(sorted(found, reverse=True))

    def status(self) -> tuple[KeyStatus, ...]:
        """All domain versions whose key is here, by name. For destroyed keys see `destructions`."""
        return tuple(self._status(_entry_in(path)) for path in sorted((self.folder / "domains").glob("*.json")))

    def destructions(self) -> tuple[Destruction, ...]:
        """The records of destroyed keys, by name. Raises `BadSignature`, and `Refusal` for one under another name."""
        return tuple(self._record_in(path) for path in sorted((self.folder / "destroyed").glob("*.json")))

    def activate(self, domain: str, version: int) -> None:
        """This version is the one in use; an active one before it retires. Raises `NoSuchStep`."""
        with self._changing():
            older = [one for one in self.versions(domain, "active") if one < version]
            if not (older and self._entry(domain, version).state == "active"):  # else it was broken off in between
                self._step(domain, version, "active")
            for each in older:
                self._step(domain, each, "retired")

    def retire(self, domain: str, version: int) -> None:
        """From now on the key opens what was made with it and makes nothing new. Raises `NoSuchStep`."""
        with self._changing():
            self._step(domain, version, "retired")

    def destroy(
        self,
        domain: str,
        version: int,
        *,
        reason: str,
        day: date | None = None,
        first: Callable[[Destruction], object] | None = None,
    ) -> Destruction:
        """Destroy the wrapping key and the masters, leave a signed record. Nobody reads files made with them any more.

        The record is made first and given to `first` before anything is touched, for a log. Broken off halfway, or
        when a backup brought files back, the same call finishes what was begun, under the record there is.
        """
        with self._changing():
            record = self._record(domain, version)
            made = record or self._new_record(domain, version, reason, day or today())
            if first is not None:
                first(made)
            if record is None:
                write(self._file("destroyed", domain, version), made)
            self.__keys.destroy(self._under(domain, version))
            forget(self._file("domains", domain, version))
        return made

    def export_domain(
        self,
        domain: str,
        version: int,
        passphrase: str,
        path: Path,
        *,
        partner: str | None = None,
        public_key: bytes | None = None,
        work: Work | None = None,
    ) -> "FileKeyStore":
        """A new key store for a partner, under its own passphrase, with the master of this domain only.

        When `partner` is named, its deliveries are taken from now on only with the signature of that key store or,
        better, under the `public_key` of a key pair that it made itself: the room never saw the other half. The copy
        can be used at once; the room takes nothing made with it before it has activated that version itself.
        Raises `NoSupplier` when it is none in the domain, `NotActive` for a retired key.
        """
        from pseudonymise.keys.file import FileKeyStore  # a copy is a file store, and a file store is a key store

        found, secret = self._open(domain, version, "domain")
        if found.state == "retired":
            raise NotActive(self._domain_keys(found, secret).name, found.state)
        if partner is not None:
            found.signed.domain.require_supplier(partner)
        copy = FileKeyStore.create(path, passphrase, work=work or self.__work)
        copy._add(found.signed, {"domain": secret}, "active")
        if partner is not None:
            self._add_sender(domain, version, partner, public_key or copy.signer().public_key)
        return copy

    def sender(self, domain: str, version: int, partner: str) -> bytes | None:
        """The public key under which `partner` signs its deliveries; None when no copy was made in its name."""
        key = self._senders(domain, version).public_keys.get(partner)
        return None if key is None else bytes.fromhex(key)

    def _domain_keys(self, found: Entry, secret: bytes) -> DomainKeys:
        return DomainKeys(StoredMaster(secret), found.signed, signer=self.__signer, state=found.state)

    def _status(self, found: Entry) -> KeyStatus:
        domain, partner_copy = found.signed.domain, "room" not in found.wrapped
        copies = tuple(sorted(self._senders(domain.id, domain.version).public_keys))
        try:
            opened, secret = self._open(domain.id, domain.version, "domain")
        except KeyDestroyed:
            return KeyStatus(domain, "destroyed", partner_copy, copies, None)
        return KeyStatus(domain, opened.state, partner_copy, copies, self._domain_keys(opened, secret).key_id)

    def _add_sender(self, domain: str, version: int, partner: str, public_key: bytes) -> None:
        with self._changing():
            grown = self._senders(domain, version).with_sender(partner, public_key, self.__signer)
            write(self._file("senders", domain, version), grown)

    def _senders(self, domain: str, version: int) -> Senders:
        path = self._file("senders", domain, version)
        if not path.exists():
            return Senders(domain=domain, version=version, public_keys={})
        senders = read(path, Senders)
        senders.verify(self.__signer.public_key)
        require_named(path, senders.domain, senders.version)
        return senders

    def _add(self, signed: SignedDomain, secrets: dict[MasterKind, bytes], state: State) -> None:
        under = self._under(signed.domain.id, signed.domain.version)
        if not self.__keys.holds(under):  # there is one that wraps nothing when this was broken off before
            self.__keys.make(under)
        self._write(signed, secrets, state)

    def _write(self, signed: SignedDomain, secrets: dict[MasterKind, bytes], state: State) -> None:
        under = self._under(signed.domain.id, signed.domain.version)
        path = self._file("domains", signed.domain.id, signed.domain.version)
        write(path, entry(self.__keys, under, signed, state, secrets))

    def _step(self, domain: str, version: int, after: State) -> None:
        found = self._entry(domain, version)
        require_step(f"{domain} version {version}", found.state, after)
        kinds: list[MasterKind] = list(found.wrapped)
        under = self._under(domain, version)
        self._write(found.signed, {kind: found.secret(self.__keys, under, kind) for kind in kinds}, after)

    def _open(self, domain: str, version: int, kind: MasterKind) -> tuple[Entry, bytes]:
        found = self._entry(domain, version)
        try:
            return found, found.secret(self.__keys, self._under(domain, version), kind)
        except NoWrappingKey:
            raise KeyDestroyed(domain, version) from None

    def _entry(self, domain: str, version: int) -> Entry:
        path = self._file("domains", domain, version)
        if self._record(domain, version) is not None:
            raise KeyDestroyed(domain, version)
        if not path.exists():
            raise WrongInput(
                f"the key store {self.folder} has no key for domain {domain} version {version}",
                remedy="Make it with `koppelkamer key init`, or ask the room for a copy.",
            )
        return _entry_in(path)

    def _record(self, domain: str, version: int) -> Destruction | None:
        path = self._file("destroyed", domain, version)
        return self._record_in(path) if path.exists() else None

    def _record_in(self, path: Path) -> Destruction:
        record = read(path, Destruction)
        record.verify(self.__signer.public_key)
        require_named(path, record.domain, record.version)
        return record

    def _new_record(self, domain: str, version: int, reason: str, day: date) -> Destruction:
        found, secret = self._open(domain, version, "domain")
        return Destruction.sign(found.signed, self._domain_keys(found, secret).key_id, day, reason, self.__signer)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """No other process changes keys of this store meanwhile: what is looked at inside is still so when written."""
        domains = self.folder / "domains"
        domains.mkdir(mode=0o700, exist_ok=True)
        with alone(domains):
            yield

    def _under(self, domain: str, version: int) -> str:
        return self.__header.under(f"{domain}.v{version}")

    def _file(self, kind: str, domain: str, version: int) -> Path:
        return self.folder / kind / name_of(domain, version)


def _entry_in(path: Path) -> Entry:
    found = read(path, Entry)
    require_named(path, found.signed.domain.id, found.signed.domain.version)
    return found


def require_none(folder: Path) -> None:
    """Raise `Refusal` when `folder` holds a key store."""
    if (folder / HEADER).exists():
        raise Refusal(f"{folder} already holds a key store", remedy="Open it, or choose another folder.")


def furnish(folder: Path, keys: WrappingKeys) -> None:
    """A new, empty key store in `folder`: fresh secrets under a wrapping key of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # it may be there already, with a passphrase file in it
    header = Header(id=os.urandom(8).hex())
    under = header.under(OWN)
    keys.make(under)
    wrapped = {name: keys.wrap(under, fresh(), header.bound(name)).hex() for name, fresh in _SECRETS.items()}
    write(folder / HEADER, header.model_copy(update={"wrapped": wrapped}))
