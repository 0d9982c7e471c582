"""Deliveries called back, and the releases that rest on what was called back or corrected since."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db import transaction
from django.utils import timezone

from audit import Event
from audit.event import timestamp
from declare import Sentence
from register.free_text import check_names_nobody
from register.models import Delivery, Release, Source, Withdrawal
from register.operation import new_operation
from register.outbox import record
from register.refusals import AlreadyWithdrawn, NothingSaid, Unregistered
from register.restrictions import role_for
from register.session import SignedIn
from register.workflow import ReleaseState, Role


@dataclass(frozen=True, slots=True)
class Unsound:
    """A release that stands, of which a delivery was withdrawn or corrected since it was run."""

    release: Release
    source: str
    delivery: str
    why: Literal["withdrawn", "corrected"]
    since: date


@transaction.atomic
def withdraw(by: SignedIn, source_id: str, digest: str, reason: str) -> list[Delivery]:
    """The delivery, and those that supplement it with corrected rows, are used no more.

    Raises `Unregistered`, `NotYours`, `NothingSaid`, `NamesSomebody` or `AlreadyWithdrawn`.
    """
    source = Source.objects.select_for_update().filter(id=source_id).first()
    delivery = Delivery.objects.filter(source=source_id, digest=digest).first()
    if source is None or delivery is None:
        raise Unregistered("delivery of that source" if source else "source")
    role = role_for(by, source, Sentence("withdrawing a delivery"))
    if not reason.strip():
        raise NothingSaid
    check_names_nobody([reason])
    if delivery.state == "withdrawn":
        raise AlreadyWithdrawn(source_id)
    whole = [delivery, *delivery.supplemented_by.exclude(state="withdrawn")]
    for each in whole:
        _withdraw(by, role, each, reason.strip())
    return whole


def unsound(delivery: Delivery | None = None) -> list[Unsound]:
    """Releases that stand and rest on a delivery that was withdrawn or corrected since, by their examination; of
    `delivery` alone where one is given."""
    faulty = {(each.source_id, each.digest): each for each in _faulty() if delivery in (None, each)}
    released = Release.objects.filter(state=ReleaseState.RELEASED.value).select_related("run", "request")
    return [
        _judged(release, faulty[used])
        for release in released.order_by("examined_at")
        for used in release.run.deliveries.items()
        if used in faulty
    ]


def _faulty() -> list[Delivery]:
    withdrawn = Delivery.objects.filter(state="withdrawn")
    return list((withdrawn | Delivery.objects.filter(corrections__isnull=False)).distinct())


def _judged(release: Release, delivery: Delivery) -> Unsound:
    if delivery.state == "withdrawn":
        called_back = timezone.localdate(delivery.withdrawn_by.at)
        return Unsound(release, delivery.source_id, delivery.digest, "withdrawn", called_back)
    first = delivery.corrections.order_by("received_at").first()
    since = first.received_at if first else delivery.received_at
    return Unsound(release, delivery.source_id, delivery.digest, "corrected", timezone.localdate(since))


def _withdraw(by: SignedIn, role: Role, delivery: Delivery, reason: str) -> None:
    operation, owner = new_operation(), delivery.source.owner
    fields: dict[str, str | int] = {
        "person": by.person.username,
        "role": role.value,
        "how": by.how,
        "partner": owner.id,
        "source": delivery.source_id,
        "delivery": delivery.digest,
        "reason": reason,
    }
    record(Event("delivery withdrawn", operation, timestamp(), fields))
    delivery.withdrawal = Withdrawal.objects.create(
        event_id=operation,
        delivery=delivery,
        person=by.person,
        role=role.value,
        partner=owner,
        how=by.how,
        reason=reason,
        at=timezone.now(),
    )
    delivery.state = "withdrawn"
    delivery.save(update_fields=["withdrawal", "state"])
