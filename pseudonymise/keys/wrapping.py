"""What a key store asks of the keys that wrap its secrets, and where two kinds of stores differ."""

from typing import Final, Protocol

from declare import Refusal

OWN: Final = "store"
"""Last part of the name of the key that wraps a store's own secrets; domains' keys are named otherwise."""


class WrappingKeys(Protocol):
    """AES-256-GCM keys (NIST SP 800-38D) by name. They are kept apart from what they wrap, so that a copy of the
    wrapped secrets, such as a backup, is worth nothing once their wrapping key is gone.
    """

    def make(self, name: str) -> None:
        """A new key of this name. Raises `Refusal` when there is one."""

    def holds(self, name: str) -> bool:
        """Whether there is a key of this name."""

    def wrap(self, name: str, secret: bytes, bound_to: bytes) -> bytes:
        """Nonce, ciphertext and tag; `bound_to` is additional data. Raises `NoWrappingKey`."""

    def unwrap(self, name: str, box: bytes, bound_to: bytes) -> bytes:
        """The secret. Raises `InvalidTag` when box or `bound_to` differ, and `NoWrappingKey`."""

    def destroy(self, name: str) -> None:
        """The key is gone. Does nothing when it is gone already."""


class NoWrappingKey(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"the wrapping key {name} is gone; what it wrapped cannot be opened",
            remedy="It was destroyed, or belongs to another store: name the right wrapping keys, or make keys anew.",
        )


class WrappingKeyThere(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(f"there is a wrapping key {name} already", remedy="Raise the version to get new keys.")


class WrongPassphrase(Refusal):
    def __init__(self, place: object) -> None:
        super().__init__(
            f"the key store {place} does not open: wrong passphrase, or the file was changed",
            remedy="Try the passphrase again, or restore the key store from its backup.",
        )
