"""Whose decision it is. Only this module makes a `SignedIn`, and decisions take nothing else."""

from collections.abc import Collection
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal

from allauth.account.adapter import get_adapter
from allauth.core.context import request_context
from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from audit import Event
from audit.event import timestamp
from declare import write_atomically
from register import second_factor
from register.models import Job, Person, Room, Schedule
from register.operation import new_operation
from register.outbox import record
from register.refusals import NotSignedIn, TooManyTries, Unregistered
from register.second_factor import Prompt

_SESSION: Final = object()
BACKEND: Final = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person in a session of their own (`session`), or played by the one user of a demo room (`demo`)."""

    person: Person
    how: Literal["session", "demo"]
    _made_by: object = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self._made_by is not _SESSION:
            raise TypeError("a SignedIn is made by register.session only")


def login(username: str, password: str, file: Path, ask: Prompt) -> SignedIn:
    """Sign in on the command line; the session's key goes to `file`, mode 0600. Raises `NotSignedIn`.

    The same account as in the browser, with the same limits on wrong tries; the second factor is asked for, or set up.
    """
    request = _request_with(None)
    with request_context(request):
        person = _authenticated(request, username, password)
        second_factor.prove(person, ask)
        auth.login(request, person, backend=BACKEND)
    request.session.save()
    write_atomically(file, str(request.session.session_key).encode(), mode=0o600)
    return SignedIn(person, "session", _SESSION)


def _authenticated(request: HttpRequest, username: str, password: str) -> Person:
    try:
        person = get_adapter().authenticate(request, username=username, password=password)
    except ValidationError as error:  # of the adapter's own there is one
        raise TooManyTries(second_factor.closed_for()) from error
    if not isinstance(person, Person) or not person.is_active:
        raise NotSignedIn("name and password do not belong together")
    return person


def current(file: Path) -> SignedIn:
    """The person of the session in `file`. Raises `NotSignedIn` when it is absent, ended, or the account is closed."""
    if not file.exists():
        raise NotSignedIn("nobody is signed in here")
    person = auth.get_user(_request_with(file.read_text().strip()))
    if not isinstance(person, Person) or not person.is_active:
        raise NotSignedIn("the session has ended")
    return SignedIn(person, "session", _SESSION)


def logout(file: Path) -> None:
    """End the session in `file`, if there is one."""
    if file.exists():
        _request_with(file.read_text().strip()).session.flush()
        file.unlink()


def end_all(people: Collection[int]) -> None:
    """No session of these persons goes on, in a browser or on the command line."""
    keys = {str(person) for person in people}
    for session in Session.objects.iterator():
        if keys and session.get_decoded().get(auth.SESSION_KEY) in keys:
            session.delete()


def of_request(request: HttpRequest) -> SignedIn:
    """The person who is signed in to the console. Raises `NotSignedIn`."""
    if not isinstance(request.user, Person) or not request.user.is_active:
        raise NotSignedIn("nobody is signed in")
    if request.session.get("how") == "demo":
        return act_as(request.user.username)
    if second_factor.is_missing(request):
        raise NotSignedIn("a second factor is not yet set up")
    return SignedIn(request.user, "session", _SESSION)


def act_as(username: str) -> SignedIn:
    """Play a made-up person, in a demo room only. Raises `NotSignedIn` in any other room."""
    if not is_demo():
        raise NotSignedIn("acting as somebody exists only in a demo room")
    person = Person.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise Unregistered("person")
    return SignedIn(person, "demo", _SESSION)


def who_asked(work: Job | Schedule) -> SignedIn:
    """The person who asked for this in a session of their own, in whose name it is done now; for `flows.work`.

    Their roles are asked for again where it counts. Raises `NotSignedIn` when the account was closed since.
    """
    person = work.asker if isinstance(work, Job) else work.maker
    if not person.is_active:
        raise NotSignedIn("the account of whoever asked for this is closed")
    return SignedIn(person, "demo" if work.how == "demo" else "session", _SESSION)


def act_in_browser(request: HttpRequest, username: str) -> None:
    """Sign the browser in as a made-up person, in a demo room only. Raises as `act_as`."""
    person = act_as(username).person
    request.session["how"] = "demo"
    auth.login(request, person, backend=BACKEND)
    request.session["how"] = "demo"  # signing in may have emptied the session of somebody else


def is_demo() -> bool:
    return Room.objects.filter(demo=True).exists()


def note_sign_in(request: HttpRequest, user: Person, **_: Any) -> None:
    """Receives Django's signal: every sign-in stands in the audit log."""
    how = str(request.session.get("how", "session"))
    record(Event("signed in", new_operation(), timestamp(), {"person": user.username, "how": how}))


def _request_with(key: str | None) -> HttpRequest:
    """A request that carries the stored session `key`, as a browser's would."""
    store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    request = HttpRequest()
    request.META |= {"REMOTE_ADDR": "127.0.0.1", "SERVER_NAME": "localhost", "SERVER_PORT": "0"}
    request.session = store(key)
    return request
