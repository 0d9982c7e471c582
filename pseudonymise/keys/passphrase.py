"""Wrapping keys in one file, themselves wrapped under a passphrase (Argon2id, AES-256-GCM)."""

import os
from pathlib import Path
from typing import Final, Literal, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from declare import Declaration, Opaque, Refusal, canonical
from pseudonymise.domain import Hex
from pseudonymise.keys.derive import KEY_BYTES
from pseudonymise.keys.files import alone, forget_halves, read, write
from pseudonymise.keys.wrap import Work, key_from, open_box, require_long, to_box
from pseudonymise.keys.wrapping import OWN, NoWrappingKey, WrappingKeyThere, WrongPassphrase

_SALT_BYTES: Final = 16


class _File(Declaration):
    """Everything except the wrapped keys is their additional data."""

    format: Literal["koppelkamer-wrapping/1"] = "koppelkamer-wrapping/1"
    work: Work
    salt: Hex
    keys: dict[str, Hex] = {}

    def bound(self, name: str) -> bytes:
        return canonical({**self.model_dump(mode="json", exclude={"keys"}), "name": name})


class PassphraseKeys(Opaque):
    """`WrappingKeys` in the file `path`. While open, they are in the memory of the process."""

    __slots__ = ("__cipher", "__file", "__keys", "path")

    def __init__(self, path: Path, file: _File, cipher: AESGCM) -> None:
        try:
            opened = {name: open_box(cipher, bytes.fromhex(box), file.bound(name)) for name, box in file.keys.items()}
        except InvalidTag:
            raise WrongPassphrase(path) from None
        self.path = path
        self.__file, self.__cipher = file, cipher
        self.__keys = {name: AESGCM(key) for name, key in opened.items()}

    @classmethod
    def create(cls, path: Path, passphrase: str, work: Work) -> Self:
        """None yet, or those of a store that was never finished: wrapping keys are never written over.

        Raises `Refusal` when the file holds those of a domain, `WrongPassphrase` when it does not open, and
        `ShortPassphrase`.
        """
        if path.exists():
            if any(not name.endswith(f"/{OWN}") for name in read(path, _File).keys):
                raise Refusal(f"{path} already holds wrapping keys", remedy="Open them, or name another file.")
            return cls.open(path, passphrase)
        require_long(passphrase)
        file = _File(work=work, salt=os.urandom(_SALT_BYTES).hex())
        write(path, file)
        return cls(path, file, key_from(passphrase, bytes.fromhex(file.salt), work))

    @classmethod
    def open(cls, path: Path, passphrase: str) -> Self:
        """Raises `WrongInput` when there is no file, `WrongPassphrase` when it does not open."""
        file = read(path, _File)
        return cls(path, file, key_from(passphrase, bytes.fromhex(file.salt), file.work))

    @property
    def work(self) -> Work:
        return self.__file.work

    def make(self, name: str) -> None:
        key = os.urandom(KEY_BYTES)
        with alone(self.path.parent):
            kept = self._kept()
            if name in kept:
                raise WrappingKeyThere(name)
            self._write({**kept, name: to_box(self.__cipher, key, self.__file.bound(name)).hex()})
        self.__keys[name] = AESGCM(key)

    def holds(self, name: str) -> bool:
        return name in self._kept()

    def wrap(self, name: str, secret: bytes, bound_to: bytes) -> bytes:
        return to_box(self._key(name), secret, bound_to)

    def unwrap(self, name: str, box: bytes, bound_to: bytes) -> bytes:
        return open_box(self._key(name), box, bound_to)

    def destroy(self, name: str) -> None:
        with alone(self.path.parent):
            kept = self._kept()
            if name in kept:
                self._write({other: box for other, box in kept.items() if other != name})
            forget_halves(self.path)
        self.__keys.pop(name, None)

    def _key(self, name: str) -> AESGCM:
        if name not in self.__keys:
            raise NoWrappingKey(name)
        return self.__keys[name]

    def _kept(self) -> dict[str, str]:
        """The wrapped keys as they are now: another process may have made or destroyed some. Raises `WrongPassphrase`
        for other keys in this file's place."""
        now = read(self.path, _File)
        if (now.salt, now.work) != (self.__file.salt, self.__file.work):
            raise WrongPassphrase(self.path)
        return now.keys

    def _write(self, keys: dict[str, str]) -> None:
        write(self.path, self.__file.model_copy(update={"keys": keys}))
