"""Wrapping: Argon2id (RFC 9106) makes a key of a passphrase, AES-256-GCM (NIST SP 800-38D) seals secrets with it."""

import os
import unicodedata
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from pydantic import Field, model_validator

from declare import Declaration, WrongInput

KEY_BITS: Final = 256
NONCE_BYTES: Final = 12
TAG_BITS: Final = 128


class Work(Declaration):
    """Cost of trying one passphrase; the second choice of RFC 9106, section 4 (64 MiB, three passes)."""

    memory_kib: int = Field(default=65_536, ge=32, le=4_194_304)
    passes: int = Field(default=3, ge=1, le=100)
    lanes: int = Field(default=4, ge=1, le=16)

    @model_validator(mode="after")
    def _memory_serves_the_lanes(self) -> Self:
        if self.memory_kib < 8 * self.lanes:
            raise ValueError("memory_kib is below 8 for each lane")
        return self


FEWEST: Final = 15
"""Characters of a new passphrase: what NIST SP 800-63B-4, section 3.1.1.2, asks of a password that stands alone."""


class ShortPassphrase(WrongInput):
    def __init__(self) -> None:
        super().__init__(
            f"a passphrase has at least {FEWEST} characters",
            remedy="Take four or five words that do not belong together, or name a passphrase file that is not there "
            "yet: one is made at random.",
        )


def require_long(passphrase: str) -> None:
    """Raise `ShortPassphrase`. Every code point counts as one character, in NFC, as the standard has it."""
    if len(unicodedata.normalize("NFC", passphrase)) < FEWEST:
        raise ShortPassphrase


def key_from(passphrase: str, salt: bytes, work: Work) -> AESGCM:
    """The cipher that wraps secrets. The passphrase is taken in NFC, so that keyboards of two makers agree."""
    if not passphrase:
        raise WrongInput("the passphrase is empty", remedy="Give the passphrase of the key store.")
    derive = Argon2id(salt=salt, length=32, iterations=work.passes, lanes=work.lanes, memory_cost=work.memory_kib)
    return AESGCM(derive.derive(unicodedata.normalize("NFC", passphrase).encode()))


def to_box(cipher: AESGCM, content: bytes, bound_to: bytes) -> bytes:
    """A random nonce of 12 bytes, then ciphertext and tag; `bound_to` is additional data."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, content, bound_to)


def open_box(cipher: AESGCM, box: bytes, bound_to: bytes) -> bytes:
    """The content. Raises `InvalidTag` when key, box or `bound_to` differ."""
    if len(box) < NONCE_BYTES:
        raise InvalidTag
    return cipher.decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], bound_to)
