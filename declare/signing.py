"""Who needs a signature or an envelope asks for one of these; only flows and the command line hold the keys."""

from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from declare.refusal import Refusal


class Signer(Protocol):
    """Signs bytes with Ed25519 (RFC 8032)."""

    @property
    def key_id(self) -> str:
        """A short name of the key, safe to print."""

    @property
    def public_key(self) -> bytes:
        """The 32 raw bytes of the public key."""

    def sign(self, message: bytes) -> bytes:
        """A signature of 64 bytes."""


class Sealer(Protocol):
    """Encrypts bytes so that only the same store opens them again."""

    def seal(self, content: bytes, context: str) -> bytes:
        """Sealed bytes, bound to `context`."""

    def unseal(self, sealed: bytes, context: str) -> bytes:
        """The content; raises `Refusal` when bytes or context were changed."""


class BadSignature(Refusal):
    def __init__(self, what: str) -> None:
        super().__init__(
            f"the signature of {what} does not hold",
            remedy="Treat it as changed or forged; ask its maker for the original.",
        )


def verify_signature(public_key: bytes, message: bytes, signature: bytes, *, what: str) -> None:
    """Raise `BadSignature` unless `signature` over `message` holds under `public_key` (Ed25519)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise BadSignature(what) from error
