"""Merkle tree hashes and audit paths of RFC 6962, section 2.1, with SHA-256."""

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
        level = _above(level)
    return level[0]


def path_of(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """The hashes that lead from the leaf at `place`, from 0, to the root: its neighbour's on every level with one."""
    level, path = list(leaves), []
    while len(level) > 1:
        path += level[place ^ 1 : (place ^ 1) + 1]
        level, place = _above(level), place // 2
    return path


def root_over(leaf: bytes, place: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root of a tree of `size` leaves with `leaf` at `place` and `path` beside it.

    With a path of another length than such a tree has, no hash of any tree: that of nothing.
    """
    found, rest = leaf, list(path)
    while size > 1:
        if place ^ 1 < size:
            if not rest:
                return root_hash([])
            beside = rest.pop(0)
            found = _parent([beside, found] if place % 2 else [found, beside])
        place, size = place // 2, (size + 1) // 2
    return root_hash([]) if rest else found


def _above(level: Sequence[bytes]) -> list[bytes]:
    return [_parent(level[at : at + 2]) for at in range(0, len(level), 2)]


def _parent(pair: Sequence[bytes]) -> bytes:
    return hashlib.sha256(b"\x01" + pair[0] + pair[1]).digest() if len(pair) == 2 else pair[0]
