"""One file per domain version in a key store: the signed domain, its state and its masters, wrapped."""

from datetime import date
from typing import Literal

from cryptography.exceptions import InvalidTag
from pydantic import Field

from declare import Declaration, Refusal, Signer, canonical, verify_signature
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


class Destruction(Declaration):
    """The signed record that a master is gone. It outlives the key, so a restored backup does not bring it back."""

    domain: str
    version: int
    key_id: str
    day: date
    reason: str = Field(min_length=1)
    public_key: Hex
    signature: Hex

    @classmethod
    def sign(cls, signed: SignedDomain, key_id: str, day: date, reason: str, signer: Signer) -> "Destruction":
        record = cls(
            domain=signed.domain.id, version=signed.domain.version, key_id=key_id, day=day, reason=reason,
            public_key=signer.public_key.hex(), signature="",
        )  # fmt: skip
        return record.model_copy(update={"signature": signer.sign(record.message).hex()})

    @property
    def message(self) -> bytes:
        content = self.model_dump(mode="json", exclude={"signature"})
        return canonical({"format": "koppelkamer-destruction/1", **content})

    def verify(self, public_key: bytes) -> None:
        """Raise `BadSignature` unless the record was signed under `public_key`."""
        what = f"the destruction of {self.domain} version {self.version}"
        verify_signature(public_key, self.message, bytes.fromhex(self.signature), what=what)


class Senders(Declaration):
    """Who got a copy of a domain's key, and under which key each of them signs its deliveries; signed by the room."""

    domain: str
    version: int
    public_keys: dict[str, Hex]
    """Partner → Ed25519 public key."""
    signature: Hex = ""

    @property
    def message(self) -> bytes:
        return canonical({"format": "koppelkamer-senders/1", **self.model_dump(mode="json", exclude={"signature"})})

    def with_sender(self, partner: str, public_key: bytes, signer: Signer) -> "Senders":
        grown = self.model_copy(update={"public_keys": {**self.public_keys, partner: public_key.hex()}})
        return grown.model_copy(update={"signature": signer.sign(grown.message).hex()})

    def verify(self, public_key: bytes) -> None:
        """Raise `BadSignature` unless the room signed this list."""
        what = f"the list of senders of {self.domain}"
        verify_signature(public_key, self.message, bytes.fromhex(self.signature), what=what)
