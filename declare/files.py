"""Files appear whole or not at all: written under a temporary name beside the target, synced, then renamed."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from declare.refusal import Fault


@contextmanager
def replacing(path: Path, *, mode: int = 0o644) -> Iterator[Path]:
    """A temporary path in the target's folder; on success it takes the target's name, on failure it is gone.

    Raises `Fault` when the disk is full or the folder cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch(mode=mode)
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise _fault(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def write_atomically(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write `content` to `path`, whole or not at all. Raises `Fault`."""
    with replacing(path, mode=mode) as temporary:
        temporary.write_bytes(content)


def _fault(path: Path, error: OSError) -> Fault:
    if error.errno == errno.ENOSPC:
        return Fault(f"the disk is full; {path.name} was not written", remedy="Make room on the disk and run again.")
    return Fault(
        f"{path.name} could not be written ({os.strerror(error.errno or 0)})",
        remedy="Check that the folder exists and may be written by this user.",
    )
