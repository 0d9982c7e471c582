"""Leaf keys: HKDF-Expand (RFC 5869) with SHA-256 over an info string whose parts carry their length.

A master is 32 random bytes, so the extract step is left out (RFC 5869, section 3.3). Expanding to 32 bytes is one HMAC
under the master, which a hardware module without HKDF can do too.
"""

from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

PRODUCT: Final = "koppelkamer/1"
KEY_BYTES: Final = 32


def expand(key: bytes, info: bytes, length: int = KEY_BYTES) -> bytes:
    """`length` bytes derived from `key`. Raises `ValueError` above 255 × 32 bytes."""
    return HKDFExpand(algorithm=SHA256(), length=length, info=info).derive(key)


def framed(*parts: str) -> bytes:
    """The parts in UTF-8, each after its length in bytes (4 bytes, big-endian): other parts, other bytes."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def leaf_info(domain: str, version: int, purpose: str, field: str) -> bytes:
    """The info string of a leaf key: product version, domain, purpose, field, version of the domain."""
    return framed(PRODUCT, domain, purpose, field, str(version))
