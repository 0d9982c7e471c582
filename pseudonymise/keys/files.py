"""Files of a key store: canonical JSON, whole or not at all, for its owner only."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from declare import Declaration, Refusal, WrongInput, canonical, remove, write_atomically

D = TypeVar("D", bound=Declaration)


def write(path: Path, content: Declaration) -> None:
    """`content` in `path`, mode 0600, in a folder of mode 0700. Raises `Fault` for the disk."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomically(path, canonical(content.model_dump(mode="json")), mode=0o600)


def read(path: Path, kind: type[D]) -> D:
    """One file of the store. Raises `WrongInput` when it is missing, `Refusal` when it is open to others or damaged."""
    try:
        _require_private(path)
        return kind.model_validate_json(path.read_bytes())
    except OSError:
        raise WrongInput(
            f"there is no readable key store at {path.parent}: {path.name} is missing",
            remedy="Make one with `koppelkamer key init`, or mend the path.",
        ) from None
    except ValidationError:
        raise Refusal(f"{path} is damaged", remedy="Restore the key store from its backup.") from None


def require_named(path: Path, domain: str, version: int) -> None:
    """Raise `Refusal` unless `path` bears the name of what is in it: a signature does not say where a file lay."""
    if path.name != name_of(domain, version):
        raise Refusal(
            f"{path} is about {domain} version {version}: it was copied or renamed",
            remedy="Take it away, or restore the key store from its backup.",
        )


def name_of(domain: str, version: int) -> str:
    return f"{domain}.v{version}.json"


def forget(path: Path) -> None:
    """The file is gone, and with it what a write that was broken off left beside it. Raises `Fault` for the disk."""
    forget_halves(path)
    remove(path)


def forget_halves(path: Path) -> None:
    """Take away what writes that were broken off left of the file: they hold what it was to hold.

    Call it inside `alone`. Raises `Fault` for the disk.
    """
    for half in path.parent.glob(f".{path.name}.*.part"):
        remove(half)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """No other process changes what is in `folder` meanwhile. A file that gives way would take its lock along."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _require_private(path: Path) -> None:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Refusal(f"{path} can be read by other users", remedy=f"Run: chmod 600 {path}")
