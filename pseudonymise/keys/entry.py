"""One file per domain version in a key store: the signed domain, its state and its masters, wrapped."""

from typing import Literal

from cryptography.exceptions import InvalidTag

from declare import Declaration, Refusal, canonical
from pseudonymise.domain import Hex, SignedDomain
from pseudonymise.keys.state import State
from pseudonymise.keys.wrapping import WrappingKeys

MasterKind = Literal["domain", "room"]


class Entry(Declaration):
    """`wrapped`: kind of master → sealed bytes. A partner's copy holds the domain's master only."""

    signed: SignedDomain
    state: Literal["pre-active", "active", "retired"]
    wrapped: dict[MasterKind, Hex]

    def secret(self, keys: WrappingKeys, under: str, kind: MasterKind) -> bytes:
        """The master, unwrapped by the wrapping key `under`.

        Raises `NoWrappingKey`, and `BadSignature` or `Refusal` when domain or state were changed afterwards.
        """
        self.signed.verify()
        if kind not in self.wrapped:
            raise Refusal(
                f"this key store is a partner's copy for {self.signed.domain.id}; it does not hold the room's own key",
                remedy="Do this in the room.",
            )
        try:
            return keys.unwrap(under, bytes.fromhex(self.wrapped[kind]), _bound(self.signed, self.state, kind))
        except InvalidTag:
            raise Refusal(
                f"the key file of domain {self.signed.domain.id} was changed",
                remedy="Restore the key store from its backup.",
            ) from None


def entry(
    keys: WrappingKeys, under: str, signed: SignedDomain, state: State, secrets: dict[MasterKind, bytes]
) -> Entry:
    """Masters wrapped by the wrapping key `under`; domain, signature and state are additional data."""
    boxes = {kind: keys.wrap(under, secret, _bound(signed, state, kind)).hex() for kind, secret in secrets.items()}
    return Entry.model_validate({"signed": signed, "state": state, "wrapped": boxes})


def _bound(signed: SignedDomain, state: State, kind: MasterKind) -> bytes:
    return canonical({"signed": signed.model_dump(mode="json"), "state": state, "kind": kind})
