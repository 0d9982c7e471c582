"""A key store whose wrapping keys are in a hardware security module, spoken to by PKCS#11 (OASIS, version 2.40).

They are made in the module's token, sensitive and not extractable, and never leave it. What they wrap is unwrapped by
the token and then lives in the memory of the process that needs it. Needs the extra `hsm`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self, cast

from cryptography.exceptions import InvalidTag

from declare import Fault, Opaque, Refusal, WrongInput
from pseudonymise.keys.store import KeyStore, furnish, require_none
from pseudonymise.keys.wrap import KEY_BITS, NONCE_BYTES, TAG_BITS
from pseudonymise.keys.wrapping import NoWrappingKey, WrappingKeyThere, WrongPassphrase

if TYPE_CHECKING:
    import pkcs11
    from pkcs11 import GCMParams, Mechanism, Session


@dataclass(frozen=True, slots=True)
class Token:
    """Where wrapping keys are: the maker's PKCS#11 library, and the label its token was initialised with."""

    library: Path
    label: str


class Pkcs11KeyStore(KeyStore):
    """The folder holds what the token wrapped; without the token it opens nothing."""

    __slots__ = ()

    @classmethod
    def create(cls, path: Path, token: Token, pin: str) -> Self:
        """A new, empty key store. Raises `Refusal` when one is there already, and as `Pkcs11Keys` does."""
        require_none(path)
        keys = Pkcs11Keys(token, pin)
        furnish(path, keys)
        return cls(path, keys)

    @classmethod
    def open(cls, path: Path, token: Token, pin: str) -> Self:
        """Raises `WrongInput` when there is none, and as `Pkcs11Keys` does."""
        return cls(path, Pkcs11Keys(token, pin))


class _Aes(Protocol):
    """A handle on an AES key in the token, as `pkcs11` makes it."""

    def encrypt(self, data: bytes, *, mechanism: "Mechanism", mechanism_param: "GCMParams") -> bytes: ...
    def decrypt(self, data: bytes, *, mechanism: "Mechanism", mechanism_param: "GCMParams") -> bytes: ...
    def destroy(self) -> None: ...


class Pkcs11Keys(Opaque):
    """`WrappingKeys` in a token: AES-256-GCM there, with nonces made here.

    A process that is logged in to a token stays so until `close`: until then a second PIN is not asked for.
    """

    __slots__ = ("__session", "__token")

    def __init__(self, token: Token, pin: str) -> None:
        """Raises `WrongInput` without library or token, `WrongPin`, `PinIsLocked`, and `Fault` for the module."""
        self.__token = token
        self.__session = _session(token, pin)

    def make(self, name: str) -> None:
        from pkcs11 import Attribute, KeyType, MechanismFlag

        if self._find(name) is not None:
            raise WrappingKeyThere(name)
        with _answering(self.__token):
            self.__session.generate_key(
                KeyType.AES, KEY_BITS, label=name, id=name.encode(), store=True,
                capabilities=MechanismFlag.ENCRYPT | MechanismFlag.DECRYPT,
                template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.PRIVATE: True},
            )  # fmt: skip

    def holds(self, name: str) -> bool:
        return self._find(name) is not None

    def wrap(self, name: str, secret: bytes, bound_to: bytes) -> bytes:
        from pkcs11 import Mechanism

        nonce, key = os.urandom(NONCE_BYTES), self._key(name)
        with _answering(self.__token):
            sealed = key.encrypt(secret, mechanism=Mechanism.AES_GCM, mechanism_param=_gcm(nonce, bound_to))
            return nonce + bytes(sealed)

    def unwrap(self, name: str, box: bytes, bound_to: bytes) -> bytes:
        from pkcs11 import DataInvalid, EncryptedDataInvalid, EncryptedDataLenRange, GeneralError, Mechanism

        nonce, sealed, key = box[:NONCE_BYTES], box[NONCE_BYTES:], self._key(name)
        if len(sealed) < TAG_BITS // 8:
            raise InvalidTag
        with _answering(self.__token):
            try:
                return bytes(key.decrypt(sealed, mechanism=Mechanism.AES_GCM, mechanism_param=_gcm(nonce, bound_to)))
            except (EncryptedDataInvalid, EncryptedDataLenRange, DataInvalid, GeneralError):
                raise InvalidTag from None  # SoftHSM says "general error" where the standard has a code of its own

    def destroy(self, name: str) -> None:
        key = self._find(name)
        if key is not None:
            with _answering(self.__token):
                key.destroy()

    def close(self) -> None:
        """Log this process out of the token; whatever else it has open there ends too."""
        with _answering(self.__token):
            self.__session.close()

    def _key(self, name: str) -> "_Aes":
        found = self._find(name)
        if found is None:
            raise NoWrappingKey(name)
        return found

    def _find(self, name: str) -> "_Aes | None":
        from pkcs11 import KeyType, NoSuchKey, ObjectClass

        with _answering(self.__token):
            try:
                found = self.__session.get_key(
                    object_class=ObjectClass.SECRET_KEY, key_type=KeyType.AES, label=name, id=name.encode()
                )
            except NoSuchKey:
                return None
        return cast("_Aes", found)


class WrongPin(WrongPassphrase):
    def __init__(self, token: Token) -> None:
        Refusal.__init__(
            self, f"token {token.label} refused the PIN",
            remedy="Try the PIN again; after a number of wrong ones, set by its maker, a token locks itself.",
        )  # fmt: skip


class PinIsLocked(Refusal):
    def __init__(self, token: Token) -> None:
        super().__init__(
            f"token {token.label} has locked its PIN",
            remedy="Let the module's security officer set a new PIN; the keys in the token stay.",
        )


def _gcm(nonce: bytes, bound_to: bytes) -> "GCMParams":
    from pkcs11 import GCMParams

    return GCMParams(nonce, bound_to, TAG_BITS)


def _session(token: Token, pin: str) -> "Session":
    found = _token(token)
    import pkcs11

    with _answering(token):
        try:
            return found.open(rw=True, user_pin=pin)
        except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange):
            raise WrongPin(token) from None
        except pkcs11.PinLocked:
            raise PinIsLocked(token) from None
        except pkcs11.UserAlreadyLoggedIn:
            return found.open(rw=True)


def _token(token: Token) -> "pkcs11.Token":
    try:
        import pkcs11
    except ImportError:
        raise WrongInput(
            "this installation cannot speak to a hardware module", remedy="Install the extra: koppelkamer[hsm]."
        ) from None
    try:
        return pkcs11.lib(str(token.library)).get_token(token_label=token.label)
    except pkcs11.PKCS11Error:
        raise WrongInput(
            f"the PKCS#11 library {token.library} gives no token of the label {token.label}, or more than one",
            remedy="Mend `library` or `token` in room.toml; a token is initialised with its maker's program.",
        ) from None


@contextmanager
def _answering(token: Token) -> Iterator[None]:
    """What the module says, by the name of its return code and no more."""
    from pkcs11 import PKCS11Error

    try:
        yield
    except PKCS11Error as error:
        raise Fault(
            f"token {token.label} did not do what was asked ({type(error).__name__})",
            remedy="Check that the module is connected, allows AES-GCM and has room for keys.",
        ) from None
