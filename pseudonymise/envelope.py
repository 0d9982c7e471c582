"""The outside of a sealed delivery: an age file (age-encryption.org/v1) that one room opens, never whole in memory."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyrage

from declare import Refusal, WrongInput, replacing
from pseudonymise.manifest import Damaged

Opening = Callable[[BinaryIO, BinaryIO], None]
"""Writes what a sealed file holds. Raises `pyrage.DecryptError`; `OSError` where a later piece does not open."""
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


def seal_pieces(pieces: Iterator[bytes], recipient: pyrage.x25519.Recipient, out: Path) -> None:
    """Encrypt what comes piece by piece to `out`, whole or not at all; it is on no disk in clear.

    Raises `Fault` for the disk, and whatever `pieces` raises.
    """
    plain = _Pieces(pieces)
    with replacing(out, mode=0o600) as temporary, temporary.open("wb") as sealed:
        try:
            pyrage.encrypt_io(plain, sealed, [recipient])
        except pyrage.EncryptError:
            if plain.failed is None:
                raise
        # Outside the handler: age's own error quotes the one it stumbled over.
        if plain.failed is not None:
            raise plain.failed


class _Pieces(io.RawIOBase):
    """Pieces as a file to be read from front to back. What goes wrong on the way is kept: age would swallow it."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""
        self.failed: BaseException | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            try:
                self._rest = next(self._pieces)
            except StopIteration:
                return 0
            except BaseException as error:
                self.failed = error
                raise OSError from None
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def unseal(path: Path, opening: Opening, to: Path, stranger: Callable[[str], Refusal] = OtherRoom) -> None:
    """Decrypt the file with `opening`, which may hold the key.

    Raises `WrongInput` for what is no sealed file, `stranger` for one sealed to somebody else, `Damaged` for one that
    does not open, `Fault` for the disk.
    """
    _require_sealed(path)
    why: Exception | None = None
    with replacing(to, mode=0o600) as temporary:
        with path.open("rb") as sealed, temporary.open("wb") as opened:
            try:
                opening(sealed, opened)
            except (pyrage.DecryptError, OSError) as error:
                why = error
        if isinstance(why, OSError) and why.errno is not None:
            raise why
        if why is not None:
            raise (stranger if "No matching keys" in str(why) else Damaged)(path.name)


def _require_sealed(path: Path) -> None:
    if not path.is_file():
        raise WrongInput(f"{path} does not exist", remedy="Check the name of the sealed file.")
    if path.stat().st_size > LARGEST:
        raise WrongInput(
            f"{path.name} is larger than {LARGEST // 2**30} GiB", remedy="Let the partner deliver in smaller parts."
        )
    if not is_sealed(path):
        raise WrongInput(f"{path.name} is not a sealed file", remedy="Make one with `koppelkamer encode`.")
