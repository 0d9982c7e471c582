"""Restrictions by persons concerned: who may put or lift one, and what is remembered of it."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from audit import Event
from audit.event import timestamp
from declare import Sentence
from register.free_text import check_names_nobody
from register.models import Restriction, Source
from register.operation import new_operation
from register.outbox import record
from register.refusals import AlreadyRestricted, EndsBeforeItBegins, NothingSaid, NotYours, Unregistered, of_partner
from register.session import SignedIn
from register.workflow import Role

_MAY = (Role.STEWARD, Role.OWNER)


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asks for. `until`: the last day of the restriction, if it has one."""

    source: str
    reason: str
    until: date | None = None
    lifts: bool = False


def role_for(by: SignedIn, source: Source, action: Sentence) -> Role:
    """As what `by` speaks for the owner of `source`. Raises `NotYours`."""
    for role in _MAY:
        if source.owner_id in by.person.partners_as(role):
            return role
    raise NotYours(action, [of_partner(role, source.owner_id) for role in _MAY])


def check_may_restrict(by: SignedIn, order: Order, digest: str, today: date) -> None:
    """Raises `Unregistered`, `NotYours`, `NothingSaid`, `NamesSomebody`, `EndsBeforeItBegins`, or `AlreadyRestricted`
    for a file that came before."""
    source = Source.objects.filter(id=order.source).first()
    if source is None:
        raise Unregistered("source")
    role_for(by, source, Sentence("restricting"))
    if not order.reason.strip():
        raise NothingSaid
    check_names_nobody([order.reason])
    if order.until is not None and (order.lifts or order.until < today):
        raise EndsBeforeItBegins(order.until)
    if Restriction.objects.filter(digest=digest).exists():
        raise AlreadyRestricted


@transaction.atomic
def record_restriction(by: SignedIn, order: Order, digest: str, key: str, at_least: int) -> Restriction:
    """What `check_may_restrict` allowed; call it in the transaction in which the list is stored."""
    source = Source.objects.get(id=order.source)
    role, operation = role_for(by, source, Sentence("restricting")), new_operation()
    fields: dict[str, str | int] = {
        "person": by.person.username,
        "role": role.value,
        "how": by.how,
        "partner": source.owner_id,
        "source": source.id,
        "digest": digest,
        "reason": order.reason.strip(),
    }
    if order.until is not None:
        fields["until"] = order.until.isoformat()
    record(Event("restriction lifted" if order.lifts else "restricted", operation, timestamp(), fields))
    return Restriction.objects.create(
        event_id=operation,
        source=source,
        digest=digest,
        key=key,
        lifts=order.lifts,
        at_least=at_least,
        until=order.until,
        person=by.person,
        role=role.value,
        partner=source.owner,
        how=by.how,
        reason=order.reason.strip(),
        at=timezone.now(),
    )


def restrictions() -> list[Restriction]:
    """All lists, in the order they came."""
    return list(Restriction.objects.order_by("event__number"))
