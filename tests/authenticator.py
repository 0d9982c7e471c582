"""A program that makes codes, as people carry in their pocket: RFC 4226 and RFC 6238, read from the standards."""

import base64
import hmac
import struct
import time


def code_of(secret: str, at: float | None = None) -> str:
    """The six digits at a moment (seconds since 1970; now when None) for a secret in base 32."""
    step = int(time.time() if at is None else at) // 30
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    place = digest[-1] & 0x0F
    (number,) = struct.unpack(">I", digest[place : place + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"
