"""The room's key store, of the kind it declares: made once, opened with the passphrase or the token's PIN."""

from collections.abc import Callable

from koppelkamer.passphrase import new_passphrase, opened
from koppelkamer.room import Room
from pseudonymise.keys import FileKeyStore, KeyStore
from pseudonymise.keys.pkcs11 import Pkcs11KeyStore, Token


def create_store(room: Room) -> KeyStore:
    """Raises `Refusal` when there is one. A passphrase is new; a token has its PIN already."""
    if token := _token(room):
        return opened(
            lambda pin: Pkcs11KeyStore.create(room.keystore, token, pin), room.passphrase_file, pin=token.label
        )
    return FileKeyStore.create(room.keystore, new_passphrase(room.passphrase_file), wrapping=room.wrapping)


def open_store(room: Room, refused: Callable[[], None]) -> KeyStore:
    """Raises as `opened` does, and `WrongInput` without a store; `refused` is called after each wrong try."""
    if token := _token(room):
        return opened(
            lambda pin: Pkcs11KeyStore.open(room.keystore, token, pin), room.passphrase_file, refused, token.label
        )
    return opened(
        lambda typed: FileKeyStore.open(room.keystore, typed, wrapping=room.wrapping), room.passphrase_file, refused
    )


def _token(room: Room) -> Token | None:
    declared = room.declaration.keystore
    if declared.library is None or declared.token is None:
        return None
    return Token(room.folder / declared.library, declared.token)
