"""Where a passphrase comes from: a private file for unattended work, else the keyboard. Never the environment."""

import getpass
import stat
import sys
from pathlib import Path

from declare import Refusal, WrongInput


def passphrase(file: Path | None) -> str:
    """The passphrase. Raises `WrongInput` when absent or nobody can be asked, `Refusal` when the file is not private."""
    if file is not None:
        return _read(file)
    if not sys.stdin.isatty():
        raise WrongInput(
            "the key store needs its passphrase, and nobody is at the keyboard",
            remedy="Name a passphrase file (mode 0600): in room.toml, or with --passphrase-file.",
        )
    return getpass.getpass("Passphrase of the key store: ")


def _read(file: Path) -> str:
    if not file.is_file():
        raise WrongInput(f"there is no passphrase file {file}", remedy="Make it with mode 0600, or mend the path.")
    if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Refusal(f"{file} can be read by other users", remedy=f"Run: chmod 600 {file}")
    return file.read_text(encoding="utf-8").rstrip("\n")
