"""Opaque handles on keys. They work with the key and do not show it: no repr, no pickle, no copy."""

from collections.abc import Iterable
from typing import BinaryIO, Final, Protocol

import polars as pl
import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from declare import Fault, Opaque, Refusal, Signer
from pseudonymise.binary import end_to_end, of_size
from pseudonymise.domain import SignedDomain
from pseudonymise.keys.derive import expand, framed, leaf_info
from pseudonymise.keys.openssl import hmac_sha256, pays
from pseudonymise.keys.state import NotActive, State
from pseudonymise.keys.wrap import open_box, to_box

TOKEN_BYTES: Final = 16


class LeafKey(Opaque):
    """A key for one purpose and one field."""

    __slots__ = ("__secret",)

    def __init__(self, secret: bytes) -> None:
        self.__secret = secret

    def macs(self, messages: Iterable[bytes], size: int = TOKEN_BYTES) -> list[bytes]:
        """HMAC-SHA-256 (RFC 2104) of each message, the leftmost `size` bytes."""
        start = HMAC(self.__secret, SHA256())
        found = []
        for message in messages:
            mac = start.copy()
            mac.update(message)
            found.append(mac.finalize()[:size])
        return found

    def column_macs(self, messages: pl.Series) -> pl.Series:
        """`macs` of a Binary column without nulls, as such a column. Raises `Fault` when OpenSSL miscalculates."""
        found = hmac_sha256(self.__secret, *end_to_end(messages), TOKEN_BYTES) if pays(messages.len()) else None
        if found is None:
            return pl.Series(self.macs(messages), dtype=pl.Binary)
        made = of_size(found, TOKEN_BYTES)
        if made[0] != self.macs(messages[:1])[0]:
            raise Fault("OpenSSL made a wrong HMAC", remedy="Use another build of Python or OpenSSL; nothing was made.")
        return made

    def column_key(self, column: str) -> bytes:
        """A key derived for one Parquet column, in the open: the file format takes plain bytes."""
        return expand(self.__secret, framed("column", column))

    def footer_key(self) -> bytes:
        """A key derived for the footer of a Parquet file, in the open."""
        return expand(self.__secret, framed("footer"))


class Master(Protocol):
    """What a key store must offer for one master: HKDF-Expand to 32 bytes. A hardware module does it with one HMAC."""

    def expand(self, info: bytes) -> bytes:
        """The leaf's key."""


class StoredMaster(Opaque):
    """A master that was unwrapped into memory."""

    __slots__ = ("__secret",)

    def __init__(self, secret: bytes) -> None:
        self.__secret = secret

    def expand(self, info: bytes) -> bytes:
        return expand(self.__secret, info)


class _MasterKeys(Opaque):
    __slots__ = ("__master", "signed", "state")

    def __init__(self, master: Master, signed: SignedDomain, *, state: State = "active") -> None:
        self.__master = master
        self.signed = signed
        self.state = state

    @property
    def name(self) -> str:
        """Domain and version, safe to print."""
        return f"{self.signed.domain.id} version {self.signed.domain.version}"

    @property
    def key_id(self) -> str:
        """Name of the master, safe to print: 8 bytes of an HMAC over the info string, hexadecimal."""
        info = self._info("key-id", "")
        return LeafKey(self.__master.expand(info)).macs([info], 8)[0].hex()

    def require_active(self) -> None:
        """Raise `NotActive` unless something may be made with these keys; opening asks for no more than the keys."""
        if self.state != "active":
            raise NotActive(self.name, self.state)

    def leaf(self, purpose: str, field: str) -> LeafKey:
        """The key of one purpose and field under this master."""
        return LeafKey(self.__master.expand(self._info(purpose, field)))

    def _info(self, purpose: str, field: str) -> bytes:
        domain = self.signed.domain
        return leaf_info(domain.id, domain.version, purpose, field)


class DomainKeys(_MasterKeys):
    """Keys that all parties of a domain share: tokens and encodings made with them compare between partners."""

    __slots__ = ("signer",)

    def __init__(self, master: Master, signed: SignedDomain, *, signer: Signer, state: State = "active") -> None:
        super().__init__(master, signed, state=state)
        self.signer = signer
        """Signs what is delivered under the shared keys: of the key store these were taken from, or a partner's own."""


class RoomKeys(_MasterKeys):
    """Keys that only the room holds: for re-keyed tokens and for files at rest."""

    __slots__ = ("accepts",)

    def __init__(self, master: Master, signed: SignedDomain, *, accepts: str, state: State = "active") -> None:
        super().__init__(master, signed, state=state)
        self.accepts = accepts
        """`key_id` of the domain keys whose tokens are re-keyed with these."""


class SigningKey(Opaque):
    """`declare.Signer` with Ed25519 (RFC 8032)."""

    __slots__ = ("__key",)

    def __init__(self, seed: bytes) -> None:
        self.__key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def key_id(self) -> str:
        return key_name(self.public_key)

    @property
    def public_key(self) -> bytes:
        return self.__key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message: bytes) -> bytes:
        return self.__key.sign(message)


class SealingKey(Opaque):
    """`declare.Sealer` with AES-256-GCM; the context is additional data."""

    __slots__ = ("__key",)

    def __init__(self, secret: bytes) -> None:
        self.__key = AESGCM(secret)

    def seal(self, content: bytes, context: str) -> bytes:
        return to_box(self.__key, content, context.encode())

    def unseal(self, sealed: bytes, context: str) -> bytes:
        try:
            return open_box(self.__key, sealed, context.encode())
        except InvalidTag:
            raise Refusal(
                "a sealed value does not open here",
                remedy="It was changed, moved to another place, or sealed by another key store; restore it.",
            ) from None


class Mailbox(Opaque):
    """The age identity (X25519) to which deliveries are sealed."""

    __slots__ = ("__identity",)

    def __init__(self, identity: str) -> None:
        self.__identity = pyrage.x25519.Identity.from_str(identity)

    @property
    def recipient(self) -> str:
        """The public address, `age1…`."""
        return str(self.__identity.to_public())

    def open(self, sealed: BinaryIO, opened: BinaryIO) -> None:
        """Write the content to `opened`. Raises `pyrage.DecryptError`; `OSError` where a later piece does not open."""
        pyrage.decrypt_io(sealed, opened, [self.__identity])


def key_name(public_key: bytes) -> str:
    """Eight bytes of the digest of a public key, hexadecimal."""
    state = Hash(SHA256())
    state.update(public_key)
    return state.finalize()[:8].hex()
