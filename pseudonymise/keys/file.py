"""A key store in a folder: keystore.json with the store's own secrets, domains/ with one file per domain version."""

import os
import stat
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal, Self, TypeVar

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import ValidationError

from declare import Declaration, Refusal, Sealer, Signer, WrongInput, canonical, write_atomically
from pseudonymise.domain import Domain, Hex, SignedDomain, to_sign, today
from pseudonymise.keys.derive import KEY_BYTES
from pseudonymise.keys.entry import Destruction, Entry, KeyDestroyed, MasterKind, Senders, State, entry
from pseudonymise.keys.handle import DomainKeys, Mailbox, Opaque, RoomKeys, SealingKey, SigningKey, StoredMaster
from pseudonymise.keys.wrap import Work, key_from, open_box, to_box

_HEADER: Final = "keystore.json"
_SECRETS: Final = ("signing", "mailbox", "sealing")
_SALT_BYTES: Final = 16

D = TypeVar("D", bound=Declaration)


class Header(Declaration):
    """keystore.json; everything except the wrapped secrets is their additional data."""

    format: Literal["koppelkamer-keys/1"] = "koppelkamer-keys/1"
    work: Work
    salt: Hex
    wrapped: dict[str, Hex] = {}

    def bound(self, name: str) -> bytes:
        return canonical({**self.model_dump(mode="json", exclude={"wrapped"}), "name": name})


class WrongPassphrase(Refusal):
    def __init__(self, path: Path) -> None:
        super().__init__(
            f"the key store {path} does not open: wrong passphrase, or the file was changed",
            remedy="Try the passphrase again, or restore the key store from its backup.",
        )


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """One line of `koppelkamer key status`; no secret in it."""

    domain: Domain
    state: State
    partner_copy: bool


class FileKeyStore(Opaque):
    """An open key store. Made by `create` or `open`."""

    __slots__ = ("__cipher", "__mailbox", "__sealer", "__signer", "__work", "folder")

    def __init__(self, folder: Path, header: Header, cipher: AESGCM) -> None:
        try:
            secrets = [open_box(cipher, bytes.fromhex(header.wrapped[name]), header.bound(name)) for name in _SECRETS]
        except (InvalidTag, KeyError):
            raise WrongPassphrase(folder) from None
        self.folder = folder
        self.__cipher = cipher
        self.__work = header.work
        self.__signer = SigningKey(secrets[0])
        self.__mailbox = Mailbox(secrets[1].decode())
        self.__sealer = SealingKey(secrets[2])

    @classmethod
    def create(cls, path: Path, passphrase: str, *, work: Work | None = None) -> Self:
        """A new, empty key store. Raises `Refusal` when one is there already."""
        if (path / _HEADER).exists():
            raise Refusal(f"{path} already holds a key store", remedy="Open it, or choose another folder.")
        header = Header(work=work or Work(), salt=os.urandom(_SALT_BYTES).hex())
        cipher = key_from(passphrase, bytes.fromhex(header.salt), header.work)
        fresh = (os.urandom(KEY_BYTES), str(pyrage.x25519.Identity.generate()).encode(), os.urandom(KEY_BYTES))
        boxes = zip(_SECRETS, fresh, strict=True)
        wrapped = {name: to_box(cipher, secret, header.bound(name)).hex() for name, secret in boxes}
        header = header.model_copy(update={"wrapped": wrapped})
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(path / _HEADER, header)
        return cls(path, header, cipher)

    @classmethod
    def open(cls, path: Path, passphrase: str) -> Self:
        """Raises `WrongInput` when there is none, `WrongPassphrase` when it does not open."""
        header = _read(path / _HEADER, Header)
        return cls(path, header, key_from(passphrase, bytes.fromhex(header.salt), header.work))

    def signer(self) -> Signer:
        return self.__signer

    def sealer(self) -> Sealer:
        return self.__sealer

    def recipient(self) -> str:
        """The age address to which deliveries for this store are sealed."""
        return self.__mailbox.recipient

    def open_envelope(self, sealed: bytes) -> bytes:
        """What was sealed to `recipient()`. Raises `pyrage.DecryptError`."""
        return self.__mailbox.open(sealed)

    def add_domain(self, domain: Domain) -> None:
        """Sign `domain` and make its masters: one to share with the parties, one for the room alone."""
        path = self._path(domain.id, domain.version)
        if path.exists() or self._destroyed(domain.id, domain.version).exists():
            raise Refusal(
                f"domain {domain.id} version {domain.version} already has its keys",
                remedy="Raise the version to get new keys.",
            )
        signature = self.__signer.sign(to_sign(domain, self.recipient())).hex()
        issuer = self.__signer.public_key.hex()
        signed = SignedDomain(domain=domain, recipient=self.recipient(), issuer=issuer, signature=signature)
        self._store(signed, {"domain": os.urandom(KEY_BYTES), "room": os.urandom(KEY_BYTES)})

    def master(self, domain: str, version: int = 1, *, day: date | None = None) -> DomainKeys:
        """The keys all parties share. Raises `WrongInput`, `DomainNotOpen`, `KeyDestroyed`, `BadSignature`."""
        found, secret = self._open(domain, version, "domain")
        found.signed.domain.require_open(day or today())
        retired = found.state == "retired"
        return DomainKeys(StoredMaster(secret), found.signed, signer=self.__signer, retired=retired)

    def room(self, domain: str, version: int = 1, *, day: date | None = None) -> RoomKeys:
        """The keys of the room alone; raises as `master` does, and `Refusal` in a partner's copy."""
        found, secret = self._open(domain, version, "room")
        accepts = self.master(domain, version, day=day).key_id
        return RoomKeys(StoredMaster(secret), found.signed, accepts=accepts, retired=found.state == "retired")

    def status(self) -> tuple[KeyStatus, ...]:
        """All domain versions whose key is here, by name. For destroyed keys see `destructions`."""
        entries = [_read(path, Entry) for path in sorted((self.folder / "domains").glob("*.json"))]
        return tuple(KeyStatus(one.signed.domain, one.state, "room" not in one.wrapped) for one in entries)

    def destructions(self) -> tuple[Destruction, ...]:
        """The records of destroyed keys, by name."""
        return tuple(_read(path, Destruction) for path in sorted((self.folder / "destroyed").glob("*.json")))

    def retire(self, domain: str, version: int) -> None:
        """From now on the key opens what was made with it and makes nothing new."""
        found = self._entry(domain, version)
        kinds: list[MasterKind] = list(found.wrapped)
        secrets = {kind: found.secret(self.__cipher, kind) for kind in kinds}
        _write(self._path(domain, version), entry(self.__cipher, found.signed, "retired", secrets))

    def destroy(self, domain: str, version: int, *, reason: str, day: date | None = None) -> Destruction:
        """Delete the wrapped masters and leave a signed record. Nobody can read files made with them any more."""
        found, secret = self._open(domain, version, "domain")
        key_id = DomainKeys(StoredMaster(secret), found.signed, signer=self.__signer).key_id
        record = Destruction.sign(found.signed, key_id, day or today(), reason, self.__signer)
        _write(self._destroyed(domain, version), record)
        self._path(domain, version).unlink()
        return record

    def export_domain(
        self,
        domain: str,
        version: int,
        passphrase: str,
        path: Path,
        *,
        partner: str | None = None,
        work: Work | None = None,
    ) -> "FileKeyStore":
        """A new key store for a partner, under its own passphrase, with the master of this domain only.

        When `partner` is named, its deliveries are taken from now on only with the signature of that key store.
        Raises `Refusal` when it is no party to the domain.
        """
        found, secret = self._open(domain, version, "domain")
        if partner is not None and partner not in found.signed.domain.parties:
            raise Refusal(
                f"{partner} is no party to domain {domain} version {version}",
                remedy="Let the parties agree on a new version of the domain that names it.",
            )
        copy = FileKeyStore.create(path, passphrase, work=work or self.__work)
        copy._store(found.signed, {"domain": secret})
        if partner is not None:
            self._add_sender(domain, version, partner, copy.signer().public_key)
        return copy

    def sender(self, domain: str, version: int, partner: str) -> bytes | None:
        """The public key under which `partner` signs its deliveries; None when no copy was made in its name."""
        key = self._senders(domain, version).public_keys.get(partner)
        return None if key is None else bytes.fromhex(key)

    def _add_sender(self, domain: str, version: int, partner: str, public_key: bytes) -> None:
        grown = self._senders(domain, version).with_sender(partner, public_key, self.__signer)
        _write(self._file("senders", domain, version), grown)

    def _senders(self, domain: str, version: int) -> Senders:
        path = self._file("senders", domain, version)
        if not path.exists():
            return Senders(domain=domain, version=version, public_keys={})
        senders = _read(path, Senders)
        senders.verify(self.__signer.public_key)
        return senders

    def _store(self, signed: SignedDomain, secrets: dict[MasterKind, bytes]) -> None:
        path = self._path(signed.domain.id, signed.domain.version)
        _write(path, entry(self.__cipher, signed, "active", secrets))

    def _open(self, domain: str, version: int, kind: MasterKind) -> tuple[Entry, bytes]:
        found = self._entry(domain, version)
        return found, found.secret(self.__cipher, kind)

    def _entry(self, domain: str, version: int) -> Entry:
        path = self._path(domain, version)
        if self._destroyed(domain, version).exists():
            _read(self._destroyed(domain, version), Destruction).verify(self.__signer.public_key)
            path.unlink(missing_ok=True)  # a restored backup brings the file back, not the right to it
            raise KeyDestroyed(domain, version)
        if not path.exists():
            raise WrongInput(
                f"the key store {self.folder} has no key for domain {domain} version {version}",
                remedy="Make it with `koppelkamer key init`, or ask the room for a copy.",
            )
        found = _read(path, Entry)
        if (found.signed.domain.id, found.signed.domain.version) != (domain, version):
            raise Refusal(f"{path.name} holds another domain's key", remedy="Restore the key store from its backup.")
        return found

    def _path(self, domain: str, version: int) -> Path:
        return self._file("domains", domain, version)

    def _destroyed(self, domain: str, version: int) -> Path:
        return self._file("destroyed", domain, version)

    def _file(self, kind: str, domain: str, version: int) -> Path:
        return self.folder / kind / f"{domain}.v{version}.json"


def _write(path: Path, content: Declaration) -> None:
    path.parent.mkdir(exist_ok=True, mode=0o700)
    write_atomically(path, canonical(content.model_dump(mode="json")), mode=0o600)


def _read(path: Path, kind: type[D]) -> D:
    """One file of the store. Raises `WrongInput` when it is missing, `Refusal` when it is open to others or damaged."""
    try:
        _require_private(path)
        return kind.model_validate_json(path.read_bytes())
    except OSError:
        raise WrongInput(
            f"there is no readable key store at {path.parent}",
            remedy="Make one with `koppelkamer key init`, or mend the path.",
        ) from None
    except ValidationError:
        raise Refusal(f"{path} is damaged", remedy="Restore the key store from its backup.") from None


def _require_private(path: Path) -> None:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Refusal(f"{path} can be read by other users", remedy=f"Run: chmod 600 {path}")
