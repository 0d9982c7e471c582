"""Declaration of a room's cross-checks: what is held beside what, for which purpose, on which grounds."""

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, model_validator

from declare import Declaration
from linkage.contradiction import Agreed
from register.declarations import Dpia, RequestedSource

_ID = r"^[a-z][a-z0-9_-]*$"


class Check(Declaration):
    """What every cross-check says. It only warns: what is wrong in a register is its owner's to settle."""

    id: str = Field(pattern=_ID, max_length=60)
    severity: Literal["warn"] = "warn"


class DoublesCheck(Check):
    """Records of one source that are probably of one entity, by a model that has the source on both sides."""

    model: str
    fails_from: float = Field(gt=0, le=1)
    """Share of the records in probable double registrations from which the check fails."""
    reason: str = Field(min_length=3)


class ContradictionCheck(Check):
    """What two sources say otherwise of the records that a model links."""

    model: str
    fields: tuple[Agreed, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _fields_are_asked_once(self) -> Self:
        names = [one.name for one in self.fields]
        if len(names) != len(set(names)):
            raise ValueError("a field is held beside the other twice")
        return self


class OrphanCheck(Check):
    """Addresses of a source that the room's source of addresses does not hold, or holds as withdrawn only."""

    source: str
    addresses: str
    """The source of addresses."""
    field: str = "address"
    evidence: tuple[str, ...] = ()
    """Tokens of the field by which addresses are looked up; by default the one of the whole address."""
    status: str
    """Payload column of the source of addresses."""
    withdrawn: tuple[str, ...] = Field(min_length=1)
    """Its values for an address that is used no more."""
    fails_from: float = Field(gt=0, le=1)
    """Share of the records with an address from which the check fails."""
    reason: str = Field(min_length=3)

    @model_validator(mode="after")
    def _evidence_is_of_the_field(self) -> Self:
        if strange := [one for one in self.evidence if one.split(".")[0] != self.field]:
            raise ValueError(f"evidence of another field: {', '.join(strange)}")
        return self


AnyCheck = DoublesCheck | ContradictionCheck | OrphanCheck


class CrossChecks(Declaration):
    """cross-checks.toml: processing in its own right, with a purpose, an agreement, grounds and a DPIA of its own."""

    purpose: str = Field(min_length=1)
    agreement: str
    dpia: Dpia | None = None
    """It may be written without one, and is then refused when it is to run."""
    sources: tuple[RequestedSource, ...] = Field(min_length=1)
    """Every source that takes part, with the law it takes part under."""
    doubles: tuple[DoublesCheck, ...] = ()
    contradictions: tuple[ContradictionCheck, ...] = ()
    orphans: tuple[OrphanCheck, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        for names in ([check.id for check in self.checks], [source.id for source in self.sources]):
            if len(names) != len(set(names)):
                raise ValueError("a check or a source is named twice")
        if not self.checks:
            raise ValueError("no check is named")
        return self

    @property
    def checks(self) -> tuple[AnyCheck, ...]:
        return (*self.doubles, *self.contradictions, *self.orphans)

    @property
    def models(self) -> Iterator[str]:
        """Models that the checks use."""
        yield from (check.model for check in self.doubles)
        yield from (check.model for check in self.contradictions)
