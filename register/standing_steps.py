"""Steps of a standing decision that nobody decides: how each hooks to the one before, and what stops a series."""

from datetime import date
from typing import Final

from django.db import transaction
from django.utils import timezone

from audit import Event
from audit.event import timestamp
from register import schedules
from register.models import Release, StandingDecision, StandingGrant, StandingStep
from register.operation import new_operation
from register.outbox import record
from register.workflow import LIVE_STANDING, StandingState

OVER: Final = "over"
"""Why a series stopped whose last day is past."""
_LIVE: Final = [state.value for state in LIVE_STANDING]


def live_of(request_id: str) -> StandingDecision | None:
    """The standing decision on the request that is proposed, in force or held, locked."""
    return StandingDecision.objects.select_for_update().filter(request=request_id, state__in=_LIVE).first()


@transaction.atomic
def stop(request_id: str, why: str) -> bool:
    """Stop the series of a request, and tell whether there was one: `plan` where another was wanted, `revoked` where a
    release of the request was called back, `ended` where the request itself ended."""
    if (standing := live_of(request_id)) is None:
        return False
    stop_it(standing, why)
    return True


def stop_past(today: date) -> list[str]:
    """Stop every series whose last day is past; their ids. Called by the worker in each of its rounds."""
    past = StandingDecision.objects.filter(state__in=_LIVE, until__lt=today).order_by("id")
    return [one.id for one in past if stop_if_past(one.request_id, today)]


@transaction.atomic
def stop_if_past(request_id: str, today: date) -> bool:
    """Stop the series of a request where its last day is past; whether that was so."""
    standing = live_of(request_id)
    if standing is None or standing.until >= today:
        return False
    stop_it(standing, OVER)
    return True


def stop_it(standing: StandingDecision, why: str, release: Release | None = None) -> None:
    """Inside the caller's transaction, which has `standing` locked."""
    operation, at = new_operation(), release.examined_at if release else None
    about = {"release": release.id} if release else {}
    fields = {"standing": standing.id, "request": standing.request_id, "why": why}
    record(Event("standing decision stopped", operation, timestamp(at), fields | about))
    follow(standing, operation, "stop", standing.state, StandingState.STOPPED.value, why)
    standing.state, standing.held_from = StandingState.STOPPED.value, ""
    standing.save(update_fields=["state", "held_from"])
    end_schedule(standing)


def end_schedule(standing: StandingDecision) -> None:
    """A schedule that ran what went on by itself ends with that; one that runs for people to decide goes on."""
    if StandingGrant.objects.filter(standing=standing).exists():
        schedules.end_with(standing)


def follow(standing: StandingDecision, event: str, action: str, before: str, after: str, why: str = "") -> StandingStep:
    """Hook a step to the last one. Raises `IntegrityError` where that is another than `before`."""
    return StandingStep.objects.create(
        event_id=event,
        standing=standing,
        previous=standing.steps.filter(next__isnull=True).first(),
        before=before,
        action=action,
        after=after,
        why=why,
        at=timezone.now(),
    )
