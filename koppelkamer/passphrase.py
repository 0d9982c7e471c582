"""Where a passphrase comes from: a private file for unattended work, else the keyboard. Never the environment."""

import getpass
import secrets
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from declare import Refusal, WrongInput, write_atomically
from pseudonymise.keys import WrongPassphrase

TRIES: Final = 3
S = TypeVar("S")


class WrongThreeTimes(Refusal):
    def __init__(self) -> None:
        super().__init__(
            "wrong three times; nothing was opened",
            remedy="Ask whoever keeps it. In a room each try is noted for the audit log.",
        )


def opened(
    open_with: Callable[[str], S], file: Path | None, refused: Callable[[], None] | None = None, pin: str | None = None
) -> S:
    """What `open_with` makes of the passphrase: that in `file`, or one that is typed, in three tries at most.

    `refused` is called after each wrong one. `pin` names the token whose PIN it is. Raises `WrongPassphrase` for a
    file's, `WrongThreeTimes`, `WrongInput` when there is none to be had, and `Refusal` when the file is not private.
    """
    for left in reversed(range(1 if file else TRIES)):
        try:
            return open_with(_read(file) if file else _ask(f"PIN of token {pin}: " if pin else "The passphrase: "))
        except WrongPassphrase as wrong:
            if refused:
                refused()
            if file:
                raise
            print(f"{wrong.message}; {left} tries left", file=sys.stderr)  # noqa: T201  (somebody is at the keyboard)
    raise WrongThreeTimes


def new_passphrase(file: Path | None) -> str:
    """A passphrase for a new key store: made at random and kept in `file` when one is named, else typed twice."""
    if file is None:
        first = _ask("New passphrase: ")
        if first != _ask("Once more: "):
            raise WrongInput("the two differ", remedy="Try again.")
        return first
    if not file.exists():
        write_atomically(file, secrets.token_urlsafe(32).encode() + b"\n", mode=0o600)
    return _read(file)


def _ask(prompt: str) -> str:
    if not sys.stdin.isatty():
        raise WrongInput(
            "the key store needs its passphrase or PIN, and nobody is at the keyboard",
            remedy="Name a passphrase file (mode 0600): in room.toml, or with --passphrase-file.",
        )
    return getpass.getpass(prompt)


def _read(file: Path) -> str:
    if not file.is_file():
        raise WrongInput(f"there is no passphrase file {file}", remedy="Make it with mode 0600, or mend the path.")
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Refusal(f"{file} can be read by other users", remedy=f"Run: chmod 600 {file}")
    return file.read_text(encoding="utf-8").rstrip("\n")
