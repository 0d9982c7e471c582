"""A small register: three partners, eight people, one agreement, two sources, one request."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from register import load
from register.decisions import decide
from register.declarations import Agreement, Request
from register.guards import keep
from register.models import Approval, Decision, OutboxEvent, Person
from register.models import Request as RequestRow
from register.models import Source as SourceRow
from register.plan import Plan
from register.runs import Examined, Rows, finish_run, record_delivery, start_run
from register.session import SignedIn, act_as
from register.triggers import let_go
from register.workflow import Role

TODAY = timezone.localdate()
ANSWERS = {
    "B04": {"legitimate": "a task by law", "suitable": "yes", "necessary": "no other way", "proportionate": "coarse"}
}


@dataclass(frozen=True)
class Partner:
    id: str
    name: str
    kind: str = "public"


@dataclass(frozen=True)
class Member:
    username: str
    role: str
    partner: str = "city"
    name: str = "Somebody"


@dataclass(frozen=True)
class Source:
    id: str
    owner: str
    digest: str = "1" * 64
    title: str = "A source"
    entity: str = "person"

    def model_dump(self, *, mode: str, by_alias: bool) -> dict[str, Any]:
        return asdict(self)


PARTNERS = (Partner("city", "City"), Partner("tax", "Tax"), Partner("bank", "Bank"))
PEOPLE = (
    Member("ann", Role.ANALYST),
    Member("stef", Role.STEWARD),
    Member("owen", Role.OWNER),
    Member("tess", Role.OWNER, "tax"),
    Member("lea", Role.LEGAL),
    Member("dora", Role.DPO),
    Member("rob", Role.RELEASE),
    Member("ria", Role.RELEASE),
    Member("adam", Role.ADMINISTRATOR),
    Member("aud", Role.AUDITOR),
)
SOURCES = (Source("residents", "city"), Source("incomes", "tax"))
AGREEMENT: dict[str, Any] = {
    "id": "covenant",
    "title": "Covenant",
    "parties": ["city", "tax"],
    "from": "2020-01-01",
    "until": "2090-12-31",
    "triples": [{"source": name, "recipient": "city", "purpose": "insight"} for name in ("residents", "incomes")],
    "grounds": [{"source": name, "law": "Law 1", "document": "Doc 1"} for name in ("residents", "incomes")],
    "processing": [{"source": "residents", "document": "PA-1"}],
}
CONSENT: dict[str, Any] = {
    "owner": "city",
    "purpose": "insight",
    "columns": {"residents": ["area", "age"]},
    "recipients": ["city"],
    "minimum_people": 10,
    "every_days": 30,
    "until": "2085-12-31",
}
"""Not in the agreement, but where a test adds it."""
REQUEST: dict[str, Any] = {
    "id": "insight",
    "title": "Insight",
    "purpose": "insight",
    "requester": "ann",
    "agreement": "covenant",
    "recipients": ["city"],
    "retention_until": "2089-01-01",
    "dpia": {"id": "DPIA-1", "approved": "2021-01-01", "valid_until": "2088-01-01", "status": "approved"},
    "sources": [{"id": name, "ground": "Law 1", "columns": ["area"]} for name in ("residents", "incomes")],
    "output": {"kind": "table", "unit": "residents", "dimensions": ["residents.area"]},
    "effect": {"intended": "Fewer accidents", "indicators": ["accidents", {"what": "speeding", "years": 2}]},
}


def plan_of(declared: Request, **other: Any) -> Plan:
    parts: dict[str, Any] = {
        "request": declared.digest,
        "policy": "p" * 64,
        "minimum_people": 10,
        "models": {"m": "2" * 64},
        "sources": {source.id: source.digest for source in SOURCES},
        "code": "0.1.0",
        "agreement": "8" * 64,
        "dictionary": {
            "area": {
                "title": "Area",
                "definition": "Where somebody lives.",
                "owner": "city",
                "columns": ["residents.area"],
            }
        },
    }
    return Plan(**parts | other)


def furnish(people: tuple[Member, ...] = PEOPLE, agreement: dict[str, Any] = AGREEMENT) -> None:
    load.sync_room("demo", "Demo", True, PARTNERS, people)
    load.sync_agreements([Agreement.model_validate(agreement)])
    load.sync_sources(SOURCES)


def draft(**other: Any) -> RequestRow:
    declared = Request.model_validate(REQUEST | other)
    return load.sync_request(declared, plan_of(declared))


def plan(**other: Any) -> Plan:
    return plan_of(Request.model_validate(REQUEST), **other)


def take(who: str, subject: Any, action: str, reason: str = "", **more: Any) -> None:
    decide(act_as(who), subject, action, seen=more.pop("seen", subject.digest), reason=reason, **more)


def approved() -> RequestRow:
    """A request that may run."""
    furnish()
    request = draft()
    for who, action in (
        ("ann", "submit"),
        ("lea", "approve"),
        ("owen", "approve"),
        ("tess", "approve"),
        ("dora", "advise"),
    ):
        take(who, request, action)
    return request


def deliveries() -> dict[str, str]:

    found = {}
    for number, source in enumerate(SourceRow.objects.order_by("id")):
        contents = f"{number:064x}"
        record_delivery(source.id, contents, Rows(10, 9, 1), started=timezone.now())
        found[source.id] = contents
    return found


def examined(outcome: str = "PASS") -> Any:
    """A release as the gate left it."""
    request = approved()
    warnings = ("B04",) if outcome == "WARN" else ()
    run = start_run(act_as("stef"), request.id, plan(), deliveries(), today=TODAY)
    return finish_run(act_as("stef"), run, Examined(outcome, "3" * 64, "4" * 64, warnings), links=7)


def person(username: str) -> Person:
    return Person.objects.get(username=username)


def signed_in(username: str) -> SignedIn:
    return act_as(username)


@contextmanager
def unguarded() -> Iterator[None]:
    """For a past that the database would not take: as if time went by, or somebody had taken the guards away."""
    connection.check_constraints()
    let_go()
    yield
    connection.check_constraints()
    keep()


MORE = (
    Member("zoe", "analyst"),
    Member("max", "analyst"),
    Member("max", "legal_officer"),
    Member("twin", "legal_officer"),
    Member("twin", "dpo"),
    Member("dual", "data_steward"),
    Member("dual", "release_officer"),
    Member("both", "dpo"),
    Member("both", "release_officer"),
)
"""Of people with two roles, and of a role twice."""


def counts() -> tuple[int, int, int]:
    return Decision.objects.count(), OutboxEvent.objects.count(), Approval.objects.count()
