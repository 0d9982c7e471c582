"""Declarations into the register: partners, people, agreements, sources and requests, as often as you like."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from django.contrib.auth.hashers import make_password
from django.db import transaction

from declare import Sentence, canonical, digest
from register import declarations, versions
from register.consents import declare_consents
from register.free_text import check_names_nobody
from register.models import (
    Agreement,
    AgreementGround,
    Membership,
    Partner,
    Person,
    ProbeTerms,
    ProcessingAgreement,
    Request,
    RequestSource,
    Room,
    SharingTriple,
    Source,
)
from register.notes import account_changed, role_ended, role_given
from register.plan import Plan
from register.refusals import DutiesKeptApart, RoomChanged, StepNotAllowed, Unregistered, named
from register.session import end_all
from register.standing_steps import stop
from register.workflow import RequestState

Terms = tuple[set[tuple[str, ...]], ...]
"""Dates, parties, triples, grounds, processing agreements and terms of probes."""


class DeclaredPartner(Protocol):
    """As in room.toml."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...


class DeclaredPerson(Protocol):
    """As in room.toml: one role for one partner; a username may occur more than once."""

    @property
    def username(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def partner(self) -> str: ...


class DeclaredSource(Protocol):
    """What the register keeps of a source declaration."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def owner(self) -> str: ...
    @property
    def entity(self) -> str: ...
    @property
    def digest(self) -> str: ...
    def model_dump(self, *, mode: str, by_alias: bool) -> dict[str, Any]: ...


@transaction.atomic
def sync_room(
    name: str, title: str, demo: bool, partners: Iterable[DeclaredPartner], people: Iterable[DeclaredPerson],
    also: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Partners and people as declared; a role that is no longer declared ends, and so does an account. `also` is what
    else the declaration says, for its versions.

    Raises `Unregistered`, or `RoomChanged` when `demo` is not what it was at first.
    """
    if (known := Room.objects.first()) is not None and known.demo != demo:
        raise RoomChanged(known.demo)
    partners, people = list(partners), list(people)
    _note_room({"name": name, "title": title, "demo": demo}, partners, people, also or {})
    Room.objects.exclude(name=name).delete()
    Room.objects.update_or_create(name=name, defaults={"title": title, "demo": demo})
    for partner in partners:
        Partner.objects.update_or_create(id=partner.id, defaults={"name": partner.name, "kind": partner.kind})
    declared = [_membership(person) for person in people]
    for ended in Membership.objects.exclude(pk__in=[membership.pk for membership in declared]).order_by("pk"):
        role_ended(ended)
        ended.delete()
    _open_accounts({membership.person_id for membership in declared})


def _note_room(
    room: Mapping[str, Any], partners: list[DeclaredPartner], people: list[DeclaredPerson], also: Mapping[str, Any]
) -> None:
    """A version of all that stands in room.toml and concerns partners and people."""
    content = {
        **room,
        "partners": [{"id": each.id, "name": each.name, "kind": each.kind} for each in partners],
        "people": [
            {"username": each.username, "name": each.name, "role": str(each.role), "partner": each.partner}
            for each in people
        ],
        **also,
    }
    versions.note("room", str(room["name"]), digest(canonical(content)), content)


def _open_accounts(declared: set[int]) -> None:
    """Closed: whoever is declared no more. Their sessions end with it, also should they be declared again."""
    closed = list(Person.objects.filter(is_active=True).exclude(pk__in=declared))
    for person in closed:
        account_changed(person.username, "closed")
    end_all([person.pk for person in closed])
    for person in Person.objects.filter(is_active=False, pk__in=declared):
        account_changed(person.username, "opened again")
    Person.objects.filter(is_active=True).exclude(pk__in=declared).update(is_active=False)
    Person.objects.filter(is_active=False, pk__in=declared).update(is_active=True)


@transaction.atomic
def sync_agreements(agreements: Iterable[declarations.Agreement]) -> None:
    """Agreements as declared, with parties, triples, grounds, processing agreements and standing consents.

    Raises `Unregistered`.
    """
    for declared in agreements:
        _check_partners([*declared.parties, *(triple.recipient for triple in declared.triples)])
        versions.note("agreement", declared.id, declared.digest, declared.model_dump(mode="json", by_alias=True))
        known = Agreement.objects.filter(id=declared.id).first()
        if known is not None and known.digest == declared.digest and _terms_of(known) == _declared_terms(declared):
            continue
        defaults = {
            "title": declared.title,
            "starts": declared.starts,
            "until": declared.until,
            "digest": declared.digest,
        }
        agreement, _ = Agreement.objects.update_or_create(id=declared.id, defaults=defaults)
        agreement.parties.set(Partner.objects.filter(id__in=declared.parties))
        _replace_terms(agreement, declared)
        declare_consents(agreement, declared.consents)


@transaction.atomic
def sync_sources(sources: Iterable[DeclaredSource]) -> None:
    """Sources as declared. Raises `Unregistered` when an owner is no partner."""
    for declared in sources:
        _check_partners([declared.owner])
        defaults = {
            "title": declared.title,
            "owner_id": declared.owner,
            "entity": declared.entity,
            "digest": declared.digest,
        }
        versions.note("source", declared.id, declared.digest, declared.model_dump(mode="json", by_alias=True))
        Source.objects.update_or_create(id=declared.id, defaults=defaults)


@transaction.atomic
def sync_request(declared: declarations.Request, plan: Plan) -> Request:
    """The request as declared, with the plan that approvals are given to.

    A request of which anything changed is a draft again, and stays on hold if it was held. Raises `Unregistered`,
    `DutiesKeptApart` when the requester changes, `StepNotAllowed` while it runs, after it was revoked or withdrawn,
    and, for another declaration, after something of it was released; and as `check_names_nobody` of its own words.
    """
    requester = Person.objects.filter(username=declared.requester).first()
    if requester is None:
        raise Unregistered("person")
    if not Agreement.objects.filter(id=declared.agreement).exists():
        raise Unregistered("agreement")
    known = Request.objects.select_for_update().filter(id=declared.id).first()
    if known is not None and known.digest == plan.digest:
        return known
    _check_may_change(known, requester)
    _check_nothing_left(known, declared)
    check_names_nobody(declared.own_words)
    versions.note("request", declared.id, plan.digest, declared.model_dump(mode="json", by_alias=True))
    stop(declared.id, "plan")
    fields = _request_fields(declared, requester, plan) | _state_of_changed(known)
    request, _ = Request.objects.update_or_create(id=declared.id, defaults=fields)
    _replace_sources(request, declared)
    return request


def _check_may_change(known: Request | None, requester: Person) -> None:
    if known is None:
        return
    if known.state in (RequestState.RUNNING, RequestState.REVOKED, RequestState.WITHDRAWN):
        raise StepNotAllowed(named("request", known.id), known.state, Sentence("change"), ["make a new request"])
    if known.requester != requester:
        raise DutiesKeptApart(
            "request %(request)s was made by somebody else; its requester cannot change", request=known.id
        )


def _check_nothing_left(known: Request | None, declared: declarations.Request) -> None:
    """What left was released for the recipients, purpose and retention that people approved: these stay with it."""
    if known is None or known.declaration == declared.model_dump(mode="json", by_alias=True):
        return
    if known.releases.filter(decision__isnull=False).exists():
        raise StepNotAllowed(
            named("request", known.id), "released", Sentence("change"), ["make a new request, with another id"]
        )


def _state_of_changed(known: Request | None) -> dict[str, str]:
    """A hold outlives a change: only the DPO ends it."""
    if known is not None and known.state == RequestState.ON_HOLD:
        return {"state": RequestState.ON_HOLD.value, "held_from": RequestState.DRAFT.value}
    return {"state": RequestState.DRAFT.value, "held_from": ""}


def _membership(person: DeclaredPerson) -> Membership:
    _check_partners([person.partner])
    account, _ = Person.objects.get_or_create(
        username=person.username, defaults={"name": person.name, "password": make_password(None)}
    )
    if account.name != person.name:
        account.name = person.name
        account.save(update_fields=["name"])
    role = {"person": account, "role": person.role, "partner_id": person.partner}
    if known := Membership.objects.filter(**role).first():
        return known
    role_given(membership := Membership(**role))
    membership.save()
    return membership


def _request_fields(declared: declarations.Request, requester: Person, plan: Plan) -> dict[str, Any]:
    dpia = declared.dpia
    return {
        "title": declared.title,
        "purpose": declared.purpose,
        "requester": requester,
        "agreement_id": declared.agreement,
        "recipients": list(declared.recipients),
        "declaration": declared.model_dump(mode="json", by_alias=True),
        "dpia": dpia.id if dpia else None,
        "dpia_approved": dpia.approved if dpia else None,
        "dpia_valid_until": dpia.valid_until if dpia else None,
        "dpia_status": dpia.status if dpia else None,
        "retention_until": declared.retention_until,
        "plan": plan.content,
        "digest": plan.digest,
    }


def _replace_sources(request: Request, declared: declarations.Request) -> None:
    wanted = {source.id for source in declared.sources}
    if unknown := wanted - set(Source.objects.filter(id__in=wanted).values_list("id", flat=True)):
        raise Unregistered("source", *sorted(unknown))
    request.sources.all().delete()
    for source in declared.sources:
        RequestSource.objects.create(
            request=request, source_id=source.id, ground=source.ground, columns=list(source.columns)
        )


def _terms_of(agreement: Agreement) -> Terms:
    """As the register has them."""
    return (
        {(str(agreement.starts), str(agreement.until))},
        set(agreement.parties.values_list("id")),
        set(agreement.triples.values_list("source", "recipient_id", "purpose")),
        set(agreement.grounds.values_list("source", "law", "document")),
        set(agreement.processing.values_list("source", "document")),
        {_probe_terms(terms) for terms in agreement.probes.values()},
    )


def _declared_terms(declared: declarations.Agreement) -> Terms:
    return (
        {(str(declared.starts), str(declared.until))},
        {(party,) for party in declared.parties},
        {(triple.source, triple.recipient, triple.purpose) for triple in declared.triples},
        {(ground.source, ground.law, ground.document) for ground in declared.grounds},
        {(item.source, item.document) for item in declared.processing},
        {_probe_terms(terms.model_dump(mode="json") | {"recipient_id": terms.recipient}) for terms in declared.probes},
    )


def _probe_terms(content: Mapping[str, Any]) -> tuple[str, ...]:
    limits = (content[name] for name in ("most_subjects", "most_per_period", "period_days", "tells", "needs_case"))
    areas = (canonical(content.get("areas") or {}).decode(), str(content.get("least_subjects")))
    named = (content[name] for name in ("purpose", "recipient_id", "law", "document"))
    return (*named, *sorted(content["sources"]), *map(str, limits), *areas)


def _replace_terms(agreement: Agreement, declared: declarations.Agreement) -> None:
    agreement.triples.all().delete()
    agreement.grounds.all().delete()
    agreement.processing.all().delete()
    agreement.probes.all().delete()
    for triple in declared.triples:
        SharingTriple.objects.create(
            agreement=agreement, source=triple.source, recipient_id=triple.recipient, purpose=triple.purpose
        )
    for ground in declared.grounds:
        AgreementGround.objects.create(agreement=agreement, **ground.model_dump())
    for item in declared.processing:
        ProcessingAgreement.objects.create(agreement=agreement, **item.model_dump())
    for terms in declared.probes:
        content = terms.model_dump(mode="json") | {"sources": sorted(terms.sources)}
        ProbeTerms.objects.create(agreement=agreement, recipient_id=content.pop("recipient"), **content)


def _check_partners(ids: Iterable[str]) -> None:
    wanted = set(ids)
    if unknown := wanted - set(Partner.objects.filter(id__in=wanted).values_list("id", flat=True)):
        raise Unregistered("partner", *sorted(unknown))
