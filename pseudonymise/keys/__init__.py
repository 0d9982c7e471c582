"""Keys: one random master per domain and version, leaf keys derived from it, all behind opaque handles.

A room's wrapping keys are in a file (`FileKeyStore`) or in a hardware module (`pseudonymise.keys.pkcs11`).
"""

from pseudonymise.keys.destruction import Destruction
from pseudonymise.keys.file import FileKeyStore
from pseudonymise.keys.handle import DomainKeys, LeafKey, RoomKeys
from pseudonymise.keys.state import KeyDestroyed, NoSuchStep, NotActive
from pseudonymise.keys.store import KeyStatus, KeyStore
from pseudonymise.keys.wrap import Work
from pseudonymise.keys.wrapping import NoWrappingKey, WrongPassphrase

__all__ = [
    "Destruction",
    "DomainKeys",
    "FileKeyStore",
    "KeyDestroyed",
    "KeyStatus",
    "KeyStore",
    "LeafKey",
    "NoSuchStep",
    "NoWrappingKey",
    "NotActive",
    "RoomKeys",
    "Work",
    "WrongPassphrase",
]
