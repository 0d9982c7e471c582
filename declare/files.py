"""Files appear whole or not at all: written under a temporary name beside the target, synced, then renamed.

The folder is synced too: without that a power cut may undo a rename or a removal (fsync(2))."""

import errno
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from declare.refusal import Fault

_NUMBER: Final = re.compile(r"(?:\(os error |\[Errno )(\d+)[)\]]")


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
        _sync(path.parent)
    except Exception as error:
        if (number := _number(error)) is None:
            raise
        raise _fault(path, number) from error
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def workplace(beside: Path) -> Iterator[Path]:
    """A folder for what is being made, beside the file or folder that it will be part of; gone afterwards.

    Raises `Fault` when the disk is full or the place cannot be written.
    """
    try:
        beside.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", suffix=".part", dir=beside.parent) as folder:
            yield Path(folder)
    except Exception as error:
        if (number := _number(error)) is None:
            raise
        raise _fault(beside, number) from error


def write_atomically(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write `content` to `path`, whole or not at all. Raises `Fault`."""
    with replacing(path, mode=mode) as temporary:
        temporary.write_bytes(content)


def remove(path: Path) -> None:
    """The file is gone, also after a power cut. Does nothing when there is none. Raises `Fault`."""
    try:
        path.unlink()
        _sync(path.parent)
    except FileNotFoundError:
        return
    except OSError as error:
        raise Fault(
            f"{path.name} could not be removed ({os.strerror(error.errno or 0)})",
            remedy="Check that the folder may be written by this user.",
        ) from error


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _number(error: Exception) -> int | None:
    """The system's number of what went wrong. Polars and age have exceptions of their own, with it in the text."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    found = _NUMBER.search(str(error))
    return int(found[1]) if found else None


def _fault(path: Path, number: int) -> Fault:
    if number == errno.ENOSPC:
        return Fault(f"the disk is full; {path.name} was not written", remedy="Make room on the disk and run again.")
    return Fault(
        f"{path.name} could not be written ({os.strerror(number)})",
        remedy="Check that the folder exists and may be written by this user.",
    )
