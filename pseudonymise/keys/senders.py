"""Who may deliver under a domain version."""

from declare import Declaration, Signer, canonical, verify_signature
from pseudonymise.domain import Hex


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
