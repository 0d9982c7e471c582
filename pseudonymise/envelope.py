"""The outside of a sealed delivery: an age file (age-encryption.org/v1) that one room opens, never whole in memory."""

from pathlib import Path
from typing import Final

import pyrage

from declare import Refusal, WrongInput, replacing
from pseudonymise.keys import KeyStore
from pseudonymise.manifest import Damaged

LARGEST: Final = 64 * 2**30
"""Bytes; several times what the population of a country takes."""
_AGE: Final = b"age-encryption.org/"


class OtherRoom(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is sealed for another room, or its first lines were changed",
            remedy="Ask the partner to seal it to this room's address.",
        )


def is_sealed(path: Path) -> bool:
    """Whether the file begins as every sealed one does; false for no file."""
    try:
        with path.open("rb") as file:
            return file.read(len(_AGE)) == _AGE
    except OSError:
        return False


def recipient_of(address: str) -> pyrage.x25519.Recipient:
    """Raises `WrongInput` for an address that is none."""
    try:
        return pyrage.x25519.Recipient.from_str(address)
    except pyrage.RecipientError:
        raise WrongInput("the recipient is not an age address", remedy="Copy the room's address, age1….") from None


def seal(content: Path, recipient: pyrage.x25519.Recipient, out: Path) -> None:
    """Encrypt `content` to `out`, whole or not at all. Raises `Fault` for the disk."""
    with replacing(out, mode=0o600) as temporary, content.open("rb") as plain, temporary.open("wb") as sealed:
        pyrage.encrypt_io(plain, sealed, [recipient])


def unseal(path: Path, store: KeyStore, to: Path) -> None:
    """Decrypt the file sealed to `store`.

    Raises `WrongInput` for what is no sealed file, `OtherRoom` and `Damaged` for one that does not open, `Fault` for
    the disk.
    """
    _require_sealed(path)
    why: Exception | None = None
    with replacing(to, mode=0o600) as temporary:
        with path.open("rb") as sealed, temporary.open("wb") as opened:
            try:
                store.open_envelope(sealed, opened)
            except (pyrage.DecryptError, OSError) as error:
                why = error
        if isinstance(why, OSError) and why.errno is not None:
            raise why
        if why is not None:
            raise (OtherRoom if "No matching keys" in str(why) else Damaged)(path.name)


def _require_sealed(path: Path) -> None:
    if not path.is_file():
        raise WrongInput(f"{path} does not exist", remedy="Check the name of the delivery.")
    if path.stat().st_size > LARGEST:
        raise WrongInput(
            f"{path.name} is larger than {LARGEST // 2**30} GiB", remedy="Let the partner deliver in smaller parts."
        )
    if not is_sealed(path):
        raise WrongInput(f"{path.name} is not a sealed delivery", remedy="Make one with `koppelkamer encode`.")
