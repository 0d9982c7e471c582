"""What came of a release, recorded by the partner that received it."""

from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import Event
from audit.event import timestamp
from declare import Sentence, canonical, digest
from register import declarations
from register.free_text import check_names_nobody
from register.models import Feedback, Release, Request
from register.operation import new_operation
from register.outbox import record
from register.refusals import AlreadyDecided, NothingSaid, NotYours, StepNotAllowed, UnknownIndicator, named, of_partner
from register.session import SignedIn
from register.workflow import ReleaseState, Role

ROLES: Final = frozenset({Role.ANALYST, Role.OWNER, Role.RELEASE})
"""Who may speak for a recipient."""


def record_feedback(
    by: SignedIn, release: Release, text: str, *, indicator: str = "", operation: str | None = None
) -> Feedback:
    """What came of `release`, by one of the `indicators` its request named or in general.

    The same operation again gives the same record. Raises `NotYours` for who speaks for no recipient, `StepNotAllowed`
    for what never left, `NothingSaid`, `NamesSomebody` or `UnknownIndicator`.
    """
    operation = operation or new_operation()
    if again := Feedback.objects.filter(event__operation=operation).first():
        return _the_same(again, by, release, text)
    recipients = speaks_for(by, release)
    if not recipients:
        who = [of_partner(role, partner) for partner in release.request.recipients for role in sorted(ROLES)]
        raise NotYours(Sentence("feedback"), who)
    if release.decision is None or release.state not in (ReleaseState.RELEASED, ReleaseState.REVOKED):
        raise StepNotAllowed(
            named("release", release.id), release.state, Sentence("feedback"), ["wait until it is released"]
        )
    if not text.strip():
        raise NothingSaid("--text")
    check_names_nobody([text])
    if indicator and indicator not in indicators_of(release):
        raise UnknownIndicator(indicators_of(release))
    try:
        return _record(by, release, recipients[0], indicator, text.strip(), operation)
    except IntegrityError as error:
        raise AlreadyDecided(named("release", release.id)) from error


def speaks_for(by: SignedIn, release: Release) -> list[str]:
    """Recipients of the release for which the person may record feedback, by id."""
    held = by.person.memberships.filter(role__in=ROLES, partner__in=release.request.recipients)
    return sorted(set(held.values_list("partner_id", flat=True)))


def indicators_of(release: Release) -> list[str]:
    """What its request said the effect would be seen by."""
    return [each.what for each in seen_by(release.request)]


def seen_by(request: Request) -> tuple[declarations.Seen, ...]:
    """The indicators of the request, the nearest first."""
    return declarations.Effect.model_validate(request.declaration["effect"]).seen_by


@transaction.atomic
def _record(by: SignedIn, release: Release, partner: str, indicator: str, text: str, operation: str) -> Feedback:
    contents = digest(canonical({"release": release.id, "indicator": indicator, "text": text}))
    fields = {"person": by.person.username, "how": by.how, "partner": partner, "release": release.id}
    record(Event("feedback recorded", operation, timestamp(), fields | {"digest": contents}))
    return Feedback.objects.create(
        event_id=operation,
        release=release,
        released_id=release.decision_id,
        partner_id=partner,
        person=by.person,
        indicator=indicator,
        text=text,
        digest=contents,
        at=timezone.now(),
    )


def _the_same(again: Feedback, by: SignedIn, release: Release, text: str) -> Feedback:
    if (again.person_id, again.release_id, again.text) != (by.person.pk, release.pk, text.strip()):
        raise AlreadyDecided(named("release", release.id))
    return again
