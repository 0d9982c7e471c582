"""Put a request into the register, with the plan that approvals are given to."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from declare import Refusal, WrongInput, load, write_atomically
from flows.books import fitted_models, plan_of
from flows.minimise import check_request
from gate.disclosure.linked import circle
from koppelkamer.room import Room
from register.declarations import Request as Declared

if TYPE_CHECKING:
    from register.decisions import Subjects
    from register.models import Release, Request
    from register.session import SignedIn


def submit(room: Room, by: "SignedIn", request_id: str) -> "Request":
    """Register the request as declared now and submit it, both or neither.

    Raises `NoAddress`, `ColumnsNotForPurpose`, `NotTrained`, `NoDpia`, `AgreementLapsed`, …
    """
    return _submit(room, by, room.request(request_id), lambda: None)


def submit_draft(room: Room, by: "SignedIn", declared: Declared, text: str, base: str) -> "Request":
    """As `submit`, of a request whose `text` becomes requests/ID.toml; `base` is the digest of what stands there now.

    Raises, besides, `ChangedByHand`.
    """
    path = room.folder / "requests" / f"{declared.id}.toml"
    known = room.requests.get(declared.id)
    there = load(path, Declared) if path.exists() else None
    if known != there or (there is not None and there.digest not in (base, declared.digest)):
        raise ChangedByHand(declared.id)
    return _submit(room, by, declared, lambda: write_atomically(path, text.encode()))


def _submit(room: Room, by: "SignedIn", declared: Declared, write: Callable[[], None]) -> "Request":
    from django.db import transaction

    from register.decisions import decide
    from register.load import sync_request

    room.require_address(declared)
    check_request(room, declared)
    require_no_circle(declared)
    plan = plan_of(room, declared, fitted_models(room, declared))
    with transaction.atomic():
        row = sync_request(declared, plan)
        decide(by, row, "submit", seen=row.digest)
        # Last: a file without its row is a declaration that nobody submitted yet.
        write()
    return row


class ChangedByHand(Refusal):
    def __init__(self, request: str) -> None:
        super().__init__(
            f"request {request} is declared in the room otherwise than the draft takes it to be; nothing was written",
            remedy="Submit that declaration first (`koppelkamer submit`) and begin from the request, or choose another "
            "id.",
        )


def require_no_circle(request: Declared) -> None:
    """The gate would refuse such tables, but not before everybody has approved. Raises `WrongInput`."""
    if circle({frozenset((name, 1) for name in table.dimensions) for table in request.output.tables}):
        raise WrongInput(
            f"the tables of request {request.id} hang together in a circle (area × sex, sex × age, age × area)",
            remedy="Ask for one table of all their dimensions, or leave one of them out.",
        )


def subject(name: str) -> "Subjects":
    """The request, release or standing decision of that id. Raises `WrongInput`."""
    from register.models import Release, Request, StandingDecision

    request = Request.objects.filter(id=name).first()
    found = Release.objects.filter(id=name).first() or request or StandingDecision.objects.filter(id=name).first()
    if found is None:
        what = "request, release or standing decision"
        raise WrongInput(f"the register holds no such {what}", remedy="Submit the request first.")
    return found


def asked(name: str) -> "Request":
    """The request of that id. Raises `WrongInput`."""
    from register.models import Request

    found = Request.objects.filter(id=name).first()
    if found is None:
        raise WrongInput("the register holds no such request", remedy="Submit it first.")
    return found


def released(name: str) -> "Release":
    """The release of that id. Raises `WrongInput`."""
    from register.models import Release

    found = Release.objects.filter(id=name).first()
    if found is None:
        raise WrongInput("the register holds no such release", remedy="Run the request first.")
    return found
