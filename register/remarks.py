"""The thread of a request: partners talk where they decide, and what was said stays beside what was decided."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import Event
from audit.event import timestamp
from declare import Sentence, canonical, digest
from register.free_text import check_names_nobody
from register.models import Remark, Request
from register.operation import new_operation
from register.outbox import record
from register.refusals import AlreadyDecided, NothingSaid, NotYours, named
from register.session import SignedIn
from register.workflow import Role


def remark(by: SignedIn, request: Request, text: str, *, operation: str | None = None) -> Remark:
    """Say something about a request; an `operation` that said it before says it no second time.

    Raises `NotYours` for somebody without a role, `NothingSaid` for nothing, `NamesSomebody`, or `AlreadyDecided`
    for an operation of something else.
    """
    operation = operation or new_operation()
    again = Remark.objects.filter(event__operation=operation, person=by.person, request=request).first()
    if again is not None and again.text == text.strip():
        return again
    if not by.person.roles():
        raise NotYours(Sentence("a remark"), sorted(Role))
    if not text.strip():
        raise NothingSaid("--text")
    check_names_nobody([text])
    try:
        return _say(by, request, text.strip(), operation)
    except IntegrityError as error:
        raise AlreadyDecided(named("request", request.id)) from error


@transaction.atomic
def _say(by: SignedIn, request: Request, text: str, operation: str) -> Remark:
    fields = {"person": by.person.username, "how": by.how, "request": request.id, "digest": digest(canonical(text))}
    record(Event("remarked", operation, timestamp(), fields))
    return Remark.objects.create(event_id=operation, request=request, person=by.person, text=text, at=timezone.now())
