"""What partners agree on and what is asked: agreements/*.toml and requests/*.toml."""

import math
import re
from datetime import date
from typing import Any, Literal, NamedTuple, Self

from pydantic import (
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from declare import Declaration, Misdeclared
from register.output import ID, SAID, CoarsenTo, Output


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


class BiasGround(Declaration):
    """The ground on which the bias run, and nothing else, may read protected attributes that a source sets aside."""

    source: str
    columns: tuple[str, ...] = Field(min_length=1)
    law: str = Field(min_length=3)
    document: str = Field(min_length=3)


class AgeFloor(Declaration):
    """Nobody younger than `least` years. `column` holds ages or bands of them, or with `on` days or years of birth."""

    column: str
    least: int = Field(ge=1, le=120)
    on: date | None = None
    """The day ages are counted on."""


class Persons(Declaration):
    """Categories of persons that are left out, or the only ones that stay."""

    column: str
    leave_out: tuple[str, ...] = ()
    only: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if bool(self.leave_out) == bool(self.only):
            raise ValueError("categories of persons are named under leave_out, or under only")
        return self


class Span(Declaration):
    """Only records of these days; `column` holds days or years."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)

    column: str
    starts: date = Field(alias="from")
    until: date
    """The last day."""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.until < self.starts:
            raise ValueError("until lies before from")
        return self


class Minimisation(Declaration):
    """What a purpose may use of a source, and no more: rows are left out before linkage, other columns not asked for.

    Columns are payload of the source. A row of which a rule cannot tell is left out.
    """

    purpose: str
    source: str
    columns: tuple[str, ...] | None = None
    """The only ones that may be asked for."""
    age: AgeFloor | None = None
    persons: tuple[Persons, ...] = ()
    period: Span | None = None

    @model_validator(mode="after")
    def _leaves_something_out(self) -> Self:
        if self.columns is None and self.age is None and not self.persons and self.period is None:
            raise ValueError("a minimisation names columns, age, persons or period")
        return self


class Consent(Declaration):
    """What an owner would agree to beforehand for a purpose (GAZO). It binds once the owner has accepted this text."""

    owner: str
    """Id of the partner whose sources they are."""
    purpose: str
    columns: dict[str, tuple[str, ...]] = Field(min_length=1)
    """Source → the columns of it that may be used; none where it only helps to link."""
    recipients: tuple[str, ...] = Field(min_length=1)
    minimum_people: int = Field(ge=1)
    """The smallest cell a table may show, in people. Rows about persons are never covered."""
    every_days: int = Field(ge=1)
    """At most once in so many days."""
    until: date
    """The last day."""
    further: bool = False
    """Whether it also covers further use of what was released before."""


class Area(Declaration):
    """Which column of a source that is asked says in what area somebody is, and how coarse an answer says it."""

    column: str
    """Payload of the source."""
    coarsen: CoarsenTo | None = None
    """None where the column is coarse enough as it is."""


class ProbeTerms(Declaration):
    """What partners may ask each other before there is a case (first phase): whether one could contribute on a subject.

    How much the first phase may say is for the law and the agreement, so it stands here and not in the program.
    """

    purpose: str
    recipient: str
    """Id of the partner that may ask."""
    sources: tuple[str, ...] = Field(min_length=1)
    """Sources that may be asked."""
    law: str = Field(min_length=SAID)
    document: str = Field(min_length=SAID)
    most_subjects: int = Field(ge=1)
    """In one probe."""
    most_per_period: int = Field(ge=1)
    """Subjects in all probes of `period_days` days."""
    period_days: int = Field(ge=1)
    tells: Literal["each", "count", "area"]
    """Of each subject whether the source could contribute, or on how many of the list; or only a direction: in which
    areas it knows enough of them."""
    needs_case: bool = True
    """Whether a request for this purpose needs the partners' decision that it is a case."""
    areas: dict[str, Area] = {}
    """Of every source that may be asked, where it tells areas."""
    least_subjects: int | None = Field(default=None, ge=3)
    """An area is told when so many of the list are in it. Below 3 one of two would learn of the other."""

    @model_serializer(mode="wrap")
    def _as_before(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Terms of another kind keep the digest they had before there were areas."""
        content: dict[str, Any] = written(self)
        return {name: value for name, value in content.items() if name not in ("areas", "least_subjects") or value}

    @model_validator(mode="after")
    def _says_where_areas_are(self) -> Self:
        if self.tells != "area":
            if self.areas or self.least_subjects:
                raise ValueError('areas and least_subjects belong to tells = "area"')
            return self
        if set(self.areas) != set(self.sources):
            raise ValueError("areas names a column of every source that may be asked, and of no other")
        if self.least_subjects is None or self.most_subjects < 2 * self.least_subjects:
            raise ValueError("least_subjects is set, and most_subjects is at least twice as many")
        return self


class Agreement(Declaration):
    """A covenant (convenant)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)

    id: str = Field(pattern=ID, max_length=60)
    title: str = Field(max_length=200)
    parties: tuple[str, ...] = Field(min_length=1)
    starts: date = Field(alias="from")
    until: date
    """The last day."""
    triples: tuple[Triple, ...] = Field(min_length=1)
    grounds: tuple[Ground, ...] = ()
    processing: tuple[Processing, ...] = ()
    bias: tuple[BiasGround, ...] = ()
    probes: tuple[ProbeTerms, ...] = ()
    minimisation: tuple[Minimisation, ...] = ()
    consents: tuple[Consent, ...] = ()

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.until < self.starts:
            raise ValueError("until lies before from")
        return self

    @model_validator(mode="after")
    def _minimises_each_use_once(self) -> Self:
        uses = [(each.purpose, each.source) for each in self.minimisation]
        if len(uses) != len(set(uses)):
            raise ValueError("a purpose has two minimisations of one source")
        if set(uses) - {(triple.purpose, triple.source) for triple in self.triples}:
            raise ValueError("a minimisation is of a purpose and a source that no triple joins")
        return self

    def minimises(self, purpose: str, source: str) -> Minimisation | None:
        """What `purpose` may use of `source`; None where nothing is declared of it."""
        return next((each for each in self.minimisation if (each.purpose, each.source) == (purpose, source)), None)

    @model_validator(mode="after")
    def _recipients_are_parties(self) -> Self:
        recipients = {triple.recipient for triple in self.triples} | {terms.recipient for terms in self.probes}
        if recipients - set(self.parties):
            raise ValueError("a recipient is not a party to the agreement")
        return self

    @model_validator(mode="after")
    def _areas_are_not_asked_beside_subjects(self) -> Self:
        """Who knows which subjects are found, and in which area so many of them are, may know which are in it."""
        areas, others = (
            {source for terms in self.probes if (terms.tells == "area") == coarse for source in terms.sources}
            for coarse in (True, False)
        )
        if both := sorted(areas & others):
            raise ValueError(f"{both[0]} is asked for areas in one place and about subjects in another; choose one")
        return self

    @model_validator(mode="after")
    def _consents_are_of_parties(self) -> Self:
        named = {consent.owner for consent in self.consents} | {
            recipient for consent in self.consents for recipient in consent.recipients
        }
        if named - set(self.parties):
            raise ValueError("a standing consent names an owner or recipient who is no party to the agreement")
        return self


class Dpia(Declaration):
    """The data protection impact assessment a request rests on."""

    id: str = Field(min_length=1, max_length=60)
    approved: date
    valid_until: date
    """The last day."""
    status: Literal["approved", "suspended"]


class Probe(Declaration):
    """A question on a short list of subjects, before there is a case: could you contribute?

    `subjects` is a source like others, of the partner that asks: the list comes in sealed.
    """

    id: str = Field(pattern=ID, max_length=60)
    title: str = Field(max_length=200)
    purpose: str
    requester: str
    """A username."""
    recipient: str
    """Id of the partner that asks."""
    agreement: str
    signal: str = Field(min_length=SAID)
    """Why these subjects: what was seen, and by whom."""
    subjects: str
    """Id of the source that holds the list."""
    label: str
    """Its payload column by which the asker knows each subject again, such as a number: rows lose their order on
    receipt."""
    models: dict[str, str] = Field(min_length=1)
    """Source that is asked → the model that links the list to it."""
    until: date
    """The last day on which the answers may be read."""
    dpia: Dpia | None = None


class RequestedSource(Declaration):
    """A source of a request, its ground, and the columns it needs and no more."""

    id: str
    ground: str
    """The law, as in the agreement's grounds."""
    columns: tuple[str, ...] = ()


class Seen(NamedTuple):
    what: str
    years: int | None


class Indicator(Declaration):
    """By what the effect is seen, and after how many years."""

    what: str = Field(min_length=1)
    years: Literal[2, 5, 10]
    """As results of such work are agreed: for two, five and ten years."""


class Effect(Declaration):
    """The public effect aimed at, stated before a request runs."""

    intended: str = Field(min_length=1)
    indicators: tuple[Indicator | str, ...] = ()
    """A request without any is refused when submitted. Words alone name no year."""

    @property
    def seen_by(self) -> tuple[Seen, ...]:
        """All indicators in one form, the nearest first; those without a year come last."""
        found = [Seen(each, None) if isinstance(each, str) else Seen(each.what, each.years) for each in self.indicators]
        return tuple(sorted(found, key=lambda each: each.years or math.inf))


class Request(Declaration):
    """A request (aanvraag). It may be written without a DPIA, and is then refused when submitted."""

    id: str = Field(pattern=ID, max_length=60)
    title: str = Field(max_length=200)
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
    case_decision: str | None = None
    """Reference of the decision of the partners that this is a case; a list of persons needs one."""
    probe: str | None = None
    """The probe after which the partners decided that it is a case, where the agreement asks for one."""
    human_decision: str | None = None
    """Who looks at each person of a list and decides."""
    further: tuple[str, ...] = ()
    """Releases that their recipient wants to use for this purpose, or give to these recipients; then nothing is run.
    `sources` and `output` say what they rest on and hold."""
    output: Output
    effect: Effect

    @property
    def own_words(self) -> tuple[str, ...]:
        """What people wrote and others read, some of it in public."""
        told = (each.what for each in self.effect.seen_by)
        return (self.title, self.effect.intended, *told, *self.output.needs.values(), self.output.environment or "")

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
    def _an_extract_has_one_recipient(self) -> Self:
        if self.output.kind == "extract" and len(self.recipients) > 1:
            raise ValueError("an extract has one recipient; write a request for each")
        return self

    @model_validator(mode="after")
    def _output_uses_what_was_asked(self) -> Self:
        asked = {f"{source.id}.{column}" for source in self.sources for column in source.columns}
        if self.output.unit not in {source.id for source in self.sources}:
            raise ValueError("output.unit is not a source of the request")
        if unknown := (self.output.columns | self.output.checked) - asked:
            raise Misdeclared(
                "the output names columns that the sources do not list: %(columns)s", columns=sorted(unknown)
            )
        return self
