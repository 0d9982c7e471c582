"""The plan of an attack: what is encoded, how it is hardened, who is in it, and how much may be undone."""

from typing import Literal, Self

from pydantic import Field, model_validator

from declare import Declaration
from pseudonymise.domain import HardeningName
from pseudonymise.harden import HARDENINGS, Hardening

AttackedKind = Literal["surname", "given_name", "full_name"]


class Limits(Declaration):
    """Largest shares that the best attack may name. Those by default are what a room may promise its partners."""

    names: float = Field(default=0.05, ge=0, le=1)
    """Of distinct names, when attacker and file have the same names."""
    names_at_80: float = Field(default=0.03, ge=0, le=1)
    """Of distinct names, when they have four in five names in common."""
    persons: float = Field(default=0.02, ge=0, le=1)
    """Of persons, at any overlap."""


class Setting(Declaration):
    """One point of the trade-off."""

    title: str = Field(min_length=1)
    hardening: Hardening
    flip: float = Field(default=0.0, ge=0, lt=0.5)
    """Chance that a bit of a filter is turned, once for each value (BLIP; Alaggan and others 2012). Not a hardening of
    the product: it is here to show what it is worth."""
    wholes: bool = False
    """Whether whole full names stay as they are while their parts are hardened. Not a hardening of the product either:
    it is the control that an attack on full names must break."""


class Plan(Declaration):
    """PLAN.toml."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]*$")
    kind: AttackedKind = "surname"
    """Kind of field; given names are attacked with a list of their own, full names with given names of the bench's."""
    names_file: str | None = None
    """CSV with `name` and `count`, beside the plan; the Dutch surnames by default."""
    hardening: HardeningName = "standard"
    persons: int = Field(default=1_000_000, ge=1_000, le=20_000_000)
    names: int = Field(default=1_000, ge=50, le=5_000)
    """Distinct names, the commonest first, on which the attacker spends its effort."""
    overlaps: tuple[float, ...] = Field(default=(1.0, 0.8, 0.5, 0.1), min_length=1)
    """Shares of the names that attacker and file have in common."""
    known: int = Field(default=20, ge=0)
    """Names the attacker knows to begin with, in the attack with known pairs."""
    seeds: int = Field(default=5, ge=2, le=100)
    limits: Limits = Limits()
    curve: tuple[Setting, ...] = ()
    """More settings to attack, for the trade-off between what linkage gains and what an attacker learns."""

    @model_validator(mode="after")
    def _overlaps_are_shares(self) -> Self:
        if not all(0 < overlap <= 1 for overlap in self.overlaps) or 1.0 not in self.overlaps:
            raise ValueError("overlaps lie between 0 and 1, and 1.0 is among them")
        return self

    @property
    def shortcomings(self) -> list[str]:
        """What keeps a result of this plan from speaking for a domain; the plan of the defaults has none."""
        full = Plan(id="full")
        return [
            *([] if self.names_file is None and self.kind != "given_name" else ["the list of Dutch surnames"]),
            *([] if self.persons >= full.persons else [f"{full.persons:,} persons"]),
            *([] if self.names >= full.names else [f"{full.names:,} names"]),
            *([] if {1.0, 0.8} <= set(self.overlaps) else ["overlaps 1.0 and 0.8"]),
            *([] if self.seeds >= full.seeds else [f"{full.seeds} seeds"]),
        ]

    @property
    def setting(self) -> Setting:
        return Setting(title=self.hardening, hardening=HARDENINGS[self.hardening])
