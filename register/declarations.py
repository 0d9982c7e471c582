"""What partners agree on and what is asked: agreements/*.toml and requests/*.toml."""

import re
from datetime import date
from typing import Literal, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from declare import Declaration

_ID = r"^[a-z][a-z0-9_-]*$"


class Triple(Declaration):
    """This source may go to this recipient for this purpose, and for no other."""

    source: str
    recipient: str
    """Id of a partner."""
    purpose: str


class Ground(Declaration):
    """The legal ground under which a source may be used; an agreement is never itself a ground."""

    source: str
    law: str
    document: str


class Processing(Declaration):
    """The processing agreement under which the room may receive a source in clear."""

    source: str
    document: str


class Agreement(Declaration):
    """A covenant (convenant)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)

    id: str = Field(pattern=_ID, max_length=60)
    title: str
    parties: tuple[str, ...] = Field(min_length=1)
    starts: date = Field(alias="from")
    until: date
    """The last day."""
    triples: tuple[Triple, ...] = Field(min_length=1)
    grounds: tuple[Ground, ...] = ()
    processing: tuple[Processing, ...] = ()

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.until < self.starts:
            raise ValueError("until lies before from")
        return self

    @model_validator(mode="after")
    def _recipients_are_parties(self) -> Self:
        if {triple.recipient for triple in self.triples} - set(self.parties):
            raise ValueError("a recipient is not a party to the agreement")
        return self


class Dpia(Declaration):
    """The data protection impact assessment a request rests on."""

    id: str = Field(min_length=1, max_length=60)
    approved: date
    valid_until: date
    """The last day."""
    status: Literal["approved", "suspended"]


class RequestedSource(Declaration):
    """A source of a request, its ground, and the columns it needs and no more."""

    id: str
    ground: str
    """The law, as in the agreement's grounds."""
    columns: tuple[str, ...] = ()


class Output(Declaration):
    """What is asked: a table of counts, or one row per person. Columns are written as `source.payload`."""

    kind: Literal["table", "persons"]
    unit: str
    """Id of the source whose records are counted."""
    dimensions: tuple[str, ...] = ()
    magnitude: str | None = None
    """The column summed in each cell."""
    rank_by: str | None = None

    @property
    def columns(self) -> frozenset[str]:
        """Every `source.payload` the output names."""
        named = (*self.dimensions, self.magnitude, self.rank_by)
        return frozenset(column for column in named if column is not None)


class Effect(Declaration):
    """The public effect aimed at, stated before a request runs."""

    intended: str = Field(min_length=1)
    indicators: tuple[str, ...] = ()


class Request(Declaration):
    """A request (aanvraag). It may be written without a DPIA, and is then refused when submitted."""

    id: str = Field(pattern=_ID, max_length=60)
    title: str
    purpose: str
    requester: str
    """A username."""
    agreement: str
    recipients: tuple[str, ...] = Field(min_length=1)
    """Ids of partners."""
    retention_until: date
    dpia: Dpia | None = None
    sources: tuple[RequestedSource, ...] = Field(min_length=1)
    models: tuple[str, ...] = ()
    output: Output
    effect: Effect

    @field_validator("id")
    @classmethod
    def _id_is_not_that_of_a_run(cls, name: str) -> str:
        """Runs and releases are named request-1, request-2 and so on."""
        if re.search(r"-\d+$", name):
            raise ValueError("the id of a request does not end in - and a number: runs are named so")
        return name

    @model_validator(mode="after")
    def _sources_are_named_once(self) -> Self:
        names = [source.id for source in self.sources]
        if len(names) != len(set(names)):
            raise ValueError("a source occurs twice")
        return self

    @model_validator(mode="after")
    def _output_uses_what_was_asked(self) -> Self:
        asked = {f"{source.id}.{column}" for source in self.sources for column in source.columns}
        if self.output.unit not in {source.id for source in self.sources}:
            raise ValueError("output.unit is not a source of the request")
        if unknown := self.output.columns - asked:
            raise ValueError(f"the output names columns that the sources do not list: {', '.join(sorted(unknown))}")
        return self
