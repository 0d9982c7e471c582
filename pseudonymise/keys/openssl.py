"""HMAC-SHA-256 of a whole column by OpenSSL, without a call from Python per value.

`cryptography` and `hashlib` make and copy a context for every message, which takes several times as long as the hash.
OpenSSL starts over under the same key when `HMAC_Init_ex` gets none (HMAC(3)); numba compiles the loop that calls it.
The library is the one that `hashlib` has loaded.
"""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

import numpy as np

from pseudonymise.binary import Bytes, Offsets

DIGEST: Final = 32
MANY: Final = 500_000
"""Messages from which on starting the compiler, some seconds once, pays itself back within a few columns."""
FEW: Final = 1_000
"""Messages from which on it pays when it has been started."""
_NEEDED: Final = ("HMAC_CTX_new", "HMAC_Init_ex", "HMAC_Update", "HMAC_Final", "HMAC_CTX_free", "EVP_sha256")


def pays(messages: int) -> bool:
    """Whether so many messages are quicker at once than one by one."""
    return messages >= (FEW if "pseudonymise.keys.compiled" in sys.modules else MANY)


def hmac_sha256(secret: bytes, content: Bytes, offsets: Offsets, size: int) -> Bytes | None:
    """HMAC-SHA-256 (RFC 2104) of each message, the leftmost `size` bytes, end to end.

    Message i is `content[offsets[i]:offsets[i + 1]]`. None where OpenSSL is out of reach, or refuses.
    """
    library = _library()
    if library is None:
        return None
    from pseudonymise.keys.compiled import each

    # Every MAC is written whole; the next one goes over what is not kept of it.
    found = np.empty((offsets.size - 1) * size + DIGEST, np.uint8)
    with _keyed(library, secret) as context:
        done = each(context, content.ctypes.data, offsets, found.ctypes.data, size)
    return found[:-DIGEST] if done else None


def address(name: str) -> int:
    """Where a function of the library is. Raises `AttributeError` when there is none."""
    return ctypes.cast(getattr(_library(), name), ctypes.c_void_p).value or 0


@contextmanager
def _keyed(library: ctypes.CDLL, secret: bytes) -> Iterator[int]:
    """A context under the key. OpenSSL wipes it when it is freed."""
    pointer = ctypes.c_void_p
    library.HMAC_CTX_new.restype = library.EVP_sha256.restype = pointer
    context = library.HMAC_CTX_new()
    try:
        library.HMAC_Init_ex(pointer(context), secret, len(secret), pointer(library.EVP_sha256()), None)
        yield context
    finally:
        library.HMAC_CTX_free(pointer(context))


@cache
def _library() -> ctypes.CDLL | None:
    """OpenSSL as `hashlib` has it; None where it is built into the interpreter or lacks a function."""
    try:
        import _hashlib

        library = ctypes.CDLL(_hashlib.__file__)
    except (ImportError, AttributeError, OSError):
        return None
    return library if all(hasattr(library, name) for name in _NEEDED) else None
