"""What a data steward or a parcel's recipient alone can open: its age identity, and what is sealed to it.

Both are ordinary age files (age-encryption.org/v1): `age -d -i steward.key quarantine.age` opens them as well. age says
nothing of who sealed a file; whoever knows the address can, so that what is opened is looked at as a stranger's.
"""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Final

import pyrage

from declare import Refusal, WrongInput, replacing, workplace, write_atomically
from pseudonymise.archive import Archive, packed
from pseudonymise.envelope import recipient_of, seal_pieces, unseal
from pseudonymise.keys import WrongPassphrase
from pseudonymise.keys.handle import Mailbox

_LARGEST_KEY: Final = 64 * 2**10
"""Bytes; an identity takes a few hundred."""


class NotForThisSteward(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is sealed for another steward, or its first lines were changed",
            remedy="Use the key whose address stands in the source's declaration as `steward`.",
        )


def make_mailbox(path: Path, passphrase: str, whose: str) -> str:
    """Make an identity, write it under the passphrase, mode 0600, and give its address. Never over a file there is."""
    require_free(path)
    if not passphrase:
        raise WrongInput("the key needs a passphrase", remedy="Type one, or name a file of mode 0600 that holds one.")
    identity = pyrage.x25519.Identity.generate()
    address = str(identity.to_public())
    text = f"# {whose}; address: {address}\n{identity}\n"
    write_atomically(path, pyrage.passphrase.encrypt(text.encode(), passphrase), mode=0o600)
    return address


def require_free(path: Path) -> None:
    """Nothing is written over: neither a key, without which nothing opens, nor a folder somebody works in."""
    if path.exists():
        raise Refusal(f"{path} is there already", remedy="Name one that is not there yet.")


def open_steward_key(path: Path, passphrase: str) -> Mailbox:
    """Raises `WrongInput` for what is no such key, `WrongPassphrase` when it does not open."""
    content = _key_file(path)
    try:
        text = pyrage.passphrase.decrypt(content, passphrase).decode()
        lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    except (pyrage.DecryptError, UnicodeDecodeError):
        raise WrongPassphrase(path) from None
    try:
        return Mailbox(lines[0])
    except (pyrage.IdentityError, IndexError):
        raise _no_key(path) from None


def seal_to_steward(members: Iterable[tuple[str, Iterable[bytes]]], address: str, out: Path) -> None:
    """One sealed file with these files in it, whole or not at all. Raises `Fault` for the disk."""
    seal_pieces(packed(members), recipient_of(address), out)


def open_for_steward(
    path: Path,
    key: Mailbox,
    out: Path,
    files: Collection[str],
    stranger: Callable[[str], Refusal] = NotForThisSteward,
) -> list[Path]:
    """Write what was sealed, mode 0600, into the new folder `out`, whole or not at all.

    Raises `Refusal` when the folder is there, `WrongInput` for what is no sealed file, `stranger` for one that is for
    somebody else, `Damaged` for a file that was cut or changed or holds others than `files`, and `Fault` for the disk.
    """
    require_free(out)
    with workplace(out) as place:
        unseal(path, key.open, place / "opened.zip", stranger)
        archive = Archive(place / "opened.zip", path.name)
        named = archive.require_among(files)
        fresh = place / "files"
        fresh.mkdir(mode=0o700)
        for name in named:
            with replacing(fresh / name, mode=0o600) as temporary, temporary.open("wb") as file:
                file.writelines(archive.pieces(name))
        fresh.rename(out)
    return [out / name for name in named]


def _key_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_KEY + 1)
    except OSError:
        raise WrongInput(f"{path} cannot be read", remedy="Name the key that it is sealed to.") from None
    if len(content) > _LARGEST_KEY or not content.startswith(b"age-encryption.org/v1\n-> scrypt "):
        raise _no_key(path)
    return content


def _no_key(path: Path) -> WrongInput:
    return WrongInput(f"{path} holds no key", remedy="Name the file that `quarantine key` or `parcel key` made.")
