"""Merkle tree hashes of RFC 6962, section 2.1, with SHA-256."""

import hashlib
from collections.abc import Sequence


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def root_hash(leaves: Sequence[bytes]) -> bytes:
    """The hash of the tree over leaf hashes; of no leaves, the hash of nothing.

    Built level by level; an odd hash moves up unchanged, which is the same tree as the RFC's split at the largest power
    of two.
    """
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        level = [_parent(level[at : at + 2]) for at in range(0, len(level), 2)]
    return level[0]


def _parent(pair: Sequence[bytes]) -> bytes:
    return hashlib.sha256(b"\x01" + pair[0] + pair[1]).digest() if len(pair) == 2 else pair[0]
