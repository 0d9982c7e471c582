"""A worker that is there holds a lock on a file of its own. However it ends, the kernel lets go; no clock is asked."""

import fcntl
import os
from pathlib import Path

from register.operation import new_operation


class Presence:
    """`name` is this worker's; `is_gone` says of another whether its process has ended."""

    def __init__(self, folder: Path) -> None:
        self.name = new_operation()
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._file = os.open(_path(folder, self.name), os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def is_gone(self, name: str) -> bool:
        """A lock that can be had has no holder; its file then goes, for no name is used twice."""
        if not is_gone(self._folder, name):
            return False
        _path(self._folder, name).unlink(missing_ok=True)
        return True

    def leave(self) -> None:
        _path(self._folder, self.name).unlink(missing_ok=True)
        os.close(self._file)


def is_gone(folder: Path, name: str) -> bool:
    """Whether nobody holds the lock. Raises `PermissionError` for who may not look."""
    try:
        other = os.open(_path(folder, name), os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(other)
    return True


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.lock"
