"""A key store whose wrapping keys are in a file under a passphrase."""

from pathlib import Path
from typing import Final, Self

from pseudonymise.keys.passphrase import PassphraseKeys
from pseudonymise.keys.store import KeyStore, furnish, require_none
from pseudonymise.keys.wrap import Work

WRAPPING: Final = "wrapping.json"


class FileKeyStore(KeyStore):
    """`wrapping` is the file of the wrapping keys. By default it lies in the store's folder, which is then handed over
    as one; whoever backs up that folder backs up both halves, and a destroyed key comes back with it. A room keeps the
    file elsewhere.
    """

    __slots__ = ()

    @classmethod
    def create(cls, path: Path, passphrase: str, *, wrapping: Path | None = None, work: Work | None = None) -> Self:
        """A new, empty key store. Raises `Refusal` when one is there already, `WrongInput` without a passphrase."""
        require_none(path)
        keys = PassphraseKeys.create(wrapping or path / WRAPPING, passphrase, work or Work())
        furnish(path, keys)
        return cls(path, keys, keys.work)

    @classmethod
    def open(cls, path: Path, passphrase: str, *, wrapping: Path | None = None) -> Self:
        """Raises `WrongInput` when there is none, `WrongPassphrase` when it does not open."""
        keys = PassphraseKeys.open(wrapping or path / WRAPPING, passphrase)
        return cls(path, keys, keys.work)
