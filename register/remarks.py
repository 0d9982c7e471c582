"""The thread of a request: partners talk where they decide, and what was said stays beside what was decided."""

from django.db import transaction
from django.utils import timezone

from audit import Event
from audit.event import timestamp
from declare import canonical, digest
from register.free_text import check_names_nobody
from register.models import Remark, Request
from register.operation import new_operation
from register.outbox import record
from register.refusals import NotYours, ReasonMissing
from register.session import SignedIn
from register.workflow import Role


@transaction.atomic
def remark(by: SignedIn, request: Request, text: str, *, operation: str | None = None) -> Remark:
    """Say something about a request; an `operation` that said it before says it no second time.

    Raises `NotYours` for somebody without a role, `ReasonMissing` for nothing, or `NamesSomebody`.
    """
    operation = operation or new_operation()
    if again := Remark.objects.filter(event__operation=operation, person=by.person).first():
        return again
    if not by.person.roles():
        raise NotYours("a remark", sorted(Role))
    if not text.strip():
        raise ReasonMissing("a remark")
    check_names_nobody([text])
    fields = {"person": by.person.username, "how": by.how, "request": request.id, "digest": digest(canonical(text))}
    record(Event("remarked", operation, timestamp(), fields))
    return Remark.objects.create(
        event_id=operation, request=request, person=by.person, text=text.strip(), at=timezone.now()
    )
