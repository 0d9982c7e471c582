"""Keys: one random master per domain and version, leaf keys derived from it, all behind opaque handles."""

from pseudonymise.keys.entry import Destruction, KeyDestroyed
from pseudonymise.keys.file import FileKeyStore, KeyStatus, WrongPassphrase
from pseudonymise.keys.handle import DomainKeys, LeafKey, RoomKeys
from pseudonymise.keys.store import KeyStore
from pseudonymise.keys.wrap import Work

__all__ = [
    "Destruction",
    "DomainKeys",
    "FileKeyStore",
    "KeyDestroyed",
    "KeyStatus",
    "KeyStore",
    "LeafKey",
    "RoomKeys",
    "Work",
    "WrongPassphrase",
]
