"""The pseudonymisation domain: who works with one set of tokens, why, on what grounds and how long.

There is no token without a domain that was signed and has not ended; EDPB Guidelines 01/2025 on pseudonymisation ask
that it is defined before processing.
"""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from declare import Declaration, Refusal, canonical, verify_signature

Hex = Annotated[str, Field(pattern=r"^([0-9a-f]{2})*$")]
"""Bytes in hexadecimal."""

HardeningName = Literal["none", "standard", "strict"]
"""How far evidence of names is coarsened before it leaves a partner (`pseudonymise.harden`)."""


PartyRole = Literal["supplier", "linkage-unit", "recipient"]
"""What a party does, in the terms of Christen, Ranbaduge and Schnell, *Linking Sensitive Data* (2020), chapter 3.

`supplier` (database owner): has the identifiers, gets a copy of the domain's key and delivers under it. `linkage-unit`:
holds the room, with its own keys and all that was delivered. `recipient` (data user): gets what is released; no keys.
"""


class Domain(Declaration):
    """`[domain]` in room.toml. A new `version` gets a master of its own; two domains or versions share no token."""

    model_config = ConfigDict(populate_by_name=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)
    title: str
    purpose: str = Field(min_length=1)
    grounds: tuple[str, ...] = Field(min_length=1)
    parties: dict[str, Annotated[tuple[PartyRole, ...], Field(min_length=1)]]
    """Id of each partner that takes part → what it does."""
    starts: date = Field(alias="from")
    until: date
    """The last day."""
    version: int = Field(default=1, ge=1, le=65535)
    hardening: HardeningName = "standard"
    """The same for all parties: deliveries hardened in two ways do not compare."""
    limit: float | None = Field(default=None, gt=0, le=1)
    """Largest share of persons, and of distinct names, that the attack bench may name under this hardening."""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.until < self.starts:
            raise ValueError("until lies before from")
        return self

    @model_validator(mode="after")
    def _has_suppliers_and_one_linkage_unit(self) -> Self:
        if not self.with_role("supplier"):
            raise ValueError("no party is a supplier")
        if len(self.with_role("linkage-unit")) != 1:
            raise ValueError("exactly one party is the linkage-unit: the one that holds the room")
        return self

    def with_role(self, role: PartyRole) -> tuple[str, ...]:
        """The parties that have it, by id."""
        return tuple(sorted(party for party, roles in self.parties.items() if role in roles))

    def require_supplier(self, party: str) -> None:
        """Raise `NoSupplier` unless `party` may hold the domain's key and deliver under it."""
        if party not in self.with_role("supplier"):
            raise NoSupplier(self, party)

    def require_open(self, day: date) -> None:
        """Raise `DomainNotOpen` when `day` lies outside the domain's dates."""
        if not self.starts <= day <= self.until:
            raise DomainNotOpen(self)


class SignedDomain(Declaration):
    """A domain as the room signed it, with the age address to which deliveries under it are sealed."""

    domain: Domain
    recipient: str
    issuer: Hex
    """The room's Ed25519 public key."""
    signature: Hex

    def verify(self) -> None:
        """Raise `BadSignature` when anything in the document was changed after signing."""
        issuer, signature = bytes.fromhex(self.issuer), bytes.fromhex(self.signature)
        verify_signature(issuer, to_sign(self.domain, self.recipient), signature, what=f"domain {self.domain.id}")


class NoSupplier(Refusal):
    def __init__(self, domain: Domain, party: str) -> None:
        super().__init__(
            f"{party} is no supplier in domain {domain.id} version {domain.version}; only those deliver",
            remedy="Let the parties agree on a new version of the domain that names it as one.",
        )


class DomainNotOpen(Refusal):
    def __init__(self, domain: Domain) -> None:
        super().__init__(
            f"domain {domain.id} version {domain.version} runs from {domain.starts} until {domain.until}; "
            "its keys stay closed outside these days",
            remedy="Let the parties agree on a new version of the domain, make its key and deliver again.",
        )


def to_sign(domain: Domain, recipient: str) -> bytes:
    """The bytes a room signs for a domain: canonical JSON."""
    content = domain.model_dump(mode="json")
    return canonical({"format": "koppelkamer-domain/2", "domain": content, "recipient": recipient})


def today() -> date:
    """The day by the calendar of this machine; a domain lasts until the end of its last day there."""
    return datetime.now().astimezone().date()
