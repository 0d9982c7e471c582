"""Where a passphrase comes from: a private file for unattended work, else the keyboard. Never the environment."""

import getpass
import secrets
import stat
import sys
from pathlib import Path

from declare import Refusal, WrongInput, write_atomically


def passphrase(file: Path | None) -> str:
    """The passphrase. Raises `WrongInput` when there is none to be had, `Refusal` when its file is not private."""
    return _read(file) if file else _ask("Passphrase of the key store: ")


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
            "the key store needs its passphrase, and nobody is at the keyboard",
            remedy="Name a passphrase file (mode 0600): in room.toml, or with --passphrase-file.",
        )
    return getpass.getpass(prompt)


def _read(file: Path) -> str:
    if not file.is_file():
        raise WrongInput(f"there is no passphrase file {file}", remedy="Make it with mode 0600, or mend the path.")
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Refusal(f"{file} can be read by other users", remedy=f"Run: chmod 600 {file}")
    return file.read_text(encoding="utf-8").rstrip("\n")
