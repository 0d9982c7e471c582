"""A place for each kind of key store, so that one set of cases is told of both."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pseudonymise.keys import FileKeyStore, KeyStore, Work
from pseudonymise.keys.pkcs11 import Pkcs11KeyStore, Token
from tests.pseudonymise.softhsm import PIN

CHEAP = Work(memory_kib=64, passes=1, lanes=1)
PASSPHRASE = "juiste paard batterij nietje"


@dataclass(frozen=True)
class Home:
    """`folder` is what is backed up; the wrapping keys are elsewhere."""

    folder: Path
    make: Callable[[], KeyStore]
    open: Callable[[], KeyStore]


def file_home(folder: Path) -> Home:
    keys, wrapping = folder / "keys", folder / "apart" / "wrapping.json"
    return Home(
        keys,
        lambda: FileKeyStore.create(keys, PASSPHRASE, wrapping=wrapping, work=CHEAP),
        lambda: FileKeyStore.open(keys, PASSPHRASE, wrapping=wrapping),
    )


def pkcs11_home(folder: Path, token: Token) -> Home:
    keys = folder / "keys"
    return Home(keys, lambda: Pkcs11KeyStore.create(keys, token, PIN), lambda: Pkcs11KeyStore.open(keys, token, PIN))
