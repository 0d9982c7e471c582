"""The signed record that a key is gone."""

from datetime import date

from pydantic import Field

from declare import Declaration, Signer, canonical, verify_signature
from pseudonymise.domain import Hex, SignedDomain


class Destruction(Declaration):
    """That a master is gone. It outlives the key, so a restored backup does not bring it back."""

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
